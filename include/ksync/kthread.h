/* SPDX-License-Identifier: MIT */
/*
 * Threads that others tell to stop or to park, as the kernel's have it.
 *
 * Such a thread inherits nothing of its maker: it has the processors that the
 * process began with, the ordinary class, a name, and blocks asynchronous
 * signals alone. It runs a function, which looks now and then whether it should
 * stop, and ends by returning.
 *
 * Its task stays valid until the thread has ended; ksync_task_get() keeps it
 * longer. So who stops a thread that may end by itself keeps its task first.
 *
 * Example use::
 *
 *	static int work(void *data)
 *	{
 *		while (!ksync_kthread_should_stop()) {
 *			ksync_schedule_timeout_interruptible(KSYNC_HZ);
 *			if (ksync_kthread_should_park())
 *				ksync_kthread_parkme();
 *		}
 *		return data != NULL;
 *	}
 */
#ifndef KSYNC_KTHREAD_H
#define KSYNC_KTHREAD_H

#include <ksync/completion.h>
#include <ksync/err.h>
#include <ksync/task.h>

#define KSYNC__KTHREAD_FORMAT(n) __attribute__((format(printf, n, n + 1)))

KSYNC_BEGIN_DECLS

/**
 * ksync_kthread_create() - make a thread that does not run yet
 * @fn: what it will do; what this returns, ksync_kthread_stop() does
 * @data: for @fn
 * @namefmt: its name, as printf() makes it, of which 15 bytes count
 *
 * ksync_wake_up_process() starts it. A @fn that begins is told of what its
 * maker did before that.
 *
 * Context: May sleep.
 * Return: its task, or an error pointer: -ENOMEM if there can be no thread.
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_create(work, NULL, "worker/%d", 1);
 *
 *	if (!ksync_IS_ERR(t)) {
 *		ksync_wake_up_process(t);
 *		ksync_kthread_stop(t);
 *	}
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_kthread_create(int (*fn)(void *data), void *data, const char *namefmt,
		     ...) KSYNC__KTHREAD_FORMAT(3);

/**
 * ksync_kthread_create_on_node() - the same; where its memory is says nothing
 * @fn: what it will do
 * @data: for @fn
 * @node: ignored
 * @namefmt: its name
 *
 * Context: May sleep.
 * Return: as ksync_kthread_create().
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_create_on_node(work, NULL, -1, "w");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_kthread_create_on_node(int (*fn)(void *data), void *data, int node,
			     const char *namefmt, ...) KSYNC__KTHREAD_FORMAT(4);

/**
 * ksync_kthread_create_on_cpu() - make one that is bound to a processor
 * @fn: what it will do
 * @data: for @fn
 * @cpu: number of the processor
 * @namefmt: its name, in which a %u is that number
 *
 * A processor that cannot be had leaves it unbound.
 *
 * Context: May sleep.
 * Return: as ksync_kthread_create().
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_create_on_cpu(work, NULL, 0, "w/%u");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu,
			    const char *namefmt);

/**
 * ksync_kthread_run() - make a thread that runs
 * @fn: what it does
 * @data: for @fn
 * @namefmt: its name, as printf() makes it, of which 15 bytes count
 *
 * Context: May sleep.
 * Return: as ksync_kthread_create().
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_run(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_kthread_run(int (*fn)(void *data), void *data, const char *namefmt, ...)
	KSYNC__KTHREAD_FORMAT(3);

/**
 * ksync_kthread_run_on_cpu() - make one that is bound to a processor, and runs
 * @fn: what it does
 * @data: for @fn
 * @cpu: number of the processor
 * @namefmt: its name, in which a %u is that number
 *
 * Context: May sleep.
 * Return: as ksync_kthread_create().
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_run_on_cpu(work, NULL, 0, "w/%u");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_task_t *
ksync_kthread_run_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu,
			 const char *namefmt);

/**
 * ksync_kthread_bind() - bind a thread to a processor
 * @k: a thread that was made and does not run yet
 * @cpu: number of the processor; one that cannot be had changes nothing
 *
 * Context: Any thread.
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_create(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t)) {
 *		ksync_kthread_bind(t, 0);
 *		ksync_kthread_stop(t);
 *	}
 */
KSYNC_API void ksync_kthread_bind(ksync_task_t *k, unsigned int cpu);

/**
 * ksync_kthread_stop() - tell a thread to end, and wait until it has
 * @k: a thread made here that has not ended, or whose task is kept
 *
 * ksync_kthread_should_stop() is true in it from now on; it is woken, unparked
 * and interrupted. One that was never woken ends without having begun.
 * Afterwards the thread is gone, and the destructors of its thread-local
 * objects have run.
 *
 * Context: May sleep.
 * Order: What the thread did is visible afterwards.
 * Return: what its function returned, or gave to ksync_kthread_exit(); -EINTR
 *	if it had not begun, or ended by other means; -ESRCH in a fork's child,
 *	where the thread is not, and, with a report, if it has ended and nobody
 *	keeps @k; -EINVAL, and a report, if @k was not made here; -EDEADLK, and
 *	a report, if @k is the caller.
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_run(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_API int ksync_kthread_stop(ksync_task_t *k);

/**
 * ksync_kthread_stop_put() - the same, then ksync_task_put()
 * @k: a thread made here whose task the caller keeps
 *
 * Context: May sleep.
 * Return: as ksync_kthread_stop().
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_create(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t)) {
 *		ksync_task_get(t);
 *		ksync_wake_up_process(t);
 *		ksync_kthread_stop_put(t);
 *	}
 */
KSYNC_INLINE int ksync_kthread_stop_put(ksync_task_t *k)
{
	int ret = ksync_kthread_stop(k);

	ksync_task_put(k);
	return ret;
}

/**
 * ksync_kthread_should_stop() - was the calling thread told to end?
 *
 * Context: Any; false in a thread that was not made here.
 * Order: Acquire from ksync_kthread_stop(), if true.
 * Return: true if it was.
 * Example::
 *
 *	bool stop = ksync_kthread_should_stop();
 */
KSYNC_API bool ksync_kthread_should_stop(void);

/**
 * ksync_kthread_should_park() - was the calling thread told to park?
 *
 * Context: Any; false in a thread that was not made here.
 * Order: Acquire from ksync_kthread_park(), if true.
 * Return: true if it was; then it calls ksync_kthread_parkme().
 * Example::
 *
 *	if (ksync_kthread_should_park())
 *		ksync_kthread_parkme();
 */
KSYNC_API bool ksync_kthread_should_park(void);

/**
 * ksync_kthread_should_stop_or_park() - was the calling thread told either?
 *
 * Context: Any; false in a thread that was not made here.
 * Order: Acquire from who told, if true.
 * Return: true if it was.
 * Example::
 *
 *	bool look = ksync_kthread_should_stop_or_park();
 */
KSYNC_API bool ksync_kthread_should_stop_or_park(void);

/**
 * ksync_kthread_freezable_should_stop() - ksync_kthread_should_stop()
 * @was_frozen: NULL, or where false goes: nobody freezes threads here
 *
 * Context: As ksync_kthread_should_stop().
 * Return: true if the calling thread was told to end.
 * Example::
 *
 *	bool stop = ksync_kthread_freezable_should_stop(NULL);
 */
KSYNC_INLINE bool ksync_kthread_freezable_should_stop(bool *was_frozen)
{
	if (was_frozen)
		*was_frozen = false;
	return ksync_kthread_should_stop();
}

/**
 * ksync_kthread_park() - tell a thread to park, and wait until it has
 * @k: a thread made here that has not ended, or whose task is kept
 *
 * Waits until the thread calls ksync_kthread_parkme(), where it stays until
 * ksync_kthread_unpark() or _stop(). Between a park and its unpark there is no
 * other park of this thread. A thread that does not run yet parks before it
 * begins.
 *
 * Context: May sleep, unless @k is the caller: then it only tells.
 * Order: What the thread did is visible afterwards.
 * Return: 0; -ENOSYS if the thread has ended; -EBUSY, and a report, if it was
 *	told already; -EINVAL, and a report, if @k was not made here.
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_run(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t)) {
 *		if (ksync_kthread_park(t) == 0)
 *			ksync_kthread_unpark(t);
 *		ksync_kthread_stop(t);
 *	}
 */
KSYNC_API int ksync_kthread_park(ksync_task_t *k);

/**
 * ksync_kthread_unpark() - let a thread go on that was told to park
 * @k: as for ksync_kthread_park()
 *
 * Context: Any thread.
 * Order: Release; a thread that is parked acquires when it goes on.
 * Example::
 *
 *	ksync_task_t *t = ksync_kthread_run(work, NULL, "worker");
 *
 *	if (!ksync_IS_ERR(t)) {
 *		if (ksync_kthread_park(t) == 0)
 *			ksync_kthread_unpark(t);
 *		ksync_kthread_stop(t);
 *	}
 */
KSYNC_API void ksync_kthread_unpark(ksync_task_t *k);

/**
 * ksync_kthread_parkme() - be parked, while the calling thread is told to
 *
 * Returns at once if it is not.
 *
 * Context: May sleep; nothing in a thread that was not made here.
 * Order: Acquire from ksync_kthread_unpark().
 * Example::
 *
 *	if (ksync_kthread_should_park())
 *		ksync_kthread_parkme();
 */
KSYNC_API void ksync_kthread_parkme(void);

/**
 * ksync_kthread_exit() - end the calling thread
 * @result: what ksync_kthread_stop() will return
 *
 * By pthread_exit(), as if its function had returned @result.
 *
 * Context: A thread made here, outside of all locks.
 * Example::
 *
 *	if (ksync_kthread_should_stop())
 *		ksync_kthread_exit(-EINVAL);
 */
KSYNC_API void ksync_kthread_exit(int result) __attribute__((noreturn));

/**
 * ksync_kthread_complete_and_exit() - complete, and end the calling thread
 * @comp: NULL, or what somebody waits for who then ends what the thread ran in
 * @result: what ksync_kthread_stop() will return
 *
 * Context: A thread made here, outside of all locks.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(over);
 *
 *	if (ksync_kthread_should_stop())
 *		ksync_kthread_complete_and_exit(&over, 0);
 */
KSYNC_API void ksync_kthread_complete_and_exit(ksync_completion_t *comp,
					       int result)
	__attribute__((noreturn));

/**
 * ksync_kthread_data() - what a thread's function was given
 * @k: a thread made here that has not ended, or whose task is kept
 *
 * Context: Any.
 * Return: the data; NULL if @k was not made here.
 * Example::
 *
 *	void *none = ksync_kthread_data(ksync_current());
 */
KSYNC_API void *ksync_kthread_data(ksync_task_t *k);

/**
 * ksync_kthread_func() - a thread's function
 * @k: a thread made here that has not ended, or whose task is kept
 *
 * Context: Any.
 * Return: the function, as a pointer to void; NULL if @k was not made here.
 * Example::
 *
 *	void *none = ksync_kthread_func(ksync_current());
 */
KSYNC_API void *ksync_kthread_func(ksync_task_t *k);

KSYNC_END_DECLS

/* There is no thread here of which one does not know whether it has data. */
#define ksync_kthread_probe_data(k) ksync_kthread_data(k)

#endif
