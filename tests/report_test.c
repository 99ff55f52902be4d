/* SPDX-License-Identifier: MIT */
/*
 * Reports: who gets them, how often, what they say, and what becomes of them
 * where standard error does not take them. tests/report has what takes a
 * process of its own from its start.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/mutex.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"
#include "watch/report.h"

TestSuite(report, .init = reports_take, .fini = reports_none);
TestSuite(report_text, .init = reports_take, .fini = reports_none);
TestSuite(report_stderr, .init = reports_take, .fini = reports_none);

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

/* More places than the table has room for. */
Test(report, says_when_there_are_too_many_places_to_remember)
{
	static char code[3000];
	static const char what[] = "made up";
	int told = 0;

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(code); i++) {
			ksync__misuse("report", NULL, what, "none", code + i,
				      KSYNC_HOLDER_NONE);
			if (reports_count() == 1)
				told++;
			else if (reports_count())
				break;
			reports_forget();
		}
		if (reports_count())
			break;
	}
	/* The last that is told, and then that it was. */
	cr_assert_eq(reports_count(), 2);
	cr_assert_str_eq(reports.kept[0].what, what);
	cr_assert_eq(reports.kept[0].where, code + told);
	cr_assert(strstr(reports.kept[1].what, "too many places"));
	reports_forget();
	/* No two places were taken for one. */
	cr_assert_eq(told, 1024);
	ksync__misuse("report", NULL, what, "none", code + told + 1,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(reports_count(), 0);
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
	text_has("xxxx\n  object   0x0\n");
	text_has("\n  advice   xxxx");
	cr_assert_eq(text[strlen(text) - 1], '\n');
	cr_assert_lt(strlen(text), PIPE_BUF);
}

/* ---- standard error that does not take it ---- */

static const struct ksync_report kettle = {
	.type = "kettle",
	.what = "is empty",
	.advice = "fill it",
	.object = (const void *)0xbeef,
	.where = (const void *)0xcafe,
	.tid = 11,
	.size = sizeof(kettle),
};

#define KETTLE                             \
	"ksync: kettle misuse: is empty\n" \
	"  object   0xbeef\n"              \
	"  thread   11\n"                  \
	"  called   0xcafe\n"              \
	"  advice   fill it\n"

/* It returns, soon, and leaves errno alone. */
static void print_kettle(void)
{
	long long before = now_ms();

	errno = 77;
	ksync_report_print(&kettle);
	must(errno == 77);
	must(now_ms() - before < 10000);
}

/* The next one is this, and tells of that many lost ones. */
static bool tells_of(int lost)
{
	char wanted[1024] = KETTLE;
	char got[4096];
	int fds[2];
	ssize_t n;

	if (lost)
		sprintf(wanted + strlen(wanted),
			"  lost     %d reports before this one, which standard "
			"error did not take\n",
			lost);
	must(pipe(fds) == 0);
	/* It may have got standard error's number. */
	fds[0] = fcntl(fds[0], F_DUPFD, STDERR_FILENO + 1);
	dup2(fds[1], STDERR_FILENO);
	print_kettle();
	n = read(fds[0], got, sizeof(got) - 1);
	got[n < 0 ? 0 : n] = '\0';
	return strcmp(got, wanted) == 0;
}

static void closed(void *arg)
{
	(void)arg;
	close(STDERR_FILENO);
	print_kettle();
	print_kettle();
	must(tells_of(2));
	must(tells_of(0));
}

Test(report_stderr, closed_loses_them_and_the_next_one_tells)
{
	child_succeeds(closed, NULL);
}

static void no_space(void *arg)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)arg;
	must(fd >= 0);
	dup2(fd, STDERR_FILENO);
	print_kettle();
	must(tells_of(1));
}

Test(report_stderr, on_a_full_device_loses_them)
{
	child_succeeds(no_space, NULL);
}

static bool sigpipe_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) == 1;
}

static void nobody_reads(void *arg)
{
	int *fds = arg;

	signal(SIGPIPE, SIG_DFL);
	dup2(fds[1], STDERR_FILENO);
	close(fds[0]);
	print_kettle();
	must(!sigpipe_pending());
	must(tells_of(1));
}

/* Blocked, and there was one before: that stays. */
static void nobody_reads_and_sigpipe_waits(void *arg)
{
	int *fds = arg;
	sigset_t only;

	sigemptyset(&only);
	sigaddset(&only, SIGPIPE);
	sigprocmask(SIG_BLOCK, &only, NULL);
	raise(SIGPIPE);
	dup2(fds[1], STDERR_FILENO);
	close(fds[0]);
	print_kettle();
	must(sigpipe_pending());
}

Test(report_stderr, whose_reader_is_gone_raises_no_sigpipe)
{
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	fds[0] = open("/dev/null", O_RDONLY);
	child_succeeds(nobody_reads, fds);
	child_succeeds(nobody_reads_and_sigpipe_waits, fds);
}

Test(report_stderr, a_socket_whose_peer_is_gone_raises_no_sigpipe)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	close(fds[0]);
	fds[0] = open("/dev/null", O_RDONLY);
	child_succeeds(nobody_reads, fds);
}

static void fill(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	char some[512] = "";

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (write(fd, some, sizeof(some)) > 0)
		;
	while (write(fd, some, 1) > 0)
		;
	fcntl(fd, F_SETFL, flags);
}

/* What was in there, and then nothing else: no part of a report. */
static void is_empty_after_filling(int fd)
{
	char got[512];
	ssize_t n;

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	while ((n = read(fd, got, sizeof(got))) > 0)
		must(!memchr(got, 'k', (size_t)n));
}

static void full(void *arg)
{
	int *fds = arg;

	dup2(fds[1], STDERR_FILENO);
	fill(STDERR_FILENO);
	print_kettle();
	is_empty_after_filling(fds[0]);
	must(tells_of(1));
}

Test(report_stderr, a_full_pipe_delays_and_then_loses_them)
{
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	child_succeeds(full, fds);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	child_succeeds(full, fds);
}

Test(report_stderr, a_full_socket_delays_and_then_loses_them)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	child_succeeds(full, fds);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	child_succeeds(full, fds);
}

/* A file may take a part; what comes then begins with a new line. */
static void file_of_limited_size(void *arg)
{
	struct rlimit small = { 4096 + 20, 4096 + 20 };
	FILE *file = tmpfile();
	char got[4096];
	int fds[2];
	ssize_t n;

	(void)arg;
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_FSIZE, &small);
	must(lseek(fileno(file), 4096, SEEK_SET) == 4096);
	dup2(fileno(file), STDERR_FILENO);
	print_kettle();
	must(lseek(STDERR_FILENO, 0, SEEK_CUR) == 4096 + 20);
	print_kettle();
	must(pipe(fds) == 0);
	dup2(fds[1], STDERR_FILENO);
	print_kettle();
	n = read(fds[0], got, sizeof(got) - 1);
	got[n < 0 ? 0 : n] = '\0';
	must(strncmp(got, "\n" KETTLE, strlen(KETTLE) + 1) == 0);
	must(strstr(got, "  lost     2 reports"));
	must(tells_of(0));
}

Test(report_stderr, cut_off_by_a_limit_raises_no_sigxfsz_and_begins_a_line)
{
	child_succeeds(file_of_limited_size, NULL);
}

/* ---- many at once ---- */

#define PRINTERS 4
#define PRINTS 100

static void print_some(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < PRINTS; i++)
		ksync_report_print(&kettle);
}

static int interrupts;

static void print_in_handler(int number)
{
	(void)number;
	if (interrupts++ < PRINTS)
		ksync_report_print(&kettle);
}

/* In the end, one for which there is room: it accounts for the lost ones. */
static void print_from_everywhere(void)
{
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int unread = 0;

	signal(SIGVTALRM, print_in_handler);
	setitimer(ITIMER_VIRTUAL, &often, NULL);
	crew_run(PRINTERS, print_some, NULL);
	setitimer(ITIMER_VIRTUAL, &never, NULL);
	wait_until(ioctl(STDERR_FILENO, FIONREAD, &unread) || unread < 8192);
	ksync_report_print(&kettle);
}

/* Whole ones only; how many, and how many they say were lost. */
static int count_whole(char *p, int *lost)
{
	int whole = 0;
	int n;

	while (*p) {
		int used = 0;

		cr_assert_eq(strncmp(p, KETTLE, strlen(KETTLE)), 0,
			     "not whole: %.200s", p);
		p += strlen(KETTLE);
		whole++;
		if (sscanf(p, "  lost     %d reports%n", &n, &used) == 1 &&
		    used) {
			*lost += n;
			p = strchr(p, '\n') + 1;
		}
	}
	return whole;
}

Test(report_stderr, of_two_processes_with_threads_and_handlers_gets_whole_ones)
{
	static char got[1 << 20];
	size_t length = 0;
	pid_t pids[2];
	int status;
	int lost = 0;
	int fds[2];
	ssize_t n;

	cr_assert_eq(pipe(fds), 0);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			alarm(CHILD_SECONDS);
			close(fds[0]);
			dup2(fds[1], STDERR_FILENO);
			print_from_everywhere();
			_exit(interrupts < PRINTS ? interrupts : PRINTS);
		}
	}
	close(fds[1]);
	nap_ms(50); /* time to fill it */
	while ((n = read(fds[0], got + length, sizeof(got) - 1 - length)) > 0)
		length += (size_t)n;
	got[length] = '\0';
	n = count_whole(got, &lost) + lost - 2 * (PRINTERS * PRINTS + 1);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert(WIFEXITED(status), "status 0x%x", status);
		n -= WEXITSTATUS(status);
	}
	cr_assert_eq(n, 0, "%zd more are accounted for than were made", n);
}

/* ---- a deadlock ---- */

static void lock_twice(void *arg)
{
	(void)arg;
	without_core();
	mutex_lock(&m);
	mutex_lock(&m);
}

Test(report, a_deadlock_aborts)
{
	child_aborts(lock_twice, NULL);
}
