/* SPDX-License-Identifier: MIT */
/*
 * Tests that pass, fail or skip on purpose: what the runner must tell apart
 *
 * The suite says the verdict, selftest.sh the reason that must be given.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Volatile, so that no compiler sees what becomes of it. */
static void *volatile block;

/* ---- anywhere ---- */

static int set_up_by;

static void suite_init(void)
{
	set_up_by = 1;
}

static void test_init(void)
{
	set_up_by = set_up_by * 10 + 2;
}

TestSuite(passes, .init = suite_init);
TestSuite(fails, .timeout = 10);

Test(passes, plain)
{
	cr_assert(1 + 1 == 2);
	cr_assert_str_eq("a", "a");
	cr_expect_not_null("a");
}

Test(passes, fixtures_suite_first, .init = test_init)
{
	cr_assert_eq(set_up_by, 12);
}

Test(passes, expected_signal, .signal = SIGABRT)
{
	abort();
}

Test(passes, expected_status, .exit_code = 3)
{
	exit(3);
}

static struct criterion_test_params three_numbers(void)
{
	static int numbers[] = { 1, 2, 3 };

	return cr_make_param_array(int, numbers, 3);
}

ParameterizedTestParameters(passes, parameters)
{
	return three_numbers();
}

ParameterizedTest(int *number, passes, parameters)
{
	cr_assert(*number >= 1 && *number <= 3);
}

Test(passes, ends_its_own_children)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(5);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(WEXITSTATUS(status), 5);
}

/* Criterion would wait for that child. */
Test(passes_here, leaves_a_child_behind)
{
	if (fork() == 0)
		pause();
}

Test(skips, by_itself)
{
	cr_skip("nothing to do");
	cr_assert(0);
}

Test(skips, disabled, .disabled = true)
{
	cr_assert(0);
}

Test(fails, assertion)
{
	cr_assert(1 == 2);
}

Test(fails, assertion_with_text)
{
	cr_assert_eq(1, 2, "%d is not %s", 1, "two");
}

Test(fails, strings)
{
	cr_assert_str_eq("left", "right");
}

Test(fails, expectation)
{
	cr_expect_null("a");
	cr_assert(1);
}

Test(fails, crash)
{
	*(volatile int *)block = 1;
}

Test(fails, killed)
{
	raise(SIGKILL);
}

Test(fails, timeout, .timeout = 0.2)
{
	for (;;)
		pause();
}

Test(fails, wrong_status)
{
	exit(3);
}

Test(fails, other_status, .exit_code = 4)
{
	exit(3);
}

Test(fails, missing_status, .exit_code = 4)
{
}

Test(fails, missing_signal, .signal = SIGABRT)
{
}

Test(fails, other_signal, .signal = SIGABRT)
{
	raise(SIGKILL);
}

ParameterizedTestParameters(fails, parameters)
{
	return three_numbers();
}

ParameterizedTest(int *number, fails, parameters)
{
	cr_assert(*number != 2);
}

static void failing_fixture(void)
{
	cr_assert(0, "seen by a fixture");
}

Test(fails, teardown, .fini = failing_fixture)
{
}

/* Criterion passes, hangs or crashes in these. */
static void *assert_in_thread(void *unused)
{
	(void)unused;
	cr_assert(0, "seen by a thread");
	return NULL;
}

Test(fails_here, in_a_thread)
{
	pthread_t thread;

	pthread_create(&thread, NULL, assert_in_thread, NULL);
	pthread_join(thread, NULL);
}

Test(fails_here, in_a_child)
{
	if (fork() == 0) {
		cr_expect(0, "seen by a child");
		_exit(0);
	}
	wait(NULL);
}

Test(fails_here, exits_early)
{
	exit(0);
}

Test(fails_here, setup, .init = failing_fixture)
{
}

/* ---- where a sanitizer or valgrind looks on ---- */

static __attribute__((noinline)) void leak(void)
{
	block = malloc(sizeof(int));
	block = NULL;
}

static void use_after_free(void)
{
	block = malloc(sizeof(int));
	free(block);
	*(volatile int *)block = 1;
}

static void branch_on_uninitialised(void)
{
	block = malloc(sizeof(int));
	if (*(volatile int *)block)
		*(volatile int *)block = 1;
	free(block);
}

Test(memory, leak)
{
	leak();
}

Test(memory, use_after_free)
{
	use_after_free();
}

Test(memory, use_after_free_with_expected_status, .exit_code = 1)
{
	use_after_free();
	exit(1);
}

Test(uninitialised, branch)
{
	branch_on_uninitialised();
}

Test(undefined, overflow)
{
	volatile int big = INT_MAX;

	big = big + 1;
}

static int shared;

static void *write_shared(void *unused)
{
	(void)unused;
	shared++;
	return NULL;
}

static void race(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, write_shared, NULL);
	shared++;
	pthread_join(thread, NULL);
}

Test(races, race)
{
	race();
}

Test(races, race_with_expected_signal, .signal = SIGABRT)
{
	race();
	abort();
}
