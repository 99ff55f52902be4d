/* SPDX-License-Identifier: MIT */
/*
 * Time that passes asleep or at work, the token, and names of threads; and what
 * kernel code waits with where nobody wakes it.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <sys/prctl.h>

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(task_delay, .init = reports_take, .fini = reports_none);
TestSuite(task_park, .init = reports_take, .fini = reports_none);
TestSuite(task_comm, .init = reports_take, .fini = reports_none);
TestSuite(task_looks, .init = reports_take, .fini = reports_none);

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

#define TAKES_US(us, call)                                         \
	do {                                                       \
		long long start_ = now_us();                       \
                                                                   \
		call;                                              \
		cr_assert_geq(now_us() - start_, us, "%s", #call); \
	} while (0)

Test(task_delay, a_delay_lasts_as_long_as_it_says)
{
	TAKES_US(3000, msleep(3));
	TAKES_US(3000, cr_assert_eq(msleep_interruptible(3), 0));
	TAKES_US(300, usleep_range(300, 400));
	TAKES_US(300, usleep_range_idle(300, 400));
	TAKES_US(300, usleep_range_state(300, 400, TASK_UNINTERRUPTIBLE));
	TAKES_US(5, fsleep(5));
	TAKES_US(500, fsleep(500));
	TAKES_US(200, udelay(200));
	TAKES_US(2000, mdelay(2));
	TAKES_US(100, ndelay(100000));
	TAKES_US(1000, cr_assert_eq(schedule_timeout_uninterruptible(1), 0));
	TAKES_US(1000, cr_assert_eq(schedule_timeout_interruptible(1), 0));
	TAKES_US(1000, cr_assert_eq(schedule_timeout_killable(1), 0));
	TAKES_US(1000, cr_assert_eq(schedule_timeout_idle(1), 0));
	ssleep(0);
	msleep(0);
	cr_assert_eq(msleep_interruptible(0), 0);
}

Test(task_delay, an_interrupt_ends_what_says_so_and_nothing_else)
{
	ksync_task_interrupt(current);
	cr_assert_gt(msleep_interruptible(60000), 59000);
	cr_assert_gt(schedule_timeout_interruptible(60000), 59000);
	TAKES_US(2000, msleep(2));
	TAKES_US(2000, cr_assert_eq(schedule_timeout_killable(2), 0));
	TAKES_US(2000, cr_assert_eq(schedule_timeout_uninterruptible(2), 0));
	ksync_task_kill(current);
	cr_assert_gt(schedule_timeout_killable(60000), 59000);
	TAKES_US(2000, cr_assert_eq(schedule_timeout_idle(2), 0));
	cr_assert(ksync_task_clear_pending());
}

Test(task_delay, the_state_is_running_afterwards_and_a_running_task_stays)
{
	cr_assert_eq(schedule_timeout_uninterruptible(1), 0);
	cr_assert(task_is_running(current));
	set_current_state(TASK_INTERRUPTIBLE);
	cr_assert_eq(schedule_timeout(0), 0);
	cr_assert(task_is_running(current));
	set_current_state(TASK_INTERRUPTIBLE);
	cr_assert_eq(schedule_timeout(-1), 0);
	cr_assert(task_is_running(current));
	cr_assert_gt(schedule_timeout(60000), 59000);
	cr_assert_eq(schedule_timeout(MAX_SCHEDULE_TIMEOUT),
		     MAX_SCHEDULE_TIMEOUT);
}

static struct task_struct *sleeper;
static int sleeps;

static void sleep_long(void *arg, int index)
{
	long left;

	(void)arg;
	(void)index;
	__atomic_store_n(&sleeper, current, __ATOMIC_RELEASE);
	left = schedule_timeout_uninterruptible(60000);
	must(left > 0 && left <= 60000);
	left = schedule_timeout_uninterruptible(MAX_SCHEDULE_TIMEOUT);
	must(left == MAX_SCHEDULE_TIMEOUT);
	__atomic_store_n(&sleeps, 1, __ATOMIC_RELEASE);
	msleep(20);
	__atomic_store_n(&sleeps, 2, __ATOMIC_RELEASE);
}

Test(task_delay, a_wake_up_ends_schedule_timeout_but_not_msleep)
{
	struct crew crew;

	crew_start(&crew, 1, sleep_long, NULL);
	wait_until(__atomic_load_n(&sleeper, __ATOMIC_ACQUIRE));
	wait_until(wake_up_process(sleeper));
	wait_until(wake_up_process(sleeper));
	wait_until(__atomic_load_n(&sleeps, __ATOMIC_ACQUIRE));
	for (long long start = now_us(); now_us() - start < 10000;)
		wake_up_process(sleeper);
	crew_join(&crew);
	cr_assert_eq(sleeps, 2);
	must_have_held();
}

Test(task_delay, others_may_go_first)
{
	yield();
	cr_assert_eq(cond_resched(), 0);
}

/* ---- the token ---- */

Test(task_park, a_token_is_taken_once)
{
	struct timespec past = { 0, 1 };

	ksync_unpark(current);
	ksync_unpark(current);
	ksync_park();
	cr_assert_eq(ksync_park_until(&past), -ETIME);
	ksync_unpark(current);
	cr_assert_eq(ksync_park_until(&past), 0);
	cr_assert_eq(ksync_park_until(&past), -ETIME);
}

static int ready, parked;

static void park_until_ready(void *arg, int index)
{
	(void)arg;
	(void)index;
	__atomic_store_n(&sleeper, current, __ATOMIC_RELEASE);
	for (int round = 1; round <= 200; round++) {
		while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < round)
			ksync_park();
		__atomic_store_n(&parked, round, __ATOMIC_RELEASE);
	}
}

Test(task_park, an_unpark_after_the_conditions_change_is_not_lost)
{
	struct crew crew;

	crew_start(&crew, 1, park_until_ready, NULL);
	wait_until(__atomic_load_n(&sleeper, __ATOMIC_ACQUIRE));
	for (int round = 1; round <= 200; round++) {
		__atomic_store_n(&ready, round, __ATOMIC_RELEASE);
		ksync_unpark(sleeper);
		wait_until(__atomic_load_n(&parked, __ATOMIC_ACQUIRE) == round);
	}
	crew_join(&crew);
}

static void park_interrupted(void *arg, int index)
{
	(void)arg;
	(void)index;
	__atomic_store_n(&sleeper, current, __ATOMIC_RELEASE);
	while (!signal_pending(current))
		ksync_park();
}

Test(task_park, an_interrupt_ends_a_park)
{
	struct crew crew;

	crew_start(&crew, 1, park_interrupted, NULL);
	wait_until(__atomic_load_n(&sleeper, __ATOMIC_ACQUIRE));
	nap_ms(2);
	ksync_task_interrupt(sleeper);
	crew_join(&crew);
}

/* ---- names ---- */

static int named, seen;

static void be_named(void *arg, int index)
{
	char name[TASK_COMM_LEN] = "?";

	(void)arg;
	(void)index;
	set_task_comm(current, "worker/7");
	__atomic_store_n(&sleeper, get_task_struct(current), __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&named, __ATOMIC_ACQUIRE));
	prctl(PR_GET_NAME, name);
	must(strcmp(name, "a name that is ") == 0);
	__atomic_store_n(&seen, 1, __ATOMIC_RELEASE);
}

Test(task_comm, a_thread_has_a_name_that_others_see_and_change)
{
	char name[TASK_COMM_LEN];
	struct crew crew;

	crew_start(&crew, 1, be_named, NULL);
	wait_until(__atomic_load_n(&sleeper, __ATOMIC_ACQUIRE));
	cr_assert_str_eq(get_task_comm(name, sleeper), "worker/7");
	cr_assert_eq(ksync_task_set_comm(sleeper, "a name that is too long"),
		     0);
	cr_assert_str_eq(get_task_comm(name, sleeper), "a name that is ");
	__atomic_store_n(&named, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
	must_have_held();
	cr_assert_eq(seen, 1);
	wait_until(!ksync_task_tid(sleeper));
	cr_assert_eq(ksync_task_comm(sleeper, name), -ESRCH);
	cr_assert_str_eq(name, "");
	cr_assert_eq(ksync_task_set_comm(sleeper, "gone"), -ESRCH);
	put_task_struct(sleeper);
}

Test(task_comm, of_the_caller_needs_no_files)
{
	char name[TASK_COMM_LEN];

	errno = 77;
	set_task_comm(current, "me");
	cr_assert_str_eq(get_task_comm(name, current), "me");
	cr_assert_eq(errno, 77);
}

/* ---- looks at words ---- */

static int word;
static atomic_t count = ATOMIC_INIT(0);
static long payload;

static void set_words(void *arg, int index)
{
	(void)arg;
	(void)index;
	nap_ms(3);
	payload = 5;
	smp_store_release(&word, 3);
	nap_ms(3);
	payload = 6;
	atomic_set_release(&count, 9);
}

Test(task_looks, smp_cond_load_waits_until_the_value_is_right)
{
	struct crew crew;
	long value;

	crew_start(&crew, 1, set_words, NULL);
	value = smp_cond_load_acquire(&word, VAL > 2);
	cr_assert_eq(value, 3);
	cr_assert_geq(payload, 5);
	cr_assert_eq(smp_cond_load_relaxed(&word, VAL == 3), 3);
	cr_assert_eq(atomic_cond_read_acquire(&count, VAL >= 9), 9);
	cr_assert_eq(payload, 6);
	cr_assert_eq(atomic_cond_read_relaxed(&count, VAL), 9);
	crew_join(&crew);
	cpu_relax();
	cr_assert_eq(data_race(payload + 1), 7);
}

Test(task_looks, a_semaphore_says_how_many_units_are_free)
{
	DEFINE_SEMAPHORE(sem, 2);

	cr_assert_eq(ksync_semaphore_count(&sem), 2);
	down(&sem);
	cr_assert_eq(ksync_semaphore_count(&sem), 1);
	down(&sem);
	cr_assert_eq(ksync_semaphore_count(&sem), 0);
	up(&sem);
	up(&sem);
	up(&sem);
	cr_assert_eq(ksync_semaphore_count(&sem), 3);
}

static DEFINE_SEMAPHORE(none, 0);

static void down_none(void *arg, int index)
{
	(void)arg;
	(void)index;
	down(&none);
}

Test(task_looks, a_semaphore_that_is_waited_for_has_none)
{
	struct crew crew;

	crew_start(&crew, 2, down_none, NULL);
	wait_until(READ_ONCE(none.waitq));
	cr_assert_eq(ksync_semaphore_count(&none), 0);
	up(&none);
	up(&none);
	crew_join(&crew);
	cr_assert_eq(ksync_semaphore_count(&none), 0);
}
