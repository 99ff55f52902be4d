/* SPDX-License-Identifier: MIT */
/* A user's program in C11: two threads count under a mutex. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <ksync/ksync.h>

#define ROUNDS 1000

static KSYNC_DEFINE_MUTEX(lock);
static int count;

static void *work(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		ksync_guard(mutex)(&lock);
		count++;
	}
	return arg;
}

int main(void)
{
	struct ksync_status status;
	pthread_t other;

	if (pthread_create(&other, NULL, work, NULL))
		return 1;
	work(NULL);
	pthread_join(other, NULL);

#if KSYNC_HAVE_RCU
	/* In a static program this takes what ksync itself is linked with. */
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	ksync_synchronize_rcu();
#endif

	ksync_status(&status);
	printf("C %ld: headers %s, library %s, counted %d\n", __STDC_VERSION__,
	       KSYNC_VERSION_STRING, status.version, count);
	return count != 2 * ROUNDS ||
	       strcmp(status.version, KSYNC_VERSION_STRING) != 0;
}
