/* SPDX-License-Identifier: MIT */
/* docs/matrix.md, cell by cell: what is reported, and that nothing else is. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <linux/completion.h>
#include <linux/local_lock.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/ww_mutex.h>

#include "said.h"

SAID_SUITE(matrix);

/* Each lock twice: one that is held, one that is wanted. */
static struct mutex mutexes[2];
static struct rt_mutex rt_mutexes[2];
static struct rw_semaphore rwsems[2];
static struct percpu_rw_semaphore percpu_rwsems[2];
static struct ww_mutex ww_mutexes[2];
static struct semaphore semaphores[2];
static spinlock_t spinlocks[2];
static rwlock_t rwlocks[2];
static seqlock_t seqlocks[2];
static raw_spinlock_t raws[2];
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static DEFINE_WW_CLASS(held_class);
static DEFINE_WW_CLASS(wanted_class);

/* Two places, so two classes. */
#define init_two(init, locks) (init(&(locks)[0]), init(&(locks)[1]))

static void init(void)
{
	init_two(mutex_init, mutexes);
	init_two(rt_mutex_init, rt_mutexes);
	init_two(init_rwsem, rwsems);
	cr_assert_eq(percpu_init_rwsem(&percpu_rwsems[0]), 0);
	cr_assert_eq(percpu_init_rwsem(&percpu_rwsems[1]), 0);
	init_two(spin_lock_init, spinlocks);
	init_two(rwlock_init, rwlocks);
	init_two(seqlock_init, seqlocks);
	init_two(raw_spin_lock_init, raws);
	ww_mutex_init(&ww_mutexes[0], &held_class);
	ww_mutex_init(&ww_mutexes[1], &wanted_class);
	sema_init(&semaphores[0], 1);
	sema_init(&semaphores[1], 1);
}

/* ---- what can be held, and wanted: take and release of number n ---- */

#define KIND(name, take, release)         \
	static void take_##name(int n)    \
	{                                 \
		take;                     \
	}                                 \
	static void release_##name(int n) \
	{                                 \
		(void)n;                  \
		release;                  \
	}

KIND(nothing, (void)n, )
KIND(mutex, mutex_lock(&mutexes[n]), mutex_unlock(&mutexes[n]))
KIND(rt_mutex, rt_mutex_lock(&rt_mutexes[n]), rt_mutex_unlock(&rt_mutexes[n]))
KIND(reader, down_read(&rwsems[n]), up_read(&rwsems[n]))
KIND(writer, down_write(&rwsems[n]), up_write(&rwsems[n]))
KIND(percpu_reader, percpu_down_read(&percpu_rwsems[n]),
     percpu_up_read(&percpu_rwsems[n]))
KIND(percpu_writer, percpu_down_write(&percpu_rwsems[n]),
     percpu_up_write(&percpu_rwsems[n]))
KIND(ww_mutex, cr_assert_eq(ww_mutex_lock(&ww_mutexes[n], NULL), 0),
     ww_mutex_unlock(&ww_mutexes[n]))
KIND(semaphore, down(&semaphores[n]), up(&semaphores[n]))
KIND(spinlock, spin_lock(&spinlocks[n]), spin_unlock(&spinlocks[n]))
KIND(read_lock, read_lock(&rwlocks[n]), read_unlock(&rwlocks[n]))
KIND(write_lock, write_lock(&rwlocks[n]), write_unlock(&rwlocks[n]))
KIND(seqlock, write_seqlock(&seqlocks[n]), write_sequnlock(&seqlocks[n]))
KIND(raw, raw_spin_lock(&raws[n]), raw_spin_unlock(&raws[n]))
KIND(rcu, (void)n; rcu_read_lock(), rcu_read_unlock())

/* ---- waits, trylocks and what wakes others ---- */

KIND(completion, (void)n; complete(&done); wait_for_completion(&done), )
KIND(event, wait_event(queue, n == 1), )
KIND(might_sleep, (void)n; ksync_might_sleep(), )
KIND(trylocks, cr_assert(mutex_trylock(&mutexes[n])); mutex_unlock(&mutexes[n]);
     cr_assert(spin_trylock(&spinlocks[n])); spin_unlock(&spinlocks[n]);
     cr_assert(down_write_trylock(&rwsems[n])); up_write(&rwsems[n]);
     cr_assert_eq(down_trylock(&semaphores[n]), 0); up(&semaphores[n]);
     cr_assert(ww_mutex_trylock(&ww_mutexes[n], NULL));
     ww_mutex_unlock(&ww_mutexes[n]);
     cr_assert(percpu_down_read_trylock(&percpu_rwsems[n]));
     percpu_up_read(&percpu_rwsems[n]), )
KIND(wakes, (void)n; complete(&done); wake_up(&queue), )

enum column { SLEEPING, WAITS, SPINNING, RAW, TRY, RCU, WAKES, COLUMNS };

#define OF(name) take_##name, release_##name

static const struct wanted {
	enum column column;
	void (*take)(int n);
	void (*release)(int n);
} wanted[] = {
	{ SLEEPING, OF(mutex) },
	{ SLEEPING, OF(rt_mutex) },
	{ SLEEPING, OF(reader) },
	{ SLEEPING, OF(writer) },
	{ SLEEPING, OF(percpu_reader) },
	{ SLEEPING, OF(percpu_writer) },
	{ SLEEPING, OF(ww_mutex) },
	{ SLEEPING, OF(semaphore) },
	{ WAITS, OF(completion) },
	{ WAITS, OF(event) },
	{ WAITS, OF(might_sleep) },
	{ SPINNING, OF(spinlock) },
	{ SPINNING, OF(read_lock) },
	{ SPINNING, OF(write_lock) },
	{ SPINNING, OF(seqlock) },
	{ RAW, OF(raw) },
	{ TRY, OF(trylocks) },
	{ RCU, OF(rcu) },
	{ WAKES, OF(wakes) },
};

/* "x" where it is reported, by columns. */
static const struct held {
	const char *name;
	const char *verdicts;
	void (*take)(int n);
	void (*release)(int n);
} held[] = {
	{ "nothing", ".......", OF(nothing) },
	{ "mutex", ".......", OF(mutex) },
	{ "rt_mutex", ".......", OF(rt_mutex) },
	{ "rwsem, read", ".......", OF(reader) },
	{ "rwsem, write", ".......", OF(writer) },
	{ "percpu_rwsem, read", ".......", OF(percpu_reader) },
	{ "percpu_rwsem, write", ".......", OF(percpu_writer) },
	{ "ww_mutex", ".......", OF(ww_mutex) },
	{ "semaphore", ".......", OF(semaphore) },
	{ "spinlock", "xx.....", OF(spinlock) },
	{ "rwlock, read", "xx.....", OF(read_lock) },
	{ "rwlock, write", "xx.....", OF(write_lock) },
	{ "seqlock", "xx.....", OF(seqlock) },
	{ "raw_spinlock", "xxx....", OF(raw) },
	{ "rcu", "xx.....", OF(rcu) },
};

/* Its number: functions may stand elsewhere in the process of a test. */
ParameterizedTestParameters(matrix, row)
{
	static int rows[sizeof(held) / sizeof(held[0])];

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		rows[i] = (int)i;
	return cr_make_param_array(int, rows, sizeof(held) / sizeof(held[0]));
}

/* A process for each: a report is told once for a place in the program. */
ParameterizedTest(int *number, matrix, row)
{
	const struct held *row = &held[*number];

	init();
	row->take(0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct wanted *w = &wanted[i];
		int due = row->verdicts[w->column] == 'x';

		w->take(1);
		cr_expect_eq(reports_count(), due,
			     "%s, then column %d (%zu): %d reports: %s",
			     row->name, (int)w->column, i, reports_count(),
			     reports_count() ? reports.kept[0].what : "");
		reports_forget();
		w->release(1);
		cr_expect_eq(reports_count(), 0, "%s: release of %zu",
			     row->name, i);
		reports_forget();
	}
	row->release(0);
}
