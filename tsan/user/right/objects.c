/* SPDX-License-Identifier: MIT */
/* Counted objects: each user writes its part, the last put reads all parts. */
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 100

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SPINLOCK(spinlock);

static struct object {
	ksync_kref_t refs;
	ksync_atomic_t users;
	int part[CREW]; /* plain: each user's, then the last one's */
} *object;
static int ways;

static void end(struct object *o)
{
	for (int i = 0; i < CREW; i++)
		need(o->part[i] == 1, "the last put comes last");
	free(o);
}

static void release(ksync_kref_t *kref)
{
	end(ksync_container_of(kref, struct object, refs));
}

static void release_mutex(ksync_kref_t *kref)
{
	ksync_mutex_unlock(&mutex);
	release(kref);
}

static void release_spinlock(ksync_kref_t *kref)
{
	ksync_spin_unlock(&spinlock);
	release(kref);
}

static void put(struct object *o)
{
	switch (ways) {
	case 0:
		ksync_kref_put(&o->refs, release);
		break;
	case 1:
		ksync_kref_put_mutex(&o->refs, release_mutex, &mutex);
		break;
	case 2:
		ksync_kref_put_lock(&o->refs, release_spinlock, &spinlock);
		break;
	case 3:
		if (!ksync_atomic_dec_and_mutex_lock(&o->users, &mutex))
			break;
		ksync_mutex_unlock(&mutex);
		end(o);
		break;
	case 4:
		if (!ksync_atomic_dec_and_lock(&o->users, &spinlock))
			break;
		ksync_spin_unlock(&spinlock);
		end(o);
		break;
	case 5:
		if (!ksync_refcount_dec_not_one(&o->refs.refcount) &&
		    ksync_refcount_dec_and_test(&o->refs.refcount))
			end(o);
		break;
	default:
		if (ksync_refcount_sub_and_test(1, &o->refs.refcount))
			end(o);
	}
}

static void *use(void *number)
{
	struct object *o = object;

	ksync_kref_get(&o->refs);
	need(!ksync_kref_put(&o->refs, release), "there are others");
	o->part[(size_t)number] = 1;
	if (ksync_kref_read(&o->refs) % 2)
		sched_yield();
	put(o);
	return NULL;
}

int main(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		ways = i % 7;
		object = calloc(1, sizeof(*object));
		need(object != NULL, "memory");
		ksync_refcount_set(&object->refs.refcount, CREW);
		ksync_atomic_set(&object->users, CREW);
		crew(use);
	}
	return 0;
}
