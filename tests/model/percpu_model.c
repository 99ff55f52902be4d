/* SPDX-License-Identifier: MIT */
/*
 * Counts with a copy for each processor: whoever raises a flag and has the
 * others interrupted finds all that was added, and nothing is added later; who
 * was refused knows what was done before the flag. And sections that add
 * without looking, with a light barrier, as SRCU's readers do.
 */
#include <ksync/atomic.h>
#include <ksync/percpu.h>

#include "system.h"

static long *count;
static ksync_u32 flags;
static ksync_atomic_long_t rest; /* of who was refused */
static long before, after;
static int payload; /* under the flag: a race is found */

static void begin(void)
{
	count = ksync__percpu_alloc(2 * sizeof(long));
	explore_name(count, "count of CPU 0");
	explore_name((char *)count + (1 << KSYNC__PERCPU_SHIFT),
		     "count of CPU 1");
	explore_name(&flags, "flags");
}

static void begin_migrates(void)
{
	begin();
	system_migrates();
}

static void begin_stranger(void)
{
	begin();
	system_without_sections(1u << 1);
}

/* Thread 0 closes; the others come in and go. */
static void close_and_sum(void)
{
	KSYNC_WRITE_ONCE(flags, 1u);
	ksync__percpu_fence();
	before = ksync__percpu_sum(count);
	ksync_barrier();
	after = ksync__percpu_sum(count);
	explore_assert(before == after);
	explore_outcome("%ld", before);
}

static void add(long v)
{
	if (!ksync__percpu_add_unless(count, v, &flags, 1))
		ksync_atomic_long_add(v, &rest);
}

static void closes(int self)
{
	if (!self) {
		close_and_sum();
		return;
	}
	add(1);
	add(1);
}

static void two_there(void)
{
	explore_assert(ksync__percpu_sum(count) == before);
	explore_assert(before + ksync_atomic_long_read(&rest) == 2);
}

static void four_there(void)
{
	explore_assert(ksync__percpu_sum(count) == before);
	explore_assert(before + ksync_atomic_long_read(&rest) == 4);
}

/* A stranger adds in any case, at another place. */
static void stranger(int self)
{
	if (!self) {
		ksync__percpu_add(count, 1);
		return;
	}
	ksync__percpu_add(count, 2);
}

static void three_there(void)
{
	explore_assert(ksync__percpu_sum(count) == 3);
}

/*
 * Whoever was let in has finished with the payload before it is counted out; so
 * the closer that finds nobody in has it alone.
 */
static void alone(int self)
{
	if (!self) {
		KSYNC_WRITE_ONCE(flags, 1u);
		ksync__percpu_fence();
		if (ksync__percpu_sum(count) == 0) {
			payload++;
			explore_outcome("alone %d", payload);
		} else {
			explore_outcome("not alone");
		}
		return;
	}
	if (!ksync__percpu_add_unless(count, 1, &flags, 1))
		return;
	ksync_barrier();
	payload++;
	ksync_barrier();
	ksync__percpu_add(count, -1);
}

/* Memory is its owner's until it is freed. */
static long *shared;

static void begin_reuse(void)
{
	shared = ksync__percpu_alloc(sizeof(*shared));
}

static void reuse(int self)
{
	long *p = self ? ksync__percpu_alloc(sizeof(*shared)) : shared;

	*p += 1;
	if (self)
		explore_outcome(p == shared ? "again" : "another");
	ksync__percpu_free(p, sizeof(*shared));
}

/* Both make the first chunk, or one finds the other's. */
static void make(int self)
{
	long *p = ksync__percpu_alloc(sizeof(*p));

	(void)self;
	*p += 1;
	ksync__percpu_free(p, sizeof(*p));
}

static const struct explore_test tests[] = {
	{ "reuse", .threads = 2, .setup = begin_reuse, .thread = reuse,
	  .outcomes = "again|another" },
	{ "make", .threads = 2, .thread = make },
	{ "close", .threads = 2, .setup = begin, .thread = closes,
	  .finish = two_there, .outcomes = "0|1|2" },
	{ "close_migrates", .threads = 2, .setup = begin_migrates,
	  .thread = closes, .finish = two_there, .outcomes = "0|1|2" },
	{ "close_barrier_fails", .threads = 2, .setup = begin, .thread = closes,
	  .finish = two_there, .barrier_fails = true, .outcomes = "0|1|2" },
	{ "stranger", .threads = 2, .setup = begin_stranger, .thread = stranger,
	  .finish = three_there },
	{ "alone", .threads = 2, .setup = begin, .thread = alone,
	  .outcomes = "alone 1|alone 2|not alone" },
	{ "alone_migrates", .threads = 2, .setup = begin_migrates,
	  .thread = alone, .outcomes = "alone 1|alone 2|not alone" },
	{ "alone_barrier_fails", .threads = 2, .setup = begin, .thread = alone,
	  .barrier_fails = true, .outcomes = "alone 1|alone 2|not alone" },
	{ "three_close", .threads = 3, .setup = begin, .thread = closes,
	  .finish = four_there },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
