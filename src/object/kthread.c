/* SPDX-License-Identifier: MIT */
/*
 * Word: kthread_told of the task's record, flags
 *
 *  flag    is set by                  is cleared by
 *  MADE    the thread, at its start   whose record is the same one next
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
 *  I4  All of it is in the thread's record, which is nobody else's while it is
 *      kept: task.c, I3. So nothing is ever freed, be it by who makes the next
 *      record in a signal handler.
 */
#include <stdarg.h>

#include <ksync/kthread.h>

#include "port/life.h"
#include "task/schedule.h"
#include "watch/report.h"

#define MADE 1
#define STOP 2
#define PARK 4
#define JOINED 8
#define ENDED 16
#define GONE 32

/* In the record's room. Read-only once started, but for the result. */
struct ksync__kthread {
	int (*fn)(void *data);
	void *data;
	int result; /* I2 */
	ksync_completion_t parked;
	ksync_completion_t exited;
	KSYNC__DEP_MAP_FIELD /* what its stopper waits for */
};
KSYNC_STATIC_ASSERT(sizeof(struct ksync__kthread) <= KSYNC__KTHREAD_ROOM,
		    "task.h has room for it");

#define KSYNC__KTHREAD(kt) \
	ksync__watched(kt, KSYNC__DEP_MAP(kt), KSYNC_KIND_KTHREAD)

/* On the maker's stack, until it is born. */
struct kthread_birth {
	struct ksync__thread_kind kind;
	int (*fn)(void *data);
	void *data;
	char name[KSYNC__THREAD_NAME];
	struct ksync_task *task;
	ksync_completion_t born;
};

static struct ksync__kthread *kthread_room(struct ksync_task *task)
{
	return (void *)task->kthread;
}

static bool kthread_is_one(struct ksync_task *task)
{
	return ksync_atomic_read(&task->kthread_told) != 0;
}

/* And a report, if it is none. */
static bool kthread_surely(ksync_task_t *k, const void *where)
{
	if (ksync_likely(kthread_is_one(k)))
		return true;
	ksync__misuse("kthread", k, "a thread that was not made as one",
		      "pass what kthread_run() or kthread_create() returned",
		      where, KSYNC_HOLDER_NONE);
	return false;
}

static bool kthread_is_told(struct ksync_task *task, int flags)
{
	/* ORDER kthread.told: acquire. Sees what was done before it was told.
	 * Other end: kthread_tell(). */
	if (!(ksync_atomic_read_acquire(&task->kthread_told) & flags))
		return false;
	ksync_watch_order_acquire(&task->kthread_told);
	return true;
}

/* What was told before. */
static int kthread_tell(struct ksync_task *task, int flags)
{
	ksync_watch_order_release(&task->kthread_told);
	/* ORDER kthread.told: release. Other end: kthread_is_told(). */
	return ksync_atomic_fetch_or_release(flags, &task->kthread_told);
}

/* ---- in the thread ---- */

static void kthread_end(struct ksync_task *self, int result)
{
	struct ksync__kthread *kt = kthread_room(self);

	ksync_watch_thread_end();
	kt->result = result;
	if (!(kthread_tell(self, ENDED) & JOINED))
		ksync__thread_detach_self();
	ksync_complete_all(&kt->parked);
	ksync_complete_all(&kt->exited);
}

static void kthread_be_parked(struct ksync_task *self)
{
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_PARKED);
		if (!kthread_is_told(self, PARK))
			break;
		ksync_complete(&kthread_room(self)->parked);
		(void)ksync__schedule(self, KSYNC__NEVER);
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
}

static void kthread_main(void *arg)
{
	struct kthread_birth *birth = arg;
	struct ksync_task *self = ksync__task_self();
	struct ksync__kthread *kt = kthread_room(self);
	int result = -EINTR;

	kt->fn = birth->fn;
	kt->data = birth->data;
	ksync_init_completion(&kt->parked);
	ksync_init_completion(&kt->exited);
	ksync_watch_thread_begin(KSYNC__KTHREAD(kt), "kthread",
				 (const void *)(uintptr_t)kt->fn);
	(void)kthread_tell(self, MADE);
	ksync_set_current_state_relaxed(KSYNC_TASK_UNINTERRUPTIBLE);
	birth->task = self;
	ksync_complete(&birth->born);
	(void)ksync__schedule(self, KSYNC__NEVER);
	if (!kthread_is_told(self, STOP)) {
		kthread_be_parked(self);
		result = kt->fn(kt->data);
	}
	kthread_end(self, result);
}

void ksync_kthread_parkme(void)
{
	struct ksync_task *self = ksync__task_self();

	ksync_watch_caller_might_sleep();
	if (kthread_is_one(self))
		kthread_be_parked(self);
}

void ksync_kthread_exit(int result)
{
	struct ksync_task *self = ksync__task_self();

	if (kthread_is_one(self))
		kthread_end(self, result);
	else
		ksync__misuse("kthread", self,
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
	return kthread_is_told(ksync__task_self(), STOP);
}

bool ksync_kthread_should_park(void)
{
	return kthread_is_told(ksync__task_self(), PARK);
}

bool ksync_kthread_should_stop_or_park(void)
{
	return kthread_is_told(ksync__task_self(), STOP | PARK);
}

/* It was cancelled, or ended itself. */
static void kthread_thread_exit(bool last)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	if (last && self && kthread_is_one(self) &&
	    !kthread_is_told(self, ENDED))
		kthread_end(self, -EINTR);
}

/* ---- making one ---- */

static ksync_task_t *kthread_make(int (*fn)(void *data), void *data,
				  const char *namefmt, va_list args)
{
	struct kthread_birth birth = {
		.kind = { kthread_main, &birth, birth.name, 0 },
		.fn = fn,
		.data = data,
	};
	ksync__thread_t thread;

	ksync__thread_name_make(birth.name, namefmt, args);
	ksync_init_completion(&birth.born);
	if (!ksync__thread_start(&birth.kind, &thread))
		return ksync_ERR_PTR(-ENOMEM);
	ksync_wait_for_completion(&birth.born);
	return birth.task;
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

static void kthread_go_on(ksync_task_t *k)
{
	/* Who is parked is told of what was done before by its state. */
	(void)ksync_atomic_fetch_and_relaxed(~PARK, &k->kthread_told);
	(void)ksync_wake_up_state(k, KSYNC_TASK_PARKED);
}

int ksync_kthread_stop(ksync_task_t *k)
{
	struct ksync__kthread *kt = kthread_room(k);
	int before, result;

	ksync_watch_caller_might_sleep();
	if (!kthread_surely(k, KSYNC__CALLER()))
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
	/* Of one that has ended nothing is waited for. */
	if (!kthread_is_told(k, ENDED))
		ksync_watch_caller_syncs(KSYNC__KTHREAD(kt));
	before = kthread_tell(k, STOP | JOINED);
	kthread_go_on(k);
	ksync_task_interrupt(k);
	(void)ksync_wake_up_process(k);
	ksync_wait_for_completion(&kt->exited);
	result = kt->result;
	if (!(before & (JOINED | ENDED)) && !kthread_is_told(k, GONE))
		ksync__thread_join(k->thread);
	ksync_task_put(k);
	return result;
}

int ksync_kthread_park(ksync_task_t *k)
{
	if (!kthread_surely(k, KSYNC__CALLER()))
		return -EINVAL;
	if (kthread_is_told(k, ENDED))
		return -ENOSYS;
	if (kthread_tell(k, PARK) & PARK) {
		ksync__misuse("kthread", k, "told to park, but it is already",
			      "kthread_unpark() it first", KSYNC__CALLER(),
			      KSYNC_HOLDER_NONE);
		return -EBUSY;
	}
	if (k == ksync__task_self())
		return 0;
	(void)ksync_wake_up_process(k);
	ksync_watch_caller_might_sleep();
	ksync_watch_caller_syncs(KSYNC__KTHREAD(kthread_room(k)));
	ksync_wait_for_completion(&kthread_room(k)->parked);
	return kthread_is_told(k, ENDED) ? -ENOSYS : 0;
}

void ksync_kthread_unpark(ksync_task_t *k)
{
	if (kthread_surely(k, KSYNC__CALLER()))
		kthread_go_on(k);
}

void *ksync_kthread_data(ksync_task_t *k)
{
	return kthread_is_one(k) ? kthread_room(k)->data : NULL;
}

void *ksync_kthread_func(ksync_task_t *k)
{
	return kthread_is_one(k) ? (void *)(uintptr_t)kthread_room(k)->fn :
				   NULL;
}

/* ---- a fork's child ---- */

/* Its waiters, too, are threads that are gone. */
static bool kthread_is_gone(struct ksync_task *t)
{
	struct ksync__kthread *kt = kthread_room(t);

	if (!kthread_is_one(t) || t->tid || kthread_is_told(t, ENDED))
		return false;
	kt->result = -ESRCH;
	(void)kthread_tell(t, ENDED | GONE);
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
