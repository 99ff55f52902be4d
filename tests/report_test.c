/* SPDX-License-Identifier: MIT */
/*
 * Reports: who gets them, how often, what they say, and what the environment
 * makes of them.
 */
#include <criterion/criterion.h>

#include <linux/mutex.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(report, .init = reports_take, .fini = reports_none);
TestSuite(report_text, .init = reports_take, .fini = reports_none);
TestSuite(report_environment, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);
static DEFINE_MUTEX(other);

/* A misuse; each use of the macro is a place of its own. */
#define MISUSE() mutex_unlock(&m)

/* One place, whatever the compiler makes of its callers' loops. */
__attribute__((noinline)) static const char *misuse_here(struct mutex *lock)
{
	mutex_unlock(lock);
	return reports.kept[0].where;
}

/* ---- the hook ---- */

Test(report, says_what_happened_to_what_where_and_in_which_thread)
{
	const struct ksync_report *r = reports.kept;

	MISUSE();
	cr_assert_eq(reports_count(), 1);
	cr_assert_eq(r->kind, KSYNC_REPORT_MISUSE);
	cr_assert_str_eq(r->type, "mutex");
	cr_assert_str_eq(r->what, "unlocked, but nobody holds it");
	cr_assert_str_eq(r->advice, "unlock once for each lock");
	cr_assert_eq(r->object, &m);
	cr_assert_eq(r->tid, ksync_task_tid(current));
	cr_assert_eq(r->holder_tid, KSYNC_HOLDER_NONE);
	reports_forget();
}

/*
 * The place is in the function that misused the mutex, not in the library: so
 * near to its beginning that it is no other function.
 */
Test(report, says_where_in_the_program_it_was)
{
	const char *where = misuse_here(&m);
	const char *function = (const char *)(unsigned long)misuse_here;

	cr_assert(where > function && where < function + 4096,
		  "%p is not near %p", (const void *)where,
		  (const void *)function);
	reports_forget();
}

static void ignore(const struct ksync_report *report)
{
	(void)report;
}

Test(report, a_new_hook_gets_them_and_the_old_one_is_returned)
{
	cr_assert_eq(ksync_report_hook_set(ignore), reports_hook);
	MISUSE();
	cr_assert_eq(reports_count(), 0);
	cr_assert_eq(ksync_report_hook_set(NULL), ignore);
	cr_assert_null(ksync_report_hook_set(reports_hook));
	MISUSE();
	cr_assert_eq(reports_count(), 1);
	reports_forget();
}

Test(report, comes_once_for_a_place)
{
	for (int i = 0; i < 5; i++)
		misuse_here(&m);
	cr_assert_eq(reports_count(), 1);
	MISUSE();
	cr_assert_eq(reports_count(), 2);
	reports_forget();
}

Test(report, comes_again_at_a_place_for_another_kind_of_misuse)
{
	for (int i = 0; i < 6; i++) {
		if (i == 3)
			mutex_destroy(&m);
		misuse_here(&m);
	}
	cr_assert_eq(reports_count(), 2);
	cr_assert_str_neq(reports.kept[0].what, reports.kept[1].what);
	reports_forget();
}

Test(report, comes_once_for_a_place_whatever_the_object)
{
	misuse_here(&m);
	misuse_here(&other);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
}

static void misuse_in_thread(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 1000; i++)
		misuse_here(&m);
}

Test(report, comes_once_for_a_place_in_any_number_of_threads)
{
	crew_run(8, misuse_in_thread, NULL);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
}

static bool may_go;

static void wait_for_m(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&m);
	wait_until(READ_ONCE(may_go));
	mutex_unlock(&m);
}

/* Uses the very mutex, whose queue somebody is in, and another misuse. */
static void use_ksync(const struct ksync_report *report)
{
	static int depth;

	reports_hook(report);
	if (depth++)
		return;
	mutex_lock(&other);
	mutex_unlock(&other);
	must(!mutex_trylock(&m));
	must(mutex_waiters(&m) == 1);
	mutex_unlock(&other);
}

static void unlock_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_unlock(&m);
}

Test(report, the_hook_may_use_ksync)
{
	struct crew crew;

	ksync_report_hook_set(use_ksync);
	mutex_lock(&m);
	crew_start(&crew, 1, wait_for_m, NULL);
	wait_until(mutex_sleepers(&m) == 1);
	crew_run(1, unlock_as_stranger, NULL);
	cr_assert_eq(reports_count(), 2);
	WRITE_ONCE(may_go, true);
	mutex_unlock(&m);
	crew_join(&crew);
	reports_forget();
}

/* ---- the text ---- */

/* What fn(arg) writes to standard error in a child. */
static char text[4096];

static int text_of(void (*fn)(void *arg), void *arg)
{
	size_t length = 0;
	int status = -1;
	ssize_t n;
	int fds[2];
	pid_t pid;

	cr_assert_eq(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		fn(arg);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return status;
}

#define text_has(words) \
	cr_assert(strstr(text, words), "no '%s' in:\n%s", words, text)

static void misuse_unhooked(void *arg)
{
	(void)arg;
	ksync_report_hook_set(NULL);
	MISUSE();
}

Test(report_text, goes_to_standard_error_without_a_hook)
{
	char line[64];
	int status = text_of(misuse_unhooked, NULL);

	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	text_has("ksync: mutex misuse: unlocked, but nobody holds it\n");
	snprintf(line, sizeof(line), "  object   0x%lx", (unsigned long)&m);
	text_has(line);
	text_has("  thread   ");
	text_has("  called   0x");
	text_has("  advice   unlock once for each lock\n");
	cr_assert_null(strstr(text, "holder"));
	cr_assert_eq(text[strlen(text) - 1], '\n');
}

static void print(void *arg)
{
	ksync_report_print(arg);
}

Test(report_text, print_prints_any_report)
{
	struct ksync_report r = {
		.kind = KSYNC_REPORT_DEADLOCK,
		.type = "kettle",
		.what = "is empty",
		.advice = "fill it",
		.object = (const void *)0xbeef,
		.where = (const void *)0xcafe,
		.tid = 11,
		.holder_tid = 12,
	};

	text_of(print, &r);
	text_has("ksync: kettle deadlock: is empty\n");
	text_has("  object   0xbeef\n");
	text_has("  holder   thread 12\n");
	text_has("  thread   11\n");
	text_has("  called   0xcafe\n");
	text_has("  advice   fill it\n");

	r.kind = KSYNC_REPORT_BUG;
	r.holder_tid = KSYNC_HOLDER_GONE;
	text_of(print, &r);
	text_has("ksync: kettle internal error: is empty\n");
	text_has("  holder   a thread that no longer exists\n");
}

static char long_words[3000];

Test(report_text, is_cut_where_it_is_too_long)
{
	struct ksync_report r = {
		.type = "kettle",
		.what = long_words,
		.advice = long_words,
	};

	memset(long_words, 'x', sizeof(long_words) - 1);
	text_of(print, &r);
	text_has("ksync: kettle misuse: xxxx");
	cr_assert_lt(strlen(text), sizeof(text) - 1);
}

/* ---- the environment ---- */

static void misuse_and_abort(void *arg)
{
	(void)arg;
	without_core();
	setenv("KSYNC_ON_REPORT", "abort", 1);
	MISUSE();
}

Test(report_environment, on_report_abort_aborts_after_the_hook)
{
	child_aborts(misuse_and_abort, NULL);
}

static void misuse_and_go_on(void *arg)
{
	(void)arg;
	setenv("KSYNC_ON_REPORT", "print", 1);
	MISUSE();
	must(reports_count() == 1);
}

Test(report_environment, any_other_value_does_not)
{
	child_succeeds(misuse_and_go_on, NULL);
}

static void lock_twice(void *arg)
{
	(void)arg;
	without_core();
	mutex_lock(&m);
	mutex_lock(&m);
}

Test(report_environment, a_deadlock_aborts)
{
	child_aborts(lock_twice, NULL);
}

/* Another thread looks at the one that hangs. */
static void lock_twice_in_thread(void *arg, int index)
{
	(void)index;
	WRITE_ONCE(*(struct task_struct **)arg, current);
	mutex_lock(&m);
	mutex_lock(&m);
	_exit(EXIT_FAILED);
}

static void hang(void *arg)
{
	struct task_struct *hanging = NULL;
	struct crew crew;

	(void)arg;
	setenv("KSYNC_ON_DEADLOCK", "wait", 1);
	crew_start(&crew, 1, lock_twice_in_thread, &hanging);
	wait_until(reports_count());
	nap_ms(20);
	must(reports_count() == 1);
	must(reports.kept[0].kind == KSYNC_REPORT_DEADLOCK);
	must(mutex_get_owner(&m) == (unsigned long)READ_ONCE(hanging));
	/* An interrupt does not get it out of there. */
	ksync_task_kill(hanging);
	nap_ms(20);
	must(mutex_is_locked(&m));
}

Test(report_environment, on_deadlock_wait_lets_the_thread_hang)
{
	child_succeeds(hang, NULL);
}
