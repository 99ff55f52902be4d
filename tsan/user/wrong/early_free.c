/* SPDX-License-Identifier: MIT */
/*
 * A thread uses an object after it has put its reference.
 * Reported as: data race|heap-use-after-free
 */
#include <ksync/ksync.h>

#include "../crew.h"

static struct object {
	ksync_kref_t refs;
	long uses[CREW];
} *object;

static void release(ksync_kref_t *kref)
{
	free(ksync_container_of(kref, struct object, refs));
}

static void *use(void *number)
{
	ksync_kref_put(&object->refs, release);
	object->uses[(size_t)number]++;
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 10; i++) {
		object = calloc(1, sizeof(*object));
		need(object != NULL, "memory");
		ksync_refcount_set(&object->refs.refcount, CREW);
		crew(use);
	}
	return 0;
}
