/* SPDX-License-Identifier: MIT */
/* One log for all who want it: opened by the first, closed by the last. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/kref.h>
#include <ksync/mutex.h>

struct log {
	ksync_kref_t refs;
	ksync_atomic_t lines;
};

static struct log *open_log; /* under log_lock */
static KSYNC_DEFINE_MUTEX(log_lock);

static struct log *log_get(void)
{
	ksync_guard(mutex)(&log_lock);
	if (open_log)
		ksync_kref_get(&open_log->refs);
	else if ((open_log = calloc(1, sizeof(*open_log))))
		ksync_kref_init(&open_log->refs);
	return open_log;
}

/* Runs with the lock held, so that nobody finds what ends here. */
static void log_release(ksync_kref_t *refs)
{
	struct log *log = ksync_container_of(refs, struct log, refs);

	open_log = NULL;
	ksync_mutex_unlock(&log_lock);
	printf("closed after %d lines\n", ksync_atomic_read(&log->lines));
	free(log);
}

static void *work(void *unused)
{
	struct log *log = log_get();

	if (log) {
		ksync_atomic_inc(&log->lines);
		ksync_kref_put_mutex(&log->refs, log_release, &log_lock);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return open_log != NULL;
}
