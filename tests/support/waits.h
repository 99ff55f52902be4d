/* SPDX-License-Identifier: MIT */
/*
 * Each call that may wait, what it waits for, and what ends that; and a misuse
 * of each family that goes on afterwards. So that a test can ask one thing of
 * all of them.
 *
 * Native names alone, and what they share is in struct waited: the calls may go
 * through two copies of the library.
 */
#ifndef TESTS_SUPPORT_WAITS_H
#define TESTS_SUPPORT_WAITS_H

#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/ksync.h>

#define WAITED_BIT 3
#define A_LONG_TIME (60 * KSYNC_HZ)

struct waited {
	ksync_mutex_t mutex;
	ksync_semaphore_t units;
	ksync_rw_semaphore_t rwsem;
	ksync_percpu_rw_semaphore_t percpu_rwsem;
	ksync_rt_mutex_t rt_mutex;
	ksync_ww_class_t ww_class;
	ksync_ww_mutex_t ww_mutex;
	ksync_once_t once;
	ksync_spinlock_t spinlock;
	ksync_raw_spinlock_t raw_spinlock;
	ksync_rwlock_t rwlock;
	ksync_seqlock_t seqlock;
	ksync_completion_t completion;
	ksync_wait_queue_head_t queue;
	ksync_swait_queue_head_t swait;
	ksync_rcuwait_t rcuwait;
	ksync_condvar_t condvar;
	unsigned long bits;
	ksync_task_t *task;
	ksync_srcu_struct_t srcu;
	int srcu_idx;
	ksync_rcu_head_t srcu_head;
	ksync_kthread_worker_t *worker;
	ksync_kthread_work_t work;
	ksync_wait_fd_t fd;
	int begun;
	int ready;
	int failures;
};

static inline void waited_init(struct waited *w)
{
	memset(w, 0, sizeof(*w));
	ksync_mutex_init(&w->mutex);
	ksync_sema_init(&w->units, 0);
	ksync_init_rwsem(&w->rwsem);
	w->percpu_rwsem = (ksync_percpu_rw_semaphore_t)KSYNC__PERCPU_RWSEM_INIT(
		"percpu_rwsem");
	ksync_rt_mutex_init(&w->rt_mutex);
	w->ww_class = (ksync_ww_class_t)KSYNC__WW_CLASS_INIT(ww_class, 0);
	ksync_ww_mutex_init(&w->ww_mutex, &w->ww_class);
	ksync_once_init(&w->once);
	ksync_spin_lock_init(&w->spinlock);
	ksync_raw_spin_lock_init(&w->raw_spinlock);
	ksync_rwlock_init(&w->rwlock);
	ksync_seqlock_init(&w->seqlock);
	ksync_init_completion(&w->completion);
	ksync_init_waitqueue_head(&w->queue);
	ksync_init_swait_queue_head(&w->swait);
	ksync_rcuwait_init(&w->rcuwait);
	ksync_condvar_init(&w->condvar);
}

static inline void waited_must(struct waited *w, int holds)
{
	if (!holds)
		__atomic_add_fetch(&w->failures, 1, __ATOMIC_RELAXED);
}

static inline int waited_ready(struct waited *w)
{
	return ksync_smp_load_acquire(&w->ready);
}

static inline void waited_set_ready(struct waited *w)
{
	ksync_smp_store_release(&w->ready, 1);
}

/* before: by who will end it. wait and misuse: by any thread. */
struct wait {
	const char *name;
	void (*before)(struct waited *w);
	void (*wait)(struct waited *w);
	void (*end)(struct waited *w);
	int within_a_copy; /* the object is one copy's of the library */
};

struct misuse {
	const char *name;
	void (*commit)(struct waited *w);
};

/* A report is made once for each place, so each call is one of its own. */
#define WAITED_FN(name, calls)             \
	static void name(struct waited *w) \
	{                                  \
		(void)w;                   \
		calls;                     \
		ksync_barrier();           \
	}

/* A lock: who ends the wait has it before. */
#define WAITS_FOR_LOCK(name, hold, release, take, give) \
	WAITED_FN(name##_before, hold)                  \
	WAITED_FN(name##_wait, take; give)              \
	WAITED_FN(name##_end, release)

/* An event. */
#define WAITS_FOR_EVENT(name, await, happen) \
	WAITED_FN(name##_wait, await)        \
	WAITED_FN(name##_end, happen)

#define MISUSE(name, calls) WAITED_FN(name##_misuse, calls)

/* ---- locks ---- */

#define LOCKED(call) waited_must(w, (call) == 0)

WAITS_FOR_LOCK(mutex, ksync_mutex_lock(&w->mutex),
	       ksync_mutex_unlock(&w->mutex), ksync_mutex_lock(&w->mutex),
	       ksync_mutex_unlock(&w->mutex))
WAITS_FOR_LOCK(mutex_interruptible, ksync_mutex_lock(&w->mutex),
	       ksync_mutex_unlock(&w->mutex),
	       LOCKED(ksync_mutex_lock_interruptible(&w->mutex)),
	       ksync_mutex_unlock(&w->mutex))
WAITS_FOR_LOCK(mutex_timeout, ksync_mutex_lock(&w->mutex),
	       ksync_mutex_unlock(&w->mutex),
	       LOCKED(ksync_mutex_lock_timeout(&w->mutex, A_LONG_TIME)),
	       ksync_mutex_unlock(&w->mutex))
WAITS_FOR_LOCK(rwsem_read, ksync_down_write(&w->rwsem),
	       ksync_up_write(&w->rwsem), ksync_down_read(&w->rwsem),
	       ksync_up_read(&w->rwsem))
WAITS_FOR_LOCK(rwsem_read_killable, ksync_down_write(&w->rwsem),
	       ksync_up_write(&w->rwsem),
	       LOCKED(ksync_down_read_killable(&w->rwsem)),
	       ksync_up_read(&w->rwsem))
WAITS_FOR_LOCK(rwsem_write, ksync_down_read(&w->rwsem),
	       ksync_up_read(&w->rwsem), ksync_down_write(&w->rwsem),
	       ksync_up_write(&w->rwsem))
WAITS_FOR_LOCK(rwsem_write_timeout, ksync_down_write(&w->rwsem),
	       ksync_up_write(&w->rwsem),
	       LOCKED(ksync_down_write_timeout(&w->rwsem, A_LONG_TIME)),
	       ksync_up_write(&w->rwsem))
WAITS_FOR_LOCK(percpu_read, ksync_percpu_down_write(&w->percpu_rwsem),
	       ksync_percpu_up_write(&w->percpu_rwsem),
	       ksync_percpu_down_read(&w->percpu_rwsem),
	       ksync_percpu_up_read(&w->percpu_rwsem))
WAITS_FOR_LOCK(percpu_write, ksync_percpu_down_read(&w->percpu_rwsem),
	       ksync_percpu_up_read(&w->percpu_rwsem),
	       ksync_percpu_down_write(&w->percpu_rwsem),
	       ksync_percpu_up_write(&w->percpu_rwsem))
WAITS_FOR_LOCK(percpu_write_killable, ksync_percpu_down_write(&w->percpu_rwsem),
	       ksync_percpu_up_write(&w->percpu_rwsem),
	       LOCKED(ksync_percpu_down_write_killable(&w->percpu_rwsem)),
	       ksync_percpu_up_write(&w->percpu_rwsem))
WAITS_FOR_LOCK(rt_mutex, ksync_rt_mutex_lock(&w->rt_mutex),
	       ksync_rt_mutex_unlock(&w->rt_mutex),
	       ksync_rt_mutex_lock(&w->rt_mutex),
	       ksync_rt_mutex_unlock(&w->rt_mutex))
WAITS_FOR_LOCK(rt_mutex_interruptible, ksync_rt_mutex_lock(&w->rt_mutex),
	       ksync_rt_mutex_unlock(&w->rt_mutex),
	       LOCKED(ksync_rt_mutex_lock_interruptible(&w->rt_mutex)),
	       ksync_rt_mutex_unlock(&w->rt_mutex))
WAITS_FOR_LOCK(ww_mutex, LOCKED(ksync_ww_mutex_lock(&w->ww_mutex, NULL)),
	       ksync_ww_mutex_unlock(&w->ww_mutex),
	       LOCKED(ksync_ww_mutex_lock(&w->ww_mutex, NULL)),
	       ksync_ww_mutex_unlock(&w->ww_mutex))

static void ww_acquire(struct waited *w)
{
	ksync_ww_acquire_ctx_t ctx;

	ksync_ww_acquire_init(&ctx, &w->ww_class);
	LOCKED(ksync_ww_mutex_lock_interruptible(&w->ww_mutex, &ctx));
	ksync_ww_acquire_done(&ctx);
	ksync_ww_mutex_unlock(&w->ww_mutex);
	ksync_ww_acquire_fini(&ctx);
}
WAITS_FOR_LOCK(ww_context, LOCKED(ksync_ww_mutex_lock(&w->ww_mutex, NULL)),
	       ksync_ww_mutex_unlock(&w->ww_mutex), ww_acquire(w), (void)0)

WAITS_FOR_LOCK(once, waited_must(w, ksync_once_begin(&w->once)),
	       ksync_once_end(&w->once),
	       waited_must(w, !ksync_once_begin(&w->once)), (void)0)
WAITS_FOR_LOCK(spinlock, ksync_spin_lock(&w->spinlock),
	       ksync_spin_unlock(&w->spinlock), ksync_spin_lock(&w->spinlock),
	       ksync_spin_unlock(&w->spinlock))
WAITS_FOR_LOCK(raw_spinlock, ksync_raw_spin_lock(&w->raw_spinlock),
	       ksync_raw_spin_unlock(&w->raw_spinlock),
	       ksync_raw_spin_lock(&w->raw_spinlock),
	       ksync_raw_spin_unlock(&w->raw_spinlock))
WAITS_FOR_LOCK(bit_spinlock, ksync_bit_spin_lock(WAITED_BIT, &w->bits),
	       ksync_bit_spin_unlock(WAITED_BIT, &w->bits),
	       ksync_bit_spin_lock(WAITED_BIT, &w->bits),
	       ksync_bit_spin_unlock(WAITED_BIT, &w->bits))
WAITS_FOR_LOCK(rwlock_read, ksync_write_lock(&w->rwlock),
	       ksync_write_unlock(&w->rwlock), ksync_read_lock(&w->rwlock),
	       ksync_read_unlock(&w->rwlock))
WAITS_FOR_LOCK(rwlock_write, ksync_read_lock(&w->rwlock),
	       ksync_read_unlock(&w->rwlock), ksync_write_lock(&w->rwlock),
	       ksync_write_unlock(&w->rwlock))
WAITS_FOR_LOCK(seqlock_write, ksync_write_seqlock(&w->seqlock),
	       ksync_write_sequnlock(&w->seqlock),
	       ksync_write_seqlock(&w->seqlock),
	       ksync_write_sequnlock(&w->seqlock))

static void seqlock_read(struct waited *w)
{
	unsigned int seq;

	do
		seq = ksync_read_seqbegin(&w->seqlock);
	while (ksync_read_seqretry(&w->seqlock, seq));
}
WAITS_FOR_LOCK(seqlock_read, ksync_write_seqlock(&w->seqlock),
	       ksync_write_sequnlock(&w->seqlock), seqlock_read(w), (void)0)

WAITS_FOR_LOCK(bit_lock, ksync_set_bit(WAITED_BIT, &w->bits),
	       ksync_clear_and_wake_up_bit(WAITED_BIT, &w->bits),
	       LOCKED(ksync_wait_on_bit_lock(&w->bits, WAITED_BIT,
					     KSYNC_TASK_KILLABLE)),
	       ksync_clear_and_wake_up_bit(WAITED_BIT, &w->bits))
WAITS_FOR_LOCK(bit, ksync_set_bit(WAITED_BIT, &w->bits),
	       ksync_clear_and_wake_up_bit(WAITED_BIT, &w->bits),
	       LOCKED(ksync_wait_on_bit(&w->bits, WAITED_BIT,
					KSYNC_TASK_UNINTERRUPTIBLE)),
	       (void)0)

/* ---- events ---- */

WAITS_FOR_EVENT(semaphore, ksync_down(&w->units), ksync_up(&w->units))
WAITS_FOR_EVENT(semaphore_timeout,
		LOCKED(ksync_down_timeout(&w->units, A_LONG_TIME)),
		ksync_up(&w->units))
WAITS_FOR_EVENT(completion, ksync_wait_for_completion(&w->completion),
		ksync_complete(&w->completion))
WAITS_FOR_EVENT(completion_all,
		LOCKED(ksync_wait_for_completion_interruptible(&w->completion)),
		ksync_complete_all(&w->completion))
WAITS_FOR_EVENT(completion_timeout,
		waited_must(w,
			    ksync_wait_for_completion_timeout(&w->completion,
							      A_LONG_TIME) > 0),
		ksync_complete(&w->completion))
WAITS_FOR_EVENT(wait_event, ksync_wait_event(w->queue, waited_ready(w)),
		waited_set_ready(w);
		ksync_wake_up(&w->queue))
WAITS_FOR_EVENT(wait_event_exclusive,
		LOCKED(ksync_wait_event_interruptible_exclusive(
			w->queue, waited_ready(w))),
		waited_set_ready(w);
		ksync_wake_up_all(&w->queue))
WAITS_FOR_EVENT(wait_event_timeout,
		waited_must(w,
			    ksync_wait_event_timeout(w->queue, waited_ready(w),
						     A_LONG_TIME) > 0),
		waited_set_ready(w);
		ksync_wake_up(&w->queue))
WAITS_FOR_EVENT(swait, ksync_swait_event_exclusive(w->swait, waited_ready(w)),
		waited_set_ready(w);
		ksync_swake_up_one(&w->swait))
WAITS_FOR_EVENT(rcuwait,
		LOCKED(ksync_rcuwait_wait_event(&w->rcuwait, waited_ready(w),
						KSYNC_TASK_UNINTERRUPTIBLE)),
		waited_set_ready(w);
		(void)ksync_rcuwait_wake_up(&w->rcuwait))
WAITS_FOR_EVENT(var, ksync_wait_var_event(&w->ready, waited_ready(w)),
		waited_set_ready(w);
		ksync_wake_up_var(&w->ready))

/* A condition variable by each kind of lock. */
#define WAITS_BY(name, lock, unlock, by)                                       \
	WAITS_FOR_EVENT(name, lock;                                            \
			while (!w->ready) ksync_condvar_wait(&w->condvar, by); \
			unlock, lock; w->ready = 1;                            \
			ksync_condvar_signal(&w->condvar); unlock)

WAITS_BY(condvar_mutex, ksync_mutex_lock(&w->mutex),
	 ksync_mutex_unlock(&w->mutex), ksync_condvar_mutex(&w->mutex))
WAITS_BY(condvar_spinlock, ksync_spin_lock(&w->spinlock),
	 ksync_spin_unlock(&w->spinlock), ksync_condvar_spinlock(&w->spinlock))
WAITS_BY(condvar_rwsem, ksync_down_write(&w->rwsem), ksync_up_write(&w->rwsem),
	 ksync_condvar_rwsem(&w->rwsem))

/* ---- a task ---- */

static void task_tells(struct waited *w)
{
	ksync_smp_store_release(&w->task, ksync_current());
}

static ksync_task_t *task_told(struct waited *w)
{
	ksync_task_t *task;

	while (!(task = ksync_smp_load_acquire(&w->task)))
		ksync_yield();
	return task;
}

static void schedule_until_ready(struct waited *w)
{
	task_tells(w);
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (waited_ready(w))
			break;
		ksync_schedule();
	}
	ksync_set_current_state(KSYNC_TASK_RUNNING);
}

WAITS_FOR_EVENT(park, task_tells(w); while (!waited_ready(w)) ksync_park(),
				     ksync_task_t *task = task_told(w);
		waited_set_ready(w); ksync_unpark(task))
WAITS_FOR_EVENT(schedule, schedule_until_ready(w),
		ksync_task_t *task = task_told(w);
		waited_set_ready(w); (void)ksync_wake_up_process(task))

/* ---- a thread that others tell ---- */

/* Else it would end, or its work be taken back, without a wait. */
static void kthread_begins(struct waited *w)
{
	while (!ksync_smp_load_acquire(&w->begun))
		ksync_yield();
}

static void kthread_made(struct waited *w, int (*fn)(void *))
{
	w->task = ksync_kthread_create(fn, w, "waited");
	waited_must(w, !ksync_IS_ERR(w->task));
	/* It may end before it is told to. */
	ksync_task_get(w->task);
	(void)ksync_wake_up_process(w->task);
	kthread_begins(w);
}

static int kthread_ends_when_ready(void *data)
{
	struct waited *w = data;

	ksync_smp_store_release(&w->begun, 1);
	while (!waited_ready(w))
		ksync_schedule_timeout_uninterruptible(1);
	return 7;
}

static void kthread_stop_it(struct waited *w)
{
	waited_must(w, ksync_kthread_stop_put(w->task) == 7);
}
WAITS_FOR_LOCK(kthread_stop, kthread_made(w, kthread_ends_when_ready),
	       waited_set_ready(w), kthread_stop_it(w), (void)0)

static int kthread_parks_when_ready(void *data)
{
	(void)kthread_ends_when_ready(data);
	while (!ksync_kthread_should_stop()) {
		ksync_kthread_parkme();
		ksync_yield();
	}
	return 7;
}

static void kthread_park_it(struct waited *w)
{
	LOCKED(ksync_kthread_park(w->task));
	ksync_kthread_unpark(w->task);
	kthread_stop_it(w);
}
WAITS_FOR_LOCK(kthread_park, kthread_made(w, kthread_parks_when_ready),
	       waited_set_ready(w), kthread_park_it(w), (void)0)

static void work_until_ready(ksync_kthread_work_t *work)
{
	(void)kthread_ends_when_ready(
		ksync_container_of(work, struct waited, work));
}

static void worker_made(struct waited *w)
{
	w->worker = ksync_kthread_run_worker(0, "waited");
	waited_must(w, !ksync_IS_ERR(w->worker));
	ksync_kthread_init_work(&w->work, work_until_ready);
	waited_must(w, ksync_kthread_queue_work(w->worker, &w->work));
	kthread_begins(w);
}
WAITS_FOR_LOCK(kthread_flush_work, worker_made(w), waited_set_ready(w),
	       ksync_kthread_flush_work(&w->work),
	       ksync_kthread_destroy_worker(w->worker))
WAITS_FOR_LOCK(kthread_flush_worker, worker_made(w), waited_set_ready(w),
	       ksync_kthread_flush_worker(w->worker),
	       ksync_kthread_destroy_worker(w->worker))
WAITS_FOR_LOCK(kthread_cancel_work, worker_made(w), waited_set_ready(w),
	       (void)ksync_kthread_cancel_work_sync(&w->work),
	       ksync_kthread_destroy_worker(w->worker))
WAITS_FOR_LOCK(kthread_destroy_worker, worker_made(w), waited_set_ready(w),
	       ksync_kthread_destroy_worker(w->worker), (void)0)

/* ---- grace periods ---- */

static void srcu_begin(struct waited *w)
{
	LOCKED(ksync_init_srcu_struct(&w->srcu));
	w->srcu_idx = ksync_srcu_read_lock(&w->srcu);
}
WAITS_FOR_LOCK(srcu, srcu_begin(w),
	       ksync_srcu_read_unlock(&w->srcu, w->srcu_idx),
	       ksync_synchronize_srcu(&w->srcu),
	       ksync_cleanup_srcu_struct(&w->srcu))

static void srcu_called(ksync_rcu_head_t *head)
{
	waited_set_ready(ksync_container_of(head, struct waited, srcu_head));
}

static void srcu_call(struct waited *w)
{
	srcu_begin(w);
	ksync_call_srcu(&w->srcu, &w->srcu_head, srcu_called);
}
WAITS_FOR_LOCK(srcu_barrier, srcu_call(w),
	       ksync_srcu_read_unlock(&w->srcu, w->srcu_idx),
	       ksync_srcu_barrier(&w->srcu);
	       waited_must(w, waited_ready(w)),
	       ksync_cleanup_srcu_struct(&w->srcu))

#if KSYNC_HAVE_RCU
WAITS_FOR_LOCK(rcu, ksync_rcu_read_lock(), ksync_rcu_read_unlock(),
	       ksync_synchronize_rcu(), (void)0)
#endif

/* ---- a descriptor ---- */

/* poll() is a cancellation point of libc's: by the system call alone. */
static void poll_until_ready(struct waited *w)
{
	struct pollfd p = { .events = POLLIN };

	if (ksync_wait_fd_open(&w->fd, &w->queue))
		return waited_must(w, 0);
	p.fd = w->fd.fd;
	for (;;) {
		(void)ksync_wait_fd_clear(&w->fd);
		if (waited_ready(w))
			break;
		(void)syscall(SYS_ppoll, &p, 1, NULL, NULL, 0);
	}
	ksync_wait_fd_close(&w->fd);
}
WAITS_FOR_EVENT(wait_fd, poll_until_ready(w), waited_set_ready(w);
		ksync_wake_up(&w->queue))

/* In its turn, as a thread would. */
static void poll_until_taken(struct waited *w, ksync_unit_fd_t *f, int error)
{
	struct pollfd p = { .events = POLLIN };

	if (error)
		return waited_must(w, 0);
	p.fd = f->fd;
	while (!ksync_unit_fd_take(f))
		(void)syscall(SYS_ppoll, &p, 1, NULL, NULL, 0);
	ksync_unit_fd_close(f);
}

#define POLLS_FOR_UNIT(name, kind, object, happen)                             \
	WAITS_FOR_EVENT(name, ksync_unit_fd_t f;                               \
			poll_until_taken(                                      \
				w, &f, ksync_unit_fd_open_##kind(&f, object)), \
			happen)

POLLS_FOR_UNIT(unit_fd_semaphore, semaphore, &w->units, ksync_up(&w->units))
POLLS_FOR_UNIT(unit_fd_completion, completion, &w->completion,
	       ksync_complete(&w->completion))

#define LOCK_ROW(name) { #name, name##_before, name##_wait, name##_end, 0 }
#define EVENT_ROW(name) { #name, NULL, name##_wait, name##_end, 0 }
#define TASK_ROW(name) { #name, NULL, name##_wait, name##_end, 1 }
#define THREAD_ROW(name) { #name, name##_before, name##_wait, name##_end, 1 }

static const struct wait waits[] = {
	LOCK_ROW(mutex),
	LOCK_ROW(mutex_interruptible),
	LOCK_ROW(mutex_timeout),
	LOCK_ROW(rwsem_read),
	LOCK_ROW(rwsem_read_killable),
	LOCK_ROW(rwsem_write),
	LOCK_ROW(rwsem_write_timeout),
	LOCK_ROW(percpu_read),
	LOCK_ROW(percpu_write),
	LOCK_ROW(percpu_write_killable),
	LOCK_ROW(rt_mutex),
	LOCK_ROW(rt_mutex_interruptible),
	LOCK_ROW(ww_mutex),
	LOCK_ROW(ww_context),
	LOCK_ROW(once),
	LOCK_ROW(spinlock),
	LOCK_ROW(raw_spinlock),
	LOCK_ROW(bit_spinlock),
	LOCK_ROW(rwlock_read),
	LOCK_ROW(rwlock_write),
	LOCK_ROW(seqlock_write),
	LOCK_ROW(seqlock_read),
	LOCK_ROW(bit_lock),
	LOCK_ROW(bit),
	EVENT_ROW(semaphore),
	EVENT_ROW(semaphore_timeout),
	EVENT_ROW(completion),
	EVENT_ROW(completion_all),
	EVENT_ROW(completion_timeout),
	EVENT_ROW(wait_event),
	EVENT_ROW(wait_event_exclusive),
	EVENT_ROW(wait_event_timeout),
	EVENT_ROW(swait),
	EVENT_ROW(rcuwait),
	EVENT_ROW(var),
	EVENT_ROW(condvar_mutex),
	EVENT_ROW(condvar_spinlock),
	EVENT_ROW(condvar_rwsem),
	TASK_ROW(park),
	TASK_ROW(schedule),
	THREAD_ROW(kthread_stop),
	THREAD_ROW(kthread_park),
	THREAD_ROW(kthread_flush_work),
	THREAD_ROW(kthread_flush_worker),
	THREAD_ROW(kthread_cancel_work),
	THREAD_ROW(kthread_destroy_worker),
	LOCK_ROW(srcu),
	LOCK_ROW(srcu_barrier),
#if KSYNC_HAVE_RCU
	THREAD_ROW(rcu),
#endif
	EVENT_ROW(wait_fd),
	EVENT_ROW(unit_fd_semaphore),
	EVENT_ROW(unit_fd_completion),
};

#define WAITS (sizeof(waits) / sizeof(waits[0]))

/* ---- misuse that is reported, and goes on ---- */

MISUSE(mutex, ksync_mutex_unlock(&w->mutex))
MISUSE(rwsem, ksync_up_write(&w->rwsem))
MISUSE(percpu_rwsem, ksync_percpu_up_write(&w->percpu_rwsem))
MISUSE(rt_mutex, ksync_rt_mutex_unlock(&w->rt_mutex))
MISUSE(ww_mutex, ksync_ww_mutex_unlock(&w->ww_mutex))
MISUSE(once, ksync_once_end(&w->once))
MISUSE(spinlock, ksync_spin_unlock(&w->spinlock))
MISUSE(raw_spinlock, ksync_raw_spin_unlock(&w->raw_spinlock))
MISUSE(bit_spinlock, ksync_bit_spin_unlock(WAITED_BIT, &w->bits))
MISUSE(rwlock_read, ksync_read_unlock(&w->rwlock))
MISUSE(rwlock_write, ksync_write_unlock(&w->rwlock))
MISUSE(seqlock, ksync_write_seqcount_end(&w->seqlock.seqcount))
MISUSE(semaphore, ksync_sema_init(&w->units, -1))
MISUSE(condvar, ksync_condvar_wait(&w->condvar, ksync_condvar_mutex(&w->mutex)))

static void queue_twice(struct waited *w)
{
	KSYNC_DEFINE_WAIT(entry);

	ksync_add_wait_queue(&w->queue, &entry);
	ksync_add_wait_queue(&w->queue, &entry);
	ksync_remove_wait_queue(&w->queue, &entry);
}
MISUSE(wait_queue, queue_twice(w))

MISUSE(kthread, (void)ksync_kthread_stop(ksync_current()))

static void queue_on_two_workers(struct waited *w)
{
	ksync_kthread_worker_t one, other;

	ksync_kthread_init_worker(&one);
	ksync_kthread_init_worker(&other);
	ksync_kthread_init_work(&w->work, work_until_ready);
	waited_must(w, ksync_kthread_queue_work(&one, &w->work));
	waited_must(w, !ksync_kthread_queue_work(&other, &w->work));
}
MISUSE(kthread_worker, queue_on_two_workers(w))

static void end_what_did_not_begin(struct waited *w)
{
	LOCKED(ksync_init_srcu_struct(&w->srcu));
	ksync_srcu_read_unlock(&w->srcu, 7);
	ksync_cleanup_srcu_struct(&w->srcu);
}
MISUSE(srcu, end_what_did_not_begin(w))

#define MISUSE_ROW(name) { #name, name##_misuse }

static const struct misuse misuses[] = {
	MISUSE_ROW(mutex),	    MISUSE_ROW(rwsem),
	MISUSE_ROW(percpu_rwsem),   MISUSE_ROW(rt_mutex),
	MISUSE_ROW(ww_mutex),	    MISUSE_ROW(once),
	MISUSE_ROW(spinlock),	    MISUSE_ROW(raw_spinlock),
	MISUSE_ROW(bit_spinlock),   MISUSE_ROW(rwlock_read),
	MISUSE_ROW(rwlock_write),   MISUSE_ROW(seqlock),
	MISUSE_ROW(semaphore),	    MISUSE_ROW(condvar),
	MISUSE_ROW(wait_queue),	    MISUSE_ROW(kthread),
	MISUSE_ROW(kthread_worker), MISUSE_ROW(srcu),
};

#define MISUSES (sizeof(misuses) / sizeof(misuses[0]))

#endif
