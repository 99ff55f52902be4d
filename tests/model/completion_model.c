/* SPDX-License-Identifier: MIT */
/*
 * Completion: a unit is neither lost nor made up, who is let go sees what was
 * done before, nobody waits for what is done, and the completer's last access
 * comes before the waiter can return.
 */
#include <ksync/completion.h>

#include "task/waitq.h"
#include "system.h"

static ksync_completion_t done;
static ksync_completion_t *in_heap;
static int payload[EXPLORE_THREADS]; /* each thread's own */
static int failed;		     /* gave up */

static void start(int threads)
{
	explore_name(&done.word, "word");
	explore_name_value(KSYNC__COMPLETION_ONE, "1 unit");
	explore_name_value(KSYNC__COMPLETION_ALL, "ALL");
	ksync_init_completion(&done);
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

/* A unit that nobody has, though somebody waits. */
static bool unit_there(void)
{
	return (done.word & KSYNC__COMPLETION_VALUE) != 0;
}

static void none(void)
{
	explore_assert(done.word == 0);
}

static void all(void)
{
	explore_assert(done.word == KSYNC__COMPLETION_ALL);
}

/* One says what the other waits for. */
static void give(int self)
{
	if (self) {
		payload[1] = 1;
		ksync_complete(&done);
		return;
	}
	ksync_wait_for_completion(&done);
	explore_assert(payload[1] == 1);
}

static void give_all(int self)
{
	if (self == 0) {
		payload[0] = 1;
		ksync_complete_all(&done);
		return;
	}
	ksync_wait_for_completion(&done);
	explore_assert(payload[0] == 1);
	ksync_wait_for_completion(&done);
	ksync_complete(&done);
}

/* Two wait, one completes twice. */
static void give_two(int self)
{
	if (self == 0) {
		payload[0] = 1;
		ksync_complete(&done);
		ksync_complete(&done);
		return;
	}
	ksync_wait_for_completion(&done);
	explore_assert(payload[0] == 1);
}

/* Two complete at once, one waits for both. */
static void two_give(int self)
{
	if (self) {
		payload[self] = 1;
		ksync_complete(&done);
		return;
	}
	ksync_wait_for_completion(&done);
	ksync_wait_for_completion(&done);
	explore_assert(payload[1] == 1 && payload[2] == 1);
}

/* With one unit it is a lock. */
static void two_one(void)
{
	start(2);
	done.word = KSYNC__COMPLETION_ONE;
}

static void as_lock(int self)
{
	(void)self;
	ksync_wait_for_completion(&done);
	payload[0]++;
	ksync_complete(&done);
}

static void one(void)
{
	explore_assert(done.word == KSYNC__COMPLETION_ONE);
	explore_assert(payload[0] == 2);
}

/* There and back: one object each way. */
static ksync_completion_t back;

static void two_ways(void)
{
	start(2);
	explore_name(&back.word, "back");
	ksync_init_completion(&back);
}

static void there_and_back(int self)
{
	if (self) {
		ksync_wait_for_completion(&done);
		payload[0]++;
		ksync_complete(&back);
		return;
	}
	payload[0] = 1;
	ksync_complete(&done);
	ksync_wait_for_completion(&back);
	explore_assert(payload[0] == 2);
}

static void timed(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self) {
		ksync_complete(&done);
		return;
	}
	failed = ksync_wait_for_completion_until(&done, &soon) != 0;
	explore_outcome("%d", failed);
}

/* Who gave up comes back: the completer who saw it wait may find nobody. */
static void timed_again(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self)
		ksync_complete(&done);
	else if (ksync_wait_for_completion_until(&done, &soon))
		ksync_wait_for_completion(&done);
}

static void timed_all(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self == 0)
		ksync_complete_all(&done);
	else if (self == 1)
		failed = ksync_wait_for_completion_until(&done, &soon) != 0;
	else
		ksync_wait_for_completion(&done);
	if (self == 1)
		explore_outcome("%d", failed);
}

static void interrupted(int self)
{
	if (self == 0) {
		failed = ksync_wait_for_completion_interruptible(&done) != 0;
		explore_outcome("%d", failed);
	} else if (self == 1) {
		ksync_complete(&done);
		ksync_task_interrupt(system_task(0));
	}
}

static void one_if_failed(void)
{
	explore_assert(done.word == (failed ? KSYNC__COMPLETION_ONE : 0));
}

/* One of two waiters may give up, and hands on what it got if it does not. */
static void timed_of_two(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self == 0) {
		ksync_complete(&done);
	} else if (self == 1) {
		failed = ksync_wait_for_completion_until(&done, &soon) != 0;
		if (!failed)
			ksync_complete(&done);
	} else {
		ksync_wait_for_completion(&done);
	}
}

/* Begins anew while somebody comes to wait: it goes on waiting. */
static void reinit(int self)
{
	if (self) {
		ksync_reinit_completion(&done);
		ksync_complete(&done);
		return;
	}
	ksync_wait_for_completion(&done);
}

static void try(int self)
{
	if (self) {
		payload[1] = 1;
		ksync_complete(&done);
		return;
	}
	failed = !ksync_try_wait_for_completion(&done);
	explore_assert(failed || payload[1] == 1);
	explore_outcome("%d", failed);
}

/* On the waiter's stack, as it were. */
static void make_in_heap(int threads)
{
	in_heap = explore_alloc(sizeof(*in_heap));
	explore_name(&in_heap->word, "word");
	ksync_init_completion(in_heap);
	system_tasks(threads);
}

static void two_in_heap(void)
{
	make_in_heap(2);
}

static void free_after(int self)
{
	if (self) {
		ksync_complete(in_heap);
		return;
	}
	ksync_wait_for_completion(in_heap);
	explore_free(in_heap);
}

static void free_after_all(int self)
{
	if (self) {
		ksync_complete_all(in_heap);
		return;
	}
	ksync_wait_for_completion(in_heap);
	explore_free(in_heap);
}

static void free_when_done(int self)
{
	bool seen;

	if (self) {
		payload[1] = 1;
		ksync_complete(in_heap);
		return;
	}
	seen = ksync_completion_done(in_heap);
	explore_assert(!seen || payload[1] == 1);
	if (!seen)
		ksync_wait_for_completion(in_heap);
	explore_free(in_heap);
}

#define CHECKS .available = unit_there

static const struct explore_test tests[] = {
	{ "give", .threads = 2, .setup = two, .thread = give, .finish = none,
	  CHECKS },
	{ "give_spin", .threads = 2, .setup = two, .thread = give,
	  .finish = none, CHECKS, .spins = 1, .spurious = 1 },
	{ "give_all", .threads = 2, .setup = two, .thread = give_all,
	  .finish = all, CHECKS },
	{ "there_and_back", .threads = 2, .setup = two_ways,
	  .thread = there_and_back, .finish = none, CHECKS },
	{ "as_lock", .threads = 2, .setup = two_one, .thread = as_lock,
	  .finish = one, CHECKS },
	{ "try", .threads = 2, .setup = two, .thread = try,
	  .finish = one_if_failed, CHECKS, .outcomes = "0|1" },
	{ "reinit", .threads = 2, .setup = two, .thread = reinit,
	  .finish = none, CHECKS },
	{ "timed", .threads = 2, .setup = two, .thread = timed,
	  .finish = one_if_failed, CHECKS, .clock_jumps = 1,
	  .outcomes = "0|1" },
	{ "timed_again", .threads = 2, .setup = two, .thread = timed_again,
	  .finish = none, CHECKS, .clock_jumps = 1 },
	{ "interrupted", .threads = 2, .setup = two, .thread = interrupted,
	  .finish = one_if_failed, CHECKS, .outcomes = "0|1" },
	{ "free_after", .threads = 2, .setup = two_in_heap,
	  .thread = free_after },
	{ "free_after_all", .threads = 2, .setup = two_in_heap,
	  .thread = free_after_all },
	{ "free_when_done", .threads = 2, .setup = two_in_heap,
	  .thread = free_when_done },
	{ "three_give_two", .threads = 3, .setup = three, .thread = give_two,
	  .finish = none, CHECKS, .bound = 2 },
	{ "three_give_two_asleep", .threads = 3, .setup = three,
	  .thread = give_two, .finish = none, CHECKS,
	  .asleep = 1 << 1 | 1 << 2 },
	{ "three_two_give_asleep", .threads = 3, .setup = three,
	  .thread = two_give, .finish = none, CHECKS, .asleep = 1 << 0 },
	{ "three_all_asleep", .threads = 3, .setup = three, .thread = give_all,
	  .finish = all, CHECKS, .asleep = 1 << 1 | 1 << 2 },
	{ "three_all_one_asleep", .threads = 3, .setup = three,
	  .thread = give_all, .finish = all, CHECKS, .asleep = 1 << 1 },
	{ "three_timed", .threads = 3, .setup = three, .thread = timed_of_two,
	  .finish = none, CHECKS, .asleep = 1 << 1 | 1 << 2, .clock_jumps = 1 },
	{ "three_timed_all", .threads = 3, .setup = three, .thread = timed_all,
	  .finish = all, CHECKS, .asleep = 1 << 1 | 1 << 2, .clock_jumps = 1,
	  .outcomes = "0|1" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
