/* SPDX-License-Identifier: MIT */
/*
 * Realtime mutex, over a small model of the system's part (system.c): one
 * holder, who sees what the last one did, and nobody sleeps for ever.
 */
#include <errno.h>

#include <ksync/rt_mutex.h>

#include "system.h"

/* From src/sleep/rt_mutex.c. */
#define DEAD 0x3fffffffu

static ksync_rt_mutex_t m;
static ksync_rt_mutex_t *in_heap;
static int payload; /* under m */
static int entered; /* under in_heap */

static void start(int threads)
{
	ksync_rt_mutex_init(&m);
	explore_name(&m.word, "word");
	explore_name(&m.owner, "owner");
	system_tasks(threads);
}

static void two(void)
{
	start(2);
}

static void three(void)
{
	start(3);
}

static void is_free(void)
{
	explore_assert(m.word == 0);
	explore_assert(m.owner == 0);
}

static void touch(void)
{
	explore_assert(payload == 0);
	payload++;
	payload--;
	ksync_rt_mutex_unlock(&m);
}

static void plain(int self)
{
	(void)self;
	ksync_rt_mutex_lock(&m);
	touch();
}

static void timed(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };
	int ret = 0;

	if (self == 1) {
		ret = ksync_rt_mutex_lock_until(&m, &soon);
		explore_outcome("%d", ret != 0);
	} else {
		ksync_rt_mutex_lock(&m);
	}
	if (!ret)
		touch();
}

/* Pending from the beginning: only who would have to sleep is told. */
static void two_pending(void)
{
	start(2);
	ksync_task_interrupt(system_task(1));
}

static void interrupted(int self)
{
	int ret;

	if (self == 0) {
		plain(self);
		return;
	}
	ret = ksync_rt_mutex_lock_interruptible(&m);
	explore_outcome("%d", ret != 0);
	if (!ret)
		touch();
}

static void try(int self)
{
	int ret = 1;

	if (self)
		ret = ksync_rt_mutex_trylock(&m);
	else
		ksync_rt_mutex_lock(&m);
	if (self)
		explore_outcome("%d", ret);
	if (ret)
		touch();
}

/* Whoever gets it next may free it. */
static void make_in_heap(void)
{
	in_heap = explore_alloc(sizeof(*in_heap));
	ksync_rt_mutex_init(in_heap);
	explore_name(&in_heap->word, "word");
	entered = 0;
	system_tasks(2);
}

static void free_after(int self)
{
	bool last;

	(void)self;
	ksync_rt_mutex_lock(in_heap);
	last = entered++ == 1;
	ksync_rt_mutex_unlock(in_heap);
	if (last)
		explore_free(in_heap);
}

/* Who locks what was destroyed is told, and sees what was done before. */
static void expect_report(void)
{
	start(2);
	system_expect_reports();
	explore_name_value(DEAD, "DEAD");
}

static void destroy(int self)
{
	if (self == 0) {
		payload = 1;
		ksync_rt_mutex_destroy(&m);
	} else if (KSYNC_READ_ONCE(m.word) == DEAD) {
		ksync_rt_mutex_lock(&m);
		explore_assert(payload == 1);
		ksync_rt_mutex_unlock(&m);
		explore_assert(system_reports() == 1);
	}
}

static const struct explore_test tests[] = {
	{ "two", .threads = 2, .setup = two, .thread = plain,
	  .finish = is_free },
	{ "two_spurious", .threads = 2, .setup = two, .thread = plain,
	  .finish = is_free, .spurious = 1 },
	{ "timed", .threads = 2, .setup = two, .thread = timed,
	  .finish = is_free, .clock_jumps = 1, .outcomes = "0|1" },
	{ "interrupted", .threads = 2, .setup = two_pending,
	  .thread = interrupted, .finish = is_free, .outcomes = "0|1" },
	{ "try", .threads = 2, .setup = two, .thread = try, .finish = is_free,
	  .outcomes = "0|1" },
	{ "free_after", .threads = 2, .setup = make_in_heap,
	  .thread = free_after },
	{ "destroy", .threads = 2, .setup = expect_report, .thread = destroy },
	{ "three", .threads = 3, .setup = three, .thread = plain,
	  .finish = is_free, .bound = 2 },
	{ "three_asleep", .threads = 3, .setup = three, .thread = plain,
	  .finish = is_free, .asleep = 1 << 0 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
