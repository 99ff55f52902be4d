/* SPDX-License-Identifier: MIT */
/*
 * What stands on the wait queue's mechanism: bits and variables, swait, rcuwait
 * and wake_q.
 */
#include <criterion/criterion.h>

#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/sched/wake_q.h>
#include <linux/swait.h>
#include <linux/wait_bit.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(wait_bit, .init = reports_take, .fini = reports_none, .timeout = 120);
TestSuite(wait_var, .init = reports_take, .fini = reports_none, .timeout = 120);
TestSuite(swait, .init = reports_take, .fini = reports_none, .timeout = 120);
TestSuite(rcuwait, .init = reports_take, .fini = reports_none, .timeout = 120);
TestSuite(wake_q, .init = reports_take, .fini = reports_none, .timeout = 120);

static unsigned long flags;
static struct task_struct *sleeper;
static int returned, result;

static bool asleep(void)
{
	struct task_struct *task = __atomic_load_n(&sleeper, __ATOMIC_ACQUIRE);

	return task && !task_is_running(task);
}

static int times_returned(void)
{
	return __atomic_load_n(&returned, __ATOMIC_ACQUIRE);
}

/* Runs fn in a thread until it sleeps. */
static void run_waiter(void *fn, int index)
{
	(void)index;
	__atomic_store_n(&sleeper, current, __ATOMIC_RELEASE);
	((void (*)(void))fn)();
	must(get_current_state() == TASK_RUNNING);
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELEASE);
}

static void start_waiter(struct crew *crew, void (*fn)(void))
{
	sleeper = NULL;
	returned = 0;
	crew_start(crew, 1, run_waiter, (void *)fn);
	wait_until(asleep());
}

/* ---- bits ---- */

Test(wait_bit, a_clear_bit_needs_no_waiting)
{
	ksync_task_kill(current);
	cr_assert_eq(wait_on_bit(&flags, 5, TASK_INTERRUPTIBLE), 0);
	cr_assert_eq(wait_on_bit_io(&flags, 5, TASK_INTERRUPTIBLE), 0);
	cr_assert_eq(wait_on_bit_timeout(&flags, 5, TASK_KILLABLE, 0), 0);
	cr_assert_eq(wait_on_bit_action(&flags, 5, bit_wait, TASK_KILLABLE), 0);
	cr_assert_eq(wait_on_bit_lock(&flags, 5, TASK_KILLABLE), 0);
	cr_assert(test_bit(5, &flags));
	clear_and_wake_up_bit(5, &flags);
	cr_assert_eq(flags, 0);
	cr_assert_eq(wait_on_bit_lock_io(&flags, 5, TASK_KILLABLE), 0);
	cr_assert(test_and_clear_wake_up_bit(5, &flags));
	cr_assert_not(test_and_clear_wake_up_bit(5, &flags));
}

Test(wait_bit, an_interrupt_or_the_time_ends_a_wait)
{
	set_bit(5, &flags);
	cr_assert_eq(wait_on_bit_timeout(&flags, 5, TASK_UNINTERRUPTIBLE, 5),
		     -EAGAIN);
	cr_assert_eq(wait_on_bit_timeout(&flags, 5, TASK_UNINTERRUPTIBLE, 0),
		     -EAGAIN);
	ksync_task_interrupt(current);
	cr_assert_eq(wait_on_bit(&flags, 5, TASK_INTERRUPTIBLE), -EINTR);
	cr_assert_eq(wait_on_bit_lock(&flags, 5, TASK_INTERRUPTIBLE), -EINTR);
	cr_assert_eq(wait_on_bit_timeout(&flags, 5, TASK_KILLABLE, 3), -EAGAIN);
	ksync_task_kill(current);
	cr_assert_eq(wait_on_bit(&flags, 5, TASK_KILLABLE), -EINTR);
	cr_assert_not(waitqueue_active(bit_waitqueue(&flags, 5)));
}

static void wait_bit_5(void)
{
	result = wait_on_bit(&flags, 5, TASK_UNINTERRUPTIBLE);
}

Test(wait_bit, wakes_for_that_bit_alone)
{
	struct crew crew;

	set_bit(5, &flags);
	start_waiter(&crew, wait_bit_5);
	for (int bit = 0; bit < 64; bit++)
		wake_up_bit(&flags, bit % (8 * (int)sizeof(long)));
	wait_until(asleep());
	nap_ms(2);
	cr_assert_eq(times_returned(), 0, "it is set");
	clear_bit(5, &flags);
	wake_up_bit(&flags, 4);
	nap_ms(2);
	cr_assert_eq(times_returned(), 0);
	wake_up_bit(&flags, 5);
	crew_join(&crew);
	cr_assert_eq(result, 0);
}

static int two_looks(struct wait_bit_key *key, unsigned int mode)
{
	static int looks;

	must(key->flags == &flags && key->bit_nr == 5);
	must(mode == TASK_UNINTERRUPTIBLE);
	__set_current_state(TASK_RUNNING);
	return ++looks == 2 ? -ETIME : 0;
}

Test(wait_bit, an_action_decides_how_long)
{
	set_bit(5, &flags);
	cr_assert_eq(wait_on_bit_action(&flags, 5, two_looks,
					TASK_UNINTERRUPTIBLE),
		     -ETIME);
}

static unsigned long inside; /* under the bit */

static void bit_lock(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 1000; i++) {
		must(wait_on_bit_lock(&flags, 7, TASK_UNINTERRUPTIBLE) == 0);
		must(inside++ == 0);
		watchdog_feed();
		if (i % 64 == 0)
			nap_us(50);
		inside--;
		clear_and_wake_up_bit(7, &flags);
	}
}

Test(wait_bit, a_bit_as_a_lock_lets_one_in_and_forgets_nobody)
{
	watchdog_start();
	crew_run(6, bit_lock, NULL);
	watchdog_stop();
	cr_assert_eq(flags, 0);
}

/* ---- variables ---- */

static int var;
static DEFINE_SPINLOCK(var_lock);
static DEFINE_MUTEX(var_mutex);

static void wait_var(void)
{
	wait_var_event(&var, READ_ONCE(var) == 1);
}

static void wait_var_killable(void)
{
	must(wait_var_event_killable(&var, READ_ONCE(var) == 1) == 0);
}

static void wait_var_timeout(void)
{
	must(wait_var_event_timeout(&var, READ_ONCE(var) == 1, 60000) > 0);
}

static void wait_var_spinlock(void)
{
	spin_lock(&var_lock);
	wait_var_event_spinlock(&var, var == 1, &var_lock);
	must(spin_is_locked(&var_lock));
	spin_unlock(&var_lock);
}

static void wait_var_mutex(void)
{
	mutex_lock(&var_mutex);
	wait_var_event_mutex(&var, var == 1, &var_mutex);
	must(mutex_get_owner(&var_mutex) == (unsigned long)current);
	mutex_unlock(&var_mutex);
}

Test(wait_var, every_form_sleeps_until_it_is_woken)
{
	static void (*const forms[])(
		void) = { wait_var, wait_var_killable, wait_var_timeout,
			  wait_var_spinlock, wait_var_mutex };
	struct crew crew;

	for (int i = 0; i < 5; i++) {
		var = 0;
		start_waiter(&crew, forms[i]);
		wake_up_var(&inside);
		nap_ms(2);
		cr_assert_eq(times_returned(), 0);
		mutex_lock(&var_mutex);
		spin_lock(&var_lock);
		WRITE_ONCE(var, 1);
		spin_unlock(&var_lock);
		mutex_unlock(&var_mutex);
		wake_up_var(&var);
		crew_join(&crew);
	}
}

Test(wait_var, results_are_those_of_events)
{
	cr_assert_eq(wait_var_event_timeout(&var, false, 3), 0);
	cr_assert_eq(wait_var_event_timeout(&var, true, 3), 3);
	ksync_task_kill(current);
	cr_assert_eq(wait_var_event_killable(&var, false), -ERESTARTSYS);
	cr_assert_eq(wait_var_event_interruptible(&var, false), -ERESTARTSYS);
	cr_assert_eq(ksync_wait_var_event_killable(&var, false), -EINTR);
	cr_assert_eq(wait_var_event_killable(&var, true), 0);
}

static atomic_t left = ATOMIC_INIT(2);

static void wait_left(void)
{
	wait_var_event(&left, atomic_read(&left) == 0);
}

Test(wait_var, a_count_that_comes_to_0)
{
	struct crew crew;

	start_waiter(&crew, wait_left);
	cr_assert_not(atomic_dec_and_wake_up(&left));
	nap_ms(2);
	cr_assert_eq(times_returned(), 0);
	cr_assert(atomic_dec_and_wake_up(&left));
	crew_join(&crew);
	store_release_wake_up(&var, 4);
	cr_assert_eq(var, 4);
}

/* ---- swait ---- */

static DECLARE_SWAIT_QUEUE_HEAD(sq);
static int turns;

static bool take_turn(void)
{
	int n = READ_ONCE(turns);

	while (n > 0)
		if (try_cmpxchg(&turns, &n, n - 1))
			return true;
	return false;
}

static void swait_turn(void *arg, int index)
{
	(void)arg;
	if (index % 2)
		swait_event_exclusive(sq, take_turn());
	else
		must(swait_event_timeout_exclusive(sq, take_turn(), 60000) > 0);
	__atomic_fetch_add(&returned, 1, __ATOMIC_RELEASE);
}

static int swait_queued(void)
{
	int n = 0;

	spin_lock(&sq.queue.lock);
	for (struct list_head *l = sq.queue.head.next; l != &sq.queue.head;
	     l = l->next)
		n++;
	spin_unlock(&sq.queue.lock);
	return n;
}

Test(swait, wakes_one_at_a_time_or_all)
{
	struct crew crew;

	crew_start(&crew, 6, swait_turn, NULL);
	wait_until(wait_queue_sleepers(&sq.queue) == 6);
	cr_assert(swait_active(&sq));
	WRITE_ONCE(turns, 1);
	swake_up_one(&sq);
	wait_until(times_returned() == 1);
	nap_ms(2);
	cr_assert_eq(swait_queued(), 5);
	WRITE_ONCE(turns, 5);
	swake_up_all(&sq);
	crew_join(&crew);
	cr_assert_not(swq_has_sleeper(&sq));
}

Test(swait, results_and_the_loop_by_hand)
{
	struct swait_queue_head q;
	DECLARE_SWAITQUEUE(wait);

	init_swait_queue_head(&q);
	cr_assert_eq(swait_event_timeout_exclusive(q, false, 3), 0);
	cr_assert_eq(swait_event_idle_timeout_exclusive(q, true, 3), 3);
	prepare_to_swait_exclusive(&q, &wait, TASK_UNINTERRUPTIBLE);
	cr_assert(swait_active(&q));
	swake_up_one(&q);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	finish_swait(&q, &wait);
	ksync_task_interrupt(current);
	cr_assert_eq(swait_event_interruptible_exclusive(q, false),
		     -ERESTARTSYS);
	cr_assert_eq(swait_event_interruptible_timeout_exclusive(q, false, 9),
		     -ERESTARTSYS);
	cr_assert_eq(prepare_to_swait_event(&q, &wait, TASK_INTERRUPTIBLE),
		     -ERESTARTSYS);
	finish_swait(&q, &wait);
	cr_assert_not(swait_active(&q));
}

/* ---- rcuwait ---- */

static struct rcuwait place = __RCUWAIT_INITIALIZER(place);

static void rcuwait_var(void)
{
	result = rcuwait_wait_event(&place, READ_ONCE(var) == 9,
				    TASK_UNINTERRUPTIBLE);
}

Test(rcuwait, one_waits_and_is_woken)
{
	struct crew crew;

	rcuwait_init(&place);
	cr_assert_not(rcuwait_active(&place));
	cr_assert_eq(rcuwait_wake_up(&place), 0);
	start_waiter(&crew, rcuwait_var);
	cr_assert(rcuwait_active(&place));
	cr_assert_eq(rcuwait_wake_up(&place), 1);
	wait_until(asleep());
	cr_assert_eq(times_returned(), 0);
	WRITE_ONCE(var, 9);
	rcuwait_wake_up(&place);
	crew_join(&crew);
	cr_assert_eq(result, 0);
	cr_assert_not(rcuwait_active(&place));
}

Test(rcuwait, what_is_pending_ends_it_with_EINTR)
{
	ksync_task_interrupt(current);
	cr_assert_eq(rcuwait_wait_event(&place, false, TASK_INTERRUPTIBLE),
		     -EINTR);
	cr_assert_eq(rcuwait_wait_event(&place, true, TASK_INTERRUPTIBLE), 0);
	cr_assert(signal_pending_state(TASK_INTERRUPTIBLE, current));
	cr_assert_not(signal_pending_state(TASK_KILLABLE, current));
	cr_assert_eq(get_current_state(), TASK_RUNNING);
}

static int steps;

static void rcuwait_steps(void *arg, int index)
{
	(void)arg;
	for (int i = 1; i <= 3000; i++) {
		if (index == 0) {
			rcuwait_wait_event(&place,
					   READ_ONCE(steps) >= 2 * i - 1,
					   TASK_UNINTERRUPTIBLE);
			WRITE_ONCE(steps, 2 * i);
		} else {
			WRITE_ONCE(steps, 2 * i - 1);
			rcuwait_wake_up(&place);
			while (READ_ONCE(steps) != 2 * i)
				if (i % 8 == 0)
					nap_us(10);
		}
		watchdog_feed();
	}
}

Test(rcuwait, no_wake_up_is_lost)
{
	watchdog_start();
	crew_run(2, rcuwait_steps, NULL);
	watchdog_stop();
}

/* ---- wake_q ---- */

static void sleep_once(void)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
}

Test(wake_q, wakes_whom_it_was_given_when_told)
{
	DEFINE_WAKE_Q(q);
	struct crew crew;

	cr_assert(wake_q_empty(&q));
	wake_up_q(&q);
	start_waiter(&crew, sleep_once);
	wake_q_add(&q, sleeper);
	wake_q_add(&q, sleeper);
	wake_q_add(&q, current);
	wake_q_add_safe(&q, get_task_struct(sleeper));
	cr_assert_not(wake_q_empty(&q));
	nap_ms(2);
	cr_assert_eq(times_returned(), 0);
	wake_up_q(&q);
	crew_join(&crew);
	cr_assert(wake_q_empty(&q));
	wake_q_init(&q);
	cr_assert(wake_q_empty(&q));
}

Test(wake_q, a_task_that_exits_meanwhile_is_kept)
{
	DEFINE_WAKE_Q(q);
	struct crew crew;

	start_waiter(&crew, sleep_once);
	wake_q_add(&q, sleeper);
	wake_up_process(sleeper);
	crew_join(&crew);
	wake_up_q(&q);
}

Test(wake_q, whoever_has_it_on_his_list_wakes_it_for_all)
{
	DEFINE_WAKE_Q(mine);
	DEFINE_WAKE_Q(other);

	set_current_state(TASK_UNINTERRUPTIBLE);
	wake_q_add(&mine, current);
	wake_q_add(&other, current);
	cr_assert(wake_q_empty(&other));
	wake_up_q(&other);
	cr_assert_eq(get_current_state(), TASK_UNINTERRUPTIBLE);
	wake_up_q(&mine);
	cr_assert_eq(get_current_state(), TASK_RUNNING);
	/* And may be put on a list again. */
	wake_q_add(&other, current);
	cr_assert_not(wake_q_empty(&other));
	wake_up_q(&other);
}
