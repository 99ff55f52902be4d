/* SPDX-License-Identifier: MIT */
/*
 * A small runner for Criterion test objects
 *
 * Criterion's macros put a pointer to each test into the section cr_tst, one
 * to each suite into cr_sts, and call about a dozen functions of libcriterion.
 * This file supplies those functions and main(). The very objects that run
 * under Criterion thus also run where libcriterion does not: with
 * ThreadSanitizer, as 32-bit, on musl, on a foreign processor.
 *
 *	program [--filter 'suite/name'] [--timeout-scale N] [--list]
 *
 * The filter is a shell pattern; one that selects nothing is an error.
 *
 * Each test is a process of its own that ends through exit(), so that what a
 * sanitizer or valgrind reports at the end of the process shows in its status.
 * What the test says about itself goes through a shared page. A test passes
 * when it reached its end (or the exit status or signal that it announced),
 * without a failed assertion and without a report of a sanitizer.
 *
 * Not supplied: theories, report hooks, redirection of streams and cr_malloc.
 * A test that uses one of them does not link.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <fnmatch.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT 60.0 /* seconds, for a test that names none */

/* What a test's process tells the runner, in memory that both of them map. */
struct notes {
	int failed_asserts; /* counted atomically: tests have threads */
	bool reported;	    /* a sanitizer printed a report */
	bool skipped;
	bool finished; /* the test came to its end */
};

static struct notes notes_of_runner;
static struct notes *notes = &notes_of_runner;

/* The linker bounds a section whose name is a C identifier. */
extern struct criterion_test *__start_cr_tst[] __attribute__((weak));
extern struct criterion_test *__stop_cr_tst[] __attribute__((weak));
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

/* One run of one test, with what its suite adds to its options. */
struct run {
	const struct criterion_test *test;
	const struct criterion_test_extra_data *options;
	const struct criterion_test_extra_data *suite; /* or NULL */
	void *param;				       /* or NULL */
	char name[256];
};

/* ---- in the test's process: what Criterion's macros call ---- */

static const struct run *current;
static pthread_t test_thread;
static jmp_buf *leave; /* where an aborted phase of the test goes on */

struct criterion_options criterion_options;

void criterion_send_assert(struct criterion_assert_stats *assertion)
{
	if (assertion->passed)
		return;
	__atomic_fetch_add(&notes->failed_asserts, 1, __ATOMIC_RELAXED);
	printf("%s:%u: %s\n", assertion->file, assertion->line,
	       assertion->message);
	fflush(stdout);
}

static void __attribute__((noreturn)) leave_phase(void)
{
	/* Another thread cannot unwind the test's stack. */
	if (!pthread_equal(pthread_self(), test_thread))
		_exit(0);
	longjmp(*leave, 1);
}

void criterion_abort_test(void)
{
	leave_phase();
}

void criterion_continue_test(void)
{
}

void criterion_skip_test(const char *format, ...)
{
	va_list args;

	printf("%s: ", current->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	notes->skipped = true;
	leave_phase();
}

void cri_asserts_passed_incr(void)
{
}

int cr_vasprintf(char **text, const char *format, va_list args)
{
	int length = vasprintf(text, format, args);

	if (length < 0)
		abort();
	return length;
}

int cr_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = cr_vasprintf(text, format, args);
	va_end(args);
	return length;
}

void cr_asprintf_free(char *text)
{
	free(text);
}

/* The arguments are the expression, then the strings that were compared. */
char *cr_translate_assert_msg(int kind, ...)
{
	static const char *const formats[] = {
		[CRITERION_ASSERT_MSG_FAIL] = "failed%s",
		[CRITERION_ASSERT_MSG_EXPR_FALSE] = "%s is false",
		[CRITERION_ASSERT_MSG_EXPR_AS_STRINGS_FALSE] =
			"%s is false for the strings \"%s\" and \"%s\"",
		[CRITERION_ASSERT_MSG_IS_NULL] = "%s is null",
		[CRITERION_ASSERT_MSG_IS_NOT_NULL] = "%s is not null",
		[CRITERION_ASSERT_MSG_IS_EMPTY] = "%s is empty",
		[CRITERION_ASSERT_MSG_IS_NOT_EMPTY] = "%s is not empty",
	};
	const size_t known = sizeof(formats) / sizeof(formats[0]);
	char *text;
	va_list args;

	va_start(args, kind);
	cr_vasprintf(&text, (size_t)kind < known ? formats[kind] : "%s", args);
	va_end(args);
	return text;
}

void cr_log(enum criterion_severity severity, const char *format, ...)
{
	va_list args;

	(void)severity;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void criterion_internal_test_setup(void)
{
	if (current->suite && current->suite->init)
		current->suite->init();
	if (current->options->init)
		current->options->init();
}

/*
 * A parameterised test takes a pointer to its own type; Criterion's trampoline
 * passes it as void (*)(void), so its type cannot be checked here.
 */
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
static void
call_body(void (*body)(void))
{
	if (current->options->kind_ == CR_TEST_PARAMETERIZED)
		((void (*)(void *))body)(current->param);
	else
		body();
}

/* An assertion that fails in the body still lets the teardown run. */
void criterion_internal_test_main(void (*body)(void))
{
	jmp_buf end_of_body;
	jmp_buf *const outer = leave;

	leave = &end_of_body;
	if (!setjmp(end_of_body))
		call_body(body);
	leave = outer;
}

void criterion_internal_test_teardown(void)
{
	if (current->options->fini)
		current->options->fini();
	if (current->suite && current->suite->fini)
		current->suite->fini();
}

/*
 * The sanitizers call these for each report. The status alone would not do: a
 * test may announce the very status or signal that hides a report, and UBSan
 * by default reports and goes on. Not instrumented: they run inside a report.
 */
#define SANITIZER_HOOK \
	__attribute__((visibility("default"), no_sanitize("thread")))
SANITIZER_HOOK void __tsan_on_report(const void *report);
SANITIZER_HOOK void __asan_on_error(void);
SANITIZER_HOOK void __ubsan_on_report(void);

void __tsan_on_report(const void *report)
{
	(void)report;
	notes->reported = true;
}

void __asan_on_error(void)
{
	notes->reported = true;
}

void __ubsan_on_report(void)
{
	notes->reported = true;
}

static void __attribute__((noreturn)) be_the_test(const struct run *run)
{
	jmp_buf end_of_test;

	current = run;
	test_thread = pthread_self();
	leave = &end_of_test;
	if (!setjmp(end_of_test))
		run->test->test(); /* calls setup, main and teardown above */
	notes->finished = true;
	exit(0);
}

/* ---- in the runner ---- */

static sigset_t only_sigchld;
static sigset_t mask_at_start;
static double timeout_scale = 1;

enum verdict { PASSED, FAILED, SKIPPED };

static unsigned counts[SKIPPED + 1];

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits for the end of @pid without reaping it. False: it took too long. */
static bool ends_within(pid_t pid, double seconds)
{
	const double deadline = seconds_now() + seconds;

	for (;;) {
		siginfo_t info = { 0 };
		double left = deadline - seconds_now();
		struct timespec wait;

		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid == pid)
			return true;
		if (left <= 0)
			return false;
		wait.tv_sec = (time_t)left;
		wait.tv_nsec = (long)((left - (double)wait.tv_sec) * 1e9);
		sigtimedwait(&only_sigchld, NULL, &wait);
	}
}

/* Runs the test in a process of its own. Returns whether it ended in time. */
static bool run_in_process(const struct run *run, double timeout, int *status)
{
	bool in_time;
	pid_t pid;

	*notes = (struct notes){ 0 };
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(EXIT_FAILURE);
	}
	if (pid == 0) {
		/* A group of its own, so that what the test forks ends with
		 * it; and no test outlives an interrupted runner. */
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, &mask_at_start, NULL);
		be_the_test(run);
	}
	setpgid(pid, pid);
	in_time = ends_within(pid, timeout);
	kill(-pid, SIGKILL); /* not yet reaped: the number is still its own */
	waitpid(pid, status, 0);
	return in_time;
}

static double timeout_of(const struct run *run)
{
	double seconds = run->options->timeout;

	if (seconds <= 0 && run->suite)
		seconds = run->suite->timeout;
	if (seconds <= 0)
		seconds = DEFAULT_TIMEOUT;
	return seconds * timeout_scale;
}

static enum verdict judge(const struct run *run, int status, char *why,
			  size_t size)
{
	const int expected_status = run->options->exit_code;
	int expected_signal = run->options->signal;

	if (!expected_signal && run->suite)
		expected_signal = run->suite->signal;

	if (notes->failed_asserts)
		snprintf(why, size, "%d failed assertion(s)",
			 notes->failed_asserts);
	else if (notes->reported)
		snprintf(why, size, "a sanitizer reported");
	else if (notes->skipped && status == 0)
		return SKIPPED;
	else if (WIFSIGNALED(status) && WTERMSIG(status) != expected_signal)
		snprintf(why, size, "ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && expected_signal)
		snprintf(why, size, "exit status %d instead of signal %d",
			 WEXITSTATUS(status), expected_signal);
	else if (WIFEXITED(status) && WEXITSTATUS(status) != expected_status)
		snprintf(why, size, "exit status %d instead of %d",
			 WEXITSTATUS(status), expected_status);
	else if (WIFEXITED(status) && !expected_status && !notes->finished)
		snprintf(why, size, "exited before its end");
	else
		return PASSED;
	return FAILED;
}

static void run_once(const struct run *run)
{
	const double timeout = timeout_of(run);
	enum verdict verdict;
	char why[128];
	int status;

	if (run->options->disabled || (run->suite && run->suite->disabled)) {
		verdict = SKIPPED;
	} else if (!run_in_process(run, timeout, &status)) {
		snprintf(why, sizeof(why), "timed out after %g s", timeout);
		verdict = FAILED;
	} else {
		verdict = judge(run, status, why, sizeof(why));
	}

	counts[verdict]++;
	if (verdict == PASSED)
		printf("PASS %s\n", run->name);
	else if (verdict == SKIPPED)
		printf("SKIP %s\n", run->name);
	else
		printf("FAIL %s (%s:%u): %s\n", run->name, run->options->file_,
		       run->options->line_, why);
}

static void run_for_each_parameter(struct run *run)
{
	struct criterion_test_params params = run->options->param_();
	const size_t length = strlen(run->name);

	for (size_t i = 0; i < params.length; i++) {
		snprintf(run->name + length, sizeof(run->name) - length,
			 "[%zu]", i);
		run->param = (char *)params.params + i * params.size;
		run_once(run);
	}
	if (params.cleanup)
		params.cleanup(&params);
}

static const struct criterion_test_extra_data *suite_options(const char *name)
{
	for (struct criterion_suite **suite = __start_cr_sts;
	     suite < __stop_cr_sts; suite++)
		if (strcmp((*suite)->name, name) == 0)
			return (*suite)->data;
	return NULL;
}

static void __attribute__((noreturn)) usage(const char *program)
{
	fprintf(stderr,
		"usage: %s [--filter PATTERN] [--timeout-scale N] [--list]\n",
		program);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *filter = "*";
	bool list = false;
	bool found = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			list = true;
		else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
			filter = argv[++i];
		else if (strcmp(argv[i], "--timeout-scale") == 0 &&
			 i + 1 < argc)
			timeout_scale = atof(argv[++i]);
		else
			usage(argv[0]);
	}
	if (!(timeout_scale > 0))
		usage(argv[0]);

	notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (notes == MAP_FAILED) {
		perror("mmap");
		return EXIT_FAILURE;
	}
	signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would reap tests */
	sigemptyset(&only_sigchld);
	sigaddset(&only_sigchld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &only_sigchld, &mask_at_start);

	for (struct criterion_test **entry = __start_cr_tst;
	     entry < __stop_cr_tst; entry++) {
		struct run run = {
			.test = *entry,
			.options = (*entry)->data,
			.suite = suite_options((*entry)->category),
		};

		snprintf(run.name, sizeof(run.name), "%s/%s",
			 run.test->category, run.test->name);
		if (fnmatch(filter, run.name, 0) != 0)
			continue;
		found = true;
		if (list)
			puts(run.name);
		else if (run.options->kind_ == CR_TEST_PARAMETERIZED)
			run_for_each_parameter(&run);
		else
			run_once(&run);
	}
	if (!found) {
		fprintf(stderr, "%s: no test matches '%s'\n", argv[0], filter);
		return 2;
	}
	if (list)
		return 0;

	printf("%u passed, %u failed", counts[PASSED], counts[FAILED]);
	if (counts[SKIPPED])
		printf(", %u skipped", counts[SKIPPED]);
	putchar('\n');
	return counts[FAILED] ? EXIT_FAILURE : EXIT_SUCCESS;
}
