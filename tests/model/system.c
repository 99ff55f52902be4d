/* SPDX-License-Identifier: MIT */
/*
 * The system below ksync, as the explorer has it. CMake compiles src/port's
 * clock.c, futex.c and membarrier.c unchanged, with the calls that they make
 * renamed to the system_ functions here; the other files of src/port, and
 * src/backoff.c, have their counterpart here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include <ksync/atomic.h>
#include <ksync/report.h>

#include "../../src/backoff.h"
#include "../../src/port/port.h"
#include "../../src/task.h"
#include "system.h"

#define NS_PER_SEC 1000000000LL
#define FIRST_TID 100
#define GENERATIONS (1ul << 40)

long system_syscall(long number, ...);
int system_clock_gettime(clockid_t clock, struct timespec *now);
int system_nanosleep(const struct timespec *length, struct timespec *left);
int system_sched_yield(void);

static long result(int error)
{
	errno = error;
	return error ? -1 : 0;
}

long system_syscall(long number, ...)
{
	va_list arguments;
	uint32_t *word;
	const int64_t *at;
	uint32_t value;
	int command;

	va_start(arguments, number);
	if (number == SYS_membarrier) {
		command = va_arg(arguments, int);
		va_end(arguments);
		return result(
			explore_membarrier(
				command ==
				MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) ?
				0 :
				EPERM);
	}
	if (number != SYS_futex)
		explore_fail("system call %ld is not modelled", number);
	word = va_arg(arguments, uint32_t *);
	command = va_arg(arguments, int) & FUTEX_CMD_MASK;
	value = va_arg(arguments, uint32_t);
	at = va_arg(arguments, const int64_t *);
	va_end(arguments);
	if (command == FUTEX_WAKE)
		return explore_futex_wake(word, (int)value);
	return result(explore_futex_wait(
		word, value, at ? at[0] * NS_PER_SEC + at[1] : KSYNC__NEVER));
}

int system_clock_gettime(clockid_t clock, struct timespec *now)
{
	int64_t ns = explore_clock();

	(void)clock;
	now->tv_sec = ns / NS_PER_SEC;
	now->tv_nsec = ns % NS_PER_SEC;
	return 0;
}

/* Nobody takes a nap to good purpose but who is in backoff.c. */
int system_nanosleep(const struct timespec *length, struct timespec *left)
{
	(void)left;
	if (length->tv_sec)
		explore_hang("hangs by intention");
	return 0;
}

int system_sched_yield(void)
{
	return 0;
}

/* backoff.c */
bool ksync__backoff_spin(struct ksync__backoff *b, const void *addr)
{
	if (!explore_spin(addr, b->turn))
		return false;
	b->turn++;
	return true;
}

void ksync__backoff_wait(struct ksync__backoff *b, const void *addr)
{
	(void)b;
	explore_await(addr, false);
}

/* pages.c */
void *ksync__pages_alloc(size_t size)
{
	return explore_alloc_forever(size);
}

/* heap.c */
void *ksync__heap_alloc(size_t size)
{
	return explore_alloc(size);
}

void ksync__heap_free(void *p)
{
	explore_free(p);
}

/* thread.c */
static struct {
	bool (*fn)(void *arg);
	void *arg[EXPLORE_THREADS];
} at_exit;

int ksync__gettid(void)
{
	return FIRST_TID + explore_self();
}

bool ksync__thread_is_gone(int tid)
{
	(void)tid;
	return false;
}

static void exit_run(int thread)
{
	while (at_exit.fn(at_exit.arg[thread]))
		;
}

void ksync__at_thread_exit(bool (*fn)(void *arg), void *arg)
{
	if (explore_self() < 0)
		return;
	at_exit.fn = fn;
	at_exit.arg[explore_self()] = arg;
	explore_at_exit(exit_run);
}

/* A thread that ksync starts: setup and a fork's child have none to give; else
 * a thread of the test waits in system_servant() to be it. */
static bool forked;
static void *(*servant)(void *arg);
static int servant_runs;

bool ksync__thread_start(void *(*fn)(void *))
{
	servant = fn;
	if (explore_self() < 0 || forked)
		return false;
	ksync_smp_store_release(&servant_runs, 1);
	return true;
}

void system_servant(void)
{
	while (!ksync_smp_load_acquire(&servant_runs))
		explore_await(&servant_runs, false);
	(void)servant(NULL);
}

void system_servant_runs(void)
{
	servant_runs = 1;
}

#define FORK_HOOKS 8
static struct {
	void (*prepare)(void);
	void (*parent)(void);
	void (*child)(void);
} at_fork[FORK_HOOKS];
static int fork_hooks;

void ksync__at_fork(void (*prepare)(void), void (*parent)(void),
		    void (*child)(void))
{
	if (fork_hooks == FORK_HOOKS)
		ksync__panic("too many fork hooks");
	at_fork[fork_hooks].prepare = prepare;
	at_fork[fork_hooks].parent = parent;
	at_fork[fork_hooks++].child = child;
}

bool system_fork(void (*copy)(void))
{
	bool child;

	for (int i = fork_hooks - 1; i >= 0; i--)
		at_fork[i].prepare();
	copy();
	child = explore_choose(2);
	if (child) {
		explore_alone();
		forked = true;
	}
	for (int i = 0; i < fork_hooks; i++)
		(child ? at_fork[i].child : at_fork[i].parent)();
	return child;
}

/* console.c: a report that no test expects. */
void ksync__console_write(const char *text, size_t length)
{
	explore_fail("%.*s", (int)length, text);
}

const char *ksync__env(const char *name)
{
	(void)name;
	return NULL;
}

_Noreturn void ksync__abort(void)
{
	explore_fail("aborts");
}

_Noreturn void ksync__panic(const char *text)
{
	explore_fail("%s", text);
}

bool ksync__symbol(const void *addr, const char **module, const char **name,
		   unsigned long *offset)
{
	(void)addr;
	(void)module;
	(void)name;
	(void)offset;
	return false;
}

/* For models. */
static ksync_task_t *tasks[EXPLORE_THREADS];

static void task_make(int thread)
{
	ksync_task_t *t = ksync_current();

	tasks[thread] = t;
	/* As if others had used the record before: a reference then does not
	 * look like a small number. */
	ksync__self = t->ref + GENERATIONS;
	KSYNC_WRITE_ONCE(t->ref, ksync__self);
	explore_name_value(ksync__self, "ref of T%d", thread);
	explore_name(t, "task of T%d", thread);
	explore_name(&t->park, "T%d.park", thread);
	explore_name(&t->pending, "T%d.pending", thread);
	explore_name(&t->ref, "T%d.ref", thread);
	explore_name(&t->users, "T%d.users", thread);
	explore_name(&t->tid, "T%d.tid", thread);
	/* For a fork's child, and nothing forks here. */
	explore_private(&t->waits_on, thread);
	explore_private(&t->has_locked, thread);
}

void system_task_of(int thread)
{
	explore_as(thread, task_make);
}

void system_exit_of(int thread)
{
	explore_as(thread, exit_run);
}

void system_tasks(int threads)
{
	for (int i = 0; i < threads; i++)
		system_task_of(i);
}

ksync_task_t *system_task(int thread)
{
	return tasks[thread];
}

static int reports;

static void report_count(const struct ksync_report *report)
{
	(void)report;
	reports++;
}

void system_expect_reports(void)
{
	ksync_report_hook_set(report_count);
}

int system_reports(void)
{
	return reports;
}

int system_main(int argc, char **argv, const struct explore_test *tests)
{
	explore_per_thread(&errno, sizeof(errno));
	return explore_main(argc, argv, tests);
}
