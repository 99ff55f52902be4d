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

#include <pthread.h>
#include <time.h>

#include <ksync/compiler.h>
#include <ksync/types.h>

#ifdef KSYNC_KERNEL_NAMES
typedef struct task_struct ksync_task_t;
#else
typedef struct ksync_task ksync_task_t;
#endif

/* What a task may have pending; a kind of wait is the bits that end it. */
#define KSYNC__INTERRUPTED 1
#define KSYNC__KILLED 2
#define KSYNC__UNINTERRUPTIBLE 0
#define KSYNC__KILLABLE KSYNC__KILLED
#define KSYNC__INTERRUPTIBLE (KSYNC__INTERRUPTED | KSYNC__KILLED)

/*
 * A task's state: it runs, or is about to sleep in ksync_schedule() until what
 * the state names. The kernel's numbers.
 */
#define KSYNC_TASK_RUNNING 0u
#define KSYNC_TASK_INTERRUPTIBLE 0x1u
#define KSYNC_TASK_UNINTERRUPTIBLE 0x2u
#define KSYNC_TASK_PARKED 0x40u /* ksync_kthread_parkme() */
#define KSYNC_TASK_WAKEKILL 0x100u
#define KSYNC_TASK_NOLOAD 0x400u     /* changes nothing here */
#define KSYNC_TASK_FREEZABLE 0x2000u /* nor does this */
#define KSYNC_TASK_KILLABLE (KSYNC_TASK_WAKEKILL | KSYNC_TASK_UNINTERRUPTIBLE)
#define KSYNC_TASK_IDLE (KSYNC_TASK_NOLOAD | KSYNC_TASK_UNINTERRUPTIBLE)
#define KSYNC_TASK_NORMAL \
	(KSYNC_TASK_INTERRUPTIBLE | KSYNC_TASK_UNINTERRUPTIBLE)

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
 * ksync_task_of_pthread() - find the task of a thread
 * @thread: a thread that was neither joined nor detached, or that certainly
 *	still runs, as for pthread_kill(): the value of one that is gone may
 *	name another
 *
 * A thread has a task from its first use of ksync on; to be found at once it
 * calls ksync_current() first thing. The thread may exit at any time: either it
 * is found, and the task is kept, or it is not.
 *
 * Context: Any thread; not in a signal handler. Takes a lock that each thread's
 *	first use and exit takes, and looks at each thread's record.
 * Return: the task, kept: ksync_task_put() ends that. NULL if the thread has
 *	not used ksync yet, or has exited.
 * Example::
 *
 *	ksync_task_t *me = ksync_task_of_pthread(pthread_self());
 *
 *	if (me) {
 *		ksync_task_interrupt(me);
 *		ksync_task_put(me);
 *	}
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_task_of_pthread(pthread_t thread);

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

/**
 * ksync_set_current_state() - announce that the calling thread will sleep
 * @state: KSYNC_TASK_INTERRUPTIBLE, _KILLABLE, _UNINTERRUPTIBLE, _IDLE, or
 *	_RUNNING to go back
 *
 * Then look at the condition, then call ksync_schedule(): whoever makes the
 * condition true and wakes the task afterwards is not missed. Nothing that may
 * sleep comes in between; the checked library reports that.
 *
 * Context: Any thread.
 * Order: Full: the state before what follows. Other end: ksync_wake_up_state().
 * Example::
 *
 *	ksync_set_current_state(KSYNC_TASK_INTERRUPTIBLE);
 *	ksync_set_current_state(KSYNC_TASK_RUNNING);
 */
KSYNC_API void ksync_set_current_state(unsigned int state);

/**
 * ksync_set_current_state_relaxed() - the same without an order
 * @state: as above; usually KSYNC_TASK_RUNNING, after the sleep
 *
 * The kernel's __set_current_state().
 *
 * Context: Any thread.
 * Order: None.
 * Example::
 *
 *	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
 */
KSYNC_API void ksync_set_current_state_relaxed(unsigned int state);

/**
 * ksync_get_current_state() - the calling thread's state
 *
 * Context: Any thread.
 * Return: what it set last, or KSYNC_TASK_RUNNING if it was woken since.
 * Example::
 *
 *	bool awake = ksync_get_current_state() == KSYNC_TASK_RUNNING;
 */
KSYNC_API unsigned int ksync_get_current_state(void);

/**
 * ksync_task_is_running() - is a task in no sleep, nor about to be?
 * @task: a task whose thread runs, or that is kept
 *
 * A thread that waits for a lock counts as running: this is about states that
 * were set.
 *
 * Context: Any.
 * Order: None.
 * Return: true if its state is KSYNC_TASK_RUNNING.
 * Example::
 *
 *	bool yes = ksync_task_is_running(ksync_current());
 */
KSYNC_API bool ksync_task_is_running(const ksync_task_t *task);

/**
 * ksync_schedule() - sleep until the state is KSYNC_TASK_RUNNING again
 *
 * Returns at once if it is. A pending interrupt or kill that the state lets
 * through ends the sleep, and so does an early one.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire from whoever woke it.
 * Example::
 *
 *	ksync_set_current_state(KSYNC_TASK_INTERRUPTIBLE);
 *	if (!ksync_signal_pending(ksync_current()))
 *		ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
 *	ksync_schedule();
 */
KSYNC_API void ksync_schedule(void);

/**
 * ksync_signal_pending_state() - would what is pending end a sleep in a state?
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any.
 * Order: Acquire from who interrupted or killed it, if true.
 * Return: true if an interrupt or a kill is pending that ends such a sleep.
 * Example::
 *
 *	bool stop = ksync_signal_pending_state(KSYNC_TASK_KILLABLE,
 *					       ksync_current());
 */
KSYNC_API bool ksync_signal_pending_state(unsigned int state,
					  ksync_task_t *task);

/**
 * ksync_wake_up_state() - wake a task if it sleeps in one of these states
 * @task: a task whose thread runs, or that is kept
 * @states: bits of states
 *
 * Context: Any, signal handlers included.
 * Order: Full before it looks at the state, so that either it finds the task
 *	asleep or the task finds what was done before; release to the sleeper.
 * Return: 1 if it ended a state, 0 if the task had none of them.
 * Example::
 *
 *	ksync_wake_up_state(ksync_current(), KSYNC_TASK_INTERRUPTIBLE);
 */
KSYNC_API int ksync_wake_up_state(ksync_task_t *task, unsigned int states);

/**
 * ksync_wake_up_process() - wake a task from any sleep in ksync_schedule()
 * @task: a task whose thread runs, or that is kept
 *
 * Context: Any, signal handlers included.
 * Order: As ksync_wake_up_state().
 * Return: 1 if it ended a state, 0 if the task was running.
 * Example::
 *
 *	ksync_wake_up_process(ksync_current());
 */
KSYNC_API int ksync_wake_up_process(ksync_task_t *task);

/**
 * ksync_schedule_timeout() - ksync_schedule() for a limited time
 * @timeout: in jiffies; KSYNC_MAX_SCHEDULE_TIMEOUT for no limit
 *
 * The state is KSYNC_TASK_RUNNING afterwards. A negative timeout is one of 0.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire from whoever woke it.
 * Return: the jiffies that are left, at least 1; 0 if the time is over.
 * Example::
 *
 *	ksync_set_current_state(KSYNC_TASK_INTERRUPTIBLE);
 *	long left = ksync_schedule_timeout(1);
 */
KSYNC_API long ksync_schedule_timeout(long timeout);

/**
 * ksync_schedule_timeout_state() - the same, in a state
 * @timeout: in jiffies
 * @state: which ksync_set_current_state() is given first
 *
 * Context: May sleep.
 * Order: Acquire from whoever woke it.
 * Return: the jiffies that are left, at least 1; 0 if the time is over.
 * Example::
 *
 *	long left = ksync_schedule_timeout_state(1, KSYNC_TASK_KILLABLE);
 */
KSYNC_API long ksync_schedule_timeout_state(long timeout, unsigned int state);

#define ksync_schedule_timeout_interruptible(timeout) \
	ksync_schedule_timeout_state(timeout, KSYNC_TASK_INTERRUPTIBLE)
#define ksync_schedule_timeout_killable(timeout) \
	ksync_schedule_timeout_state(timeout, KSYNC_TASK_KILLABLE)
#define ksync_schedule_timeout_uninterruptible(timeout) \
	ksync_schedule_timeout_state(timeout, KSYNC_TASK_UNINTERRUPTIBLE)
#define ksync_schedule_timeout_idle(timeout) \
	ksync_schedule_timeout_state(timeout, KSYNC_TASK_IDLE)

/**
 * ksync_park() - sleep until ksync_unpark()
 *
 * The shortest way to sleep: one token for each task. An unpark makes it
 * present, and a park takes it, or sleeps until it is there. Any park may
 * return early, and an interrupt ends it: look at the condition in a loop. An
 * unpark after the condition's change is not lost, if nothing that may sleep
 * comes between that look and the park: it could take the token.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire from the unpark whose token it took.
 * Example::
 *
 *	ksync_unpark(ksync_current());
 *	ksync_park();
 */
KSYNC_API void ksync_park(void);

KSYNC_API int ksync__park_until(ksync_s64 deadline);

/**
 * ksync_park_until() - the same, up to a point in time
 * @deadline: of CLOCK_MONOTONIC
 *
 * Context: May sleep.
 * Order: Acquire from the unpark whose token it took.
 * Return: 0, perhaps for no reason; -ETIME when the time is over.
 * Example::
 *
 *	struct timespec at = { 0, 0 };
 *	int late = ksync_park_until(&at);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_park_until(const struct timespec *deadline)
{
	return ksync__park_until(ksync__deadline(deadline));
}

/**
 * ksync_unpark() - end a task's ksync_park(), or its next one
 * @task: a task whose thread runs, or that is kept; no effect after its exit
 *
 * Context: Any, signal handlers included.
 * Order: Release; the park that takes the token acquires.
 * Example::
 *
 *	ksync_unpark(ksync_current());
 *	ksync_park();
 */
KSYNC_API void ksync_unpark(ksync_task_t *task);

/**
 * ksync_yield() - let another thread of this priority go first
 *
 * For who has nothing to do but look again. On a machine with other work that
 * may take long; in a realtime class threads of lower priority get nothing.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_yield();
 */
KSYNC_API void ksync_yield(void);

/**
 * ksync_cond_resched() - a place in a long loop where others may go first
 *
 * A thread is preempted wherever it is, so there is nothing to do here; but the
 * checked library reports it where nobody may sleep, as it does in the kernel.
 *
 * Context: May sleep.
 * Return: 0: nobody went first by this.
 * Example::
 *
 *	ksync_cond_resched();
 */
KSYNC_API int ksync_cond_resched(void);

/* Bytes of a thread's name, with the 0 at its end. */
#define KSYNC_TASK_COMM_LEN 16

/**
 * ksync_task_comm() - the name of a task's thread
 * @task: a task whose thread runs, or that is kept
 * @name: where it goes
 *
 * As ps and gdb show it. That of another thread is read from /proc.
 *
 * Context: Any.
 * Return: 0; -ESRCH after the thread's exit, or another error of the system,
 *	and then the name is empty.
 * Example::
 *
 *	char name[KSYNC_TASK_COMM_LEN];
 *
 *	if (ksync_task_comm(ksync_current(), name) == 0)
 *		puts(name);
 */
KSYNC_API int ksync_task_comm(const ksync_task_t *task,
			      char name[KSYNC_TASK_COMM_LEN]);

/**
 * ksync_task_set_comm() - name a task's thread
 * @task: a task whose thread runs, or that is kept
 * @name: of which the first 15 bytes count
 *
 * Context: Any.
 * Return: 0; -ESRCH after the thread's exit, or another error of the system.
 * Example::
 *
 *	ksync_task_set_comm(ksync_current(), "reader");
 */
KSYNC_API int ksync_task_set_comm(ksync_task_t *task, const char *name);

KSYNC_END_DECLS

#endif
