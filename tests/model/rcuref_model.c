/* SPDX-License-Identifier: MIT */
/*
 * rcuref: of all puts one ends the object, after all that others did with it,
 * also where it lives again between the last put and its mark; a count that
 * went wrong ends nothing.
 */
#include <ksync/rcuref.h>
#include <urcu/urcu-memb.h>

#include "system.h"

struct object {
	ksync_rcuref_t refs;
	int used[EXPLORE_THREADS]; /* each thread's own, then the end's */
};

static struct object *object;
static ksync_atomic_t ends;

static void make(unsigned int refs)
{
	object = explore_alloc(sizeof(*object));
	explore_name(&object->refs, "refs");
	explore_name(&ends, "ends");
	ksync_rcuref_init(&object->refs, refs);
}

/* The memory stays: what a grace period does is by_grace_period()'s. */
static void end(void)
{
	int uses = 0;

	for (int i = 0; i < EXPLORE_THREADS; i++)
		uses += object->used[i]++;
	explore_outcome("%d", uses);
	ksync_atomic_inc(&ends);
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

static void put(int self)
{
	object->used[self]++;
	if (ksync___rcuref_put(&object->refs))
		end();
}

static void ended_once(void)
{
	explore_assert(ksync_atomic_read(&ends) == 1);
	explore_assert(ksync_rcuref_is_dead(&object->refs));
	explore_assert(!ksync_rcuref_get(&object->refs));
	explore_free(object);
}

/* Thread 0 puts what is the last, if the others get none. */
static void revive(int self)
{
	if (self && !ksync_rcuref_get(&object->refs))
		return;
	put(self);
}

/* The last put is done, its mark is not: who comes gets it. */
static void with_none(void)
{
	make(0);
	explore_assert(!ksync_rcuref_is_dead(&object->refs));
}

static void between(int self)
{
	if (self == 0)
		(void)ksync__rcuref_mark_dead(&object->refs);
	else if (ksync_rcuref_get(&object->refs))
		put(self);
}

static void is_dead(void)
{
	explore_assert(ksync_rcuref_is_dead(&object->refs));
	explore_free(object);
}

/* What the puts need the reader for: the memory goes after a grace period. */
static void reader_make(int self)
{
	(void)self;
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
}

static void with_readers(void)
{
	urcu_names();
	system_tasks(2);
	for (int i = 0; i < 2; i++)
		explore_as(i, reader_make);
	make(1);
}

static void by_grace_period(int self)
{
	struct object *o;

	if (self) {
		ksync_rcu_read_lock();
		o = KSYNC_READ_ONCE(object);
		if (o && !ksync_rcuref_get(&o->refs))
			o = NULL;
		ksync_rcu_read_unlock();
		if (!o)
			return;
	} else {
		o = object;
	}
	if (ksync_rcuref_put(&o->refs)) {
		KSYNC_WRITE_ONCE(object, NULL);
		ksync_synchronize_rcu();
		explore_free(o);
	}
}

static void is_gone(void)
{
	explore_assert(!object);
}

/* Threads run into the end of the valid counts together. */
static void at_the_end(void)
{
	make(KSYNC_RCUREF_MAXREF);
	ksync_atomic_inc(&object->refs.refcnt);
	system_tasks(3);
	system_expect_reports();
}

static void saturate(int self)
{
	if (self == 1)
		explore_assert(!ksync___rcuref_put(&object->refs));
	else
		explore_assert(ksync_rcuref_get(&object->refs));
}

static void not_dead(void)
{
	explore_assert(!ksync_rcuref_is_dead(&object->refs));
	explore_free(object);
}

/* One reference and a put too many: it ends at most once. */
static void over(void)
{
	make(1);
	system_tasks(2);
	system_expect_reports();
}

static void put_too_often(int self)
{
	(void)self;
	if (ksync___rcuref_put(&object->refs))
		ksync_atomic_inc(&ends);
}

static void over_put(void)
{
	explore_assert(ksync_atomic_read(&ends) <= 1);
	explore_assert(ksync_rcuref_is_dead(&object->refs));
	explore_assert(system_reports() == 1);
	explore_free(object);
}

static const struct explore_test tests[] = {
	{ "put", .threads = 2, .setup = with_two, .thread = put,
	  .finish = ended_once, .outcomes = "2" },
	{ "three_put", .threads = 3, .setup = with_three, .thread = put,
	  .finish = ended_once, .outcomes = "3" },
	{ "revive", .threads = 2, .setup = with_one, .thread = revive,
	  .finish = ended_once, .outcomes = "1|2" },
	{ "two_revive", .threads = 3, .setup = with_one, .thread = revive,
	  .finish = ended_once },
	{ "between", .threads = 2, .setup = with_none, .thread = between,
	  .finish = is_dead },
	{ "by_grace_period", .threads = 2, .setup = with_readers,
	  .thread = by_grace_period, .finish = is_gone },
	{ "saturate", .threads = 3, .setup = at_the_end, .thread = saturate,
	  .finish = not_dead },
	{ "put_too_often", .threads = 2, .setup = over, .thread = put_too_often,
	  .finish = over_put },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
