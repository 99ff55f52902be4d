/* SPDX-License-Identifier: MIT */
/*
 * Work for a thread of one's own: functions that it calls one after the other,
 * at once or after a time.
 *
 * A work is a member of what it is about, and belongs to the worker that it was
 * queued on first. It is queued once at a time; from when its function is
 * called on it may be queued again, or freed by that function.
 *
 * In a fork's child there is no thread of a worker: it is made anew there.
 *
 * Example use::
 *
 *	static void clean(ksync_kthread_work_t *work)
 *	{
 *		(void)work;
 *	}
 */
#ifndef KSYNC_KTHREAD_WORKER_H
#define KSYNC_KTHREAD_WORKER_H

#include <ksync/kthread.h>
#include <ksync/list_head.h>
#include <ksync/raw_lock.h>

typedef struct KSYNC_TAG(kthread_work) ksync_kthread_work_t;
typedef struct KSYNC_TAG(kthread_worker) ksync_kthread_worker_t;
typedef struct KSYNC_TAG(kthread_delayed_work) ksync_kthread_delayed_work_t;

struct KSYNC_TAG(kthread_work) {
	ksync_list_head_t node; /* with the rest: under the worker's lock */
	void (*func)(ksync_kthread_work_t *work);
	ksync_kthread_worker_t *worker; /* from its first queueing on */
	int canceling;			/* so many wait for its end */
};

struct KSYNC_TAG(kthread_delayed_work) {
	ksync_kthread_work_t work;
	ksync_s64 due; /* ns of CLOCK_MONOTONIC, while it waits for that */
};

struct KSYNC_TAG(kthread_worker) {
	unsigned int flags;
	ksync__raw_lock_t lock;
	ksync_list_head_t work_list;
	ksync_list_head_t delayed_work_list; /* the first due first */
	ksync_task_t *task;		     /* who does it */
	ksync_kthread_work_t *current_work;  /* what it is at */
};

#define KSYNC_KTW_FREEZABLE 1u /* changes nothing here */

#define KSYNC_KTHREAD_WORKER_INIT(worker)                               \
	{ 0,                                                            \
	  { 0 },                                                        \
	  { &(worker).work_list, &(worker).work_list },                 \
	  { &(worker).delayed_work_list, &(worker).delayed_work_list }, \
	  NULL,                                                         \
	  NULL }
#define KSYNC_KTHREAD_WORK_INIT(work, fn) \
	{ { &(work).node, &(work).node }, fn, NULL, 0 }
#define KSYNC_KTHREAD_DELAYED_WORK_INIT(dwork, fn) \
	{ KSYNC_KTHREAD_WORK_INIT((dwork).work, fn), 0 }
#define KSYNC_DEFINE_KTHREAD_WORKER(worker) \
	ksync_kthread_worker_t worker = KSYNC_KTHREAD_WORKER_INIT(worker)
#define KSYNC_DEFINE_KTHREAD_WORK(work, fn) \
	ksync_kthread_work_t work = KSYNC_KTHREAD_WORK_INIT(work, fn)
#define KSYNC_DEFINE_KTHREAD_DELAYED_WORK(dwork, fn) \
	ksync_kthread_delayed_work_t dwork =         \
		KSYNC_KTHREAD_DELAYED_WORK_INIT(dwork, fn)

KSYNC_BEGIN_DECLS

/**
 * ksync_kthread_init_worker() - make a worker ready for use
 * @worker: memory for one that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_kthread_worker_t worker;
 *
 *	ksync_kthread_init_worker(&worker);
 */
KSYNC_API void ksync_kthread_init_worker(ksync_kthread_worker_t *worker);

/**
 * ksync_kthread_init_work() - make a work ready for use
 * @work: memory for one that is not queued
 * @fn: what is done
 *
 * Context: Any.
 * Example::
 *
 *	ksync_kthread_work_t work;
 *
 *	ksync_kthread_init_work(&work, clean);
 */
KSYNC_API void ksync_kthread_init_work(ksync_kthread_work_t *work,
				       void (*fn)(ksync_kthread_work_t *work));

/**
 * ksync_kthread_init_delayed_work() - make a delayed work ready for use
 * @dwork: memory for one that is not queued
 * @fn: what is done
 *
 * Context: Any.
 * Example::
 *
 *	ksync_kthread_delayed_work_t dwork;
 *
 *	ksync_kthread_init_delayed_work(&dwork, clean);
 */
KSYNC_API void
ksync_kthread_init_delayed_work(ksync_kthread_delayed_work_t *dwork,
				void (*fn)(ksync_kthread_work_t *work));

/**
 * ksync_kthread_worker_fn() - what the thread of a worker does
 * @worker_ptr: initialised worker without a thread
 *
 * For ksync_kthread_run(). Ends when the thread is told to stop; what is queued
 * stays so.
 *
 * Context: A thread made by ksync_kthread_create() or the like.
 * Return: 0.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_WORKER(worker);
 *	ksync_task_t *t = ksync_kthread_run(ksync_kthread_worker_fn, &worker,
 *					    "worker");
 *
 *	if (!ksync_IS_ERR(t))
 *		ksync_kthread_stop(t);
 */
KSYNC_API int ksync_kthread_worker_fn(void *worker_ptr);

/**
 * ksync_kthread_create_worker() - make a worker and its thread
 * @flags: 0, or KSYNC_KTW_FREEZABLE
 * @namefmt: the thread's name, as printf() makes it
 *
 * The thread begins when something is queued, or it is woken.
 *
 * Context: May sleep.
 * Return: the worker, or an error pointer: -ENOMEM.
 * Example::
 *
 *	ksync_kthread_worker_t *w = ksync_kthread_create_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w))
 *		ksync_kthread_destroy_worker(w);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_kthread_worker_t *
ksync_kthread_create_worker(unsigned int flags, const char *namefmt, ...)
	KSYNC__KTHREAD_FORMAT(2);

/**
 * ksync_kthread_create_worker_on_cpu() - the same, bound to a processor
 * @cpu: number of the processor; one that cannot be had leaves it unbound
 * @flags: 0, or KSYNC_KTW_FREEZABLE
 * @namefmt: the thread's name, in which a %u is that number
 *
 * Context: May sleep.
 * Return: the worker, or an error pointer: -ENOMEM.
 * Example::
 *
 *	ksync_kthread_worker_t *w =
 *		ksync_kthread_create_worker_on_cpu(0, 0, "w/%u");
 *
 *	if (!ksync_IS_ERR(w))
 *		ksync_kthread_destroy_worker(w);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_kthread_worker_t *
ksync_kthread_create_worker_on_cpu(unsigned int cpu, unsigned int flags,
				   const char *namefmt);

/**
 * ksync_kthread_run_worker() - make a worker whose thread runs
 * @flags: 0, or KSYNC_KTW_FREEZABLE
 * @namefmt: the thread's name, as printf() makes it
 *
 * Context: May sleep.
 * Return: the worker, or an error pointer: -ENOMEM.
 * Example::
 *
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w))
 *		ksync_kthread_destroy_worker(w);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_kthread_worker_t *
ksync_kthread_run_worker(unsigned int flags, const char *namefmt, ...)
	KSYNC__KTHREAD_FORMAT(2);

/**
 * ksync_kthread_run_worker_on_cpu() - the same, bound to a processor
 * @cpu: number of the processor; one that cannot be had leaves it unbound
 * @flags: 0, or KSYNC_KTW_FREEZABLE
 * @namefmt: the thread's name, in which a %u is that number
 *
 * Context: May sleep.
 * Return: the worker, or an error pointer: -ENOMEM.
 * Example::
 *
 *	ksync_kthread_worker_t *w =
 *		ksync_kthread_run_worker_on_cpu(0, 0, "w/%u");
 *
 *	if (!ksync_IS_ERR(w))
 *		ksync_kthread_destroy_worker(w);
 */
KSYNC_MUST_CHECK KSYNC_API ksync_kthread_worker_t *
ksync_kthread_run_worker_on_cpu(unsigned int cpu, unsigned int flags,
				const char *namefmt);

/**
 * ksync_kthread_destroy_worker() - do what is queued, then end the worker
 * @worker: what ksync_kthread_create_worker() or the like returned
 *
 * Nobody queues anything any more. A delayed work that is not due yet is
 * reported, and will not be done.
 *
 * Context: May sleep; not one of its works.
 * Example::
 *
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w))
 *		ksync_kthread_destroy_worker(w);
 */
KSYNC_API void ksync_kthread_destroy_worker(ksync_kthread_worker_t *worker);

/**
 * ksync_kthread_queue_work() - have a work done
 * @worker: initialised worker
 * @work: initialised work
 *
 * Context: Any thread, under any lock; not in signal handlers.
 * Order: What was done before is visible to the work's function.
 * Return: true; false if it is queued already, or somebody cancels it.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_WORK(work, clean);
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w)) {
 *		ksync_kthread_queue_work(w, &work);
 *		ksync_kthread_destroy_worker(w);
 *	}
 */
KSYNC_API bool ksync_kthread_queue_work(ksync_kthread_worker_t *worker,
					ksync_kthread_work_t *work);

/**
 * ksync_kthread_queue_delayed_work() - have a work done after a time
 * @worker: initialised worker
 * @dwork: initialised delayed work
 * @delay: jiffies from now
 *
 * Context: Any thread, under any lock; not in signal handlers.
 * Order: What was done before is visible to the work's function.
 * Return: true; false if it is queued already, or somebody cancels it.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_DELAYED_WORK(later, clean);
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w)) {
 *		ksync_kthread_queue_delayed_work(w, &later, KSYNC_HZ);
 *		ksync_kthread_cancel_delayed_work_sync(&later);
 *		ksync_kthread_destroy_worker(w);
 *	}
 */
KSYNC_API bool
ksync_kthread_queue_delayed_work(ksync_kthread_worker_t *worker,
				 ksync_kthread_delayed_work_t *dwork,
				 unsigned long delay);

/**
 * ksync_kthread_mod_delayed_work() - have a work done after another time
 * @worker: initialised worker
 * @dwork: initialised delayed work; one that is not queued will be
 * @delay: jiffies from now
 *
 * Context: Any thread, under any lock; not in signal handlers.
 * Order: What was done before is visible to the work's function.
 * Return: true if it was queued, and not done yet; false also if somebody
 *	cancels it: then nothing happens.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_DELAYED_WORK(later, clean);
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w)) {
 *		ksync_kthread_queue_delayed_work(w, &later, KSYNC_HZ);
 *		ksync_kthread_mod_delayed_work(w, &later, 0);
 *		ksync_kthread_destroy_worker(w);
 *	}
 */
KSYNC_API bool
ksync_kthread_mod_delayed_work(ksync_kthread_worker_t *worker,
			       ksync_kthread_delayed_work_t *dwork,
			       unsigned long delay);

/**
 * ksync_kthread_flush_work() - wait until a work is done
 * @work: initialised work
 *
 * One that is queued, or that is being done. What was queued after the call
 * began, or is not due yet, is not waited for.
 *
 * Context: May sleep; not a work of that worker.
 * Order: What the work did is visible afterwards.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_WORK(work, clean);
 *
 *	ksync_kthread_flush_work(&work);
 */
KSYNC_API void ksync_kthread_flush_work(ksync_kthread_work_t *work);

/**
 * ksync_kthread_flush_worker() - wait until all is done that is queued
 * @worker: initialised worker that has a thread
 *
 * Delayed works that are not due yet are not waited for.
 *
 * Context: May sleep; not a work of that worker.
 * Order: What the works did is visible afterwards.
 * Example::
 *
 *	ksync_kthread_worker_t *w = ksync_kthread_run_worker(0, "w");
 *
 *	if (!ksync_IS_ERR(w)) {
 *		ksync_kthread_flush_worker(w);
 *		ksync_kthread_destroy_worker(w);
 *	}
 */
KSYNC_API void ksync_kthread_flush_worker(ksync_kthread_worker_t *worker);

/**
 * ksync_kthread_cancel_work_sync() - take a work back, and wait for its end
 * @work: initialised work
 *
 * Afterwards it is not queued, nor being done, also if it queues itself. Who
 * queues it meanwhile is refused.
 *
 * Context: May sleep; not a work of that worker.
 * Order: What the work did is visible afterwards.
 * Return: true if it was queued, and will not be done.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_WORK(work, clean);
 *
 *	ksync_kthread_cancel_work_sync(&work);
 */
KSYNC_API bool ksync_kthread_cancel_work_sync(ksync_kthread_work_t *work);

/**
 * ksync_kthread_cancel_delayed_work_sync() - the same of a delayed work
 * @dwork: initialised delayed work
 *
 * Context: May sleep; not a work of that worker.
 * Order: What the work did is visible afterwards.
 * Return: true if it was queued, and will not be done.
 * Example::
 *
 *	static KSYNC_DEFINE_KTHREAD_DELAYED_WORK(later, clean);
 *
 *	ksync_kthread_cancel_delayed_work_sync(&later);
 */
KSYNC_API bool
ksync_kthread_cancel_delayed_work_sync(ksync_kthread_delayed_work_t *dwork);

KSYNC_END_DECLS

#endif
