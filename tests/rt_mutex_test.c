/* SPDX-License-Identifier: MIT */
/* struct rt_mutex: the lock, the priority that it lends, and wrong use. */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/report.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(rt_mutex, .init = reports_take, .fini = reports_none);
TestSuite(rt_inherit, .init = reports_take, .fini = reports_none);
TestSuite(rt_misuse, .init = reports_take, .fini = reports_none);

static DEFINE_RT_MUTEX(m);

#define WAITERS 0x80000000u
/* Longer than the slices of a wait that is looked after, shorter than others;
 * a busy machine does not take as long. */
#define LONG_MS 8000

/* Somebody sleeps for it. */
static bool is_waited_for(struct rt_mutex *lock)
{
	return READ_ONCE(lock->word) & WAITERS;
}

static int my_tid(void)
{
	return ksync_task_tid(current);
}

/* ---- every way to take it ---- */

static int by_lock(void)
{
	rt_mutex_lock(&m);
	return 0;
}

static int by_nested(void)
{
	rt_mutex_lock_nested(&m, SINGLE_DEPTH_NESTING);
	return 0;
}

static int by_interruptible(void)
{
	return rt_mutex_lock_interruptible(&m);
}

static int by_killable(void)
{
	return rt_mutex_lock_killable(&m);
}

static int by_timeout(void)
{
	return ksync_rt_mutex_lock_timeout(&m, MAX_SCHEDULE_TIMEOUT);
}

static int by_until(void)
{
	return ksync_rt_mutex_lock_until(&m, NULL);
}

static int (*const ways[])(void) = {
	by_lock, by_nested, by_interruptible, by_killable, by_timeout, by_until,
};

#define WAYS ((int)(sizeof(ways) / sizeof(ways[0])))

Test(rt_mutex, is_held_from_lock_to_unlock)
{
	for (int i = 0; i < WAYS; i++) {
		cr_assert_not(rt_mutex_is_locked(&m));
		cr_assert_eq(ways[i](), 0);
		cr_assert(rt_mutex_is_locked(&m));
		cr_assert_not(rt_mutex_trylock(&m));
		cr_assert_eq(ksync_rt_mutex_get_owner(&m),
			     (unsigned long)current);
		lockdep_assert_held(&m);
		rt_mutex_unlock(&m);
		cr_assert_eq(ksync_rt_mutex_get_owner(&m), 0);
	}
	cr_assert(rt_mutex_trylock(&m));
	rt_mutex_unlock(&m);
	{
		ksync_guard(rt_mutex)(&m);
		cr_assert(rt_mutex_is_locked(&m));
	}
	cr_assert_not(rt_mutex_is_locked(&m));
}

static long counter; /* under m */

static void count(void *arg, int index)
{
	struct effort e = effort(2000, 1500);

	(void)arg;
	for (int i = index; effort_more(&e); i++) {
		must(ways[i % WAYS]() == 0);
		counter++;
		rt_mutex_unlock(&m);
		__atomic_fetch_add((long *)arg, 1, __ATOMIC_RELAXED);
		watchdog_feed();
	}
}

Test(rt_mutex, excludes_others)
{
	long expected = 0;

	watchdog_start();
	crew_run(6, count, &expected);
	watchdog_stop();
	cr_assert_eq(counter, expected);
	cr_assert_eq(m.word, 0);
}

static int step;

static void hold(void *arg, int index)
{
	(void)arg;
	(void)index;
	rt_mutex_lock(&m);
	WRITE_ONCE(step, 1);
	wait_until(READ_ONCE(step) == 2);
	rt_mutex_unlock(&m);
}

Test(rt_mutex, a_wait_ends_in_time)
{
	struct timespec at;
	struct crew crew;
	long long begin;

	crew_start(&crew, 1, hold, NULL);
	wait_until(READ_ONCE(step));
	begin = now_ms();
	cr_assert_eq(ksync_rt_mutex_lock_timeout(&m, 0), -ETIME);
	cr_assert_eq(ksync_rt_mutex_lock_timeout(&m, 5), -ETIME);
	cr_assert_lt(now_ms() - begin, LONG_MS);
	clock_gettime(CLOCK_MONOTONIC, &at);
	cr_assert_eq(ksync_rt_mutex_lock_until(&m, &at), -ETIME);
	at.tv_nsec = -1;
	cr_assert_eq(ksync_rt_mutex_lock_until(&m, &at), -EINVAL);
	WRITE_ONCE(step, 2);
	crew_join(&crew);
	cr_assert_eq(ksync_rt_mutex_lock_until(&m, &at), 0);
	rt_mutex_unlock(&m);
}

static ksync_task_t *sleeper;
static int result;

static void wait_interruptibly(void *arg, int index)
{
	(void)index;
	WRITE_ONCE(sleeper, ksync_task_get(current));
	result = arg ? rt_mutex_lock_killable(&m) :
		       rt_mutex_lock_interruptible(&m);
}

Test(rt_mutex, an_interrupt_ends_a_wait)
{
	struct crew crew;
	long long begin;

	rt_mutex_lock(&m);
	crew_start(&crew, 1, wait_interruptibly, NULL);
	wait_until(is_waited_for(&m));
	begin = now_ms();
	ksync_task_interrupt(sleeper);
	crew_join(&crew);
	cr_assert_eq(result, -EINTR);
	cr_assert_lt(now_ms() - begin, LONG_MS);
	rt_mutex_unlock(&m);
	ksync_task_put(sleeper);
}

Test(rt_mutex, a_kill_ends_a_killable_wait_and_an_interrupt_does_not)
{
	struct crew crew;

	rt_mutex_lock(&m);
	crew_start(&crew, 1, wait_interruptibly, &m);
	wait_until(is_waited_for(&m));
	ksync_task_interrupt(sleeper);
	nap_ms(30);
	ksync_task_kill(sleeper);
	crew_join(&crew);
	cr_assert_eq(result, -EINTR);
	rt_mutex_unlock(&m);
	ksync_task_put(sleeper);
}

Test(rt_mutex, a_free_one_is_taken_though_an_interrupt_is_pending)
{
	ksync_task_interrupt(current);
	cr_assert_eq(rt_mutex_lock_interruptible(&m), 0);
	rt_mutex_unlock(&m);
	(void)ksync_task_clear_pending();
}

/* Who gets it may free it: nobody touches it after the next holder has it. */
static void free_as_last(void *arg, int index)
{
	struct rt_mutex **lock = arg;

	(void)index;
	rt_mutex_lock(*lock);
	rt_mutex_unlock(*lock);
	free(*lock);
}

Test(rt_mutex, the_next_holder_may_free_it)
{
	for (struct effort e = effort(300, 1000); effort_more(&e);) {
		struct rt_mutex *lock = malloc(sizeof(*lock));
		struct crew crew;

		rt_mutex_init(lock);
		rt_mutex_lock(lock);
		crew_start(&crew, 1, free_as_last, &lock);
		if (e.rounds % 2)
			wait_until(is_waited_for(lock));
		rt_mutex_unlock(lock);
		crew_join(&crew);
	}
}

/* ---- fork ---- */

static void use_in_child(void *arg)
{
	(void)arg;
	must(ksync_rt_mutex_get_owner(&m) == (unsigned long)current);
	rt_mutex_unlock(&m);
	must(m.word == 0);
	rt_mutex_lock(&m);
	rt_mutex_unlock(&m);
	crew_run(4, count, &counter);
}

static void lock_once(void *arg, int index)
{
	(void)arg;
	(void)index;
	rt_mutex_lock(&m);
	rt_mutex_unlock(&m);
}

Test(rt_mutex, a_child_keeps_what_its_thread_holds)
{
	struct crew crew;

	rt_mutex_lock(&m);
	cr_assert_eq(in_child(use_in_child, NULL), 0);
	crew_start(&crew, 1, lock_once, NULL);
	wait_until(is_waited_for(&m));
	cr_assert_eq(in_child(use_in_child, NULL), 0, "with a waiter");
	rt_mutex_unlock(&m);
	crew_join(&crew);
}

static void find_holder_gone(void *arg)
{
	(void)arg;
	must(rt_mutex_lock_interruptible(&m) == -EDEADLK);
	must(reports_count() == 1);
}

Test(rt_mutex, a_child_is_told_of_a_holder_that_it_has_not)
{
	struct crew crew;

	crew_start(&crew, 1, hold, NULL);
	wait_until(READ_ONCE(step));
	cr_assert_eq(in_child(find_holder_gone, NULL), 0);
	WRITE_ONCE(step, 2);
	crew_join(&crew);
}

/* ---- priority inheritance ---- */

#define LOW 10
#define MIDDLE 20
#define HIGH 30

/* One processor, a realtime class and this priority; false: not allowed. */
static bool run_at(int priority)
{
	struct sched_param param = { .sched_priority = priority };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0 &&
	       sched_setscheduler(0, SCHED_FIFO, &param) == 0;
}

static bool set_priority(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, SCHED_FIFO, &param) == 0;
}

static struct inversion {
	void (*lock)(void);
	void (*unlock)(void);
	bool held, wanted, got, middle_ran_first;
} inversion;

static void spin_ms(long ms)
{
	for (long long end = now_ms() + ms; now_ms() < end;)
		;
}

/* All on one processor. Whoever is most urgent of those that can runs. */
static void invert(void *arg, int index)
{
	static const int priorities[] = { LOW, MIDDLE, HIGH };

	(void)arg;
	must(set_priority(priorities[index]));
	switch (index) {
	case 0:
		inversion.lock();
		WRITE_ONCE(inversion.held, true);
		/* The others come while this one holds it. */
		while (!READ_ONCE(inversion.wanted))
			nap_us(100);
		spin_ms(20);
		inversion.unlock();
		break;
	case 1:
		while (!READ_ONCE(inversion.wanted))
			nap_us(100);
		/* Leaves nothing for LOW, unless that is lent more. */
		spin_ms(300);
		WRITE_ONCE(inversion.middle_ran_first,
			   !READ_ONCE(inversion.got));
		break;
	default:
		while (!READ_ONCE(inversion.held))
			nap_us(100);
		WRITE_ONCE(inversion.wanted, true);
		inversion.lock();
		WRITE_ONCE(inversion.got, true);
		inversion.unlock();
	}
}

static DEFINE_MUTEX(plain);

static void plain_lock(void)
{
	mutex_lock(&plain);
}

static void plain_unlock(void)
{
	mutex_unlock(&plain);
}

static void rt_lock(void)
{
	rt_mutex_lock(&m);
}

static void rt_unlock(void)
{
	rt_mutex_unlock(&m);
}

static void inversion_of(void (*lock)(void), void (*unlock)(void))
{
	if (!run_at(HIGH + 1)) {
		cr_log_info("no realtime class here: not shown");
		cr_skip_test("SCHED_FIFO is not allowed here");
	}
	inversion = (struct inversion){ .lock = lock, .unlock = unlock };
	crew_run(3, invert, NULL);
	cr_assert(inversion.got);
}

Test(rt_inherit, an_urgent_thread_does_not_wait_for_a_middle_one)
{
	inversion_of(rt_lock, rt_unlock);
	cr_assert_not(inversion.middle_ran_first);
}

/* The same scene does find it where nothing is lent. */
Test(rt_inherit, with_a_mutex_it_does)
{
	inversion_of(plain_lock, plain_unlock);
	cr_assert(inversion.middle_ran_first);
}

/* ---- misuse: docs/rt_mutex.md ---- */

#define misuse(words, holder) expect_misuse("rt_mutex", words, &m, holder)

Test(rt_misuse, unlock_of_a_free_one_does_nothing)
{
	rt_mutex_unlock(&m);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	rt_mutex_lock(&m);
	rt_mutex_unlock(&m);
}

static void unlock_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	rt_mutex_unlock(&m);
}

Test(rt_misuse, unlock_by_a_stranger_does_nothing)
{
	rt_mutex_lock(&m);
	crew_run(1, unlock_as_stranger, NULL);
	misuse("does not hold it", my_tid());
	cr_assert(rt_mutex_is_locked(&m));
	rt_mutex_unlock(&m);
}

Test(rt_misuse, again_by_its_holder)
{
	rt_mutex_lock(&m);
	cr_assert_eq(rt_mutex_lock_interruptible(&m), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	rt_mutex_unlock(&m);
}

Test(rt_misuse, destroyed_while_held_does_nothing)
{
	rt_mutex_lock(&m);
	ksync__rt_mutex_destroy(&m);
	misuse("destroyed while it is held", my_tid());
	rt_mutex_unlock(&m);
	ksync__rt_mutex_destroy(&m);
	ksync__rt_mutex_destroy(&m);
	misuse("destroyed twice", KSYNC_HOLDER_NONE);
	cr_assert_not(rt_mutex_trylock(&m));
	rt_mutex_lock(&m);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	rt_mutex_unlock(&m);
}

static void die_holding(void *arg, int index)
{
	(void)arg;
	(void)index;
	rt_mutex_lock(&m);
}

Test(rt_misuse, a_holder_that_is_gone)
{
	crew_run(1, die_holding, NULL);
	cr_assert_eq(ksync_rt_mutex_lock_timeout(&m, 100), -EDEADLK);
	misuse("held by a thread that is gone", KSYNC_HOLDER_GONE);
}

static void note_tid(void *arg, int index)
{
	(void)index;
	*(int *)arg = my_tid();
}

/* The system knows, too: here of a holder that left no name. */
Test(rt_misuse, a_holder_that_is_no_thread)
{
	int tid = 0;

	crew_run(1, note_tid, &tid);
	/* In an emulator it lives on for a moment. */
	wait_until(syscall(SYS_tgkill, getpid(), tid, 0) < 0);
	m.word = (unsigned int)tid;
	cr_assert_eq(ksync_rt_mutex_lock_timeout(&m, 10000), -EDEADLK);
	misuse("held by a thread that is gone", KSYNC_HOLDER_GONE);
}

static void die_waited_for(void *arg, int index)
{
	(void)arg;
	(void)index;
	rt_mutex_lock(&m);
	WRITE_ONCE(step, 1);
	wait_until(is_waited_for(&m));
}

/* It can tell, and the mutex is somebody's again. */
Test(rt_misuse, a_holder_that_ends_while_it_is_waited_for)
{
	struct crew crew;

	crew_start(&crew, 1, die_waited_for, NULL);
	wait_until(READ_ONCE(step));
	rt_mutex_lock(&m);
	misuse("left it locked", KSYNC_HOLDER_GONE);
	crew_join(&crew);
	cr_assert_eq(ksync_rt_mutex_get_owner(&m), (unsigned long)current);
	rt_mutex_unlock(&m);
	cr_assert_not(rt_mutex_is_locked(&m));
}

/* The system finds the circle when it closes; both wait without an end. */
static struct rt_mutex first = __RT_MUTEX_INITIALIZER(first);
static int edeadlk;

static void close_circle(void *arg, int index)
{
	struct rt_mutex *mine = index ? &m : &first;
	struct rt_mutex *other = index ? &first : &m;
	int ret;

	(void)arg;
	rt_mutex_lock(mine);
	__atomic_fetch_add(&step, 1, __ATOMIC_RELAXED);
	wait_until(READ_ONCE(step) == 2);
	ret = rt_mutex_lock_killable(other);
	if (ret == -EDEADLK)
		__atomic_fetch_add(&edeadlk, 1, __ATOMIC_RELAXED);
	else
		rt_mutex_unlock(other);
	rt_mutex_unlock(mine);
}

Test(rt_misuse, a_circle_is_found_when_it_closes)
{
	crew_run(2, close_circle, NULL);
	cr_assert_geq(edeadlk, 1);
	cr_assert_geq(reports_count(), 1);
	reports_forget();
	cr_assert_not(rt_mutex_is_locked(&m));
	cr_assert_not(rt_mutex_is_locked(&first));
}
