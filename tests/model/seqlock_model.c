/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters, latch and seqlock: what a reader is told to be whole is
 * one writer's, and has come with all that the writer did before.
 */
#include <ksync/report.h>
#include <ksync/seqlock.h>

#include "system.h"

static KSYNC_DEFINE_SEQLOCK(sl);
static ksync_seqcount_t count = KSYNC_SEQCNT_ZERO(count);
static ksync_seqcount_latch_t latch = KSYNC_SEQCNT_LATCH_ZERO(latch);

struct pair {
	unsigned int a, b;
};
static struct pair shared;    /* in sections of count, or of sl */
static struct pair copies[2]; /* in sections of latch */
static int before;	      /* plain: the writer's, before its section */

static void names(void)
{
	explore_name(&count, "count");
	explore_name(&latch, "latch");
	explore_name(&sl.seqcount, "sl.seqcount");
	explore_name(&sl.lock, "sl.lock");
	explore_name(&shared.a, "a");
	explore_name(&shared.b, "b");
	explore_name(&copies[0], "copies[0]");
	explore_name(&copies[1], "copies[1]");
	explore_name(&before, "before");
	system_tasks(2);
}

static void show(const struct pair *seen)
{
	explore_assert(seen->a == seen->b);
	/* Not written before: a race, if this was not seen to happen. */
	if (seen->a)
		explore_assert(before);
	explore_outcome("%u", seen->a);
}

/* ---- a counter ---- */

static void write_pair(unsigned int n)
{
	struct pair next = { n, n };

	ksync_write_seqcount_begin(&count);
	ksync_seqcount_copy_in(&shared, &next);
	ksync_write_seqcount_end(&count);
}

static void write_or_read(int self)
{
	struct pair seen;
	unsigned int seq;

	if (self == 0) {
		before = 1;
		write_pair(1);
		return;
	}
	seq = ksync_read_seqcount_begin(&count);
	ksync_seqcount_copy_out(&seen, &shared);
	if (ksync_read_seqcount_retry(&count, seq))
		explore_outcome("again");
	else
		show(&seen);
}

/* To the end: it may wait, and reads again. */
static void write_or_read_whole(int self)
{
	struct pair seen;
	unsigned int seq;

	if (self == 0) {
		before = 1;
		write_pair(1);
		return;
	}
	do {
		seq = ksync_read_seqcount_begin(&count);
		ksync_seqcount_copy_out(&seen, &shared);
	} while (ksync_read_seqcount_retry(&count, seq));
	show(&seen);
}

static void write_twice_or_read(int self)
{
	if (self == 0) {
		before = 1;
		write_pair(1);
		write_pair(2);
		return;
	}
	write_or_read(self);
}

/* One that does not wait. */
static void write_or_try(int self)
{
	struct pair seen;
	unsigned int seq;

	if (self == 0) {
		before = 1;
		write_pair(1);
		return;
	}
	seq = ksync_raw_seqcount_begin(&count);
	ksync_seqcount_copy_out(&seen, &shared);
	if (ksync_read_seqcount_retry(&count, seq))
		explore_outcome("again");
	else
		show(&seen);
}

/* a becomes 1, and only then b becomes 0. */
static void one_and_zero(void)
{
	names();
	shared.b = 1;
}

static void barrier_between(int self)
{
	unsigned int seq, a, b;

	if (self == 0) {
		KSYNC_WRITE_ONCE(shared.a, 1u);
		ksync_raw_write_seqcount_barrier(&count);
		KSYNC_WRITE_ONCE(shared.b, 0u);
		return;
	}
	seq = ksync_raw_seqcount_begin(&count);
	b = KSYNC_READ_ONCE(shared.b);
	a = KSYNC_READ_ONCE(shared.a);
	if (ksync_read_seqcount_retry(&count, seq)) {
		explore_outcome("again");
		return;
	}
	explore_assert(a || b);
	explore_outcome("%u%u", a, b);
}

/* What was before is seen by whoever begins after. */
static void invalidate(int self)
{
	unsigned int seq;
	bool again;

	if (self == 0) {
		before = 1;
		ksync_write_seqcount_invalidate(&count);
		return;
	}
	seq = ksync_read_seqcount_begin(&count);
	again = ksync_read_seqcount_retry(&count, seq);
	if (seq)
		explore_assert(before);
	explore_outcome(again ? "again" : seq ? "after" : "before");
}

/* ---- a latch ---- */

static void write_latch(unsigned int n)
{
	struct pair next = { n, n };

	ksync_write_seqcount_latch_begin(&latch);
	ksync_seqcount_copy_in(&copies[0], &next);
	ksync_write_seqcount_latch(&latch);
	ksync_seqcount_copy_in(&copies[1], &next);
	ksync_write_seqcount_latch_end(&latch);
}

static void write_or_read_latch(int self)
{
	struct pair seen;
	unsigned int seq;

	if (self == 0) {
		before = 1;
		write_latch(1);
		return;
	}
	seq = ksync_read_seqcount_latch(&latch);
	ksync_seqcount_copy_out(&seen, &copies[seq & 1]);
	if (ksync_read_seqcount_latch_retry(&latch, seq))
		explore_outcome("again");
	else
		show(&seen);
}

/* ---- a seqlock ---- */

static void both_write(int self)
{
	struct pair next;

	(void)self;
	ksync_write_seqlock(&sl);
	next.a = shared.a + 1;
	next.b = next.a;
	ksync_seqcount_copy_in(&shared, &next);
	ksync_write_sequnlock(&sl);
}

static void expect_two(void)
{
	explore_assert(shared.a == 2 && shared.b == 2);
	explore_assert(sl.seqcount.seqcount.sequence == 4);
}

static void lock_or_read(int self, enum ksync_ss_state as)
{
	struct pair seen = { 7, 8 };

	if (self == 0) {
		before = 1;
		both_write(self);
		return;
	}
	ksync_scoped_seqlock_read(&sl, as)
		ksync_seqcount_copy_out(&seen, &shared);
	show(&seen);
}

static void lock_or_read_lockless(int self)
{
	lock_or_read(self, ksync_ss_lockless);
}

static void lock_or_read_locked(int self)
{
	lock_or_read(self, ksync_ss_lock);
}

static void free_at_end(void)
{
	explore_assert(!ksync_spin_is_locked(&sl.lock));
}

/* The second pass has the lock, and is the last. */
static void lock_or_read_or_lock(int self)
{
	struct pair seen;
	int seq, next = 0, passes = 0;

	if (self == 0) {
		before = 1;
		both_write(self);
		return;
	}
	do {
		seq = next;
		ksync_read_seqbegin_or_lock(&sl, &seq);
		ksync_seqcount_copy_out(&seen, &shared);
		next = 1;
		passes++;
	} while (ksync_need_seqretry(&sl, seq));
	ksync_done_seqretry(&sl, seq);
	explore_assert(passes <= 2);
	show(&seen);
}

/* The number wraps in the section. */
static void before_wrap(void)
{
	names();
	count.sequence = 0xfffffffeu;
}

static int reports;

static void count_report(const struct ksync_report *report)
{
	(void)report;
	reports++;
}

static void take_reports(void)
{
	names();
	ksync_report_hook_set(count_report);
}

/* Told of once, and the counter is as even as it was: the checked library does
 * not count an end that is none. */
static void expect_report(void)
{
	explore_assert(reports == 1);
	explore_assert(count.sequence == 4 ||
		       (KSYNC_CHECKED && count.sequence == 2));
}

static void begin_twice(int self)
{
	if (self)
		return;
	ksync_write_seqcount_begin(&count);
	ksync_write_seqcount_begin(&count);
	explore_assert(count.sequence & 1); /* readers stay out */
	ksync_write_seqcount_end(&count);
}

static void end_twice(int self)
{
	if (self)
		return;
	write_pair(1);
	ksync_write_seqcount_end(&count);
}

static void write_and_two_read(int self)
{
	write_or_read(self ? 1 : 0);
}

static const struct explore_test tests[] = {
	{ "read", .threads = 2, .setup = names, .thread = write_or_read,
	  .outcomes = "again|0|1" },
	{ "read_wraps", .threads = 2, .setup = before_wrap,
	  .thread = write_or_read, .outcomes = "again|0|1" },
	{ "begin_twice", .threads = 2, .setup = take_reports,
	  .thread = begin_twice, .finish = expect_report },
	{ "end_twice", .threads = 2, .setup = take_reports, .thread = end_twice,
	  .finish = expect_report },
	{ "read_whole", .threads = 2, .setup = names,
	  .thread = write_or_read_whole, .outcomes = "0|1" },
	{ "read_beside_two", .threads = 2, .setup = names,
	  .thread = write_twice_or_read, .outcomes = "again|0|1|2" },
	{ "try", .threads = 2, .setup = names, .thread = write_or_try,
	  .outcomes = "again|0|1" },
	{ "barrier", .threads = 2, .setup = one_and_zero,
	  .thread = barrier_between, .outcomes = "again|01|11|10" },
	{ "invalidate", .threads = 2, .setup = names, .thread = invalidate,
	  .outcomes = "again|after|before" },
	{ "latch", .threads = 2, .setup = names, .thread = write_or_read_latch,
	  .outcomes = "again|0|1" },
	{ "write", .threads = 2, .setup = names, .thread = both_write,
	  .finish = expect_two },
	{ "lockless", .threads = 2, .setup = names,
	  .thread = lock_or_read_lockless, .finish = free_at_end,
	  .outcomes = "0|1" },
	{ "locked", .threads = 2, .setup = names, .thread = lock_or_read_locked,
	  .finish = free_at_end, .outcomes = "0|1" },
	{ "or_lock", .threads = 2, .setup = names,
	  .thread = lock_or_read_or_lock, .finish = free_at_end,
	  .outcomes = "0|1" },
	{ "three_two_read", .threads = 3, .setup = names,
	  .thread = write_and_two_read, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
