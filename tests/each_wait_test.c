/* SPDX-License-Identifier: MIT */
/*
 * The edges that every family has: each call that waits, and each misuse that
 * goes on (support/waits.h), on the smallest stack, in a thread that is being
 * cancelled, with a standard error that takes nothing.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"
#include "support/waits.h"

TestSuite(each_wait, .init = reports_take, .fini = reports_none);
TestSuite(each_misuse);

/* ---- a thread that waits ---- */

static struct waited objects;

static struct {
	const struct wait *row;
	size_t stack; /* 0: as usual */
	bool cancel;
	void (*beside)(pthread_t thread); /* while it waits */
	bool begun;
	bool returned;
	int state; /* of cancelability, after the call */
} one;

static void *one_main(void *arg)
{
	/* Its record is there before: a fork copies no half of a malloc(). */
	(void)ksync_current();
	KSYNC_WRITE_ONCE(one.begun, true);
	one.row->wait(&objects);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &one.state);
	KSYNC_WRITE_ONCE(one.returned, true);
	pthread_testcancel();
	return arg;
}

/* On a stack of its own, with nothing that may be written below it. */
static pthread_t start_on(size_t size, void *(*fn)(void *))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	if (size) {
		pthread_attr_setguardsize(&attr, page);
		cr_assert_eq(pthread_attr_setstacksize(&attr, size), 0);
	}
	cr_assert_eq(pthread_create(&thread, &attr, fn, NULL), 0);
	pthread_attr_destroy(&attr);
	return thread;
}

static void wait_once(const struct wait *row)
{
	void *result = NULL;
	pthread_t thread;

	/* Then liburcu ends the process: docs/rcu.md. */
	if (getenv("REFUSED_LATE") && strcmp(row->name, "rcu") == 0)
		return;
	waited_init(&objects);
	one.row = row;
	one.begun = one.returned = false;
	if (row->before)
		row->before(&objects);
	thread = start_on(one.stack, one_main);
	wait_until(KSYNC_READ_ONCE(one.begun));
	nap_ms(1);
	if (one.cancel) {
		pthread_cancel(thread);
		nap_ms(1);
	}
	if (one.beside)
		one.beside(thread);
	row->end(&objects);
	cr_assert_eq(pthread_join(thread, &result), 0);
	cr_assert(one.returned, "%s was a cancellation point", row->name);
	cr_assert_eq(one.state, PTHREAD_CANCEL_ENABLE, "%s", row->name);
	cr_assert_eq(result, one.cancel ? PTHREAD_CANCELED : NULL, "%s",
		     row->name);
	cr_assert_eq(objects.failures, 0, "%s", row->name);
	reports_none();
}

static void wait_each(void)
{
	for (size_t i = 0; i < WAITS; i++)
		wait_once(&waits[i]);
}

Test(each_wait, goes_on_in_a_thread_that_is_cancelled)
{
	one.cancel = true;
	wait_each();
}

/* ---- signals and forks ---- */

static int handled;

static void note_signal(int signal)
{
	(void)signal;
	__atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
}

static void fork_and_note(int signal)
{
	fork_in_handler();
	if (handlers_child == 0)
		end_handlers_child();
	note_signal(signal);
}

static void interrupt_it(pthread_t thread)
{
	for (int i = 1; i <= 2; i++) {
		handled = 0;
		pthread_kill(thread, SIGUSR1);
		wait_until(__atomic_load_n(&handled, __ATOMIC_ACQUIRE));
	}
}

/* Not SA_RESTART. */
static void handle_by(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(SIGUSR1, &action, NULL);
	one.beside = interrupt_it;
}

Test(each_wait, goes_on_when_a_signal_interrupts_it)
{
	handle_by(note_signal);
	wait_each();
}

Test(each_wait, goes_on_when_a_handler_forks_in_it)
{
	handle_by(fork_and_note);
	wait_each();
}

/* Who waits is not there; who ends the wait is, and takes what it ended. */
static void end_and_wait(void *unused)
{
	(void)unused;
	one.row->end(&objects);
	one.row->wait(&objects);
	must(objects.failures == 0);
}

static void fork_beside(pthread_t thread)
{
	(void)thread;
	if (!one.row->within_a_copy)
		child_succeeds(end_and_wait, NULL);
}

Test(each_wait, leaves_what_it_waits_for_to_a_forks_child)
{
	one.beside = fork_beside;
	wait_each();
}

/* ---- the smallest stack ---- */

#if defined(__SANITIZE_ADDRESS__)
#define ROOM 65536 /* for what is kept between variables */
#else
#define ROOM 16384
#endif

static size_t smallest_stack(void)
{
	size_t smallest = (size_t)PTHREAD_STACK_MIN;

	return smallest > ROOM ? smallest : ROOM;
}

Test(each_wait, has_room_on_the_smallest_stack)
{
	one.stack = smallest_stack();
	wait_each();
}

/* ---- misuse ---- */

static int muted(void)
{
	int fd = open("/dev/null", O_WRONLY);

	cr_assert_geq(fd, 0);
	return dup2(fd, STDERR_FILENO);
}

static void *commit_each(void *arg)
{
	for (size_t i = 0; i < MISUSES; i++) {
		waited_init(&objects);
		misuses[i].commit(&objects);
	}
	return arg;
}

/* It is told as always: the names of functions, too. */
Test(each_misuse, has_room_on_the_smallest_stack)
{
	cr_assert_eq(muted(), STDERR_FILENO);
	pthread_join(start_on(smallest_stack(), commit_each), NULL);
}

static int reported;

static void count_reports(const struct ksync_report *report)
{
	(void)report;
	reported++;
}

Test(each_misuse, is_reported)
{
	ksync_report_hook_set(count_reports);
	for (size_t i = 0; i < MISUSES; i++) {
		waited_init(&objects);
		reported = 0;
		misuses[i].commit(&objects);
		cr_assert_gt(reported, 0, "%s", misuses[i].name);
	}
}

/* As programs have it, whatever the test's framework does. */
static void misuse_with_stderr(void *arg)
{
	long long began = now_ms();
	int saved;

	signal(SIGPIPE, SIG_DFL);
	dup2(*(int *)arg, STDERR_FILENO);
	if (*(int *)arg < 0)
		close(STDERR_FILENO);
	errno = saved = EDOM;
	commit_each(NULL);
	must(errno == saved);
	must(now_ms() - began < 10000);
}

Test(each_misuse, goes_on_where_stderr_is_closed)
{
	child_succeeds(misuse_with_stderr, &(int){ -1 });
}

static void pipe_make(int ends[2])
{
	cr_assert_eq(pipe(ends), 0);
}

Test(each_misuse, goes_on_where_nobody_reads_stderr)
{
	int ends[2];

	pipe_make(ends);
	close(ends[0]);
	child_succeeds(misuse_with_stderr, &ends[1]);
}

Test(each_misuse, goes_on_where_stderr_is_a_full_pipe)
{
	static const char nothing[4096];
	int ends[2];

	pipe_make(ends);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], nothing, sizeof(nothing)) > 0)
		;
	while (write(ends[1], nothing, 1) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	child_succeeds(misuse_with_stderr, &ends[1]);
}
