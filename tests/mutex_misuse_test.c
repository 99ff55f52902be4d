/* SPDX-License-Identifier: MIT */
/*
 * struct mutex in wrong use: each row of docs/mutex.md, "Misuse", what the
 * report says, and that the mutex is as good as before.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(mutex_unlock, .init = reports_take, .fini = reports_none);
TestSuite(mutex_recursion, .init = reports_take, .fini = reports_none);
TestSuite(mutex_vanished, .init = reports_take, .fini = reports_none);
TestSuite(mutex_destroy, .init = reports_take, .fini = reports_none);
TestSuite(mutex_garbage, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);

#define misuse(words, holder) expect_misuse("mutex", words, &m, holder)

static int my_tid(void)
{
	return ksync_task_tid(current);
}

static void still_works(void)
{
	cr_assert_not(mutex_is_locked(&m));
	mutex_lock(&m);
	cr_assert(mutex_is_locked(&m));
	mutex_unlock(&m);
	cr_assert_not(mutex_is_locked(&m));
}

/* ---- aborts ---- */

static struct {
	const char *words;
	int holder;
} expected;

/* The report comes first, then the process aborts. */
static void check_deadlock(const struct ksync_report *report)
{
	if (report_is(report, KSYNC_REPORT_DEADLOCK, "mutex", expected.words,
		      &m, expected.holder) &&
	    report->tid == my_tid())
		return;
	ksync_report_print(report);
	_exit(EXIT_FAILED);
}

static void lock_to_death(void *arg)
{
	(void)arg;
	without_core();
	if (expected.holder != KSYNC_HOLDER_GONE)
		expected.holder = my_tid();
	ksync_report_hook_set(check_deadlock);
	mutex_lock(&m);
	_exit(EXIT_FAILED);
}

/* ---- unlock ---- */

Test(mutex_unlock, of_a_free_mutex_is_reported_and_does_nothing)
{
	mutex_unlock(&m);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	still_works();
}

static void unlock_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_unlock(&m);
}

Test(mutex_unlock, by_a_stranger_is_reported_and_does_nothing)
{
	mutex_lock(&m);
	crew_run(1, unlock_as_stranger, NULL);
	misuse("does not hold it", my_tid());
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
	still_works();
}

Test(mutex_unlock, of_a_free_mutex_by_a_fresh_thread_is_reported)
{
	crew_run(1, unlock_as_stranger, NULL);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	still_works();
}

static bool holder_may_go;

static void hold(void *arg, int index)
{
	(void)index;
	mutex_lock(&m);
	WRITE_ONCE(*(int *)arg, my_tid());
	wait_until(READ_ONCE(holder_may_go));
	mutex_unlock(&m);
}

Test(mutex_unlock, a_second_one_does_not_take_it_from_the_next_owner)
{
	struct crew crew;
	int next = 0;

	mutex_lock(&m);
	mutex_unlock(&m);
	crew_start(&crew, 1, hold, &next);
	wait_until(READ_ONCE(next));
	mutex_unlock(&m);
	misuse("does not hold it", READ_ONCE(next));
	cr_assert(mutex_is_locked(&m));
	WRITE_ONCE(holder_may_go, true);
	crew_join(&crew);
	still_works();
}

Test(mutex_unlock, by_a_stranger_while_somebody_waits_changes_nothing)
{
	struct crew crew;
	int next = 0;

	mutex_lock(&m);
	crew_start(&crew, 1, hold, &next);
	wait_until(mutex_sleepers(&m) == 1);
	crew_run(1, unlock_as_stranger, NULL);
	misuse("does not hold it", my_tid());
	cr_assert_eq(mutex_waiters(&m), 1);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	WRITE_ONCE(holder_may_go, true);
	mutex_unlock(&m);
	crew_join(&crew);
	still_works();
}

/* ---- what a thread held before, and holds no more ---- */

static void hold_anew(void *arg, int index)
{
	mutex_init(&m);
	hold(arg, index);
}

static void hold_zeroed(void *arg, int index)
{
	memset(&m, 0, sizeof(m));
	hold(arg, index);
}

/* The caller's mutex ends while held; another's takes its place. */
static void lose_the_memory(void (*hold_it)(void *arg, int index))
{
	struct crew crew;
	int next = 0;

	mutex_lock(&m);
	crew_start(&crew, 1, hold_it, &next);
	wait_until(READ_ONCE(next));
	mutex_unlock(&m);
	misuse("does not hold it", READ_ONCE(next));
	cr_assert(mutex_is_locked(&m));
	cr_assert_eq(mutex_trylock(&m), 0);
	WRITE_ONCE(holder_may_go, true);
	crew_join(&crew);
	still_works();
}

Test(mutex_unlock, of_memory_that_became_a_strangers_mutex_is_reported)
{
	lose_the_memory(hold_anew);
}

Test(mutex_unlock, of_memory_that_was_zeroed_and_locked_anew_is_reported)
{
	lose_the_memory(hold_zeroed);
}

Test(mutex_unlock, of_a_mutex_that_was_initialised_meanwhile_is_reported)
{
	mutex_lock(&m);
	mutex_init(&m);
	mutex_unlock(&m);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	still_works();
}

Test(mutex_unlock, by_who_had_it_last_is_a_strangers)
{
	struct crew crew;
	int next = 0;

	/* Taken and released in each way, the last of which counts. */
	cr_assert_eq(mutex_trylock(&m), 1);
	mutex_unlock(&m);
	cr_assert_eq(mutex_lock_interruptible(&m), 0);
	mutex_unlock(&m);
	crew_start(&crew, 1, hold, &next);
	wait_until(READ_ONCE(next));
	cr_assert_eq(mutex_trylock(&m), 0);
	cr_assert_eq(ksync_mutex_lock_timeout(&m, 0), -ETIME);
	mutex_unlock(&m);
	misuse("does not hold it", READ_ONCE(next));
	WRITE_ONCE(holder_may_go, true);
	crew_join(&crew);
	still_works();
}

Test(mutex_unlock, in_any_order_and_once_for_each)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct mutex locks[3];

	for (int i = 0; i < 3; i++)
		mutex_init(&locks[i]);
	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		for (int i = 0; i < 3; i++)
			mutex_lock_nested(&locks[i], i);
		for (int i = 0; i < 3; i++) {
			mutex_unlock(&locks[orders[o][i]]);
			cr_assert_not(mutex_is_locked(&locks[orders[o][i]]));
		}
	}
	cr_assert_eq(reports_count(), 0);
	mutex_unlock(&locks[1]);
	expect_misuse("mutex", "nobody holds it", &locks[1], KSYNC_HOLDER_NONE);
}

/* ---- recursion ---- */

Test(mutex_recursion, lock_reports_and_aborts)
{
	expected.words = "locked again by its holder";
	mutex_lock(&m);
	child_aborts(lock_to_death, NULL);
	mutex_unlock(&m);
}

Test(mutex_recursion, lock_aborts_the_process_itself, .signal = SIGABRT)
{
	without_core();
	ksync_report_hook_set(check_deadlock);
	expected.words = "locked again by its holder";
	expected.holder = my_tid();
	mutex_lock(&m);
	mutex_lock(&m);
}

Test(mutex_recursion, forms_that_can_fail_say_EDEADLK)
{
	struct timespec soon;

	mutex_lock(&m);
	cr_assert_eq(mutex_lock_interruptible(&m), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	cr_assert_eq(mutex_lock_killable(&m), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	cr_assert_eq(ksync_mutex_lock_timeout(&m, HZ), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	cr_assert_eq(ksync_mutex_lock_timeout(&m, 0), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_sec++;
	cr_assert_eq(ksync_mutex_lock_until(&m, &soon), -EDEADLK);
	misuse("locked again by its holder", my_tid());
	cr_assert_eq(mutex_trylock(&m), 0);
	mutex_unlock(&m);
	still_works();
}

/* ---- a holder that exits ---- */

static void exit_holding(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&m);
}

static void lose_the_holder(void)
{
	crew_run(1, exit_holding, NULL);
}

Test(mutex_vanished, the_mutex_stays_locked_by_nobody)
{
	lose_the_holder();
	cr_assert(mutex_is_locked(&m));
	cr_assert_eq(mutex_get_owner(&m), 0);
	cr_assert_eq(mutex_trylock(&m), 0);
}

Test(mutex_vanished, forms_that_can_fail_say_EDEADLK)
{
	struct timespec soon;

	lose_the_holder();
	cr_assert_eq(mutex_lock_interruptible(&m), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_eq(mutex_lock_killable(&m), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_eq(ksync_mutex_lock_timeout(&m, 60 * HZ), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_sec += 60;
	cr_assert_eq(ksync_mutex_lock_until(&m, &soon), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	mutex_init(&m);
	still_works();
}

Test(mutex_vanished, forms_that_would_not_sleep_say_EDEADLK_too)
{
	static const struct timespec past = { 1, 0 };

	lose_the_holder();
	cr_assert_eq(ksync_mutex_lock_timeout(&m, 0), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_eq(ksync_mutex_lock_until(&m, &past), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	ksync_task_interrupt(current);
	cr_assert_eq(mutex_lock_interruptible(&m), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	(void)ksync_task_clear_pending();
	mutex_init(&m);
	still_works();
}

Test(mutex_vanished, lock_reports_and_aborts)
{
	lose_the_holder();
	expected.words = "a thread that is gone";
	expected.holder = KSYNC_HOLDER_GONE;
	child_aborts(lock_to_death, NULL);
}

Test(mutex_vanished, unlock_by_another_is_reported)
{
	lose_the_holder();
	mutex_unlock(&m);
	misuse("does not hold it", KSYNC_HOLDER_GONE);
	cr_assert(mutex_is_locked(&m));
}

Test(mutex_vanished, the_next_thread_in_the_record_is_not_the_holder)
{
	lose_the_holder();
	crew_run(1, unlock_as_stranger, NULL);
	misuse("does not hold it", KSYNC_HOLDER_GONE);
	cr_assert_eq(mutex_get_owner(&m), 0);
}

static void exit_when_awaited(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&m);
	wait_until(mutex_sleepers(&m) == 1);
}

Test(mutex_vanished, who_sleeps_already_notices_within_ten_seconds)
{
	struct crew crew;

	/* Ten seconds that begin almost ten seconds ago. */
	clock_put_forward_ms(-9900);
	crew_start(&crew, 1, exit_when_awaited, NULL);
	wait_until(mutex_is_locked(&m));
	cr_assert_eq(mutex_lock_interruptible(&m), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	crew_join(&crew);
	cr_assert_eq(mutex_waiters(&m), 0);
}

static void end_thread(const struct ksync_report *report)
{
	reports_hook(report);
	pthread_exit(NULL);
}

static void lock_killable(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(mutex_lock_killable(&m) == 0);
	must(!"the hook has ended this thread");
}

/* The stack that it waited on is gone. */
Test(mutex_vanished, a_hook_may_end_the_thread_of_a_waiter)
{
	struct crew crew;

	clock_put_forward_ms(-9900);
	ksync_report_hook_set(end_thread);
	crew_start(&crew, 1, exit_when_awaited, NULL);
	wait_until(mutex_is_locked(&m));
	crew_run(1, lock_killable, NULL);
	crew_join(&crew);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_eq(mutex_waiters(&m), 0);
}

/* ---- destroy ---- */

Test(mutex_destroy, while_held_is_reported_and_does_nothing)
{
	mutex_lock(&m);
	mutex_destroy(&m);
	misuse("destroyed while it is held", my_tid());
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
	still_works();
}

Test(mutex_destroy, while_somebody_waits_is_reported_and_does_nothing)
{
	struct crew crew;
	int next = 0;

	mutex_lock(&m);
	crew_start(&crew, 1, hold, &next);
	wait_until(mutex_sleepers(&m) == 1);
	mutex_destroy(&m);
	misuse("destroyed while somebody waits", my_tid());
	WRITE_ONCE(holder_may_go, true);
	mutex_unlock(&m);
	crew_join(&crew);
	still_works();
}

Test(mutex_destroy, twice_is_reported)
{
	mutex_destroy(&m);
	mutex_destroy(&m);
	misuse("destroyed twice", KSYNC_HOLDER_NONE);
}

Test(mutex_destroy, lock_is_reported_and_takes_it_as_a_free_one)
{
	mutex_destroy(&m);
	mutex_lock(&m);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
	still_works();
}

Test(mutex_destroy, trylock_finds_it_taken)
{
	mutex_destroy(&m);
	cr_assert_eq(mutex_trylock(&m), 0);
	cr_assert_eq(reports_count(), 0);
	mutex_init(&m);
}

Test(mutex_destroy, every_form_with_a_result_is_reported_and_takes_it)
{
	mutex_destroy(&m);
	cr_assert_eq(mutex_lock_interruptible(&m), 0);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	mutex_unlock(&m);
	mutex_destroy(&m);
	cr_assert_eq(mutex_lock_killable(&m), 0);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	mutex_unlock(&m);
	mutex_destroy(&m);
	cr_assert_eq(ksync_mutex_lock_timeout(&m, HZ), 0);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	mutex_unlock(&m);
	mutex_destroy(&m);
	cr_assert_eq(ksync_mutex_lock_until(&m, NULL), 0);
	misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	mutex_unlock(&m);
	still_works();
}

Test(mutex_destroy, unlock_is_reported)
{
	mutex_destroy(&m);
	mutex_unlock(&m);
	misuse("unlocked after it was destroyed", KSYNC_HOLDER_NONE);
}

Test(mutex_destroy, a_destroyed_mutex_has_no_owner)
{
	mutex_destroy(&m);
	cr_assert_eq(mutex_get_owner(&m), 0);
	cr_assert_eq(mutex_trylock(&m), 0);
}

Test(mutex_destroy, init_makes_it_a_mutex_again)
{
	mutex_destroy(&m);
	mutex_init(&m);
	still_works();
}

static void meet(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 100; i++) {
		mutex_lock(&m);
		mutex_unlock(&m);
	}
}

Test(mutex_destroy, after_contention_is_no_misuse)
{
	struct crew crew;
	int next = 0;

	/* Somebody slept, so the queue's word is not what it was. */
	WRITE_ONCE(holder_may_go, true);
	mutex_lock(&m);
	crew_start(&crew, 1, hold, &next);
	wait_until(mutex_sleepers(&m) == 1);
	mutex_unlock(&m);
	crew_join(&crew);
	crew_run(4, meet, NULL);
	mutex_destroy(&m);
	cr_assert_eq(reports_count(), 0);
}

/* ---- memory that was never initialised ---- */

static void lock_garbage(int byte)
{
	memset(&m, byte, sizeof(m));
	cr_assert_eq(mutex_lock_interruptible(&m), -EDEADLK);
	cr_assert(strstr(reports.kept[0].advice, "initialise"));
	expect_misuse("mutex", "a thread that is gone", &m, KSYNC_HOLDER_GONE);
	cr_assert_eq(mutex_trylock(&m), 0);
	cr_assert_eq(mutex_get_owner(&m), 0);
	expected.words = "a thread that is gone";
	expected.holder = KSYNC_HOLDER_GONE;
	child_aborts(lock_to_death, NULL);
}

Test(mutex_garbage, lock_of_5a_bytes_finds_no_holder)
{
	lock_garbage(0x5a);
}

Test(mutex_garbage, lock_of_aa_bytes_finds_no_holder)
{
	lock_garbage(0xaa);
}

Test(mutex_garbage, lock_of_ff_bytes_finds_no_holder)
{
	lock_garbage(0xff);
}

Test(mutex_garbage, unlock_is_reported)
{
	memset(&m, 0x5a, sizeof(m));
	mutex_unlock(&m);
	misuse("does not hold it", KSYNC_HOLDER_GONE);
	memset(&m, 0xff, sizeof(m));
	crew_run(1, unlock_as_stranger, NULL);
	misuse("does not hold it", KSYNC_HOLDER_GONE);
}
