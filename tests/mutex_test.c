/* SPDX-License-Identifier: MIT */
/*
 * struct mutex in correct use. Its misuse, fork and the sandbox have files of
 * their own; what an interrupt does is in task_test.c.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <limits.h>

#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "port/port.h"
#include "support/clock.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(mutex, .init = reports_take, .fini = reports_none);
TestSuite(mutex_time, .init = reports_take, .fini = reports_none);
TestSuite(mutex_fairness, .init = reports_take, .fini = reports_none);
TestSuite(mutex_guard, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);

/* ---- every way to take it ---- */

static int by_lock(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

static int by_interruptible(struct mutex *lock)
{
	return mutex_lock_interruptible(lock);
}

static int by_killable(struct mutex *lock)
{
	return mutex_lock_killable(lock);
}

static int by_timeout(struct mutex *lock)
{
	return ksync_mutex_lock_timeout(lock, MAX_SCHEDULE_TIMEOUT);
}

static int by_until(struct mutex *lock)
{
	return ksync_mutex_lock_until(lock, NULL);
}

static int by_interruptible_until(struct mutex *lock)
{
	return ksync_mutex_lock_interruptible_until(lock, NULL);
}

static int by_killable_until(struct mutex *lock)
{
	return ksync_mutex_lock_killable_until(lock, NULL);
}

static int by_trylock(struct mutex *lock)
{
	while (!mutex_trylock(lock))
		nap_us(10);
	return 0;
}

static int by_io(struct mutex *lock)
{
	mutex_lock_io(lock);
	return 0;
}

static int by_nested(struct mutex *lock)
{
	mutex_lock_nested(lock, SINGLE_DEPTH_NESTING);
	return 0;
}

static int by_interruptible_nested(struct mutex *lock)
{
	return mutex_lock_interruptible_nested(lock, SINGLE_DEPTH_NESTING);
}

static int by_killable_nested(struct mutex *lock)
{
	return mutex_lock_killable_nested(lock, SINGLE_DEPTH_NESTING);
}

/* Whoever holds it may take several of the others. */
static DEFINE_MUTEX(outer);

static int by_nest_lock(struct mutex *lock)
{
	mutex_lock(&outer);
	mutex_lock_nest_lock(lock, &outer);
	mutex_unlock(&outer);
	return 0;
}

static int by_killable_nest_lock(struct mutex *lock)
{
	int ret;

	mutex_lock(&outer);
	ret = mutex_lock_killable_nest_lock(lock, &outer);
	mutex_unlock(&outer);
	return ret;
}

static int by_trylock_nest_lock(struct mutex *lock)
{
	mutex_lock(&outer);
	while (!mutex_trylock_nest_lock(lock, &outer))
		nap_us(10);
	mutex_unlock(&outer);
	return 0;
}

static int by_io_nested(struct mutex *lock)
{
	mutex_lock_io_nested(lock, SINGLE_DEPTH_NESTING);
	return 0;
}

static int (*const forms[])(struct mutex *lock) = {
	by_lock,
	by_interruptible,
	by_killable,
	by_timeout,
	by_until,
	by_interruptible_until,
	by_killable_until,
	by_trylock,
	by_io,
	by_nested,
	by_interruptible_nested,
	by_killable_nested,
	by_nest_lock,
	by_killable_nest_lock,
	by_trylock_nest_lock,
	by_io_nested,
};

#define FORMS ((int)(sizeof(forms) / sizeof(forms[0])))

static void lock_and_look(void *arg, int index)
{
	const int form = *(int *)arg;

	(void)index;
	must(forms[form](&m) == 0);
	must(mutex_is_locked(&m));
	must(mutex_get_owner(&m) == (unsigned long)current);
	must(!mutex_trylock(&m));
	mutex_unlock(&m);
	must(!mutex_is_locked(&m));
	must(mutex_get_owner(&m) == 0);
}

Test(mutex, every_form_takes_a_free_mutex)
{
	for (int form = 0; form < FORMS; form++)
		lock_and_look(&form, 0);
	must_have_held();
}

Test(mutex, every_form_may_be_the_first_thing_a_thread_does)
{
	for (int form = 0; form < FORMS; form++)
		crew_run(1, lock_and_look, &form);
}

Test(mutex, is_at_most_16_bytes_and_zero_is_free)
{
	static const struct mutex zero;

	if (KSYNC_CHECKED)
		return; /* there it has a name, and is larger */
	cr_assert_leq(sizeof(struct mutex), 16);
	cr_assert_eq(memcmp(&m, &zero, sizeof(zero)), 0);
}

Test(mutex, initialisers_make_a_free_mutex)
{
	struct mutex a = __MUTEX_INITIALIZER(a);
	struct mutex b;

	memset(&b, 0xff, sizeof(b));
	mutex_init(&b);
	cr_assert_not(mutex_is_locked(&a));
	cr_assert_not(mutex_is_locked(&b));
	cr_assert_eq(mutex_trylock(&a), 1);
	cr_assert_eq(mutex_trylock(&b), 1);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

Test(mutex, trylock_gives_1_if_it_took_the_mutex_and_0_if_not)
{
	cr_assert_eq(mutex_trylock(&m), 1);
	cr_assert_eq(mutex_trylock(&m), 0, "the caller holds it");
	mutex_unlock(&m);
	cr_assert_eq(mutex_trylock(&m), 1);
	mutex_unlock(&m);
}

static void look_at_held(void *arg, int index)
{
	(void)index;
	must(mutex_is_locked(&m));
	must(mutex_get_owner(&m) == (unsigned long)arg);
	must(!mutex_trylock(&m));
}

Test(mutex, others_see_who_holds_it)
{
	mutex_lock(&m);
	crew_run(1, look_at_held, current);
	mutex_unlock(&m);
}

Test(mutex, destroy_ends_a_free_mutex_and_init_begins_again)
{
	struct mutex a;

	mutex_init(&a);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_destroy(&a);
	mutex_init(&a);
	mutex_lock(&a);
	mutex_unlock(&a);
}

Test(mutex, several_are_held_and_released_in_any_order)
{
	DEFINE_MUTEX(a);
	DEFINE_MUTEX(b);
	DEFINE_MUTEX(c);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_lock(&c);
	mutex_unlock(&a);
	cr_assert_not(mutex_is_locked(&a));
	cr_assert(mutex_is_locked(&b));
	mutex_unlock(&c);
	mutex_unlock(&b);
}

/* ---- several threads ---- */

static long shared;
static int inside;
static int before_unlock[2];

/* Holds it as one thread at a time. */
static void section(void)
{
	must(!inside++);
	must(before_unlock[0] == before_unlock[1]);
	before_unlock[0]++;
	shared++;
	before_unlock[1]++;
	inside--;
}

static void lock_in_all_forms(void *arg, int index)
{
	const long *rounds = arg;

	for (struct effort e = effort(*rounds, 1000); effort_more(&e);) {
		must(forms[(e.rounds + index) % FORMS](&m) == 0);
		section();
		mutex_unlock(&m);
		watchdog_feed();
	}
}

Test(mutex, one_thread_at_a_time_holds_it)
{
	long rounds = 5000;

	watchdog_start();
	crew_run(4, lock_in_all_forms, &rounds);
	watchdog_stop();
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_eq(mutex_waiters(&m), 0);
	cr_assert_eq(shared, before_unlock[0]);
}

Test(mutex, one_of_many_threads_on_few_cores_holds_it)
{
	long rounds = 100;

	watchdog_start();
	crew_run(CREW_MAX, lock_in_all_forms, &rounds);
	watchdog_stop();
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_eq(mutex_waiters(&m), 0);
	cr_assert_eq(shared, before_unlock[0]);
}

/* ---- time ---- */

static struct timespec in_ms(long ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += ms % 1000 * 1000000;
	at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

static int until(long ms)
{
	struct timespec at = in_ms(ms);

	return ksync_mutex_lock_until(&m, &at);
}

/* The result of another thread's call, made while this one holds the mutex. */
struct call {
	int (*fn)(void);
	int ret;
	long long ms;
};

static void call_it(void *arg, int index)
{
	struct call *call = arg;
	long long start = now_ms();

	(void)index;
	call->ret = call->fn();
	call->ms = now_ms() - start;
	if (call->ret == 0)
		mutex_unlock(&m);
}

static struct call while_held(int (*fn)(void))
{
	struct call call = { .fn = fn };

	mutex_lock(&m);
	crew_run(1, call_it, &call);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	cr_assert_eq(mutex_waiters(&m), 0);
	mutex_unlock(&m);
	return call;
}

static int timeout_30(void)
{
	return ksync_mutex_lock_timeout(&m, 30);
}

static int timeout_0(void)
{
	return ksync_mutex_lock_timeout(&m, 0);
}

static int timeout_negative(void)
{
	return ksync_mutex_lock_timeout(&m, LONG_MIN);
}

static int until_30(void)
{
	return until(30);
}

static int interruptible_until_30(void)
{
	struct timespec at = in_ms(30);

	return ksync_mutex_lock_interruptible_until(&m, &at);
}

static int killable_until_30(void)
{
	struct timespec at = in_ms(30);

	return ksync_mutex_lock_killable_until(&m, &at);
}

static int until_past(void)
{
	return until(-1000);
}

static int until_before_time_began(void)
{
	struct timespec at = { .tv_sec = -5 };

	return ksync_mutex_lock_until(&m, &at);
}

static int until_nonsense(void)
{
	struct timespec at = { .tv_sec = LONG_MAX, .tv_nsec = 1000000000 };

	return ksync_mutex_lock_until(&m, &at);
}

static int until_negative_nonsense(void)
{
	struct timespec at = { .tv_sec = 1, .tv_nsec = -1 };

	return ksync_mutex_lock_until(&m, &at);
}

Test(mutex_time, timeout_gives_up_when_its_jiffies_are_over)
{
	struct call call = while_held(timeout_30);

	cr_assert_eq(call.ret, -ETIME);
	cr_assert_geq(call.ms, 29, "after %lld ms", call.ms);
}

Test(mutex_time, until_gives_up_at_its_time)
{
	struct call call = while_held(until_30);

	cr_assert_eq(call.ret, -ETIME);
	cr_assert_geq(call.ms, 29, "after %lld ms", call.ms);
}

static int (*const both[])(void) = { interruptible_until_30,
				     killable_until_30 };

Test(mutex_time, what_may_be_interrupted_gives_up_at_its_time_too)
{
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		struct call call = while_held(both[i]);

		cr_assert_eq(call.ret, -ETIME, "form %zu", i);
		cr_assert_geq(call.ms, 29, "after %lld ms", call.ms);
	}
}

Test(mutex_time, no_time_left_is_no_sleep)
{
	cr_assert_eq(while_held(timeout_0).ret, -ETIME);
	cr_assert_eq(while_held(timeout_negative).ret, -ETIME);
	cr_assert_eq(while_held(until_past).ret, -ETIME);
	cr_assert_eq(while_held(until_before_time_began).ret, -ETIME);
}

Test(mutex_time, a_time_that_is_none_is_refused_where_it_would_sleep)
{
	cr_assert_eq(while_held(until_nonsense).ret, -EINVAL);
	cr_assert_eq(while_held(until_negative_nonsense).ret, -EINVAL);
}

static int (*const any_time[])(void) = {
	timeout_30,	   timeout_0,
	timeout_negative,  until_30,
	until_past,	   until_before_time_began,
	until_nonsense,	   until_negative_nonsense,
	killable_until_30, interruptible_until_30,
};

Test(mutex_time, a_free_mutex_is_taken_whatever_the_time)
{
	for (size_t i = 0; i < sizeof(any_time) / sizeof(any_time[0]); i++) {
		struct call call = { .fn = any_time[i] };

		/* By a thread that knows ksync, and by a fresh one. */
		call_it(&call, 0);
		cr_assert_eq(call.ret, 0, "time %zu", i);
		crew_run(1, call_it, &call);
		cr_assert_eq(call.ret, 0, "time %zu, fresh thread", i);
	}
}

static int timeout_hour(void)
{
	return ksync_mutex_lock_timeout(&m, 3600 * HZ);
}

static int timeout_endless(void)
{
	return ksync_mutex_lock_timeout(&m, MAX_SCHEDULE_TIMEOUT);
}

static int timeout_huge(void)
{
	return ksync_mutex_lock_timeout(&m, MAX_SCHEDULE_TIMEOUT - 1);
}

static int until_hour(void)
{
	return until(3600000);
}

static int until_endless(void)
{
	return ksync_mutex_lock_until(&m, NULL);
}

static int until_huge(void)
{
	struct timespec at = { .tv_sec = LONG_MAX, .tv_nsec = 999999999 };

	return ksync_mutex_lock_until(&m, &at);
}

static int (*const long_time[])(void) = {
	timeout_hour, timeout_endless, timeout_huge,
	until_hour,   until_endless,   until_huge,
};

Test(mutex_time, a_long_time_is_waited_for_the_mutex)
{
	for (size_t i = 0; i < sizeof(long_time) / sizeof(long_time[0]); i++) {
		struct call call = { .fn = long_time[i] };
		struct crew crew;

		mutex_lock(&m);
		crew_start(&crew, 1, call_it, &call);
		wait_until(mutex_sleepers(&m) == 1);
		mutex_unlock(&m);
		crew_join(&crew);
		cr_assert_eq(call.ret, 0, "time %zu", i);
	}
}

Test(mutex_time, jiffies_are_milliseconds)
{
	long long start_ms = now_ms();
	unsigned long start = jiffies, passed;

	cr_assert_eq(HZ, 1000);
	cr_assert_eq(msecs_to_jiffies(250), 250);
	cr_assert_eq(msecs_to_jiffies(INT_MAX), INT_MAX);
	/* Not a timeout that a 32-bit long takes for negative. */
	cr_assert_eq(msecs_to_jiffies(INT_MAX + 1u), MAX_JIFFY_OFFSET);
	cr_assert_eq(msecs_to_jiffies(UINT_MAX), MAX_JIFFY_OFFSET);
	cr_assert_eq(usecs_to_jiffies(1), 1);
	cr_assert_eq(usecs_to_jiffies(1000), 1);
	cr_assert_eq(usecs_to_jiffies(1001), 2);
	cr_assert_eq(jiffies_to_msecs(5), 5);
	nap_ms(3);
	passed = jiffies - start;
	cr_assert_geq(passed, 2);
	cr_assert_leq((long long)passed, now_ms() - start_ms + 1);
	cr_assert(time_after(start + 1, start));
	cr_assert(time_before(ULONG_MAX, ULONG_MAX + 5));
	cr_assert(time_after_eq(start, start));
	cr_assert_not(time_after(start, start));
}

/* ---- who gets it next ---- */

#define QUEUE 12

static int order[QUEUE];
static int served;

static void take_a_turn(void *arg, int index)
{
	(void)index;
	mutex_lock(&m);
	order[served++] = *(int *)arg;
	mutex_unlock(&m);
}

Test(mutex_fairness, sleepers_get_it_in_the_order_in_which_they_came)
{
	struct crew crews[QUEUE];
	int numbers[QUEUE];

	mutex_lock(&m);
	for (int i = 0; i < QUEUE; i++) {
		numbers[i] = i;
		crew_start(&crews[i], 1, take_a_turn, &numbers[i]);
		wait_until(mutex_sleepers(&m) == i + 1);
	}
	mutex_unlock(&m);
	for (int i = 0; i < QUEUE; i++)
		crew_join(&crews[i]);
	if (!ksync__membarrier_works())
		cr_skip_test("each looks once more before it is woken");
	for (int i = 0; i < QUEUE; i++)
		cr_assert_eq(order[i], i, "%d in place %d", order[i], i);
}

static bool may_leave;
static struct task_struct *holder;

static void hold_until_told(void *arg, int index)
{
	(void)arg;
	(void)index;
	WRITE_ONCE(holder, current);
	mutex_lock(&m);
	wait_until(READ_ONCE(may_leave));
	mutex_unlock(&m);
}

/*
 * Somebody has slept for the mutex for longer than it has patience; unlock and
 * take it again: the sleeper is too late and asks to have it handed over. False
 * if it was quicker.
 */
static bool overtake(void)
{
	nap_ms(2);
	mutex_unlock(&m);
	if (!mutex_trylock(&m))
		return false;
	wait_until(mutex_queue_state(&m).handoff);
	return true;
}

Test(mutex_fairness, unlock_hands_over_to_a_waiter_that_lost)
{
	struct crew crew;
	bool overtook = false;

	for (int tries = 0; !overtook && tries < 1000; tries++) {
		may_leave = false;
		mutex_lock(&m);
		crew_start(&crew, 1, hold_until_told, NULL);
		wait_until(mutex_sleepers(&m) == 1);
		overtook = overtake();
		if (overtook) {
			mutex_unlock(&m);
			/* It has it, although it may not run yet. */
			cr_assert_eq(mutex_get_owner(&m),
				     (unsigned long)holder);
			cr_assert_not(mutex_trylock(&m));
		}
		WRITE_ONCE(may_leave, true);
		crew_join(&crew);
	}
	cr_assert(overtook, "the sleeper was quicker a thousand times");
}

Test(mutex_fairness, who_has_patience_is_woken_again)
{
	struct crew crew;
	bool overtook = false;

	for (int tries = 0; !overtook && tries < 1000; tries++) {
		may_leave = false;
		mutex_lock(&m);
		crew_start(&crew, 1, hold_until_told, NULL);
		wait_until(mutex_sleepers(&m) == 1);
		/* Its patience does not end. */
		clock_put_forward(-3600);
		mutex_unlock(&m);
		overtook = mutex_trylock(&m);
		if (overtook) {
			wait_until(mutex_sleepers(&m) == 1);
			cr_assert_not(mutex_queue_state(&m).handoff);
			mutex_unlock(&m);
		}
		WRITE_ONCE(may_leave, true);
		crew_join(&crew);
		clock_put_forward(0);
	}
	cr_assert(overtook, "the sleeper was quicker a thousand times");
}

#define WANTED 50

static void lock_greedily(void *arg, int index)
{
	int *acquired = arg;

	if (index == 0) {
		for (int i = 0; i < WANTED; i++) {
			mutex_lock(&m);
			mutex_unlock(&m);
			WRITE_ONCE(*acquired, i + 1);
			watchdog_feed();
		}
		return;
	}
	while (READ_ONCE(*acquired) < WANTED) {
		mutex_lock(&m);
		for (volatile int i = 0; i < 100; i++)
			;
		mutex_unlock(&m);
	}
}

Test(mutex_fairness, a_thread_that_locks_in_a_loop_keeps_nobody_out)
{
	int acquired = 0;

	watchdog_start();
	crew_run(2, lock_greedily, &acquired);
	acquired = 0;
	crew_run(4, lock_greedily, &acquired);
	watchdog_stop();
}

/* ---- giving up while it is handed over ---- */

/*
 * Two threads queue, the first of them ready to give up. This thread overtakes
 * the first, which then demands the mutex, and unlocks at about the moment at
 * which the first gives up. Whatever the first does, the second has to get it,
 * without anybody's help.
 */
static struct {
	pthread_barrier_t gate;
	struct task_struct *impatient;
	bool with_time; /* gives up by time, not by interrupt */
	bool stop;
	int got_it; /* giving up came too late */
	int gave_up;
} race;

static bool race_ended(void)
{
	return READ_ONCE(race.got_it) || READ_ONCE(race.gave_up);
}

static void race_impatient(void)
{
	int ret = race.with_time ? until(1) : mutex_lock_interruptible(&m);

	if (ret == 0) {
		WRITE_ONCE(race.got_it, 1);
		mutex_unlock(&m);
	} else {
		WRITE_ONCE(race.gave_up, 1);
		must(ret == (race.with_time ? -ETIME : -EINTR));
	}
	ksync_task_clear_pending();
}

static void race_member(void *arg, int index)
{
	(void)arg;
	if (index == 0)
		race.impatient = current;
	for (;;) {
		pthread_barrier_wait(&race.gate);
		if (race.stop)
			return;
		if (index == 0) {
			race_impatient();
		} else {
			wait_until(mutex_waiters(&m) == 1 || race_ended());
			mutex_lock(&m);
			mutex_unlock(&m);
			watchdog_feed();
		}
		pthread_barrier_wait(&race.gate);
	}
}

static void spin_us(long us)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000000 +
			 (now.tv_nsec - start.tv_nsec) / 1000 <
		 us);
}

static void run_race(bool with_time)
{
	struct crew crew;
	unsigned int seed = 1;

	race.with_time = with_time;
	pthread_barrier_init(&race.gate, NULL, 3);
	watchdog_start();
	crew_start(&crew, 2, race_member, NULL);
	for (struct effort e = effort(5000, 1500); effort_more(&e);) {
		mutex_lock(&m);
		WRITE_ONCE(race.got_it, 0);
		WRITE_ONCE(race.gave_up, 0);
		pthread_barrier_wait(&race.gate);
		wait_until(mutex_waiters(&m) == 2 || race_ended());
		mutex_unlock(&m);
		if (mutex_trylock(&m)) {
			seed = seed * 1103515245 + 12345;
			spin_us(seed >> 16 & 63);
			if (!with_time)
				ksync_task_interrupt(race.impatient);
			spin_us(seed >> 24 & 7);
			mutex_unlock(&m);
		} else if (!with_time) {
			ksync_task_interrupt(race.impatient);
		}
		pthread_barrier_wait(&race.gate);
		cr_assert_not(mutex_is_locked(&m));
		cr_assert_eq(race.got_it + race.gave_up, 1);
	}
	race.stop = true;
	pthread_barrier_wait(&race.gate);
	crew_join(&crew);
	watchdog_stop();
	cr_assert_eq(mutex_waiters(&m), 0);
}

Test(mutex_fairness, an_interrupt_against_the_hand_over_loses_nothing)
{
	run_race(false);
}

Test(mutex_fairness, a_timeout_against_the_hand_over_loses_nothing)
{
	run_race(true);
}

/* Everybody gives up now and then. */
static struct task_struct *crowd[8];

static void interrupt_next(int index)
{
	struct task_struct *next = READ_ONCE(crowd[(index + 1) % 8]);

	if (next)
		ksync_task_interrupt(next);
}

static void lock_impatiently(void *arg, int index)
{
	long *taken = arg;

	WRITE_ONCE(crowd[index], get_task_struct(current));
	for (struct effort e = effort(20000, 700); effort_more(&e);) {
		int ret = e.rounds % 3 ? mutex_lock_interruptible(&m) :
			  e.rounds % 2 ? ksync_mutex_lock_timeout(&m, 1) :
					 mutex_lock_killable(&m);

		watchdog_feed();
		if (ret == 0) {
			section();
			mutex_unlock(&m);
			taken[index]++;
		} else {
			must(ret == -EINTR || ret == -ETIME);
			ksync_task_clear_pending();
		}
		if (e.rounds % 7 == 0)
			interrupt_next(index);
	}
}

Test(mutex_fairness, interrupts_and_timeouts_of_many_lose_nothing)
{
	long taken[8] = { 0 };
	long sum = 0;

	watchdog_start();
	crew_run(8, lock_impatiently, taken);
	watchdog_stop();
	for (int i = 0; i < 8; i++) {
		sum += taken[i];
		put_task_struct(crowd[i]);
	}
	cr_assert_eq(sum, shared);
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_eq(mutex_waiters(&m), 0);
}

/* ---- guards ---- */

static void leave_early(int how)
{
	guard(mutex)(&m);
	cr_assert(mutex_is_locked(&m));
	if (how)
		return;
	shared++;
}

Test(mutex_guard, guard_holds_to_the_end_of_the_block)
{
	leave_early(0);
	cr_assert_not(mutex_is_locked(&m));
	leave_early(1);
	cr_assert_not(mutex_is_locked(&m));
}

Test(mutex_guard, guards_end_in_reverse_order)
{
	DEFINE_MUTEX(inner);

	{
		guard(mutex)(&m);
		guard(mutex)(&inner);
		cr_assert(mutex_is_locked(&m));
		cr_assert(mutex_is_locked(&inner));
	}
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_not(mutex_is_locked(&inner));
}

Test(mutex_guard, scoped_guard_holds_in_the_statement_that_follows)
{
	int turns = 0;

	scoped_guard(mutex, &m) {
		cr_assert(mutex_is_locked(&m));
		turns++;
	}
	cr_assert_eq(turns, 1);
	cr_assert_not(mutex_is_locked(&m));
	scoped_guard(mutex, &m) {
		if (turns)
			break;
		turns++;
	}
	cr_assert_eq(turns, 1, "break leaves the guard");
	cr_assert_not(mutex_is_locked(&m));
	for (int i = 0; i < 2; i++) {
		scoped_guard(mutex, &m)
			continue;
		turns++;
	}
	cr_assert_eq(turns, 3, "continue leaves the guard, not the loop");
}

Test(mutex_guard, scoped_guard_skips_a_conditional_lock_that_failed)
{
	int turns = 0;

	mutex_lock(&m);
	scoped_guard(mutex_try, &m)
		turns++;
	cr_assert_eq(turns, 0);
	cr_assert(mutex_is_locked(&m), "what was not taken is not released");
	mutex_unlock(&m);
	scoped_guard(mutex_try, &m)
		turns++;
	scoped_guard(mutex_intr, &m)
		turns++;
	scoped_guard(mutex_kill, &m)
		turns++;
	cr_assert_eq(turns, 3);
	cr_assert_not(mutex_is_locked(&m));
}

static int cond_try(void)
{
	scoped_cond_guard(mutex_try, return -EAGAIN, &m) {
		cr_assert(mutex_is_locked(&m));
		return 1;
	}
	return 2;
}

static int cond_intr(void)
{
	scoped_cond_guard(mutex_intr, return -EINTR, &m)
		return 1;
	return 2;
}

static int cond_kill(void)
{
	scoped_cond_guard(mutex_kill, return -EINTR, &m)
		return 1;
	return 2;
}

static int acquire_try(void)
{
	ACQUIRE(mutex_try, held)(&m);
	return ACQUIRE_ERR(mutex_try, &held);
}

static int acquire_intr(void)
{
	int ret;

	ACQUIRE(mutex_intr, held)(&m);
	ret = ACQUIRE_ERR(mutex_intr, &held);
	if (ret == 0)
		must(mutex_get_owner(&m) == (unsigned long)current);
	return ret;
}

static int acquire_kill(void)
{
	ACQUIRE(mutex_kill, held)(&m);
	return ACQUIRE_ERR(mutex_kill, &held);
}

Test(mutex_guard, scoped_cond_guard_runs_the_statement_if_it_did_not_get_it)
{
	cr_assert_eq(cond_try(), 1);
	cr_assert_eq(cond_intr(), 1);
	cr_assert_eq(cond_kill(), 1);
	cr_assert_not(mutex_is_locked(&m));
	mutex_lock(&m);
	cr_assert_eq(cond_try(), -EAGAIN);
	cr_assert(mutex_is_locked(&m));
	mutex_unlock(&m);
}

Test(mutex_guard, acquire_err_is_0_or_the_error)
{
	cr_assert_eq(acquire_try(), 0);
	cr_assert_eq(acquire_intr(), 0);
	cr_assert_eq(acquire_kill(), 0);
	cr_assert_not(mutex_is_locked(&m));
	mutex_lock(&m);
	cr_assert_eq(acquire_try(), -EBUSY);
	cr_assert(mutex_is_locked(&m));
	mutex_unlock(&m);
}

static void fail_in_guards(void *arg, int index)
{
	(void)arg;
	(void)index;
	ksync_task_interrupt(current);
	must(cond_intr() == -EINTR);
	must(acquire_intr() == -EINTR);
	ksync_task_kill(current);
	must(cond_kill() == -EINTR);
	must(acquire_kill() == -EINTR);
}

Test(mutex_guard, interruptible_guards_give_up_on_interrupt)
{
	mutex_lock(&m);
	crew_run(1, fail_in_guards, NULL);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
}
