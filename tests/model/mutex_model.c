/* SPDX-License-Identifier: MIT */
/*
 * Mutex: one holder at a time, who sees what the last one did; nobody who waits
 * is forgotten; who gives up takes nothing along.
 */
#include <ksync/mutex.h>

#include <ksync/report.h>

#include "task/task.h"
#include "system.h"

/* As in src/sleep/mutex.c. */
#define FENCED 2ul
#define HANDOFF 4ul
#define CALM_UNLOCKS 256u

static ksync_mutex_t lock = KSYNC_MUTEX_INIT;
static int payload; /* under lock */
static int expected;
static bool late; /* thread 1 gave up */

static const struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

static void take(int self)
{
	(void)self;
	ksync_mutex_lock(&lock);
}

static void setup_names(int threads)
{
	explore_name(&lock.owner, "owner");
	explore_name(&lock.waitq, "waitq");
	explore_name(&payload, "payload");
	system_tasks(threads);
}

static void two(void)
{
	setup_names(2);
}

static void three(void)
{
	setup_names(3);
}

static void two_held(void)
{
	setup_names(2);
	explore_as(0, take);
}

static void three_held(void)
{
	setup_names(3);
	explore_as(0, take);
}

static void use(void)
{
	payload++;
	ksync_mutex_unlock(&lock);
}

static bool lock_free(void)
{
	return lock.owner == 0;
}

static void all_free(void)
{
	explore_assert(lock.owner == 0);
	explore_assert((lock.waitq & ~FENCED) == 0);
}

static void counted(void)
{
	all_free();
	explore_assert(payload == expected);
}

static void expect_two(void)
{
	expected = 2;
	counted();
}

static void expect_three(void)
{
	expected = 3;
	counted();
}

static void lock_and_use(int self)
{
	(void)self;
	ksync_mutex_lock(&lock);
	use();
}

/* Thread 0 has it at first. */
static void held_use(int self)
{
	if (self)
		ksync_mutex_lock(&lock);
	use();
}

/* The same, but thread 1 gives up when its time is over. */
static void timed_use(int self)
{
	if (self == 1 && ksync_mutex_lock_until(&lock, &soon)) {
		late = true;
		return;
	}
	if (self > 1)
		ksync_mutex_lock(&lock);
	use();
}

/* The same, but thread 1 is interrupted by thread 0, first or last. */
static void interrupted_use(int self)
{
	if (self == 1 && ksync_mutex_lock_interruptible(&lock)) {
		late = true;
		return;
	}
	if (self > 1)
		ksync_mutex_lock(&lock);
	if (self == 0)
		ksync_task_interrupt(system_task(1));
	use();
}

static void expect_rest(void)
{
	expected = late ? 1 : 2;
	counted();
}

static void expect_rest_of_three(void)
{
	expected = late ? 2 : 3;
	counted();
}

/* Thread 0 makes its task on the way; thread 1 has one. */
static void new_task(void)
{
	explore_name(&lock.owner, "owner");
	explore_name(&lock.waitq, "waitq");
	system_task_of(1);
}

/* There was contention before. */
static void two_fenced(void)
{
	two_held();
	lock.waitq = FENCED;
}

/*
 * Thread 1 comes, leaves FENCED behind and goes; thread 2 relies on that.
 * Thread 0's unlock may have begun before both.
 */
static void left_behind(int self)
{
	if (self < 2)
		timed_use(self);
	else
		ksync_mutex_lock(&lock);
}

/* The same with one thread that goes and comes back. */
static void comes_back(int self)
{
	timed_use(self);
	if (self == 1 && late) {
		ksync_mutex_lock(&lock);
		use();
	}
}

/*
 * The same without a heavy barrier, and what the thread has left behind
 * already: FENCED, which thread 0 may not have seen.
 */
static void left_unproved(int self)
{
	if (self) {
		if (ksync__membarrier())
			return;
		KSYNC_WRITE_ONCE(lock.waitq, FENCED);
		ksync_mutex_lock(&lock);
	}
	use();
}

/* Calm: the mutex forgets that it was fenced, whoever comes. */
static void two_calm(void)
{
	two_fenced();
	system_task(0)->calm = CALM_UNLOCKS - 1;
}

static bool revived; /* thread 1's; thread 0 may have a report, too */

static void revive_note(const struct ksync_report *report)
{
	(void)report;
	if (explore_self() == 1)
		revived = true;
}

static void two_destroy(void)
{
	two();
	revived = false;
	ksync_report_hook_set(revive_note);
}

/* Who takes a destroyed mutex sees what was done before its end. */
static void destroy(int self)
{
	if (self == 0) {
		payload = 1;
		ksync_mutex_destroy(&lock);
		return;
	}
	ksync_mutex_lock(&lock);
	if (revived)
		explore_assert(payload == 1);
	ksync_mutex_unlock(&lock);
}

/* Thread 0 comes back at once, past those who wait; but not once the lock has
 * to be handed over: then thread 1 has been there before. Thread 2, if there is
 * one, gives up. */
static bool was_there;

static void barges(int self)
{
	bool demanded = false;

	if (self) {
		if (self == 1)
			ksync_mutex_lock(&lock);
		else if (ksync_mutex_lock_until(&lock, &soon))
			return;
		was_there |= self == 1;
		ksync_mutex_unlock(&lock);
		return;
	}
	for (int i = 0; i < 3; i++) {
		demanded |= (KSYNC_READ_ONCE(lock.waitq) & HANDOFF) != 0;
		ksync_mutex_unlock(&lock);
		if (!ksync_mutex_trylock(&lock))
			return;
		explore_assert(!demanded || was_there);
	}
	ksync_mutex_unlock(&lock);
}

#define TWO .threads = 2, .available = lock_free
#define THREE .threads = 3, .available = lock_free

static const struct explore_test tests[] = {
	{ "two", TWO, .setup = two, .thread = lock_and_use,
	  .finish = expect_two },
	{ "two_spin", TWO, .setup = two, .thread = lock_and_use,
	  .finish = expect_two, .spins = 1 },
	{ "two_spurious", TWO, .setup = two_held, .thread = held_use,
	  .finish = expect_two, .spurious = 1 },
	{ "two_barrier_fails", TWO, .setup = two_held, .thread = held_use,
	  .finish = expect_two, .barrier_fails = true },
	{ "two_timed", TWO, .setup = two_held, .thread = timed_use,
	  .finish = expect_rest, .clock_jumps = 1 },
	{ "two_interrupted", TWO, .setup = two_held, .thread = interrupted_use,
	  .finish = expect_rest },

	{ "two_fenced", TWO, .setup = two_fenced, .thread = held_use,
	  .finish = expect_two },
	{ "two_comes_back", TWO, .setup = two_held, .thread = comes_back,
	  .finish = expect_two },
	{ "two_left_unproved", TWO, .setup = two_held, .thread = left_unproved,
	  .finish = all_free, .barrier_fails = true, .bound = 2 },
	{ "two_barges", TWO, .setup = two_held, .thread = barges,
	  .finish = all_free, .bound = 2 },
	{ "two_calm", TWO, .setup = two_calm, .thread = held_use,
	  .finish = expect_two },
	{ "two_calm_barges", TWO, .setup = two_calm, .thread = barges,
	  .finish = all_free, .bound = 2 },
	{ "two_destroy", TWO, .setup = two_destroy, .thread = destroy },
	{ "two_new_task", TWO, .setup = new_task, .thread = lock_and_use,
	  .finish = expect_two },

	{ "three_one_asleep", THREE, .setup = three_held, .thread = held_use,
	  .finish = expect_three, .asleep = 1 << 1, .bound = 3 },
	{ "three_two_asleep", THREE, .setup = three_held, .thread = held_use,
	  .finish = expect_three, .asleep = 1 << 1 | 1 << 2 },
	{ "three_timed", THREE, .setup = three_held, .thread = timed_use,
	  .finish = expect_rest_of_three, .asleep = 1 << 1 | 1 << 2,
	  .clock_jumps = 1 },
	{ "three_interrupted", THREE, .setup = three_held,
	  .thread = interrupted_use, .finish = expect_rest_of_three,
	  .asleep = 1 << 1 | 1 << 2, .bound = 3 },
	{ "three_left_behind", THREE, .setup = three_held,
	  .thread = left_behind, .clock_jumps = 1, .bound = 3 },
	{ "three_left_behind_unproved", THREE, .setup = three_held,
	  .thread = left_behind, .clock_jumps = 1, .barrier_fails = true,
	  .bound = 3 },
	{ "three_barges", THREE, .setup = three_held, .thread = barges,
	  .finish = all_free, .asleep = 1 << 1, .clock_jumps = 1, .bound = 3 },
	{ "three_held", THREE, .setup = three_held, .thread = held_use,
	  .finish = expect_three, .bound = 3 },
	{ "three", THREE, .setup = three, .thread = lock_and_use,
	  .finish = expect_three, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
