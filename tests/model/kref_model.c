/* SPDX-License-Identifier: MIT */
/*
 * kref, and the puts that come back with a lock: the object ends once, after
 * all uses, and nobody finds it under the lock when it has ended.
 */
#include <ksync/kref.h>

#include "system.h"

struct object {
	struct ksync_kref refs;
	int used[EXPLORE_THREADS]; /* each thread's own */
};

static ksync_mutex_t mutex = KSYNC_MUTEX_INIT;
static KSYNC_DEFINE_SPINLOCK(spin);
static struct object *table; /* under mutex or spin */
static struct object *object;
static ksync_atomic_t count = KSYNC_ATOMIC_INIT(2);

static void make(int refs)
{
	object = explore_alloc(sizeof(*object));
	explore_name(object, "refs");
	explore_name(&mutex.owner, "owner");
	explore_name(&mutex.waitq, "waitq");
	explore_name(&spin, "spin");
	explore_name(&count, "count");
	ksync_kref_init(&object->refs);
	while (--refs)
		ksync_kref_get(&object->refs);
	table = object;
	system_tasks(3);
}

static void with_one(void)
{
	make(1);
}

static void with_two(void)
{
	make(2);
}

static void with_three(void)
{
	make(3);
}

static void release(ksync_kref_t *refs)
{
	explore_free(ksync_container_of(refs, struct object, refs));
}

static void release_and_unlock(ksync_kref_t *refs)
{
	table = NULL;
	release(refs);
	ksync_mutex_unlock(&mutex);
}

static void release_and_spin_unlock(ksync_kref_t *refs)
{
	table = NULL;
	release(refs);
	ksync_spin_unlock(&spin);
}

static void put(int self)
{
	object->used[self]++;
	(void)ksync_kref_put(&object->refs, release);
}

/* Thread 0 looks the object up under the lock; thread 1 puts the last. */
static void put_mutex(int self)
{
	struct object *found = object;

	if (self == 0) {
		ksync_mutex_lock(&mutex);
		found = table;
		if (found)
			ksync_kref_get(&found->refs);
		ksync_mutex_unlock(&mutex);
		if (!found)
			return;
	}
	found->used[self]++;
	(void)ksync_kref_put_mutex(&found->refs, release_and_unlock, &mutex);
}

static void put_lock(int self)
{
	struct object *found = object;

	if (self == 0) {
		ksync_spin_lock(&spin);
		found = table;
		if (found)
			ksync_kref_get(&found->refs);
		ksync_spin_unlock(&spin);
		if (!found)
			return;
	}
	found->used[self]++;
	(void)ksync_kref_put_lock(&found->refs, release_and_spin_unlock, &spin);
}

/* The same with a bare counter. */
static void dec_and_lock(int self)
{
	object->used[self]++;
	if (!ksync_atomic_dec_and_lock(&count, &spin))
		return;
	explore_free(object);
	ksync_spin_unlock(&spin);
}

static void dec_and_mutex_lock(int self)
{
	object->used[self]++;
	if (!ksync_atomic_dec_and_mutex_lock(&count, &mutex))
		return;
	explore_free(object);
	ksync_mutex_unlock(&mutex);
}

/* And one who finds it under the lock while the last one puts. */
static void with_one_counted(void)
{
	with_one();
	ksync_atomic_set(&count, 1);
}

static void find_counted(int self)
{
	struct object *found = object;

	if (self == 0) {
		ksync_spin_lock(&spin);
		found = table;
		if (found)
			ksync_atomic_inc(&count);
		ksync_spin_unlock(&spin);
		if (!found)
			return;
	}
	found->used[self]++;
	if (!ksync_atomic_dec_and_lock(&count, &spin))
		return;
	table = NULL;
	explore_free(object);
	ksync_spin_unlock(&spin);
}

static const struct explore_test tests[] = {
	{ "put", .threads = 2, .setup = with_two, .thread = put },
	{ "three_put", .threads = 3, .setup = with_three, .thread = put },
	{ "dec_and_lock", .threads = 2, .setup = with_two,
	  .thread = dec_and_lock },
	{ "dec_and_mutex_lock", .threads = 2, .setup = with_two,
	  .thread = dec_and_mutex_lock },
	{ "find_counted", .threads = 2, .setup = with_one_counted,
	  .thread = find_counted },
	{ "put_lock", .threads = 2, .setup = with_one, .thread = put_lock },
	{ "put_mutex", .threads = 2, .setup = with_one, .thread = put_mutex,
	  .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
