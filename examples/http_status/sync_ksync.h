/* SPDX-License-Identifier: MIT */
#ifndef SYNC_KSYNC_H
#define SYNC_KSYNC_H

#include <ksync/atomic.h>
#include <ksync/mutex.h>
#include <ksync/semaphore.h>
#include <ksync/task.h>

typedef ksync_mutex_t lock_t;
typedef ksync_semaphore_t units_t;
typedef ksync_atomic_long_t counter_t;
typedef ksync_task_t *waiter_t;

#define lock_init(l) ksync_mutex_init(l)
#define lock_take(l) ksync_mutex_lock(l)
#define lock_release(l) ksync_mutex_unlock(l)

#define units_init(u, n) ksync_sema_init(u, n)
#define units_give(u) ksync_up(u)

/* 0, or -EINTR when the server stops. */
static inline int units_take(units_t *u)
{
	return ksync_down_interruptible(u);
}

/* 0, or -ETIME. */
static inline int units_take_timeout(units_t *u, int ms)
{
	return ksync_down_timeout(
		u, (long)ksync_msecs_to_jiffies((unsigned int)ms));
}

#define counter_add(c, n) ksync_atomic_long_add(n, c)
#define counter_read(c) ksync_atomic_long_read(c)

/* A thread whose waits another one ends. */
static inline waiter_t waiter_self(void)
{
	return ksync_task_get(ksync_current());
}

static inline void waiter_interrupt(waiter_t w, units_t *u)
{
	(void)u;
	ksync_task_interrupt(w);
}

static inline void waiter_drop(waiter_t w)
{
	ksync_task_put(w);
}

#endif
