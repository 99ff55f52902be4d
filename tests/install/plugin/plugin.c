/* SPDX-License-Identifier: MIT */
/* A plugin whose threads meet in a mutex and in a spinlock. */
#include <pthread.h>
#include <time.h>

#include <ksync/ksync.h>

#define THREADS 4
#define ROUNDS 500

int plugin_run(void);
void plugin_touch(void);

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SPINLOCK(spinlock);
static int slow, quick;

void plugin_touch(void)
{
	ksync_mutex_lock(&mutex);
	slow++;
	ksync_mutex_unlock(&mutex);
}

static void *work(void *arg)
{
	const struct timespec nap = { 0, 100000 };

	for (int i = 0; i < ROUNDS; i++) {
		ksync_mutex_lock(&mutex);
		slow++;
		/* Long enough that the others go to sleep. */
		if (i % 100 == 0)
			nanosleep(&nap, NULL);
		ksync_mutex_unlock(&mutex);

		ksync_spin_lock(&spinlock);
		quick++;
		ksync_spin_unlock(&spinlock);
	}
	return arg;
}

/* Returns 0 if all was counted. */
int plugin_run(void)
{
	pthread_t threads[THREADS];

	slow = quick = 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return slow != THREADS * ROUNDS || quick != THREADS * ROUNDS;
}
