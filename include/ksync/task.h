/* SPDX-License-Identifier: MIT */
/*
 * The task: what ksync knows of a thread.
 *
 * Every thread has one, made when it first needs one (which may map memory, so
 * not in a signal handler) and retired when the thread exits. Other threads use
 * it to interrupt the thread's waits.
 *
 * An interrupt is sticky: it stays pending until the thread clears it. Only a
 * call that would have to sleep gives up with -EINTR; an uncontended
 * _interruptible lock succeeds with an interrupt pending. A kill is the same
 * for _killable and _interruptible calls. A POSIX signal interrupts nothing by
 * itself; its handler may call ksync_task_interrupt().
 */
#ifndef KSYNC_TASK_H
#define KSYNC_TASK_H

#include <ksync/compiler.h>
#include <ksync/types.h>

#ifdef KSYNC_KERNEL_NAMES
typedef struct task_struct ksync_task_t;
#else
typedef struct ksync_task ksync_task_t;
#endif

KSYNC_BEGIN_DECLS

/*
 * The calling thread's task reference, or KSYNC__NO_TASK. Locks store it
 * as their owner; task.c says how it is made up.
 */
#define KSYNC__NO_TASK ULONG_MAX
extern KSYNC_API KSYNC_TLS unsigned long ksync__self;

/*
 * For ThreadSanitizer: the calling thread's interrupt orders. It hears of no
 * order between the notes that a lock is about to be taken and that it was not.
 */
KSYNC_API void ksync__task_told(void);

/**
 * ksync_current() - the calling thread's task
 *
 * Context: Any thread. Not in a signal handler unless the thread has called it
 *	or used a ksync lock before.
 * Return: the task. It stays valid until the thread exits; use
 *	ksync_task_get() to keep it longer.
 * Example::
 *
 *	ksync_task_t *me = ksync_current();
 */
KSYNC_API ksync_task_t *ksync_current(void);

/**
 * ksync_task_get() - keep a task valid beyond its thread's exit
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any.
 * Return: @task.
 * Example::
 *
 *	ksync_task_t *worker = ksync_task_get(ksync_current());
 *
 *	ksync_task_interrupt(worker);
 *	ksync_task_put(worker);
 */
KSYNC_API ksync_task_t *ksync_task_get(ksync_task_t *task);

/**
 * ksync_task_put() - end what ksync_task_get() began
 * @task: a task that the caller keeps
 *
 * Context: Any thread; not in a signal handler.
 * Example::
 *
 *	ksync_task_put(ksync_task_get(ksync_current()));
 */
KSYNC_API void ksync_task_put(ksync_task_t *task);

/**
 * ksync_task_interrupt() - make a task's interruptible waits end
 * @task: a task whose thread runs, or that is kept; no effect after its exit
 *
 * Context: Any, signal handlers included.
 * Order: Release; the task's call that returns -EINTR acquires.
 * Example::
 *
 *	ksync_task_interrupt(ksync_current());
 */
KSYNC_API void ksync_task_interrupt(ksync_task_t *task);

/**
 * ksync_task_kill() - make a task's killable and interruptible waits end
 * @task: a task whose thread runs, or that is kept; no effect after its exit
 *
 * Context: Any, signal handlers included.
 * Order: Release; the task's call that returns -EINTR acquires.
 * Example::
 *
 *	ksync_task_kill(ksync_current());
 */
KSYNC_API void ksync_task_kill(ksync_task_t *task);

/**
 * ksync_signal_pending() - is an interrupt or a kill pending?
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any.
 * Order: None.
 * Return: true if one is pending.
 * Example::
 *
 *	bool stop = ksync_signal_pending(ksync_current());
 */
KSYNC_API bool ksync_signal_pending(const ksync_task_t *task);

/**
 * ksync_fatal_signal_pending() - is a kill pending?
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any.
 * Order: None.
 * Return: true if a kill is pending.
 * Example::
 *
 *	bool stop = ksync_fatal_signal_pending(ksync_current());
 */
KSYNC_API bool ksync_fatal_signal_pending(const ksync_task_t *task);

/**
 * ksync_task_clear_pending() - the calling thread has seen its interrupt
 *
 * Clears a pending interrupt and a pending kill of the calling thread.
 *
 * Context: Any.
 * Return: true if one was pending.
 * Example::
 *
 *	if (ksync_task_clear_pending())
 *		puts("was told to stop");
 */
KSYNC_API bool ksync_task_clear_pending(void);

/**
 * ksync_task_tid() - a task's thread id, as gettid() returns it
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any.
 * Return: the thread id; 0 after the thread's exit.
 * Example::
 *
 *	int tid = ksync_task_tid(ksync_current());
 */
KSYNC_API int ksync_task_tid(const ksync_task_t *task);

KSYNC_END_DECLS

#endif
