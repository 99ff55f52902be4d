/* SPDX-License-Identifier: MIT */
/* A file that threads use; the last one closes it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/aref.h>

struct file {
	ksync_refcount_t refs;
	ksync_atomic_t lines;
};

static void file_close(struct file *f)
{
	printf("closed after %d lines\n", ksync_atomic_read(&f->lines));
	free(f);
}

KSYNC_DEFINE_AREF(file, struct file, refs, file_close)

/* Borrows: whoever calls has a reference. */
static void file_write(struct file *f)
{
	ksync_atomic_inc(&f->lines);
}

static void *work(void *arg)
{
	/* The thread's own: put at the end of the scope. */
	struct file_aref *f ksync_free(file_aref) = arg;

	for (int i = 0; i < 10; i++)
		file_write(file_aref_data(f));
	return NULL;
}

int main(void)
{
	struct file *opened = calloc(1, sizeof(*opened));
	struct file_aref *f;
	pthread_t threads[3];

	if (!opened)
		return 1;
	ksync_refcount_set(&opened->refs, 1);
	f = file_aref_from_raw(opened);
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, file_aref_clone(f));
	file_aref_put(f);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
