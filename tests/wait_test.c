/* SPDX-License-Identifier: MIT */
/*
 * How a thread waits (src/task/wait.c): what ends a spin, who does not spin,
 * and when the processor is given away.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "support/threads.h"
#include "task/wait.h"
#include "task/waitq.h"

TestSuite(wait);

/* ---- the system, in place of the C library's ---- */

static long ahead_ns;
static __thread int clock_reads;
static int yields;
static long long own_clock; /* instead of the system's, if it is not 0 */
static long yield_takes;
static int processor, next_processor;

#define MS 1000000LL

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long ret;

	clock_reads++;
	if (own_clock) {
		own_clock += 1000;
		ts->tv_sec = (time_t)(own_clock / (1000 * MS));
		ts->tv_nsec = (long)(own_clock % (1000 * MS));
		return 0;
	}
	ret = syscall(SYS_clock_gettime, id, ts);
	ts->tv_nsec += READ_ONCE(ahead_ns);
	ts->tv_sec += ts->tv_nsec / 1000000000;
	ts->tv_nsec %= 1000000000;
	return (int)ret;
}

int sched_yield(void)
{
	__atomic_fetch_add(&yields, 1, __ATOMIC_RELAXED);
	own_clock += own_clock ? yield_takes : 0;
	processor = next_processor;
	return 0;
}

int sched_getcpu(void)
{
	return processor;
}

/* ---- what ends a spin ---- */

static struct ksync__wait begin(int kind, ksync_s64 deadline)
{
	struct ksync__wait w = { .self = ksync__task_self(),
				 .kind = kind,
				 .deadline = deadline };

	ksync__wait_may_spin(&w);
	return w;
}

static bool spin(struct ksync__wait *w)
{
	return ksync__wait_spin(w, &yields);
}

Test(wait, a_spin_ends_by_itself)
{
	struct ksync__wait w = begin(KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
	int turns = 0;

	while (spin(&w))
		turns++;
	cr_assert_lt(turns, 100000);
	cr_assert_eq(ksync__wait_over(&w), 0);
}

Test(wait, each_turn_looks_at_the_deadline)
{
	struct ksync__wait w = begin(KSYNC__UNINTERRUPTIBLE, 0);

	cr_assert_not(spin(&w));
	cr_assert_eq(ksync__wait_over(&w), -ETIME);
	w = begin(KSYNC__UNINTERRUPTIBLE, ksync__clock_ns() + 500000000);
	for (int turns = 0; turns < 3 && spin(&w); turns++)
		;
	WRITE_ONCE(ahead_ns, 600000000);
	cr_assert_not(spin(&w));
	cr_assert_eq(ksync__wait_over(&w), -ETIME);
	WRITE_ONCE(ahead_ns, 0);
}

Test(wait, each_turn_looks_for_interrupts_of_its_kind)
{
	struct ksync__wait w;

	w = begin(KSYNC__INTERRUPTIBLE, KSYNC__NEVER);
	ksync_task_interrupt(current);
	cr_assert_not(spin(&w));
	cr_assert_eq(ksync__wait_over(&w), -EINTR);
	w.kind = KSYNC__UNINTERRUPTIBLE;
	cr_assert_eq(ksync__wait_over(&w), 0);
	(void)ksync_task_clear_pending();
}

/* ---- who does not spin ---- */

static struct semaphore sem;

static int waiters(void)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&sem.waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync__waiter *w = first;
	int n = 0;

	while (w) {
		n++;
		w = w->next == first ? NULL : w->next;
	}
	ksync__waitq_unlock(&sem.waitq, self, word);
	return n;
}

static void take_unit(void *arg, int index)
{
	int *reads = arg;

	(void)index;
	clock_reads = 0;
	down(&sem);
	*reads = clock_reads;
}

/* A spin reads the clock at each turn. */
Test(wait, behind_others_in_a_strict_queue_nobody_spins)
{
	struct crew first, second;
	int reads[2] = { 0 };

	sema_init(&sem, 0);
	crew_start(&first, 1, take_unit, &reads[0]);
	wait_until(waiters() == 1);
	crew_start(&second, 1, take_unit, &reads[1]);
	wait_until(waiters() == 2);
	up(&sem);
	crew_join(&first);
	up(&sem);
	crew_join(&second);
	cr_assert_leq(reads[1], 1, "%d looks", reads[1] - 1);
}

/* ---- when the processor is given away ---- */

/* How often one spin, that nothing ends before its time, yields. */
static int yields_of_a_spin(void)
{
	struct ksync__wait w = begin(KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
	int before = yields;

	while (spin(&w))
		;
	/* As if it had taken something in the end. */
	w.self->spin_lost = false;
	return yields - before;
}

static void start_own_clock(void)
{
	own_clock = 1000000 * MS;
	yield_takes = 1000;
}

Test(wait, yields_go_on_while_they_are_cheap)
{
	int first;

	start_own_clock();
	first = yields_of_a_spin();
	cr_assert_gt(first, 1);
	cr_assert_eq(yields_of_a_spin(), first);
}

Test(wait, a_yield_that_took_long_is_the_last_for_a_while)
{
	start_own_clock();
	yield_takes = 3 * MS;
	cr_assert_eq(yields_of_a_spin(), 1);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(yields_of_a_spin(), 0);
	own_clock += 1000 * MS;
	cr_assert_eq(yields_of_a_spin(), 1);
	own_clock += 1000 * MS;
	yield_takes = 1000;
	cr_assert_gt(yields_of_a_spin(), 1);
}

/* However long there is other work: 20 s of it here. */
Test(wait, trying_again_costs_a_small_share)
{
	long long end;

	start_own_clock();
	yield_takes = 4 * MS;
	end = own_clock + 20000 * MS;
	while (own_clock < end) {
		(void)yields_of_a_spin();
		own_clock += MS;
	}
	cr_assert_geq(yields, 20);
	cr_assert_leq(yields * yield_takes, 20000 * MS / 50);
}

Test(wait, cheap_yields_pay_for_a_slow_one)
{
	int usual = 0;

	start_own_clock();
	for (int i = 0; i < 10; i++)
		usual = yields_of_a_spin();
	yield_takes = 3 * MS;
	cr_assert_gt(yields_of_a_spin(), 1);
	yield_takes = 1000;
	own_clock += 1000 * MS;
	cr_assert_eq(yields_of_a_spin(), usual);
}

Test(wait, what_was_cheap_long_ago_pays_for_nothing)
{
	start_own_clock();
	for (int i = 0; i < 10; i++)
		(void)yields_of_a_spin();
	own_clock += 100 * MS;
	yield_takes = 3 * MS;
	cr_assert_eq(yields_of_a_spin(), 1);
}

Test(wait, what_yields_cost_is_known_by_processor)
{
	start_own_clock();
	yield_takes = 3 * MS;
	cr_assert_eq(yields_of_a_spin(), 1);
	cr_assert_eq(yields_of_a_spin(), 0);
	processor = next_processor = 1;
	yield_takes = 1000;
	cr_assert_gt(yields_of_a_spin(), 1);
}

Test(wait, a_yield_that_ends_elsewhere_tells_nothing)
{
	start_own_clock();
	yield_takes = 3 * MS;
	next_processor = 1;
	cr_assert_eq(yields_of_a_spin(), 2, "one on each processor");
}

Test(wait, whose_last_spin_was_lost_does_not_try)
{
	struct ksync__wait w;

	start_own_clock();
	w = begin(KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
	while (spin(&w))
		;
	cr_assert_gt(yields, 0);
	own_clock += 1000 * MS;
	yields = 0;
	w = begin(KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
	while (spin(&w))
		;
	cr_assert_eq(yields, 0);
	cr_assert(w.self->spin_lost);
	w.self->spin_lost = false;
	cr_assert_gt(yields_of_a_spin(), 0);
}

Test(wait, who_has_a_deadline_does_not_yield)
{
	struct ksync__wait w;

	start_own_clock();
	w = begin(KSYNC__UNINTERRUPTIBLE, own_clock + 1000 * MS);
	while (spin(&w))
		;
	cr_assert_eq(yields, 0);
}

Test(wait, who_was_woken_does_not_yield)
{
	struct ksync__wait w;

	start_own_clock();
	w = begin(KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER);
	ksync__wait_may_glance(&w);
	while (spin(&w))
		;
	cr_assert_eq(yields, 0);
}

Test(wait, who_cannot_be_woken_does_not_yield)
{
	struct ksync__backoff backoff = { 0 };

	for (int i = 0; i < 20; i++)
		ksync__backoff_wait(&backoff, &yields);
	cr_assert_eq(yields, 0);
}

static struct mutex mutex;
static DEFINE_SPINLOCK(lock);
static long shared;

static void wait_for_all(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 300; i++) {
		mutex_lock(&mutex);
		if (i % 100 == 0)
			nap_us(100);
		mutex_unlock(&mutex);
		down(&sem);
		up(&sem);
		spin_lock(&lock);
		shared++;
		if (i % 100 == 0)
			nap_us(100);
		spin_unlock(&lock);
	}
}

/* Threads have the class of who makes them. */
Test(wait, nobody_yields_in_another_class)
{
	static const struct sched_param no_priority;

	cr_assert_eq(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH,
			     &no_priority),
		     0);
	cr_assert_eq(yields_of_a_spin(), 0);
	mutex_init(&mutex);
	sema_init(&sem, 1);
	crew_run(4, wait_for_all, NULL);
	cr_assert_eq(shared, 1200);
	cr_assert_eq(yields, 0);
}
