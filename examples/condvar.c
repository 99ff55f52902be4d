/* SPDX-License-Identifier: MIT */
/* A queue of numbers: takers wait for one, or for the end. */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include <ksync/condvar.h>

#define TAKERS 3
#define NUMBERS 1000

static KSYNC_DEFINE_MUTEX(lock);
static KSYNC_DEFINE_CONDVAR(changed);
static int queue[NUMBERS]; /* under the lock, as is the rest */
static int first, count;
static bool over;
static long sum;

static void *take(void *unused)
{
	ksync_guard(mutex)(&lock);
	for (;;) {
		while (!count && !over)
			ksync_condvar_wait(&changed,
					   ksync_condvar_mutex(&lock));
		if (!count)
			return unused;
		sum += queue[first++];
		count--;
	}
}

int main(void)
{
	pthread_t takers[TAKERS];

	for (int i = 0; i < TAKERS; i++)
		pthread_create(&takers[i], NULL, take, NULL);
	for (int i = 0; i < NUMBERS; i++) {
		ksync_mutex_lock(&lock);
		queue[first + count++] = i;
		ksync_mutex_unlock(&lock);
		ksync_condvar_signal(&changed);
	}
	ksync_mutex_lock(&lock);
	over = true;
	ksync_condvar_broadcast(&changed);
	ksync_mutex_unlock(&lock);
	for (int i = 0; i < TAKERS; i++)
		pthread_join(takers[i], NULL);
	printf("%d numbers, sum %ld\n", first, sum);
	return sum != (NUMBERS - 1L) * NUMBERS / 2;
}
