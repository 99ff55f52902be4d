/* SPDX-License-Identifier: MIT */
/*
 * Semaphore: units are neither lost nor made up, who gets one sees what its
 * giver did, and nobody waits while a unit is there.
 */
#include <ksync/semaphore.h>

#include "task/waitq.h"
#include "system.h"

static ksync_semaphore_t sem;
static ksync_semaphore_t *in_heap;
static int payload[EXPLORE_THREADS]; /* each thread's own */
static int inside;		     /* now, of the units */
static int failed;		     /* gave up without a unit */

static void start(int threads, int units)
{
	explore_name(&sem.count, "count");
	explore_name(&sem.waitq, "waitq");
	explore_name_value(0x80000000u, "WAITERS");
	ksync_sema_init(&sem, units);
	system_tasks(threads);
}

static void two_none(void)
{
	start(2, 0);
}

static void two_one(void)
{
	start(2, 1);
}

static void three_none(void)
{
	start(3, 0);
}

static void three_one(void)
{
	start(3, 1);
}

/* A unit that nobody has, though somebody waits. */
static bool unit_there(void)
{
	return sem.count != 0 && sem.count != 0x80000000u;
}

static void expect_units(unsigned int units)
{
	explore_assert(sem.count == units);
	explore_assert(sem.waitq == 0);
}

static void none(void)
{
	expect_units(0);
}

static void one(void)
{
	expect_units(1);
}

/* One gives what the other waits for. */
static void give(int self)
{
	if (self) {
		payload[1] = 1;
		ksync_up(&sem);
		return;
	}
	ksync_down(&sem);
	explore_assert(payload[1] == 1);
}

/* Two wait, one gives both units. */
static void give_two(int self)
{
	if (self == 0) {
		payload[0] = 1;
		ksync_up(&sem);
		ksync_up(&sem);
		return;
	}
	ksync_down(&sem);
	explore_assert(payload[0] == 1);
}

/* With one unit it is a lock. */
static void as_lock(int self)
{
	(void)self;
	ksync_down(&sem);
	explore_assert(inside == 0);
	inside++;
	inside--;
	ksync_up(&sem);
}

/* Who gives up has no unit; who got one in the last moment keeps it. */
static void timed(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self) {
		ksync_up(&sem);
		return;
	}
	failed = ksync_down_until(&sem, &soon) != 0;
	explore_outcome("%d", failed);
}

/* Who gave up comes back: the giver who saw it wait may find nobody now, and no
 * unit to add to either. */
static void timed_again(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self)
		ksync_up(&sem);
	else if (ksync_down_until(&sem, &soon))
		ksync_down(&sem);
}

static void interrupted(int self)
{
	if (self == 0) {
		failed = ksync_down_interruptible(&sem) != 0;
		explore_outcome("%d", failed);
	} else if (self == 1) {
		ksync_up(&sem);
		ksync_task_interrupt(system_task(0));
	}
}

/* The unit is where it was not taken from. */
static void one_if_failed(void)
{
	expect_units(failed ? 1 : 0);
}

/* One of two waiters gives up, and the only unit goes to the other. */
static void timed_of_two(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self == 0)
		ksync_up(&sem);
	else if (self == 1)
		failed = ksync_down_until(&sem, &soon) != 0;
	else
		ksync_down(&sem);
}

/* The one unit went to the second if the first gave up, else it hands on. */
static void timed_of_two_pass_on(int self)
{
	timed_of_two(self);
	if (self == 1 && !failed)
		ksync_up(&sem);
}

static void interrupted_of_two(int self)
{
	if (self == 0) {
		ksync_up(&sem);
		ksync_task_interrupt(system_task(1));
	} else if (self == 1) {
		failed = ksync_down_interruptible(&sem) != 0;
		if (!failed)
			ksync_up(&sem);
	} else {
		ksync_down(&sem);
	}
}

static void try(int self)
{
	if (self) {
		ksync_up(&sem);
		return;
	}
	failed = ksync_down_trylock(&sem);
	explore_outcome("%d", failed);
}

/* Who got the unit may free the semaphore: the giver is done with it. */
static void make_in_heap(void)
{
	in_heap = explore_alloc(sizeof(*in_heap));
	explore_name(&in_heap->count, "count");
	explore_name(&in_heap->waitq, "waitq");
	ksync_sema_init(in_heap, 0);
	system_tasks(2);
}

static void free_after(int self)
{
	if (self) {
		ksync_up(in_heap);
		return;
	}
	ksync_down(in_heap);
	explore_free(in_heap);
}

#define CHECKS .available = unit_there

static const struct explore_test tests[] = {
	{ "give", .threads = 2, .setup = two_none, .thread = give,
	  .finish = none, CHECKS },
	{ "give_spin", .threads = 2, .setup = two_none, .thread = give,
	  .finish = none, CHECKS, .spins = 1, .spurious = 1 },
	{ "as_lock", .threads = 2, .setup = two_one, .thread = as_lock,
	  .finish = one, CHECKS },
	{ "try", .threads = 2, .setup = two_none, .thread = try,
	  .finish = one_if_failed, CHECKS, .outcomes = "0|1" },
	{ "timed", .threads = 2, .setup = two_none, .thread = timed,
	  .finish = one_if_failed, CHECKS, .clock_jumps = 1,
	  .outcomes = "0|1" },
	{ "timed_again", .threads = 2, .setup = two_none, .thread = timed_again,
	  .finish = none, CHECKS, .clock_jumps = 1, .bound = 2 },
	{ "interrupted", .threads = 2, .setup = two_none, .thread = interrupted,
	  .finish = one_if_failed, CHECKS, .outcomes = "0|1" },
	{ "free_after", .threads = 2, .setup = make_in_heap,
	  .thread = free_after },
	{ "three_give_two", .threads = 3, .setup = three_none,
	  .thread = give_two, .finish = none, CHECKS, .bound = 2 },
	{ "three_give_two_asleep", .threads = 3, .setup = three_none,
	  .thread = give_two, .finish = none, CHECKS,
	  .asleep = 1 << 1 | 1 << 2 },
	{ "three_give_one_asleep", .threads = 3, .setup = three_none,
	  .thread = give_two, .finish = none, CHECKS, .asleep = 1 << 1,
	  .bound = 2 },
	{ "three_timed", .threads = 3, .setup = three_none,
	  .thread = timed_of_two_pass_on, .finish = none, CHECKS,
	  .asleep = 1 << 1 | 1 << 2, .clock_jumps = 1 },
	{ "three_interrupted", .threads = 3, .setup = three_none,
	  .thread = interrupted_of_two, .finish = none, CHECKS,
	  .asleep = 1 << 1 | 1 << 2 },
	{ "three_as_lock", .threads = 3, .setup = three_one, .thread = as_lock,
	  .finish = one, CHECKS, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
