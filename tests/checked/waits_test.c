/* SPDX-License-Identifier: MIT */
/*
 * The checked library: threads that do wait for each other, which is told when
 * the last of them begins to. Their locks have no order that could be told of.
 */
#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

#include "../support/queue.h"
#include "../support/threads.h"
#include "said.h"
#include "task/task.h"

SAID_SUITE(waits);

#define THREADS 3

static struct mutex locks[THREADS];
static struct semaphore unit;
static ksync_task_t *tasks[THREADS];
static int holding;
static int ended;

static void locks_make(void)
{
	for (int i = 0; i < THREADS; i++) {
		mutex_init(&locks[i]);
		lockdep_set_novalidate_class(&locks[i]);
	}
	sema_init(&unit, 1);
	ksync_semaphore_set_lock(&unit);
	lockdep_set_novalidate_class(&unit);
}

static void hold_first(int index)
{
	ksync_task_get(ksync_current());
	tasks[index] = ksync_current();
	mutex_lock(&locks[index]);
	__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
}

static bool waited_for(int index)
{
	return mutex_waiters(&locks[index]) > 0;
}

/* Thread i holds lock i; all but the last wait for the next one's, in a row
 * from its end: so the first of them sees it whole. */
static void wait_for_next(int index, int threads, bool last_closes)
{
	int next = (index + 1) % threads;

	hold_first(index);
	wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == threads);
	if (index == threads - 1) {
		for (int i = 1; i < threads; i++)
			wait_until(waited_for(i));
		if (!last_closes) {
			__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
			mutex_unlock(&locks[index]);
			return;
		}
	}
	for (int i = index + 2; i < threads && !last_closes; i++)
		wait_until(waited_for(i));
	if (mutex_lock_interruptible(&locks[next]) == 0)
		mutex_unlock(&locks[next]);
	mutex_unlock(&locks[index]);
}

static void two(void *arg, int index)
{
	(void)arg;
	wait_for_next(index, 2, true);
}

static void three(void *arg, int index)
{
	(void)arg;
	wait_for_next(index, 3, true);
}

static void chain(void *arg, int index)
{
	(void)arg;
	wait_for_next(index, 3, false);
}

/* The last is interrupted: then the others have their locks. */
static void circle(int threads, void (*fn)(void *arg, int index))
{
	struct crew crew;

	locks_make();
	crew_start(&crew, threads, fn, NULL);
	wait_until(reports_count() == 1);
	ksync_task_interrupt(tasks[threads - 1]);
	crew_join(&crew);
	expect_said("threads wait for each other");
	for (int i = 0; i < threads; i++)
		ksync_task_put(tasks[i]);
}

Test(waits, two_for_each_other)
{
	circle(2, two);
	expect_details("  waits    thread ");
	expect_details(" for locks[i] (mutex) of thread ");
	expect_details("  held     locks[i] (mutex), taken at 0x");
}

Test(waits, three_for_each_other)
{
	circle(3, three);
}

/* The last gives its lock back: nobody waits for ever. */
Test(waits, a_row)
{
	locks_make();
	crew_run(3, chain, NULL);
	cr_assert(ended);
	expect_silence();
	for (int i = 0; i < THREADS; i++)
		ksync_task_put(tasks[i]);
}

/* Of another kind, with a wait that ends by itself. */
static void a_unit(void *arg, int index)
{
	(void)arg;
	if (index == 0) {
		down(&unit);
		__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
		wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
		mutex_lock(&locks[0]);
		mutex_unlock(&locks[0]);
		up(&unit);
		return;
	}
	mutex_lock(&locks[0]);
	__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
	wait_until(waited_for(0));
	must(down_timeout(&unit, 1) == -ETIME);
	/* It does not wait any more. */
	mutex_unlock(&locks[0]);
}

Test(waits, a_mutex_and_a_semaphore)
{
	locks_make();
	crew_run(2, a_unit, NULL);
	must_have_held();
	expect_said("threads wait for each other");
	expect_details(" for unit (semaphore) of thread ");
	expect_details(" for locks[i] (mutex) of thread ");
}

static int rounds;

static void contend_in_order(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 3000; i++) {
		mutex_lock(&locks[i % 2]);
		mutex_lock(&locks[2]);
		rounds++;
		mutex_unlock(&locks[2]);
		mutex_unlock(&locks[i % 2]);
	}
}

/* Many that wait, and none for ever. */
Test(waits, of_many)
{
	locks_make();
	crew_run(4, contend_in_order, NULL);
	cr_assert_eq(rounds, 4 * 3000);
	expect_silence();
}

/* Index 0 gives up the wait for what the other holds, which then waits. */
static void one_gives_up(void *arg, int index)
{
	(void)arg;
	if (index == 0) {
		mutex_lock(&locks[0]);
		__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
		wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
		must(ksync_mutex_lock_timeout(&locks[1], 1) == -ETIME);
		__atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
		wait_until(waited_for(0));
		mutex_unlock(&locks[0]);
		return;
	}
	mutex_lock(&locks[1]);
	__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	mutex_lock(&locks[0]);
	mutex_unlock(&locks[0]);
	mutex_unlock(&locks[1]);
}

Test(waits, who_gave_up_waits_for_nobody)
{
	locks_make();
	crew_run(2, one_gives_up, NULL);
	expect_silence();
}

/* ---- each kind of lock ---- */

static struct rt_mutex rt;
static struct rw_semaphore rwsem;
static struct ww_mutex ww;
static spinlock_t spin;
static raw_spinlock_t raw;
static rwlock_t rwlock;
static DEFINE_WW_CLASS(ww_class);

#define KIND(name, take, give)        \
	static void take_##name(void) \
	{                             \
		take;                 \
	}                             \
	static void give_##name(void) \
	{                             \
		give;                 \
	}

KIND(mutex, mutex_lock(&locks[1]), mutex_unlock(&locks[1]))
KIND(rt, rt_mutex_lock(&rt), rt_mutex_unlock(&rt))
KIND(rwsem, down_write(&rwsem), up_write(&rwsem))
KIND(reader, down_read(&rwsem), up_read(&rwsem))
KIND(ww, must(ww_mutex_lock(&ww, NULL) == 0), ww_mutex_unlock(&ww))
KIND(sem, down(&unit), up(&unit))
KIND(spin, spin_lock(&spin), spin_unlock(&spin))
KIND(raw, raw_spin_lock(&raw), raw_spin_unlock(&raw))
KIND(write_lock, write_lock(&rwlock), write_unlock(&rwlock))
KIND(read_lock, read_lock(&rwlock), read_unlock(&rwlock))

static const struct waited {
	const char *name;
	void (*hold)(void); /* by who waits for the mutex */
	void (*give)(void);
	void (*want)(void); /* by the mutex's holder */
	void (*end)(void);
	bool spins;
} waited[] = {
#define OF(held, wanted, spins)                            \
	{                                                  \
		#wanted,       take_##held,   give_##held, \
		take_##wanted, give_##wanted, spins        \
	}
	OF(mutex, mutex, false),
	OF(rt, rt, false),
	OF(rwsem, rwsem, false),
	OF(rwsem, reader, false),
	OF(ww, ww, false),
	OF(sem, sem, false),
	OF(spin, spin, true),
	OF(raw, raw, true),
	OF(write_lock, write_lock, true),
	OF(write_lock, read_lock, true),
};

static bool waits_for_something(int index)
{
	const struct ksync_task *task = (const void *)tasks[index];

	return KSYNC_READ_ONCE(task->waits_for) != NULL;
}

static void one_of_a_kind(void *arg, int index)
{
	const struct waited *w = arg;

	if (index == 0) {
		hold_first(0);
		wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
		w->want();
		w->end();
		mutex_unlock(&locks[0]);
		return;
	}
	w->hold();
	__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
	wait_until(waits_for_something(0));
	must(ksync_mutex_lock_timeout(&locks[0], 1) == -ETIME);
	w->give();
}

Test(waits, of_each_kind)
{
	rt_mutex_init(&rt);
	init_rwsem(&rwsem);
	ww_mutex_init(&ww, &ww_class);
	spin_lock_init(&spin);
	raw_spin_lock_init(&raw);
	rwlock_init(&rwlock);
	for (size_t n = 0; n < sizeof(waited) / sizeof(waited[0]); n++) {
		struct waited w = waited[n];
		int told = 0;

		locks_make();
		lockdep_set_novalidate_class(&rt);
		lockdep_set_novalidate_class(&rwsem);
		lockdep_set_novalidate_class(&ww.base);
		lockdep_set_novalidate_class(&spin);
		lockdep_set_novalidate_class(&raw);
		lockdep_set_novalidate_class(&rwlock);
		holding = 0;
		crew_run(2, one_of_a_kind, &w);
		for (int i = 0; i < reports_count(); i++)
			told += strstr(reports.kept[i].what,
				       "threads wait for each other") != NULL;
		cr_expect_eq(told, 1, "%s: told %d times", w.name, told);
		/* And once that it sleeps under what spins. */
		cr_expect_leq(reports_count(), 1 + w.spins, "%s: %d reports",
			      w.name, reports_count());
		reports_forget();
		ksync_task_put(tasks[0]);
	}
}

/* ---- whose family finds it ---- */

static struct rt_mutex rts[2];

static void rt_circle(void *arg, int index)
{
	(void)arg;
	if (index == 0) {
		ksync_task_get(ksync_current());
		tasks[0] = ksync_current();
		rt_mutex_lock(&rts[0]);
		__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
		wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
		rt_mutex_lock(&rts[1]);
		rt_mutex_unlock(&rts[1]);
		rt_mutex_unlock(&rts[0]);
		return;
	}
	rt_mutex_lock(&rts[1]);
	__atomic_add_fetch(&holding, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&holding, __ATOMIC_ACQUIRE) == 2);
	wait_until(waits_for_something(0));
	/* The system finds it once both sleep. */
	must(ksync_rt_mutex_lock_timeout(&rts[0], 2) != 0);
	rt_mutex_unlock(&rts[1]);
}

Test(waits, of_rt_mutexes_told_by_these_alone)
{
	for (int i = 0; i < 2; i++) {
		rt_mutex_init(&rts[i]);
		lockdep_set_novalidate_class(&rts[i]);
	}
	crew_run(2, rt_circle, NULL);
	for (int i = 0; i < reports_count(); i++)
		cr_expect_not(strstr(reports.kept[i].what,
				     "threads wait for each other"));
	reports_forget();
	ksync_task_put(tasks[0]);
}
