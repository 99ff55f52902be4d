/* SPDX-License-Identifier: MIT */
/*
 * Word: told, flags
 *
 *  flag    is set by                  is cleared by
 *  STOP    kthread_stop()
 *  PARK    kthread_park()             kthread_unpark()
 *  JOINED  the first kthread_stop()
 *  ENDED   the thread, at its end
 *  GONE    a fork's child, with ENDED: there is no thread to be joined
 *
 *  I1  Who sets the first of JOINED and ENDED says who waits for the thread's
 *      end: the stopper joins it, or nobody and it is detached.
 *  I2  "result" is written before ENDED, and that before "exited" is complete
 *      for ever. "parked" is then, too: nobody waits for it in vain.
 *  I3  "parked" is completed by the thread alone, after it has set its state,
 *      while it sees PARK: so who has waited for it finds the thread asleep,
 *      and an unpark ends that state.
 *  I4  This lives as long as the thread's record is nobody else's, and so for
 *      whoever keeps the task: task.c, I3.
 */
#include <stdarg.h>

#include <ksync/kthread.h>

#include "port/life.h"
#include "task/schedule.h"
#include "watch/report.h"

#define STOP 1
#define PARK 2
#define JOINED 4
#define ENDED 8
#define GONE 16

struct ksync__kthread {
	struct ksync__thread_kind kind; /* the rest: read-only once started */
	int (*fn)(void *data);
	void *data;
	ksync__thread_t thread;	 /* by the maker, for who joins */
	struct ksync_task *task; /* by the thread, before "born" */
	char name[KSYNC__THREAD_NAME];
	ksync_atomic_t told; /* ORDER kthread.told */
	int result;	     /* I2 */
	ksync_completion_t born;
	ksync_completion_t parked;
	ksync_completion_t exited;
};

static struct ksync__kthread *kthread_self(void)
{
	return ksync__task_self()->kthread;
}

/* NULL, and a report, if it was not made here. */
static struct ksync__kthread *kthread_of(ksync_task_t *k, const void *where)
{
	if (ksync_unlikely(!k->kthread))
		ksync__misuse("kthread", k, "a thread that was not made as one",
			      "pass what kthread_run() or kthread_create() "
			      "returned",
			      where, KSYNC_HOLDER_NONE);
	return k->kthread;
}

static bool kthread_is_told(struct ksync__kthread *kt, int flags)
{
	/* ORDER kthread.told: acquire. Sees what was done before it was told.
	 * Other end: kthread_tell(). */
	if (!kt || !(ksync_atomic_read_acquire(&kt->told) & flags))
		return false;
	ksync_watch_order_acquire(&kt->told);
	return true;
}

/* What was told before. */
static int kthread_tell(struct ksync__kthread *kt, int flags)
{
	ksync_watch_order_release(&kt->told);
	/* ORDER kthread.told: release. Other end: kthread_is_told(). */
	return ksync_atomic_fetch_or_release(flags, &kt->told);
}

/* ---- in the thread ---- */

static void kthread_end(struct ksync__kthread *kt, int result)
{
	kt->result = result;
	if (!(kthread_tell(kt, ENDED) & JOINED))
		ksync__thread_detach_self();
	ksync_complete_all(&kt->parked);
	ksync_complete_all(&kt->exited);
}

static void kthread_be_parked(struct ksync__kthread *kt)
{
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_PARKED);
		if (!kthread_is_told(kt, PARK))
			break;
		ksync_complete(&kt->parked);
		(void)ksync__schedule(kt->task, KSYNC__NEVER);
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
}

static void kthread_main(void *arg)
{
	struct ksync__kthread *kt = arg;
	int result = -EINTR;

	kt->task = ksync__task_self();
	kt->task->kthread = kt;
	ksync_set_current_state_relaxed(KSYNC_TASK_UNINTERRUPTIBLE);
	ksync_complete(&kt->born);
	(void)ksync__schedule(kt->task, KSYNC__NEVER);
	if (!kthread_is_told(kt, STOP)) {
		kthread_be_parked(kt);
		result = kt->fn(kt->data);
	}
	kthread_end(kt, result);
}

void ksync_kthread_parkme(void)
{
	struct ksync__kthread *kt = kthread_self();

	ksync_watch_caller_might_sleep();
	if (kt)
		kthread_be_parked(kt);
}

void ksync_kthread_exit(int result)
{
	struct ksync__kthread *kt = kthread_self();

	if (kt)
		kthread_end(kt, result);
	else
		ksync__misuse("kthread", ksync__task_self(),
			      "ended as one, but it was not made as one",
			      "return, or pthread_exit()", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
	ksync__thread_exit();
}

void ksync_kthread_complete_and_exit(ksync_completion_t *comp, int result)
{
	if (comp)
		ksync_complete(comp);
	ksync_kthread_exit(result);
}

bool ksync_kthread_should_stop(void)
{
	return kthread_is_told(kthread_self(), STOP);
}

bool ksync_kthread_should_park(void)
{
	return kthread_is_told(kthread_self(), PARK);
}

bool ksync_kthread_should_stop_or_park(void)
{
	return kthread_is_told(kthread_self(), STOP | PARK);
}

/* It was cancelled, or ended itself. */
static void kthread_thread_exit(bool last)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	if (last && self && self->kthread &&
	    !kthread_is_told(self->kthread, ENDED))
		kthread_end(self->kthread, -EINTR);
}

/* ---- making one ---- */

static ksync_task_t *kthread_make(int (*fn)(void *data), void *data,
				  const char *namefmt, va_list args)
{
	struct ksync__kthread *kt = ksync__heap_alloc(sizeof(*kt));

	if (!kt)
		return ksync_ERR_PTR(-ENOMEM);
	ksync__thread_name_make(kt->name, namefmt, args);
	kt->kind.fn = kthread_main;
	kt->kind.arg = kt;
	kt->kind.name = kt->name;
	kt->fn = fn;
	kt->data = data;
	ksync_init_completion(&kt->born);
	ksync_init_completion(&kt->parked);
	ksync_init_completion(&kt->exited);
	if (!ksync__thread_start(&kt->kind, &kt->thread)) {
		ksync__heap_free(kt);
		return ksync_ERR_PTR(-ENOMEM);
	}
	ksync_wait_for_completion(&kt->born);
	return kt->task;
}

ksync_task_t *ksync_kthread_create(int (*fn)(void *data), void *data,
				   const char *namefmt, ...)
{
	ksync_task_t *k;
	va_list args;

	va_start(args, namefmt);
	k = kthread_make(fn, data, namefmt, args);
	va_end(args);
	return k;
}

ksync_task_t *ksync_kthread_create_on_node(int (*fn)(void *data), void *data,
					   int node, const char *namefmt, ...)
{
	ksync_task_t *k;
	va_list args;

	(void)node;
	va_start(args, namefmt);
	k = kthread_make(fn, data, namefmt, args);
	va_end(args);
	return k;
}

static ksync_task_t *kthread_wake(ksync_task_t *k)
{
	if (!ksync_IS_ERR(k))
		(void)ksync_wake_up_process(k);
	return k;
}

ksync_task_t *ksync_kthread_run(int (*fn)(void *data), void *data,
				const char *namefmt, ...)
{
	ksync_task_t *k;
	va_list args;

	va_start(args, namefmt);
	k = kthread_make(fn, data, namefmt, args);
	va_end(args);
	return kthread_wake(k);
}

void ksync_kthread_bind(ksync_task_t *k, unsigned int cpu)
{
	ksync__thread_bind(ksync_task_tid(k), cpu);
}

/* The format is the caller's, which the compiler cannot look at. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
ksync_task_t *ksync_kthread_create_on_cpu(int (*fn)(void *data), void *data,
					  unsigned int cpu, const char *namefmt)
{
	ksync_task_t *k = ksync_kthread_create(fn, data, namefmt, cpu);

	if (!ksync_IS_ERR(k))
		ksync_kthread_bind(k, cpu);
	return k;
}
#pragma GCC diagnostic pop

ksync_task_t *ksync_kthread_run_on_cpu(int (*fn)(void *data), void *data,
				       unsigned int cpu, const char *namefmt)
{
	return kthread_wake(
		ksync_kthread_create_on_cpu(fn, data, cpu, namefmt));
}

/* ---- telling it ---- */

static void kthread_go_on(struct ksync__kthread *kt, ksync_task_t *k)
{
	/* Who is parked is told of what was done before by its state. */
	(void)ksync_atomic_fetch_and_relaxed(~PARK, &kt->told);
	(void)ksync_wake_up_state(k, KSYNC_TASK_PARKED);
}

int ksync_kthread_stop(ksync_task_t *k)
{
	struct ksync__kthread *kt = kthread_of(k, KSYNC__CALLER());
	int before, result;

	ksync_watch_caller_might_sleep();
	if (!kt)
		return -EINVAL;
	if (k == ksync__task_self()) {
		ksync__misuse("kthread", k, "told to stop by itself",
			      "return from its function, or kthread_exit()",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return -EDEADLK;
	}
	if (ksync_unlikely(!ksync__task_keep(k))) {
		ksync__misuse(
			"kthread", k, "told to stop after it has ended",
			"ksync_task_get() a thread that may end by itself",
			KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return -ESRCH;
	}
	before = kthread_tell(kt, STOP | JOINED);
	kthread_go_on(kt, k);
	ksync_task_interrupt(k);
	(void)ksync_wake_up_process(k);
	ksync_wait_for_completion(&kt->exited);
	result = kt->result;
	if (!(before & (JOINED | ENDED)) && !kthread_is_told(kt, GONE))
		ksync__thread_join(kt->thread);
	ksync_task_put(k);
	return result;
}

int ksync_kthread_park(ksync_task_t *k)
{
	struct ksync__kthread *kt = kthread_of(k, KSYNC__CALLER());

	if (!kt)
		return -EINVAL;
	if (kthread_is_told(kt, ENDED))
		return -ENOSYS;
	if (kthread_tell(kt, PARK) & PARK) {
		ksync__misuse("kthread", k, "told to park, but it is already",
			      "kthread_unpark() it first", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
		return -EBUSY;
	}
	if (k == ksync__task_self())
		return 0;
	(void)ksync_wake_up_process(k);
	ksync_watch_caller_might_sleep();
	ksync_wait_for_completion(&kt->parked);
	return kthread_is_told(kt, ENDED) ? -ENOSYS : 0;
}

void ksync_kthread_unpark(ksync_task_t *k)
{
	struct ksync__kthread *kt = kthread_of(k, KSYNC__CALLER());

	if (kt)
		kthread_go_on(kt, k);
}

void *ksync_kthread_data(ksync_task_t *k)
{
	return k->kthread ? k->kthread->data : NULL;
}

void *ksync_kthread_func(ksync_task_t *k)
{
	return k->kthread ? (void *)(uintptr_t)k->kthread->fn : NULL;
}

/* ---- a fork's child ---- */

/* Its waiters, too, are threads that are gone. */
static bool kthread_is_gone(struct ksync_task *t)
{
	struct ksync__kthread *kt = t->kthread;

	if (!kt || t->tid || kthread_is_told(kt, ENDED))
		return false;
	kt->result = -ESRCH;
	(void)kthread_tell(kt, ENDED | GONE);
	ksync_complete_all(&kt->parked);
	ksync_complete_all(&kt->exited);
	return false;
}

static void kthread_child(bool prepared)
{
	(void)prepared;
	(void)ksync__tasks_find(kthread_is_gone);
}

static const struct ksync__life_part kthread_life = {
	.floor = KSYNC__FLOOR_OBJECT,
	.child = kthread_child,
	.thread_exit = kthread_thread_exit,
};
KSYNC__LIFE_PART(kthread_life);
