/* SPDX-License-Identifier: MIT */
/*
 * To let time pass: asleep, in the calling thread's task, so that what wakes or
 * interrupts a task is seen; or at work, for less than sleeping costs.
 */
#ifndef KSYNC_DELAY_H
#define KSYNC_DELAY_H

#include <ksync/task.h>

KSYNC_BEGIN_DECLS

/**
 * ksync_msleep() - sleep for some milliseconds
 * @ms: how many at least
 *
 * Nothing ends it early.
 *
 * Context: May sleep.
 * Example::
 *
 *	ksync_msleep(1);
 */
KSYNC_API void ksync_msleep(unsigned int ms);

/**
 * ksync_msleep_interruptible() - sleep until the time is over, or an interrupt
 * @ms: milliseconds
 *
 * Context: May sleep.
 * Order: Acquire from whoever interrupted it.
 * Return: the milliseconds that are left; 0 if the time is over.
 * Example::
 *
 *	unsigned long left = ksync_msleep_interruptible(1);
 */
KSYNC_API unsigned long ksync_msleep_interruptible(unsigned int ms);

/**
 * ksync_ssleep() - sleep for some seconds
 * @seconds: how many at least
 *
 * Context: May sleep.
 * Example::
 *
 *	ksync_ssleep(0);
 */
KSYNC_API void ksync_ssleep(unsigned int seconds);

/**
 * ksync_usleep_range_state() - sleep for some microseconds
 * @min: how many at least
 * @max: how many may be as well; not less
 * @state: KSYNC_TASK_UNINTERRUPTIBLE or _IDLE; in others what ends them does
 *
 * Context: May sleep.
 * Example::
 *
 *	ksync_usleep_range_state(10, 100, KSYNC_TASK_UNINTERRUPTIBLE);
 */
KSYNC_API void ksync_usleep_range_state(unsigned long min, unsigned long max,
					unsigned int state);

#define ksync_usleep_range(min, max) \
	ksync_usleep_range_state(min, max, KSYNC_TASK_UNINTERRUPTIBLE)
#define ksync_usleep_range_idle(min, max) \
	ksync_usleep_range_state(min, max, KSYNC_TASK_IDLE)

/**
 * ksync_udelay() - let some microseconds pass without sleeping
 * @us: how many at least; less than a time slice, or the thread is preempted
 *
 * Context: Any.
 * Example::
 *
 *	ksync_udelay(2);
 */
KSYNC_API void ksync_udelay(unsigned long us);

/**
 * ksync_ndelay() - the same in nanoseconds
 * @ns: how many at least
 *
 * Context: Any.
 * Example::
 *
 *	ksync_ndelay(200);
 */
KSYNC_API void ksync_ndelay(unsigned long ns);

/**
 * ksync_fsleep() - let some microseconds pass in the way that suits them
 * @us: how many at least
 *
 * At work for up to 10 us, else asleep, a quarter longer at the most if the
 * system is in time.
 *
 * Context: May sleep.
 * Example::
 *
 *	ksync_fsleep(50);
 */
KSYNC_API void ksync_fsleep(unsigned long us);

/* One turn of a loop that looks at a word: pauses, then naps. */
KSYNC_API void ksync__relax(unsigned int *turn, const volatile void *addr);

KSYNC_END_DECLS

#define ksync_mdelay(ms) ksync_udelay(1000ul * (ms))

#endif
