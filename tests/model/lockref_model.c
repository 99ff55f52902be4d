/* SPDX-License-Identifier: MIT */
/*
 * lockref, in two halves, because the explorer knows accesses of one size to
 * one place: the forms that take the lock; and the changes of the whole word,
 * where nobody takes it.
 */
#define KSYNC__LOCKREF_WORD 0
#include <ksync/lockref.h>

#include "system.h"

static ksync_lockref_t ref;
static int used[EXPLORE_THREADS]; /* each thread's own, then the last's */
static int data; /* under the lock; who has a reference reads */
static int ends;

static void with(int count)
{
	explore_name(&ref, "word");
	explore_name(&ref.count, "count");
	system_tasks(3);
	ksync_lockref_init(&ref);
	ref.count = count;
}

static void with_one(void)
{
	with(1);
}

static void with_two(void)
{
	with(2);
}

static void with_three(void)
{
	with(3);
}

static void look_at_all(void)
{
	for (int i = 0; i < EXPLORE_THREADS; i++)
		used[i]++;
	ends++;
}

/* Each puts; the last one gets the lock, and ends the object. */
static void put_or_lock(int self)
{
	used[self]++;
	if (ksync_lockref_put_or_lock(&ref))
		return;
	explore_assert(ref.count == 1);
	look_at_all();
	ksync_lockref_mark_dead(&ref);
	ksync_spin_unlock(&ref.lock);
}

static void ended(void)
{
	explore_assert(ends == 1);
	explore_assert(ksync___lockref_is_dead(&ref));
	explore_assert(!ksync_lockref_get_not_dead(&ref));
	explore_assert(!ksync_lockref_get_not_zero(&ref));
	explore_assert(ref.count == -128);
}

/* Thread 0 puts what may be the last, thread 1 gets if it is not too late. */
static void get_not_dead(int self)
{
	if (self && !ksync_lockref_get_not_dead(&ref))
		return;
	put_or_lock(self);
}

static void get_not_zero(int self)
{
	if (self && !ksync_lockref_get_not_zero(&ref))
		return;
	put_or_lock(self);
}

/* Thread 0 gets another one and puts it. */
static void put_not_zero(int self)
{
	if (self == 0) {
		ksync_lockref_get(&ref);
		explore_assert(ksync_lockref_put_not_zero(&ref));
	}
	put_or_lock(self);
}

static void at_one(void)
{
	with(1);
	explore_assert(!ksync_lockref_put_not_zero(&ref));
	explore_assert(ksync_lockref_put_return(&ref) == -1);
	explore_assert(ref.count == 1);
}

static void from_init(void)
{
	system_tasks(1);
	ksync_lockref_init(&ref);
	explore_assert(ref.count == 1);
}

/* ---- the whole word ---- */

/* Never touched by halves but plainly, and before the threads. */
static ksync_lockref_t word = { KSYNC_SPINLOCK_INIT, 0 };

static void word_with(int count)
{
	explore_name(&word, "word");
	word.count = count;
}

static void word_with_three(void)
{
	word_with(3);
}

/* Who gets what another left sees what that one did. */
static void word_put(int self)
{
	int count;

	used[self]++;
	count = ksync__lockref_try_put(&word, 1);
	explore_assert(count >= 0);
	if (count == 0)
		look_at_all();
}

static void word_is_zero(void)
{
	explore_assert(ends == 1);
	explore_assert(ksync__lockref_try_get(&word, 1) ==
		       KSYNC__LOCKREF_REFUSED);
	explore_assert(ksync__lockref_try_put(&word, 1) ==
		       KSYNC__LOCKREF_REFUSED);
	explore_assert(ksync__lockref_try_get(&word, 0) == 1);
}

/* From 0 to 1 and back: each that finds 0 has the data alone. */
static void word_turns(int self)
{
	int count = ksync__lockref_try_get(&word, 0);

	(void)self;
	explore_assert(count > 0);
	if (count == 1 && ksync__lockref_try_put(&word, 1) == 0)
		explore_outcome("alone");
}

static void word_with_none(void)
{
	word_with(0);
}

static void word_held(void)
{
	word_with(2);
	word.lock.raw.word = KSYNC__RAW_HELD;
	explore_assert(ksync__lockref_try_get(&word, 0) ==
		       KSYNC__LOCKREF_LOCKED);
	explore_assert(ksync__lockref_try_put(&word, 1) ==
		       KSYNC__LOCKREF_LOCKED);
	word.lock.raw.word = KSYNC__RAW_FREE;
}

/* One publishes by its put; who gets the count that it left reads. */
static void word_publish(int self)
{
	if (self == 0) {
		data = 7;
		explore_assert(ksync__lockref_try_put(&word, 1) >= 0);
	} else if (ksync__lockref_try_get(&word, 0) == 2) {
		explore_assert(data == 7);
		explore_outcome("seen");
	}
}

static const struct explore_test tests[] = {
	{ "put_or_lock", .threads = 2, .setup = with_two, .thread = put_or_lock,
	  .finish = ended },
	{ "three_put_or_lock", .threads = 3, .setup = with_three,
	  .thread = put_or_lock, .finish = ended, .bound = 2 },
	{ "get_not_dead", .threads = 2, .setup = with_one,
	  .thread = get_not_dead, .finish = ended },
	{ "get_not_zero", .threads = 2, .setup = with_one,
	  .thread = get_not_zero, .finish = ended },
	{ "put_not_zero", .threads = 2, .setup = with_two,
	  .thread = put_not_zero, .finish = ended, .bound = 2 },
	{ "at_one", .threads = 1, .setup = at_one, .thread = put_or_lock,
	  .finish = ended },
	{ "from_init", .threads = 1, .setup = from_init, .thread = put_or_lock,
	  .finish = ended },
	{ "word_put", .threads = 3, .setup = word_with_three,
	  .thread = word_put, .finish = word_is_zero, .release = true },
	{ "word_turns", .threads = 2, .setup = word_with_none,
	  .thread = word_turns, .release = true },
	{ "word_held", .threads = 2, .setup = word_held, .thread = word_publish,
	  .release = true },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
