/* SPDX-License-Identifier: MIT */
/*
 * Refcount: the last put comes after all that others did, it is found once, and
 * a saturated count stays saturated.
 */
#include <ksync/refcount.h>

#include "system.h"

struct object {
	ksync_refcount_t refs;
	int used[EXPLORE_THREADS]; /* each thread's own */
};

static struct object *object;
static int ends;

static void make(int refs)
{
	object = explore_alloc(sizeof(*object));
	explore_name(&object->refs, "refs");
	ksync_refcount_set(&object->refs, refs);
}

static void unused(void)
{
	explore_free(object);
}

static void with_two(void)
{
	make(2);
}

static void with_three(void)
{
	make(3);
}

static void end(void)
{
	explore_free(object);
}

/* Each has one reference, uses the object, and puts. */
static void put(int self)
{
	object->used[self]++;
	if (ksync_refcount_dec_and_test(&object->refs))
		end();
}

/* Each gets one more, and puts both one after the other. */
static void get_and_put(int self)
{
	ksync_refcount_inc(&object->refs);
	object->used[self]++;
	if (ksync_refcount_dec_and_test(&object->refs))
		explore_fail("the thread's other reference is still there");
	put(self);
}

static void put_two(int self)
{
	object->used[self]++;
	if (self == 0 ? ksync_refcount_sub_and_test(2, &object->refs) :
			ksync_refcount_dec_and_test(&object->refs))
		end();
}

/* Thread 0 puts unless it is the last; then it ends by dec_and_test. */
static void dec_not_one(int self)
{
	object->used[self]++;
	if (self == 0 && ksync_refcount_dec_not_one(&object->refs))
		return;
	if (ksync_refcount_dec_and_test(&object->refs))
		end();
}

/* Thread 0 ends the object if it has the last reference, else it just puts. */
static void dec_if_one(int self)
{
	object->used[self]++;
	if (self == 0 && ksync_refcount_dec_if_one(&object->refs)) {
		end();
		return;
	}
	if (ksync_refcount_dec_and_test(&object->refs))
		end();
}

/* Who sees that dec_if_one put the last reference may look at the rest. */
static void dec_if_one_first(int self)
{
	if (self == 0) {
		object->used[0] = 7;
		explore_assert(ksync_refcount_dec_if_one(&object->refs));
		return;
	}
	while (ksync_refcount_read(&object->refs) != 0)
		explore_await(&object->refs, false);
	ksync_smp_rmb();
	explore_assert(object->used[0] == 7);
}

static void with_one(void)
{
	make(1);
}

/* A plain put: thread 1 puts the rest when it has seen it. */
static void dec(int self)
{
	object->used[self]++;
	if (self == 0) {
		ksync_refcount_dec(&object->refs);
		return;
	}
	while (ksync_refcount_read(&object->refs) != 2)
		explore_await(&object->refs, false);
	if (ksync_refcount_sub_and_test(2, &object->refs))
		end();
}

/* The object is not there any more, or it is kept. Its memory stays. */
static void get_unless_zero(int self)
{
	if (self == 0) {
		if (ksync_refcount_dec_and_test(&object->refs))
			ends++;
		return;
	}
	if (!ksync_refcount_inc_not_zero(&object->refs))
		return;
	explore_assert(KSYNC_READ_ONCE(ends) == 0);
	if (ksync_refcount_dec_and_test(&object->refs))
		ends++;
}

static void ended_once(void)
{
	explore_assert(ends == 1);
	explore_free(object);
}

/* The memory becomes another object while somebody tries to get the old one. */
static void reuse(int self)
{
	if (self == 0) {
		object->used[0] = 7;
		ksync_refcount_set_release(&object->refs, 1);
		return;
	}
	if (ksync_refcount_inc_not_zero_acquire(&object->refs))
		explore_assert(object->used[0] == 7);
}

static void with_none(void)
{
	make(0);
}

/* Threads run into the end of the valid counts together. */
static void at_the_end(void)
{
	make(KSYNC_REFCOUNT_MAX);
	system_tasks(3);
	system_expect_reports();
}

static void saturate(int self)
{
	bool last = false;

	if (self == 0)
		ksync_refcount_inc(&object->refs);
	else if (self == 1)
		explore_assert(ksync_refcount_inc_not_zero(&object->refs));
	else
		last = ksync_refcount_dec_and_test(&object->refs);
	explore_assert(!last);
}

static void over(void)
{
	make(1);
	system_tasks(3);
	system_expect_reports();
}

/* One reference and too many puts: one of them is the last, once. */
static void put_too_often(int self)
{
	(void)self;
	if (ksync_refcount_dec_and_test(&object->refs))
		(void)ksync_atomic_fetch_inc_relaxed((ksync_atomic_t *)&ends);
}

static void over_put(void)
{
	explore_assert(ends == 1);
	explore_assert((int)ksync_refcount_read(&object->refs) < INT_MIN / 4);
	explore_assert(system_reports() == 1);
	explore_free(object);
}

/* Nobody ran over the end, or all is saturated. */
static void saturated_or_full(void)
{
	int refs = (int)ksync_refcount_read(&object->refs);

	explore_assert(refs >= KSYNC_REFCOUNT_MAX || refs < INT_MIN / 4);
	explore_free(object);
}

static const struct explore_test tests[] = {
	{ "put", .threads = 2, .setup = with_two, .thread = put },
	{ "three_put", .threads = 3, .setup = with_three, .thread = put },
	{ "get_and_put", .threads = 2, .setup = with_two,
	  .thread = get_and_put },
	{ "put_two", .threads = 2, .setup = with_three, .thread = put_two },
	{ "dec_not_one", .threads = 2, .setup = with_two,
	  .thread = dec_not_one },
	{ "dec_if_one", .threads = 2, .setup = with_two, .thread = dec_if_one },
	{ "dec_if_one_first", .threads = 2, .setup = with_one,
	  .thread = dec_if_one_first, .finish = unused },
	{ "dec", .threads = 2, .setup = with_three, .thread = dec },
	{ "get_unless_zero", .threads = 2, .setup = with_one,
	  .thread = get_unless_zero, .finish = ended_once },
	{ "three_get_unless_zero", .threads = 3, .setup = with_one,
	  .thread = get_unless_zero, .finish = ended_once },
	{ "reuse", .threads = 2, .setup = with_none, .thread = reuse,
	  .finish = unused },
	{ "saturate", .threads = 3, .setup = at_the_end, .thread = saturate,
	  .finish = saturated_or_full },
	{ "put_too_often", .threads = 3, .setup = over, .thread = put_too_often,
	  .finish = over_put },
	{ "three_get_and_put", .threads = 3, .setup = with_three,
	  .thread = get_and_put, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
