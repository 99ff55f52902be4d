/* SPDX-License-Identifier: MIT */
/*
 * A work is in one of the worker's two lists, or in none: then "node" is a ring
 * of itself. All is under the worker's lock.
 *
 *  from       event                     to         by
 *  none       queue                     work_list  anybody
 *  none       queue, with a delay       delayed    anybody
 *  delayed    it is due                 work_list  the worker
 *  delayed    another delay             either     anybody
 *  work_list  its turn                  none       the worker: it is current
 *  a list     cancel                    none       anybody
 *
 *  I1  The worker does not touch a work after it has called its function, which
 *      may free it: "current_work" is then only compared.
 *  I2  The worker sets its state, looks at the lists under the lock, and
 *      sleeps. Who queues does so under the lock, then wakes it:
 *      schedule.state.
 *  I3  Flushing is a work that stands behind what is waited for: it is on the
 *      stack of who waits, and its last access is its completion.
 *  I4  While somebody cancels a work that is current, nobody queues it. So when
 *      that has ended it is in no list.
 */
#include <stdarg.h>

#include <ksync/kthread_worker.h>

#include "queue/wait_queue.h"
#include "task/schedule.h"
#include "watch/report.h"

#define WORK_OF(link) ksync_container_of(link, ksync_kthread_work_t, node)
#define DELAYED_OF(link) \
	ksync_container_of(WORK_OF(link), ksync_kthread_delayed_work_t, work)

struct flush {
	ksync_kthread_work_t work;
	ksync_completion_t done;
};

static void worker_lock(ksync_kthread_worker_t *worker)
{
	ksync__raw_lock(&worker->lock);
	ksync_watch_order_acquire(&worker->lock);
}

static void worker_unlock(ksync_kthread_worker_t *worker)
{
	ksync_watch_order_release(&worker->lock);
	ksync__raw_unlock(&worker->lock);
}

/* Its record stays, also if the thread has ended meanwhile: task.c, I1. */
static void worker_wake(ksync_task_t *task)
{
	if (task)
		(void)ksync_wake_up_process(task);
}

/* ---- queueing, under the lock ---- */

static bool work_is_queued(const ksync_kthread_work_t *work)
{
	return !ksync__ring_empty(&work->node);
}

static void work_insert(ksync_kthread_worker_t *worker,
			ksync_kthread_work_t *work, ksync_list_head_t *behind)
{
	KSYNC_WRITE_ONCE(work->worker, worker);
	ksync__ring_add(&work->node, behind);
}

static void work_take_out(ksync_kthread_work_t *work)
{
	ksync__ring_cut(&work->node);
	ksync__ring_init(&work->node);
}

static void delayed_insert(ksync_kthread_worker_t *worker,
			   ksync_kthread_delayed_work_t *dwork, ksync_s64 due)
{
	ksync_list_head_t *behind = worker->delayed_work_list.prev;

	dwork->due = due;
	while (behind != &worker->delayed_work_list &&
	       DELAYED_OF(behind)->due > due)
		behind = behind->prev;
	work_insert(worker, &dwork->work, behind);
}

/* A delay of 0 is no delay. */
static void work_queue(ksync_kthread_worker_t *worker,
		       ksync_kthread_work_t *work, unsigned long delay)
{
	long jiffies = delay > LONG_MAX ? LONG_MAX : (long)delay;

	if (!delay)
		work_insert(worker, work, worker->work_list.prev);
	else
		delayed_insert(worker,
			       ksync_container_of(work,
						  ksync_kthread_delayed_work_t,
						  work),
			       ksync__deadline_of_jiffies(jiffies));
}

/* False, and a report, for another worker's. */
static bool work_is_ours(ksync_kthread_worker_t *worker,
			 ksync_kthread_work_t *work, const void *where)
{
	ksync_kthread_worker_t *its = KSYNC_READ_ONCE(work->worker);

	if (ksync_likely(!its || its == worker))
		return true;
	ksync__misuse("kthread_work", work, "queued on a second worker",
		      "a work belongs to its first one; initialise it anew "
		      "to give it to another",
		      where, KSYNC_HOLDER_NONE);
	return false;
}

/* "modify": also if it is queued. True if it was queued by this; or, to modify,
 * if it was before. */
static bool worker_queue(ksync_kthread_worker_t *worker,
			 ksync_kthread_work_t *work, unsigned long delay,
			 bool modify, const void *where)
{
	ksync_task_t *wake = NULL;
	bool was, does;

	if (!work_is_ours(worker, work, where))
		return false;
	worker_lock(worker);
	was = work_is_queued(work);
	does = !work->canceling && (modify || !was);
	if (does) {
		if (was)
			work_take_out(work);
		work_queue(worker, work, delay);
		wake = worker->task;
	}
	worker_unlock(worker);
	worker_wake(wake);
	return does && (was || !modify);
}

bool ksync_kthread_queue_work(ksync_kthread_worker_t *worker,
			      ksync_kthread_work_t *work)
{
	return worker_queue(worker, work, 0, false, KSYNC__CALLER());
}

bool ksync_kthread_queue_delayed_work(ksync_kthread_worker_t *worker,
				      ksync_kthread_delayed_work_t *dwork,
				      unsigned long delay)
{
	return worker_queue(worker, &dwork->work, delay, false,
			    KSYNC__CALLER());
}

bool ksync_kthread_mod_delayed_work(ksync_kthread_worker_t *worker,
				    ksync_kthread_delayed_work_t *dwork,
				    unsigned long delay)
{
	return worker_queue(worker, &dwork->work, delay, true, KSYNC__CALLER());
}

/* ---- the worker ---- */

/* Under the lock: what is due goes behind what was queued before. */
static void worker_take_due(ksync_kthread_worker_t *worker)
{
	ksync_list_head_t *first = worker->delayed_work_list.next;
	ksync_s64 now;

	if (first == &worker->delayed_work_list)
		return;
	now = ksync__clock_ns();
	while (first != &worker->delayed_work_list &&
	       DELAYED_OF(first)->due <= now) {
		work_take_out(WORK_OF(first));
		work_insert(worker, WORK_OF(first), worker->work_list.prev);
		first = worker->delayed_work_list.next;
	}
}

/* The next work, or NULL, and until when there is none. */
static ksync_kthread_work_t *worker_next(ksync_kthread_worker_t *worker,
					 ksync_s64 *until)
{
	ksync_kthread_work_t *work = NULL;
	ksync_list_head_t *later = worker->delayed_work_list.next;

	worker_lock(worker);
	worker_take_due(worker);
	later = worker->delayed_work_list.next;
	*until = later == &worker->delayed_work_list ? KSYNC__NEVER :
						       DELAYED_OF(later)->due;
	if (!ksync__ring_empty(&worker->work_list)) {
		work = WORK_OF(worker->work_list.next);
		work_take_out(work);
		worker->current_work = work;
	}
	worker_unlock(worker);
	return work;
}

static void worker_do(ksync_kthread_worker_t *worker,
		      ksync_kthread_work_t *work)
{
	work->func(work);
	ksync_watch_step("kthread_worker.done");
	worker_lock(worker);
	worker->current_work = NULL;
	worker_unlock(worker);
}

static void worker_set_task(ksync_kthread_worker_t *worker, ksync_task_t *task)
{
	worker_lock(worker);
	KSYNC_WRITE_ONCE(worker->task, task);
	worker_unlock(worker);
}

int ksync_kthread_worker_fn(void *worker_ptr)
{
	ksync_kthread_worker_t *worker = worker_ptr;
	struct ksync_task *self = ksync__task_self();
	ksync_kthread_work_t *work;
	ksync_s64 until;

	/* All workers have this function: what their works take is not of one
	 * class. */
	ksync_watch_thread_end();
	worker_set_task(worker, self);
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_IDLE);
		if (ksync_kthread_should_stop_or_park()) {
			ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
			if (ksync_kthread_should_stop())
				break;
			ksync_kthread_parkme();
			continue;
		}
		work = worker_next(worker, &until);
		if (work) {
			ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
			worker_do(worker, work);
		} else {
			(void)ksync__schedule(self, until);
		}
	}
	worker_set_task(worker, NULL);
	return 0;
}

/* ---- waiting for it ---- */

static void flush_done(ksync_kthread_work_t *work)
{
	ksync_complete(&ksync_container_of(work, struct flush, work)->done);
}

static void flush_init(struct flush *f)
{
	ksync_kthread_init_work(&f->work, flush_done);
	ksync_init_completion(&f->done);
}

/* Under the lock: it comes behind the work. False if there is none to wait for.
 * One that runs may have queued itself again, also with a delay: it is not in
 * the list then. */
static bool flush_queue(ksync_kthread_worker_t *worker, struct flush *f,
			ksync_kthread_work_t *work)
{
	ksync_list_head_t *link = worker->work_list.next;

	while (link != &worker->work_list && link != &work->node)
		link = link->next;
	if (link == &worker->work_list && worker->current_work != work)
		return false;
	work_insert(worker, &f->work, link);
	return true;
}

/* The worker would wait for itself. */
static bool flush_by_worker(ksync_kthread_worker_t *worker, const void *where)
{
	if (ksync_likely(KSYNC_READ_ONCE(worker->task) != ksync__task_self()))
		return false;
	ksync__misuse("kthread_worker", worker,
		      "waited for by one of its own works",
		      "do not wait there; or have another worker do it", where,
		      KSYNC_HOLDER_NONE);
	return true;
}

static void flush_wait(ksync_kthread_worker_t *worker, struct flush *f,
		       ksync_task_t *wake)
{
	worker_unlock(worker);
	worker_wake(wake);
	ksync_wait_for_completion(&f->done);
}

static void work_flush(ksync_kthread_worker_t *worker,
		       ksync_kthread_work_t *work)
{
	struct flush f;

	flush_init(&f);
	worker_lock(worker);
	if (flush_queue(worker, &f, work))
		flush_wait(worker, &f, worker->task);
	else
		worker_unlock(worker);
}

void ksync_kthread_flush_work(ksync_kthread_work_t *work)
{
	ksync_kthread_worker_t *worker = KSYNC_READ_ONCE(work->worker);

	ksync_watch_caller_might_sleep();
	if (worker && !flush_by_worker(worker, KSYNC__CALLER()))
		work_flush(worker, work);
}

void ksync_kthread_flush_worker(ksync_kthread_worker_t *worker)
{
	struct flush f;

	ksync_watch_caller_might_sleep();
	if (flush_by_worker(worker, KSYNC__CALLER()))
		return;
	flush_init(&f);
	worker_lock(worker);
	work_insert(worker, &f.work, worker->work_list.prev);
	flush_wait(worker, &f, worker->task);
}

static bool work_cancel(ksync_kthread_work_t *work, const void *where)
{
	ksync_kthread_worker_t *worker = KSYNC_READ_ONCE(work->worker);
	bool was;

	if (!worker || flush_by_worker(worker, where))
		return false;
	worker_lock(worker);
	was = work_is_queued(work);
	if (was)
		work_take_out(work);
	if (worker->current_work == work) {
		work->canceling++;
		worker_unlock(worker);
		work_flush(worker, work);
		worker_lock(worker);
		work->canceling--;
	}
	worker_unlock(worker);
	return was;
}

bool ksync_kthread_cancel_work_sync(ksync_kthread_work_t *work)
{
	ksync_watch_caller_might_sleep();
	return work_cancel(work, KSYNC__CALLER());
}

bool ksync_kthread_cancel_delayed_work_sync(ksync_kthread_delayed_work_t *dwork)
{
	ksync_watch_caller_might_sleep();
	return work_cancel(&dwork->work, KSYNC__CALLER());
}

/* ---- life ---- */

void ksync_kthread_init_work(ksync_kthread_work_t *work,
			     void (*fn)(ksync_kthread_work_t *work))
{
	ksync__ring_init(&work->node);
	work->func = fn;
	work->worker = NULL;
	work->canceling = 0;
}

void ksync_kthread_init_delayed_work(ksync_kthread_delayed_work_t *dwork,
				     void (*fn)(ksync_kthread_work_t *work))
{
	ksync_kthread_init_work(&dwork->work, fn);
	dwork->due = 0;
}

void ksync_kthread_init_worker(ksync_kthread_worker_t *worker)
{
	worker->flags = 0;
	worker->lock.word = KSYNC__RAW_FREE;
	ksync__ring_init(&worker->work_list);
	ksync__ring_init(&worker->delayed_work_list);
	worker->task = NULL;
	worker->current_work = NULL;
}

/* With a thread, or an error pointer, which then is what is returned. */
static ksync_kthread_worker_t *worker_made(ksync_kthread_worker_t *worker,
					   ksync_task_t *task,
					   unsigned int flags)
{
	if (ksync_IS_ERR(task)) {
		ksync__heap_free(worker);
		return ksync_ERR_PTR(ksync_PTR_ERR(task));
	}
	worker->flags = flags;
	worker_set_task(worker, task);
	return worker;
}

static ksync_kthread_worker_t *worker_alloc(void)
{
	ksync_kthread_worker_t *worker = ksync__heap_alloc(sizeof(*worker));

	if (worker)
		ksync_kthread_init_worker(worker);
	return worker;
}

static ksync_kthread_worker_t *worker_make(unsigned int flags,
					   const char *namefmt, va_list args)
{
	ksync_kthread_worker_t *worker = worker_alloc();
	char name[KSYNC__THREAD_NAME];

	if (!worker)
		return ksync_ERR_PTR(-ENOMEM);
	ksync__thread_name_make(name, namefmt, args);
	return worker_made(worker,
			   ksync_kthread_create(ksync_kthread_worker_fn, worker,
						"%s", name),
			   flags);
}

static ksync_kthread_worker_t *worker_wake_first(ksync_kthread_worker_t *worker)
{
	if (!ksync_IS_ERR(worker))
		worker_wake(worker->task);
	return worker;
}

ksync_kthread_worker_t *ksync_kthread_create_worker(unsigned int flags,
						    const char *namefmt, ...)
{
	ksync_kthread_worker_t *worker;
	va_list args;

	va_start(args, namefmt);
	worker = worker_make(flags, namefmt, args);
	va_end(args);
	return worker;
}

ksync_kthread_worker_t *ksync_kthread_run_worker(unsigned int flags,
						 const char *namefmt, ...)
{
	ksync_kthread_worker_t *worker;
	va_list args;

	va_start(args, namefmt);
	worker = worker_make(flags, namefmt, args);
	va_end(args);
	return worker_wake_first(worker);
}

ksync_kthread_worker_t *ksync_kthread_create_worker_on_cpu(unsigned int cpu,
							   unsigned int flags,
							   const char *namefmt)
{
	ksync_kthread_worker_t *worker = worker_alloc();

	if (!worker)
		return ksync_ERR_PTR(-ENOMEM);
	return worker_made(worker,
			   ksync_kthread_create_on_cpu(ksync_kthread_worker_fn,
						       worker, cpu, namefmt),
			   flags);
}

ksync_kthread_worker_t *ksync_kthread_run_worker_on_cpu(unsigned int cpu,
							unsigned int flags,
							const char *namefmt)
{
	return worker_wake_first(
		ksync_kthread_create_worker_on_cpu(cpu, flags, namefmt));
}

void ksync_kthread_destroy_worker(ksync_kthread_worker_t *worker)
{
	ksync_task_t *task = KSYNC_READ_ONCE(worker->task);

	ksync_watch_caller_might_sleep();
	if (!task || flush_by_worker(worker, KSYNC__CALLER()))
		return;
	ksync_kthread_flush_worker(worker);
	(void)ksync_kthread_stop(task);
	if (!ksync__ring_empty(&worker->work_list) ||
	    !ksync__ring_empty(&worker->delayed_work_list))
		ksync__misuse("kthread_worker", worker,
			      "destroyed with works that are not done",
			      "cancel the delayed ones; queue nothing any more",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
	while (!ksync__ring_empty(&worker->work_list))
		work_take_out(WORK_OF(worker->work_list.next));
	while (!ksync__ring_empty(&worker->delayed_work_list))
		work_take_out(WORK_OF(worker->delayed_work_list.next));
	ksync__heap_free(worker);
}
