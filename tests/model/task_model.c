/* SPDX-License-Identifier: MIT */
/*
 * Tasks: an interrupt is seen, and with it what came before; who is found gone
 * has unlocked; a record is used again when nobody uses it any more.
 */
#include <ksync/mutex.h>
#include <ksync/task.h>

#include "../../src/task.h"
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

static void kept(void)
{
	names();
	system_task_of(0);
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

static const struct explore_test tests[] = {
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
