/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: what a wait does with its lock, results of every form,
 * signal and broadcast, and misuse.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include <ksync/condvar.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

#include "task/grant.h"

TestSuite(condvar, .init = reports_take, .fini = reports_none);

static KSYNC_DEFINE_CONDVAR(changed);
static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SPINLOCK(spin);

static KSYNC_DECLARE_RWSEM(rwsem);

static bool by_spinlock;
static bool by_rwsem;
static int ready;  /* under the lock */
static int inside; /* likewise */

static void lock(void)
{
	if (by_spinlock)
		ksync_spin_lock(&spin);
	else if (by_rwsem)
		ksync_down_write(&rwsem);
	else
		ksync_mutex_lock(&mutex);
}

static void unlock(void)
{
	if (by_spinlock)
		ksync_spin_unlock(&spin);
	else if (by_rwsem)
		ksync_up_write(&rwsem);
	else
		ksync_mutex_unlock(&mutex);
}

static ksync_condvar_lock_t by(void)
{
	if (by_rwsem)
		return ksync_condvar_rwsem(&rwsem);
	return by_spinlock ? ksync_condvar_spinlock(&spin) :
			     ksync_condvar_mutex(&mutex);
}

static int waiters(void)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&changed.waitq, self);
	struct ksync__waiter *w;
	int n = 0;

	for (w = ksync__waitq_first(word); w; w = ksync__waitq_next(word, w))
		n++;
	ksync__waitq_unlock(&changed.waitq, self, word);
	return n;
}

static bool is_locked(void)
{
	if (by_rwsem)
		return ksync_rwsem_is_locked(&rwsem);
	return by_spinlock ? ksync_spin_is_locked(&spin) :
			     ksync_mutex_is_locked(&mutex);
}

Test(condvar, is_at_most_sixteen_bytes)
{
	cr_assert(sizeof(ksync_condvar_t) <= 16);
}

Test(condvar, signals_to_nobody_are_lost)
{
	struct timespec past = { 1, 0 };
	ksync_condvar_t cv;

	memset(&cv, 0xff, sizeof(cv));
	ksync_condvar_init(&cv);
	ksync_condvar_signal(&cv);
	ksync_condvar_broadcast(&cv);
	lock();
	cr_assert_eq(ksync_condvar_wait_until(&cv, by(), &past), -ETIME);
	unlock();
	ksync_condvar_destroy(&cv);
}

/* ---- results, and the lock is held afterwards ---- */

static void all_results(void)
{
	struct timespec past = { 1, 0 };
	struct timespec bad = { 1, 1000000000 };
	long long begin = now_ms();

	lock();
	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &past), -ETIME);
	cr_assert(is_locked());
	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &bad), -EINVAL);
	cr_assert(is_locked());
	cr_assert_eq(ksync_condvar_wait_interruptible_until(&changed, by(),
							    &bad),
		     -EINVAL);
	cr_assert_eq(ksync_condvar_wait_timeout(&changed, by(), 20), 0);
	cr_assert_geq(now_ms() - begin, 19);
	cr_assert_eq(ksync_condvar_wait_timeout(&changed, by(), 0), 0);
	cr_assert(is_locked());
	ksync_task_interrupt(ksync_current());
	cr_assert_eq(ksync_condvar_wait_interruptible(&changed, by()), -EINTR);
	cr_assert(is_locked());
	cr_assert_eq(ksync_condvar_wait_interruptible_until(&changed, by(),
							    NULL),
		     -EINTR);
	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &past), -ETIME);
	ksync_task_kill(ksync_current());
	cr_assert_eq(ksync_condvar_wait_killable(&changed, by()), -EINTR);
	cr_assert(is_locked());
	ksync_task_clear_pending();
	unlock();
	cr_assert_not(is_locked());
	cr_assert_eq(waiters(), 0);
}

Test(condvar, results_of_every_form_with_a_mutex)
{
	all_results();
}

Test(condvar, results_of_every_form_with_a_spinlock)
{
	by_spinlock = true;
	all_results();
}

Test(condvar, results_of_every_form_with_a_writers_semaphore)
{
	by_rwsem = true;
	all_results();
}

/* ---- signal and broadcast ---- */

static int wait_in_form(int form)
{
	struct timespec later = { now_ms() / 1000 + 100, 0 };

	switch (form) {
	case 0:
		ksync_condvar_wait(&changed, by());
		return 0;
	case 1:
		return ksync_condvar_wait_interruptible(&changed, by());
	case 2:
		return ksync_condvar_wait_killable(&changed, by());
	case 3:
		return ksync_condvar_wait_timeout(&changed, by(),
						  100 * KSYNC_HZ) == 0;
	case 4:
		return ksync_condvar_wait_until(&changed, by(), &later);
	case 5:
		return ksync_condvar_wait_interruptible_until(&changed, by(),
							      &later);
	default:
		return ksync_condvar_wait_timeout(&changed, by(), ULONG_MAX) !=
		       LONG_MAX;
	}
}

#define FORMS 7

static void wait_ready_in_form(void *arg, int index)
{
	(void)index;
	lock();
	while (!ready) {
		must(wait_in_form(*(int *)arg) == 0);
		must(inside == 0);
		inside = 1;
		inside = 0;
	}
	unlock();
}

static void every_form_wakes(void)
{
	for (int form = 0; form < 2 * FORMS; form++) {
		int which = form / 2;
		struct crew crew;

		ready = 0;
		crew_start(&crew, 1, wait_ready_in_form, &which);
		wait_until(waiters() == 1);
		lock();
		ready = 1;
		if (form % 2)
			ksync_condvar_signal(&changed);
		unlock();
		if (!(form % 2))
			ksync_condvar_signal(&changed);
		crew_join(&crew);
	}
}

Test(condvar, signal_wakes_every_form_with_a_mutex)
{
	every_form_wakes();
}

Test(condvar, signal_wakes_every_form_with_a_spinlock)
{
	by_spinlock = true;
	every_form_wakes();
}

Test(condvar, signal_wakes_every_form_with_a_writers_semaphore)
{
	by_rwsem = true;
	every_form_wakes();
}

static int order[CREW_MAX];
static int arrived;
static int finished; /* under the lock */

static void wait_in_turn(void *arg, int index)
{
	(void)arg;
	wait_until(__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) == index);
	lock();
	__atomic_store_n(&arrived, index + 1, __ATOMIC_RELEASE);
	ksync_condvar_wait(&changed, by());
	order[finished++] = index;
	unlock();
}

static int finished_now(void)
{
	int n;

	lock();
	n = finished;
	unlock();
	return n;
}

Test(condvar, signal_wakes_one_and_the_first_that_came)
{
	enum { N = 8 };
	struct crew crew;

	crew_start(&crew, N, wait_in_turn, NULL);
	wait_until(waiters() == N);
	for (int i = 0; i < N; i++) {
		ksync_condvar_signal(&changed);
		cr_assert_eq(waiters(), N - i - 1);
		wait_until(finished_now() == i + 1);
	}
	crew_join(&crew);
	for (int i = 0; i < N; i++)
		cr_assert_eq(order[i], i);
}

/* Each that has the mutex wakes the next one, in the order of the queue. */
Test(condvar, broadcast_over_a_mutex_wakes_one_after_the_other)
{
	enum { N = 16 };
	struct crew crew;

	crew_start(&crew, N, wait_in_turn, NULL);
	wait_until(waiters() == N);
	lock();
	ksync_condvar_broadcast(&changed);
	cr_assert_eq(waiters(), 0);
	nap_ms(20);
	unlock();
	crew_join(&crew);
	for (int i = 0; i < N; i++)
		cr_assert_eq(order[i], i);
}

static void wait_ready(void *arg, int index)
{
	int form = 0;

	(void)arg;
	wait_ready_in_form(&form, index);
}

static void broadcast_to(int n)
{
	struct crew crew;

	ready = 0;
	crew_start(&crew, n, wait_ready, NULL);
	wait_until(waiters() == n);
	lock();
	ready = 1;
	unlock();
	ksync_condvar_broadcast(&changed);
	crew_join(&crew);
	cr_assert_eq(waiters(), 0);
}

Test(condvar, broadcast_wakes_all)
{
	for (int i = 0; i < 20; i++) {
		by_spinlock = i % 3 == 1;
		by_rwsem = i % 3 == 2;
		broadcast_to(1 + 3 * i);
	}
}

static struct {
	long made;
	long taken;
	long gave_up;
	bool end;
} goods; /* under the mutex */

static void consume(void *arg, int index)
{
	unsigned int dice = (unsigned int)index * 7919u + 1;
	bool end = false;

	(void)arg;
	while (!end) {
		struct timespec at;
		int ret = 0;

		dice = dice * 1664525u + 1013904223u;
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += (dice >> 8) % 60000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		if (index && dice >> 31)
			ksync_task_interrupt(ksync_current());
		ksync_mutex_lock(&mutex);
		while (goods.made == goods.taken && !goods.end && !ret)
			ret = ksync_condvar_wait_interruptible_until(
				&changed, ksync_condvar_mutex(&mutex),
				index ? &at : NULL);
		if (goods.made != goods.taken)
			goods.taken++;
		else if (ret)
			goods.gave_up++;
		end = goods.end && goods.made == goods.taken;
		ksync_mutex_unlock(&mutex);
		ksync_task_clear_pending();
		watchdog_feed();
	}
}

/* The first waits without a limit: a signal that another swallowed is seen by
 * the watchdog. */
Test(condvar, no_signal_is_lost_when_waiters_give_up_at_that_moment)
{
	struct crew crew;

	watchdog_start();
	crew_start(&crew, 6, consume, NULL);
	for (struct effort e = effort(100000, 400); effort_more(&e);) {
		ksync_mutex_lock(&mutex);
		goods.made++;
		ksync_mutex_unlock(&mutex);
		ksync_condvar_signal(&changed);
		if (e.rounds % 8 == 0)
			nap_us(20);
	}
	ksync_mutex_lock(&mutex);
	goods.end = true;
	ksync_condvar_broadcast(&changed);
	ksync_mutex_unlock(&mutex);
	crew_join(&crew);
	watchdog_stop();
	cr_assert_eq(goods.made, goods.taken);
	cr_assert_gt(goods.gave_up, 0);
}

static void wait_interruptibly(void *arg, int index)
{
	(void)index;
	lock();
	__atomic_store_n((ksync_task_t **)arg, ksync_task_get(ksync_current()),
			 __ATOMIC_RELEASE);
	must(ksync_condvar_wait_interruptible(&changed, by()) == -EINTR);
	must(is_locked());
	unlock();
	ksync_task_clear_pending();
}

Test(condvar, interrupt_ends_a_sleep)
{
	ksync_task_t *task = NULL;
	struct crew crew;

	crew_start(&crew, 1, wait_interruptibly, &task);
	wait_until(waiters() == 1);
	ksync_task_interrupt(__atomic_load_n(&task, __ATOMIC_ACQUIRE));
	crew_join(&crew);
	ksync_task_put(task);
	cr_assert_eq(waiters(), 0);
}

/* ---- misuse ---- */

Test(condvar, waited_for_without_the_mutex)
{
	struct timespec past = { 1, 0 };

	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &past), 0);
	expect_misuse("condvar", "without its lock", &changed,
		      KSYNC_HOLDER_NONE);
	cr_assert_not(is_locked());
	ksync_condvar_wait(&changed, by());
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	cr_assert_eq(ksync_condvar_wait_timeout(&changed, by(), 7), 7);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);
}

Test(condvar, waited_for_without_the_spinlock)
{
	struct timespec past = { 1, 0 };

	by_spinlock = true;
	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &past), 0);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	cr_assert_not(is_locked());
}

Test(condvar, waited_for_without_the_writers_semaphore)
{
	struct timespec past = { 1, 0 };

	by_rwsem = true;
	cr_assert_eq(ksync_condvar_wait_until(&changed, by(), &past), 0);
	cr_assert_geq(reports_count(), 1);
	reports_forget();
	cr_assert_not(is_locked());
}

Test(condvar, waited_for_with_two_locks)
{
	static KSYNC_DEFINE_MUTEX(other);
	struct timespec past = { 1, 0 };
	struct crew crew;

	ready = 0;
	crew_start(&crew, 1, wait_ready, NULL);
	wait_until(waiters() == 1);
	ksync_mutex_lock(&other);
	cr_assert_eq(ksync_condvar_wait_until(
			     &changed, ksync_condvar_mutex(&other), &past),
		     -ETIME);
	cr_assert(ksync_mutex_is_locked(&other));
	ksync_mutex_unlock(&other);
	expect_misuse("condvar", "with two locks", &changed, KSYNC_HOLDER_NONE);
	lock();
	ready = 1;
	ksync_condvar_signal(&changed);
	unlock();
	crew_join(&crew);
	/* One after the other is right. */
	ksync_mutex_lock(&other);
	cr_assert_eq(ksync_condvar_wait_until(
			     &changed, ksync_condvar_mutex(&other), &past),
		     -ETIME);
	ksync_mutex_unlock(&other);
}

Test(condvar, destroyed_while_somebody_waits)
{
	struct crew crew;

	ready = 0;
	crew_start(&crew, 1, wait_ready, NULL);
	wait_until(waiters() == 1);
	ksync_condvar_destroy(&changed);
	expect_misuse("condvar", "destroyed while somebody waits", &changed,
		      KSYNC_HOLDER_NONE);
	lock();
	ready = 1;
	ksync_condvar_broadcast(&changed);
	unlock();
	crew_join(&crew);
}

/* ---- fork ---- */

static void use_in_child(void *arg)
{
	struct timespec past = { 1, 0 };

	(void)arg;
	lock();
	must(waiters() == 0);
	must(ksync_condvar_wait_until(&changed, by(), &past) == -ETIME);
	ksync_condvar_broadcast(&changed);
	unlock();
}

Test(condvar, child_of_a_fork_finds_no_waiters_of_its_parent)
{
	struct crew crew;

	ready = 0;
	crew_start(&crew, 4, wait_ready, NULL);
	wait_until(waiters() == 4);
	child_succeeds(use_in_child, NULL);
	lock();
	ready = 1;
	unlock();
	ksync_condvar_broadcast(&changed);
	crew_join(&crew);
}

static void wait_and_fork(void *arg, int index)
{
	(void)arg;
	(void)index;
	lock();
	/* In the child for no reason. */
	while (!ready && handlers_child)
		must(!ksync_condvar_wait_interruptible(&changed, by()));
	must(is_locked());
	unlock();
	if (handlers_child == 0)
		end_handlers_child();
}

static void fork_now(int signal)
{
	(void)signal;
	fork_in_handler();
}

Test(condvar, who_waits_and_forks_is_woken_in_the_child)
{
	struct crew crew;

	handlers_child = -1;
	ready = 0;
	signal(SIGUSR1, fork_now);
	crew_start(&crew, 2, wait_and_fork, NULL);
	wait_until(waiters() == 2);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(__atomic_load_n(&handlers_status, __ATOMIC_ACQUIRE) != -1);
	lock();
	ready = 1;
	unlock();
	ksync_condvar_broadcast(&changed);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}
