/* SPDX-License-Identifier: MIT */
/*
 * The checked library: waits that last too long, what is told of them, and who
 * is blocked now.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <ksync/inspect.h>

#include "../support/process.h"
#include "../support/queue.h"
#include "../support/threads.h"
#include "said.h"

SAID_SUITE(watchdog);

static DEFINE_MUTEX(ledger);
static DEFINE_MUTEX(journal);
static DEFINE_SEMAPHORE(units, 0);
static DEFINE_SPINLOCK(cache);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static bool condition;
static int waiter; /* thread id */
static int waiting;

static void *wait_for_ledger(void *arg)
{
	waiter = gettid();
	pthread_setname_np(pthread_self(), "the-waiter");
	mutex_lock(&ledger);
	mutex_unlock(&ledger);
	return arg;
}

static void expect_told(int tid, int holder)
{
	wait_until(reports_count());
	cr_assert_eq(reports_count(), 1);
	cr_assert_str_eq(reports.kept[0].type, "watchdog");
	cr_assert_eq(reports.kept[0].tid, tid);
	cr_assert_eq(reports.kept[0].holder_tid, holder);
	cr_assert_neq(reports.kept[0].where, NULL);
	expect_said("waited for longer than KSYNC_WATCHDOG allows");
}

/* One thread waits by fn() until end(); what is told of it is in details. */
static void watch(void *(*fn)(void *), void (*end)(void), int holder)
{
	pthread_t thread;

	ksync_watchdog_set(1);
	pthread_create(&thread, NULL, fn, NULL);
	wait_until(reports_count());
	expect_told(waiter, holder);
	end();
	pthread_join(thread, NULL);
	expect_silence();
}

static void ledger_unlock(void)
{
	mutex_unlock(&ledger);
}

Test(watchdog, tells_who_waits_for_what_and_who_holds_it)
{
	char words[80];

	mutex_lock(&ledger);
	watch(wait_for_ledger, ledger_unlock, gettid());
	expect_details("  waits    ");
	expect_details(" ms for ledger (mutex)\n");
	snprintf(words, sizeof(words), "  held     by %d \"", gettid());
	expect_details(words);
	expect_details(", who took it at 0x");
	expect_details("  stack    0x");
	cr_assert_eq(reports.kept[0].object, &ledger);
}

Test(watchdog, the_stack_begins_where_the_wait_does)
{
	char words[80];
	uintptr_t where;

	mutex_lock(&ledger);
	watch(wait_for_ledger, ledger_unlock, gettid());
	where = (uintptr_t)reports.kept[0].where;
	cr_assert(where > (uintptr_t)wait_for_ledger &&
		  where - (uintptr_t)wait_for_ledger < 1024);
	snprintf(words, sizeof(words), "  stack    %p ", reports.kept[0].where);
	expect_details(words);
	cr_assert(strstr(strstr(details, "  stack    "), "\n           0x"),
		  "there is one call alone: %s", details);
}

Test(watchdog, a_wait_is_told_once)
{
	pthread_t thread;

	ksync_watchdog_set(1);
	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	wait_until(reports_count());
	expect_told(waiter, gettid());
	/* The next one that lasts as long is told, the first was told before.
	 */
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	wait_until(reports_count());
	expect_told(waiter, gettid());
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
}

static void *hold_journal(void *arg)
{
	mutex_lock(&journal);
	wait_for_ledger(NULL);
	mutex_unlock(&journal);
	return arg;
}

static void *wait_for_journal(void *arg)
{
	(void)arg;
	mutex_lock(&journal);
	mutex_unlock(&journal);
	return NULL;
}

Test(watchdog, a_holder_that_waits_itself_is_told)
{
	pthread_t threads[2];
	bool told = false;

	ksync_watchdog_set(1);
	mutex_lock(&ledger);
	pthread_create(&threads[0], NULL, hold_journal, NULL);
	wait_until(mutex_waiters(&ledger));
	pthread_create(&threads[1], NULL, wait_for_journal, NULL);
	wait_until(reports_count() == 2);
	told = strstr(details, " ms for journal (mutex)") != NULL;
	cr_assert(told, "%s", details);
	expect_details("  holder   waits ");
	expect_details(" ms for ledger (mutex)\n");
	reports_forget();
	mutex_unlock(&ledger);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

/* ---- kinds ---- */

static void *wait_for_units(void *arg)
{
	waiter = gettid();
	down(&units);
	return arg;
}

static void units_up(void)
{
	up(&units);
}

static void *wait_for_cache(void *arg)
{
	waiter = gettid();
	spin_lock(&cache);
	spin_unlock(&cache);
	return arg;
}

static void cache_unlock(void)
{
	spin_unlock(&cache);
}

static void *wait_for_done(void *arg)
{
	waiter = gettid();
	wait_for_completion(&done);
	return arg;
}

static void done_complete(void)
{
	complete(&done);
}

static void *wait_for_condition(void *arg)
{
	waiter = gettid();
	wait_event(queue, READ_ONCE(condition));
	return arg;
}

static void condition_set(void)
{
	WRITE_ONCE(condition, true);
	wake_up(&queue);
}

Test(watchdog, a_semaphore)
{
	watch(wait_for_units, units_up, 0);
	expect_details(" ms for units (semaphore)\n");
}

Test(watchdog, a_spinlock)
{
	spin_lock(&cache);
	watch(wait_for_cache, cache_unlock, gettid());
	expect_details(" ms for cache (spinlock)\n");
}

Test(watchdog, a_completion)
{
	watch(wait_for_done, done_complete, 0);
	expect_details(" ms for done (completion)\n");
}

Test(watchdog, an_event)
{
	watch(wait_for_condition, condition_set, 0);
	expect_details(" ms for to be woken\n");
}

/* ---- what is not told ---- */

static void *wait_interruptibly(void *arg)
{
	waiter = gettid();
	set_current_state(TASK_INTERRUPTIBLE);
	__atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
	if (!READ_ONCE(condition))
		schedule();
	__set_current_state(TASK_RUNNING);
	return arg;
}

Test(watchdog, who_may_be_interrupted_may_wait)
{
	pthread_t thread;

	ksync_watchdog_set(1);
	pthread_create(&thread, NULL, wait_interruptibly, NULL);
	wait_until(__atomic_load_n(&waiting, __ATOMIC_ACQUIRE));
	/* What begins later, and is told, has waited for less. */
	mutex_lock(&ledger);
	{
		pthread_t other;

		pthread_create(&other, NULL, wait_for_ledger, NULL);
		wait_until(reports_count());
		expect_told(waiter, gettid());
		mutex_unlock(&ledger);
		pthread_join(other, NULL);
	}
	pthread_cancel(thread);
	pthread_detach(thread);
}

Test(watchdog, nothing_is_noted_if_it_is_off)
{
	pthread_t thread;
	int fd = memfd_create("printed", 0);

	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	wait_until(mutex_waiters(&ledger));
	cr_assert(ksync_blocked_print(fd));
	cr_assert_eq(lseek(fd, 0, SEEK_END), 0);
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
}

/* ---- who is blocked now ---- */

static char printed[8192];

static void print_blocked(void)
{
	int fd = memfd_create("printed", 0);
	ssize_t n;

	cr_assert(ksync_blocked_print(fd));
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	n = read(fd, printed, sizeof(printed) - 1);
	cr_assert(n >= 0);
	printed[n] = '\0';
	close(fd);
}

Test(watchdog, all_who_are_blocked_can_be_printed)
{
	pthread_t thread;
	char words[80];

	ksync_watchdog_set(1000);
	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	wait_until(mutex_waiters(&ledger));
	print_blocked();
	snprintf(words, sizeof(words), "thread %d \"the-waiter\"\n", waiter);
	cr_assert(strstr(printed, words), "%s", printed);
	cr_assert(strstr(printed, " ms for ledger (mutex)\n"), "%s", printed);
	cr_assert(strstr(printed, "  stack    0x"), "%s", printed);
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
	print_blocked();
	cr_assert_str_empty(printed, "%s", printed);
}

static void *wait_and_stay(void *arg)
{
	wait_for_ledger(NULL);
	__atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
	wait_until(READ_ONCE(condition));
	return arg;
}

Test(watchdog, a_wait_that_ended_is_none)
{
	pthread_t thread;

	ksync_watchdog_set(1000);
	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_and_stay, NULL);
	wait_until(mutex_waiters(&ledger));
	mutex_unlock(&ledger);
	wait_until(__atomic_load_n(&waiting, __ATOMIC_ACQUIRE));
	print_blocked();
	cr_assert_str_empty(printed, "%s", printed);
	WRITE_ONCE(condition, true);
	pthread_join(thread, NULL);
}

/* ---- by option, and in a fork's child ---- */

__attribute__((constructor)) static void play(void)
{
	pthread_t thread;

	if (!getenv("WATCHDOG_PLAY"))
		return;
	mutex_lock(&ledger);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	pthread_join(thread, NULL);
}

static void again(void *arg)
{
	char *args[] = { "watchdog", NULL };

	(void)arg;
	setenv("KSYNC_WATCHDOG", "1", 1);
	setenv("KSYNC_ON_REPORT", "abort", 1);
	setenv("WATCHDOG_PLAY", "1", 1);
	without_core();
	if (!freopen("/dev/null", "w", stderr))
		_exit(EXIT_FAILED);
	execv("/proc/self/exe", args);
}

Test(watchdog, the_environment_sets_it)
{
	int status = in_child(again, NULL);

	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void child(void *arg)
{
	pthread_t thread;

	(void)arg;
	reports_forget();
	mutex_lock(&journal);
	pthread_create(&thread, NULL, wait_for_journal, NULL);
	wait_until(reports_count());
	must(strstr(details, " ms for journal (mutex)") != NULL);
	print_blocked();
	must(strstr(printed, " ms for journal (mutex)") != NULL);
	must(strstr(printed, "ledger") == NULL);
	_exit(must_failures ? EXIT_FAILED : 0);
}

Test(watchdog, a_forks_child_has_a_watchdog_of_its_own)
{
	pthread_t thread;

	mutex_lock(&ledger);
	ksync_watchdog_set(1);
	pthread_create(&thread, NULL, wait_for_ledger, NULL);
	wait_until(reports_count());
	reports_forget();
	cr_assert_eq(in_child(child, NULL), 0);
	mutex_unlock(&ledger);
	pthread_join(thread, NULL);
}
