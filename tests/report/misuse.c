/* SPDX-License-Identifier: MIT */
/*
 * One misuse, as the word says. What it prints and how it ends is looked at by
 * run.sh, which knows the lines that are named here by their comments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <ksync/mutex.h>
#include <ksync/report.h>

#include "support/threads.h"

KSYNC_DEFINE_MUTEX(counter_lock);
static KSYNC_DEFINE_MUTEX(hidden_lock);

/* A call at a function's end may be a jump, and then comes from its caller. */
static void misuse(void)
{
	ksync_mutex_unlock(&counter_lock); /* line: misuse */
	ksync_barrier();
}

static void deadlock(void)
{
	ksync_mutex_lock(&hidden_lock);
	ksync_mutex_lock(&hidden_lock); /* line: deadlock */
	ksync_barrier();
}

/* Before any constructor of the library, if it is linked in statically. */
__attribute__((constructor(101))) static void early(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "early") == 0)
		misuse();
}

static bool hung;

static void ignore(const struct ksync_report *report)
{
	(void)report;
	__atomic_store_n(&hung, true, __ATOMIC_RELEASE);
}

static void lock_twice(void *arg, int index)
{
	(void)index;
	*(ksync_task_t **)arg = ksync_current();
	deadlock();
	_exit(EXIT_FAILED);
}

/* Under KSYNC_ON_DEADLOCK=wait: nothing ends it, neither kill nor cancel. */
static void hang(void)
{
	ksync_task_t *task;
	struct crew crew;

	ksync_report_hook_set(ignore);
	crew_start(&crew, 1, lock_twice, &task);
	wait_until(__atomic_load_n(&hung, __ATOMIC_ACQUIRE));
	ksync_task_kill(task);
	pthread_cancel(crew.members[0].thread);
	nap_ms(20);
	must(ksync_task_tid(task) != 0);
	must(ksync_mutex_get_owner(&hidden_lock) == (unsigned long)task);
	_exit(must_failures ? EXIT_FAILED : 0);
}

int main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };
	const char *word = argc > 1 ? argv[1] : "";

	setrlimit(RLIMIT_CORE, &none);
	if (strcmp(word, "misuse") == 0) {
		misuse();
	} else if (strcmp(word, "hooked") == 0) {
		ksync_report_hook_set(ignore);
		misuse();
	} else if (strcmp(word, "deadlock") == 0) {
		deadlock();
	} else if (strcmp(word, "hang") == 0) {
		hang();
	} else if (strcmp(word, "setenv") == 0) {
		/* Read when the library was loaded. */
		setenv("KSYNC_ON_REPORT", "abort", 1);
		misuse();
	} else if (strcmp(word, "early") != 0) {
		return 2;
	}
	return 0;
}
