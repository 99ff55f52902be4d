/* SPDX-License-Identifier: MIT */
/*
 * A plugin whose constructor waits for a thread that misuses ksync: whoever
 * loads the plugin holds the loader's lock all the time.
 */
#include <pthread.h>

#include <ksync/mutex.h>

static KSYNC_DEFINE_MUTEX(m);

static void *misuse(void *arg)
{
	ksync_mutex_unlock(&m);
	return arg;
}

__attribute__((constructor)) static void start(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, misuse, NULL))
		pthread_join(thread, NULL);
}
