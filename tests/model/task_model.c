/* SPDX-License-Identifier: MIT */
/*
 * Tasks: an interrupt is seen, and with it what came before; who is found gone
 * has unlocked; a record is used again when nobody uses it any more.
 */
#include <ksync/mutex.h>
#include <ksync/task.h>

#include "task/task.h"
#include "system.h"

static ksync_mutex_t lock = KSYNC_MUTEX_INIT;
static int payload;
static int flag;

static void names(void)
{
	explore_name(&lock.owner, "owner");
	explore_name(&lock.waitq, "waitq");
	explore_name(&payload, "payload");
	explore_name(&flag, "flag");
}

static void two(void)
{
	names();
	system_tasks(2);
}

/* What came before an interrupt is seen with it. */
static void interrupt(int self)
{
	if (self) {
		payload = 1;
		ksync_task_interrupt(system_task(0));
		return;
	}
	while (!ksync__task_interrupted(system_task(0), KSYNC__INTERRUPTIBLE))
		explore_await(&system_task(0)->pending, false);
	explore_assert(payload == 1);
	explore_assert(ksync_task_clear_pending());
	explore_assert(!ksync_task_clear_pending());
}

/* Thread 0 unlocks, then exits: so it is never found gone as the owner. */
static void exit_after_unlock(int self)
{
	(void)self;
	ksync_mutex_lock(&lock);
	payload++;
	ksync_mutex_unlock(&lock);
}

/*
 * Thread 0's record is kept by thread 1, who interrupts it and lets go. Thread
 * 2 may get the record: nothing of that is left in it, and what the keeper did
 * comes before.
 */
static int note; /* of that record: its keeper's, then its next thread's */

static unsigned long first_ref; /* thread 0's */

static void kept(void)
{
	names();
	system_task_of(0);
	first_ref = system_task(0)->ref;
	ksync_task_get(system_task(0));
}

static void keep_and_put(void)
{
	note++;
	ksync_task_interrupt(system_task(0));
	ksync_task_put(system_task(0));
}

static void new_thread(void)
{
	bool again = ksync_current() == system_task(0);

	explore_assert(!ksync_signal_pending(ksync_current()));
	/* A lock that thread 0 left locked does not look like this one's. */
	explore_assert(ksync_current()->ref != first_ref);
	if (again)
		note++;
	explore_outcome("%s", again ? "again" : "new");
}

static void reuse(int self)
{
	if (self == 1)
		keep_and_put();
	else if (self == 2)
		new_thread();
}

/* Its thread is gone, and two keep it: the last one frees it for others. */
static void kept_twice(void)
{
	kept();
	ksync_task_get(system_task(0));
	system_exit_of(0);
}

static void reuse_kept(int self)
{
	if (self == 0)
		new_thread();
	else if (self == 1)
		keep_and_put();
	else
		ksync_task_put(system_task(0));
}

/* Two threads make their records at once, and have different ones. */
static ksync_task_t *made[2];

static void make(int self)
{
	made[self] = ksync_current();
}

static void made_two(void)
{
	explore_assert(made[0] != made[1]);
}

/* Sleeps until there is a payload; who made it wakes the sleeper. */
static void sleep_for_it(int self)
{
	if (self) {
		payload = 1;
		KSYNC_WRITE_ONCE(flag, 1);
		(void)ksync_wake_up_process(system_task(0));
		return;
	}
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (KSYNC_READ_ONCE(flag))
			break;
		ksync_schedule();
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
}

/* Once asleep it needs no condition: the wake-up says all. */
static void sleep_alone(int self)
{
	if (self) {
		payload = 1;
		while (!ksync_wake_up_process(system_task(0)))
			explore_await(&system_task(0)->state, false);
		return;
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_INTERRUPTIBLE);
	ksync_schedule();
	explore_assert(payload == 1);
}

/* An interrupt and a wake-up at once: either ends it. */
static void sleep_interrupted(int self)
{
	if (self == 1) {
		ksync_task_interrupt(system_task(0));
		return;
	}
	ksync_set_current_state(KSYNC_TASK_INTERRUPTIBLE);
	ksync_schedule();
	explore_assert(ksync_get_current_state() == KSYNC_TASK_RUNNING);
	explore_assert(ksync_signal_pending(system_task(0)));
}

static bool flag_set(void)
{
	return flag;
}

static const struct explore_test tests[] = {
	{ "sleep", .threads = 2, .setup = two, .thread = sleep_for_it,
	  .available = flag_set },
	{ "sleep_spurious", .threads = 2, .setup = two, .thread = sleep_for_it,
	  .available = flag_set, .spurious = 1 },
	{ "sleep_alone", .threads = 2, .setup = two, .thread = sleep_alone },
	{ "sleep_interrupted", .threads = 2, .setup = two,
	  .thread = sleep_interrupted },
	{ "interrupt", .threads = 2, .setup = two, .thread = interrupt },
	{ "make", .threads = 2, .setup = names, .thread = make,
	  .finish = made_two, .exits = false },
	{ "make_and_exit", .threads = 2, .setup = names, .thread = make,
	  .exits = true },
	{ "exit_after_unlock", .threads = 2, .setup = two,
	  .thread = exit_after_unlock, .exits = true },
	{ "reuse", .threads = 3, .setup = kept, .thread = reuse, .exits = true,
	  .outcomes = "again|new" },
	{ "reuse_kept", .threads = 3, .setup = kept_twice, .thread = reuse_kept,
	  .outcomes = "again|new" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
