/* SPDX-License-Identifier: MIT */
/* The system's header, and the kernel's names for the task. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/sched.h>

#ifndef KSYNC_COMPAT_SCHED_H
#define KSYNC_COMPAT_SCHED_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>

#define MAX_SCHEDULE_TIMEOUT KSYNC_MAX_SCHEDULE_TIMEOUT

#define TASK_RUNNING KSYNC_TASK_RUNNING
#define TASK_INTERRUPTIBLE KSYNC_TASK_INTERRUPTIBLE
#define TASK_UNINTERRUPTIBLE KSYNC_TASK_UNINTERRUPTIBLE
#define TASK_PARKED KSYNC_TASK_PARKED
#define TASK_WAKEKILL KSYNC_TASK_WAKEKILL
#define TASK_NOLOAD KSYNC_TASK_NOLOAD
#define TASK_FREEZABLE KSYNC_TASK_FREEZABLE
#define TASK_KILLABLE KSYNC_TASK_KILLABLE
#define TASK_IDLE KSYNC_TASK_IDLE
#define TASK_NORMAL KSYNC_TASK_NORMAL

#define set_current_state(state) ksync_set_current_state(state)
#define __set_current_state(state) ksync_set_current_state_relaxed(state)
#define get_current_state() ksync_get_current_state()
#define task_is_running(task) ksync_task_is_running(task)

KSYNC__KERNEL_NAME void schedule(void)
{
	ksync_schedule();
}

KSYNC__KERNEL_NAME int wake_up_state(struct task_struct *tsk,
				     unsigned int state)
{
	return ksync_wake_up_state(tsk, state);
}

KSYNC__KERNEL_NAME int wake_up_process(struct task_struct *tsk)
{
	return ksync_wake_up_process(tsk);
}

KSYNC__KERNEL_NAME long schedule_timeout(long timeout)
{
	return ksync_schedule_timeout(timeout);
}

#define schedule_timeout_interruptible(timeout) \
	ksync_schedule_timeout_interruptible(timeout)
#define schedule_timeout_killable(timeout) \
	ksync_schedule_timeout_killable(timeout)
#define schedule_timeout_uninterruptible(timeout) \
	ksync_schedule_timeout_uninterruptible(timeout)
#define schedule_timeout_idle(timeout) ksync_schedule_timeout_idle(timeout)

/* Nobody counts the time that is spent waiting for a device. */
KSYNC__KERNEL_NAME void io_schedule(void)
{
	ksync_schedule();
}

KSYNC__KERNEL_NAME long io_schedule_timeout(long timeout)
{
	return ksync_schedule_timeout(timeout);
}

KSYNC__KERNEL_NAME void yield(void)
{
	ksync_yield();
}

#define cond_resched() ksync_cond_resched()
#define cond_resched_lock(lock) ksync_cond_resched_lock(lock)
#define cond_resched_rwlock_read(lock) ksync_cond_resched_rwlock_read(lock)
#define cond_resched_rwlock_write(lock) ksync_cond_resched_rwlock_write(lock)

#define TASK_COMM_LEN KSYNC_TASK_COMM_LEN

/* Gives the array, as the kernel's does. */
#define get_task_comm(buf, tsk) ((void)ksync_task_comm(tsk, buf), (buf))

KSYNC__KERNEL_NAME void set_task_comm(struct task_struct *tsk, const char *from)
{
	(void)ksync_task_set_comm(tsk, from);
}

#endif

#endif
