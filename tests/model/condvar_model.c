/* SPDX-License-Identifier: MIT */
/*
 * Condition variable: who changed the condition under the lock wakes who waits
 * for it, a signal is not swallowed by one that gives up, a broadcast reaches
 * all, and each has the lock when its wait returns.
 */
#include <ksync/condvar.h>

#include "task/waitq.h"
#include "system.h"

static ksync_mutex_t mutex;
static ksync_spinlock_t spin;
static ksync_condvar_t changed;
static int ready;  /* under the lock */
static int inside; /* likewise: who holds it */

static void start(int threads)
{
	explore_name(&changed.waitq, "changed");
	explore_name(&mutex.owner, "owner");
	explore_name(&mutex.waitq, "waitq");
	explore_name(&spin.raw.word, "spin");
	ksync_mutex_init(&mutex);
	ksync_spin_lock_init(&spin);
	ksync_condvar_init(&changed);
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

static bool it_is_ready(void)
{
	return ready != 0;
}

static void over(void)
{
	explore_assert(changed.waitq == 0);
	explore_assert(spin.raw.word == 0 && mutex.owner == 0);
}

static void entered(void)
{
	explore_assert(inside == 0);
	inside = 1;
	inside = 0;
}

static void wait_spin(void)
{
	ksync_spin_lock(&spin);
	while (!ready) {
		ksync_condvar_wait(&changed, ksync_condvar_spinlock(&spin));
		entered();
	}
	ksync_spin_unlock(&spin);
}

static void wait_mutex(void)
{
	ksync_mutex_lock(&mutex);
	while (!ready) {
		ksync_condvar_wait(&changed, ksync_condvar_mutex(&mutex));
		entered();
	}
	ksync_mutex_unlock(&mutex);
}

static void signal_after(int self)
{
	if (self) {
		ksync_spin_lock(&spin);
		ready = 1;
		ksync_spin_unlock(&spin);
		ksync_condvar_signal(&changed);
	} else {
		wait_spin();
	}
}

static void signal_under(int self)
{
	if (self) {
		ksync_spin_lock(&spin);
		ready = 1;
		ksync_condvar_signal(&changed);
		ksync_spin_unlock(&spin);
	} else {
		wait_spin();
	}
}

static void with_mutex(int self)
{
	if (self) {
		ksync_mutex_lock(&mutex);
		ready = 1;
		ksync_mutex_unlock(&mutex);
		ksync_condvar_signal(&changed);
	} else {
		wait_mutex();
	}
}

static void broadcast(int self)
{
	if (self) {
		wait_spin();
	} else {
		ksync_spin_lock(&spin);
		ready = 1;
		ksync_spin_unlock(&spin);
		ksync_condvar_broadcast(&changed);
	}
}

static void broadcast_mutex(int self)
{
	if (self) {
		wait_mutex();
	} else {
		ksync_mutex_lock(&mutex);
		ready = 1;
		ksync_mutex_unlock(&mutex);
		ksync_condvar_broadcast(&changed);
	}
}

static int wait_timed(void)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };
	int ret = 0;

	ksync_spin_lock(&spin);
	while (!ready && !ret) {
		ret = ksync_condvar_wait_until(
			&changed, ksync_condvar_spinlock(&spin), &soon);
		entered();
	}
	if (ready)
		ret = 0;
	ksync_spin_unlock(&spin);
	return ret;
}

static void timed(int self)
{
	if (self)
		signal_after(self);
	else
		explore_outcome("%d", wait_timed());
}

static void interrupted(int self)
{
	int ret;

	if (self) {
		ksync_task_interrupt(system_task(0));
		return;
	}
	ksync_spin_lock(&spin);
	ret = ksync_condvar_wait_interruptible(&changed,
					       ksync_condvar_spinlock(&spin));
	entered();
	ksync_spin_unlock(&spin);
	explore_outcome("%d", ret);
}

/* A signal for one of two; who takes it passes it on. */
static void signal_of_two(int self)
{
	if (self == 0) {
		ksync_spin_lock(&spin);
		ready = 1;
		ksync_spin_unlock(&spin);
		ksync_condvar_signal(&changed);
	} else if (self == 1) {
		if (!wait_timed())
			ksync_condvar_signal(&changed);
	} else {
		wait_spin();
	}
}

static void broadcast_timed(int self)
{
	if (self == 1)
		(void)wait_timed();
	else
		broadcast(self);
}

static void broadcast_mutex_timed(int self)
{
	struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

	if (self != 2) {
		broadcast_mutex(self);
		return;
	}
	ksync_mutex_lock(&mutex);
	if (!ready &&
	    ksync_condvar_wait_until(&changed, ksync_condvar_mutex(&mutex),
				     &soon) == 0)
		explore_assert(ready);
	entered();
	ksync_mutex_unlock(&mutex);
}

#define CHECKS .finish = over, .available = it_is_ready

static const struct explore_test tests[] = {
	{ "signal_after", .threads = 2, .setup = two, .thread = signal_after,
	  CHECKS },
	{ "signal_under", .threads = 2, .setup = two, .thread = signal_under,
	  CHECKS },
	{ "signal_spin", .threads = 2, .setup = two, .thread = signal_after,
	  CHECKS, .spins = 1, .spurious = 1 },
	{ "timed_asleep", .threads = 2, .setup = two, .thread = timed, CHECKS,
	  .asleep = 1 << 0, .clock_jumps = 1, .outcomes = "0|-62" },
	{ "timed", .threads = 2, .setup = two, .thread = timed, CHECKS,
	  .clock_jumps = 1, .outcomes = "0|-62", .bound = 2 },
	{ "interrupted", .threads = 2, .setup = two, .thread = interrupted,
	  .finish = over, .outcomes = "-4" },
	{ "mutex_asleep", .threads = 2, .setup = two, .thread = with_mutex,
	  CHECKS, .asleep = 1 << 0 },
	{ "mutex", .threads = 2, .setup = two, .thread = with_mutex, CHECKS,
	  .bound = 2 },
	{ "three_broadcast", .threads = 3, .setup = three, .thread = broadcast,
	  CHECKS, .asleep = 1 << 1 | 1 << 2 },
	{ "three_broadcast_mutex", .threads = 3, .setup = three,
	  .thread = broadcast_mutex, CHECKS, .asleep = 1 << 1 | 1 << 2,
	  .bound = 2 },
	{ "three_signal_timed", .threads = 3, .setup = three,
	  .thread = signal_of_two, CHECKS, .asleep = 1 << 1 | 1 << 2,
	  .clock_jumps = 1, .bound = 2 },
	{ "three_broadcast_timed", .threads = 3, .setup = three,
	  .thread = broadcast_timed, CHECKS, .asleep = 1 << 1 | 1 << 2,
	  .clock_jumps = 1, .bound = 2 },
	{ "three_broadcast_mutex_timed", .threads = 3, .setup = three,
	  .thread = broadcast_mutex_timed, CHECKS, .asleep = 1 << 1 | 1 << 2,
	  .clock_jumps = 1, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
