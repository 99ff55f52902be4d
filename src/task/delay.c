/* SPDX-License-Identifier: MIT */
/*
 * Time passes: what sleeps by the task's state, and its token, as they are
 * (schedule.c, park.c), with the times that callers give.
 */
#include <errno.h>

#include <ksync/delay.h>
#include <ksync/machine.h>
#include <ksync/watch.h>

#include "park.h"
#include "schedule.h"
#include "wait.h"

#define NS_PER_US 1000LL
#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL
/* Sleeping costs more than that: docs/mutex.md, "spinning". */
#define FSLEEP_AT_WORK_US 10ul

/* A point in time that far from now, rounded to none at the end of time. */
static ksync_s64 after_ns(ksync_s64 ns)
{
	ksync_s64 now = ksync__clock_ns();

	return ns < KSYNC__NEVER - now ? now + ns : KSYNC__NEVER;
}

static ksync_s64 after_us(unsigned long us)
{
	ksync_s64 ns;

	if (__builtin_mul_overflow(us, NS_PER_US, &ns))
		return KSYNC__NEVER;
	return after_ns(ns);
}

long ksync_schedule_timeout(long timeout)
{
	struct ksync_task *self = ksync__task_self();
	ksync_s64 deadline = ksync__deadline_of_jiffies(timeout);

	ksync_watch_caller_schedules();
	if (ksync__schedule(self, deadline) == -ETIME || timeout <= 0)
		return 0;
	return deadline == KSYNC__NEVER ? timeout :
					  ksync__jiffies_until(deadline);
}

long ksync_schedule_timeout_state(long timeout, unsigned int state)
{
	ksync_watch_caller_might_sleep();
	ksync_set_current_state_relaxed(state);
	return ksync_schedule_timeout(timeout);
}

/* In this state until then; what wakes it early does not end it. */
static void sleep_out(ksync_s64 deadline, unsigned int state)
{
	struct ksync_task *self = ksync__task_self();

	do
		KSYNC_WRITE_ONCE(self->state, state);
	while (ksync__schedule(self, deadline) == 0);
}

void ksync_msleep(unsigned int ms)
{
	ksync_watch_caller_might_sleep();
	sleep_out(after_ns(NS_PER_MS * ms), KSYNC_TASK_UNINTERRUPTIBLE);
}

unsigned long ksync_msleep_interruptible(unsigned int ms)
{
	ksync_s64 deadline = after_ns(NS_PER_MS * ms);
	ksync_s64 left;

	ksync_watch_caller_might_sleep();
	sleep_out(deadline, KSYNC_TASK_INTERRUPTIBLE);
	left = deadline - ksync__clock_ns();
	return left > 0 ? (unsigned long)ksync__jiffies_until(deadline) : 0;
}

void ksync_ssleep(unsigned int seconds)
{
	ksync_watch_caller_might_sleep();
	sleep_out(after_ns(NS_PER_S * seconds), KSYNC_TASK_UNINTERRUPTIBLE);
}

void ksync_usleep_range_state(unsigned long min, unsigned long max,
			      unsigned int state)
{
	(void)max;
	ksync_watch_caller_might_sleep();
	sleep_out(after_us(min), state);
}

static void work_until(ksync_s64 deadline)
{
	while (ksync__clock_ns() < deadline)
		ksync_cpu_relax();
}

void ksync_udelay(unsigned long us)
{
	work_until(after_us(us));
}

void ksync_ndelay(unsigned long ns)
{
	work_until(after_ns(ns < LONG_MAX ? (ksync_s64)ns : LONG_MAX));
}

void ksync_fsleep(unsigned long us)
{
	ksync_watch_caller_might_sleep();
	if (us <= FSLEEP_AT_WORK_US)
		work_until(after_us(us));
	else
		sleep_out(after_us(us), KSYNC_TASK_UNINTERRUPTIBLE);
}

static int park(ksync_s64 deadline)
{
	struct ksync_task *self = ksync__task_self();
	int ret = ksync__park(self, deadline);

	ksync_watch_order_acquire(&self->park);
	return ret;
}

void ksync_park(void)
{
	ksync_watch_caller_might_sleep();
	(void)park(KSYNC__NEVER);
}

int ksync__park_until(ksync_s64 deadline)
{
	ksync_watch_caller_might_sleep();
	return park(deadline);
}

void ksync_unpark(ksync_task_t *task)
{
	ksync_watch_order_release(&task->park);
	ksync__unpark(task);
}

void ksync_yield(void)
{
	ksync__thread_yield();
}

int ksync_cond_resched(void)
{
	ksync_watch_caller_might_sleep();
	return 0;
}

int ksync_task_comm(const ksync_task_t *task, char name[KSYNC_TASK_COMM_LEN])
{
	return ksync__thread_name(ksync_task_tid(task), name);
}

int ksync_task_set_comm(ksync_task_t *task, const char *name)
{
	return ksync__thread_set_name(ksync_task_tid(task), name);
}

void ksync__relax(unsigned int *turn, const volatile void *addr)
{
	struct ksync__backoff backoff = { .turn = *turn };

	ksync__backoff_wait(&backoff, (const void *)addr);
	*turn = backoff.turn;
}
