/* SPDX-License-Identifier: MIT */
/* Entries whose sizes are guarded by the lock of their directory. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/locked_by.h>
#include <ksync/mutex.h>

struct dir {
	ksync_mutex_t lock;
	long total; /* under lock */
};

KSYNC_DEFINE_LOCKED_BY(size, long, struct dir, lock)

struct entry {
	struct size_locked_by size;
};

static struct dir dir = { KSYNC_MUTEX_INIT, 0 };
static struct entry entries[3];

/* Under the directory's lock: the type says so. */
static void entry_grow(struct entry *e, struct dir *d, long by)
{
	*size_locked_by_access_mut(&e->size, d) += by;
	d->total += by;
}

static void *work(void *entry)
{
	for (int i = 0; i < 100; i++) {
		ksync_guard(mutex)(&dir.lock);
		entry_grow(entry, &dir, 10);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	long sum = 0;

	for (int i = 0; i < 3; i++) {
		size_locked_by_init(&entries[i].size, &dir, 0);
		pthread_create(&threads[i], NULL, work, &entries[i]);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ksync_mutex_lock(&dir.lock);
	for (int i = 0; i < 3; i++)
		sum += *size_locked_by_access(&entries[i].size, &dir);
	printf("%ld bytes\n", sum);
	sum -= dir.total;
	ksync_mutex_unlock(&dir.lock);
	return sum != 0;
}
