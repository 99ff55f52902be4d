/* SPDX-License-Identifier: MIT */
/*
 * Forked children. A child says by must() what does not hold, and leaves
 * nothing behind of what the test's framework would do at exit.
 */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "threads.h"

#define CHILD_SECONDS 50

static inline bool under_valgrind(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded && strstr(preloaded, "vgpreload");
}

/* Runs fn(arg) in a child: its wait status. */
static inline int in_child(void (*fn)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		must_failures = 0;
		fn(arg);
		_exit(must_failures ? EXIT_FAILED : 0);
	}
	cr_assert_gt(pid, 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* What became of a fork in a signal handler. 0: this is the child. */
static pid_t handlers_child;
static int handlers_status = -1;

/*
 * In a signal handler of a thread that waits. The parent waits for the child;
 * the child goes on where the thread was, and has to call
 * end_handlers_child().
 */
static inline void fork_in_handler(void)
{
	handlers_child = fork();
	if (handlers_child == 0) {
		alarm(CHILD_SECONDS);
		must_failures = 0;
	} else {
		must(waitpid(handlers_child, &handlers_status, 0) ==
		     handlers_child);
	}
}

static inline void end_handlers_child(void)
{
	_exit(must_failures ? EXIT_FAILED : 0);
}

#define child_succeeds(fn, arg)                                            \
	do {                                                               \
		int status_ = in_child(fn, arg);                           \
                                                                           \
		cr_assert(WIFEXITED(status_) && WEXITSTATUS(status_) == 0, \
			  "the child ended with status 0x%x", status_);    \
	} while (0)

#define child_aborts(fn, arg)                                           \
	do {                                                            \
		int status_ = in_child(fn, arg);                        \
                                                                        \
		cr_assert(WIFSIGNALED(status_) &&                       \
				  WTERMSIG(status_) == SIGABRT,         \
			  "the child ended with status 0x%x", status_); \
	} while (0)

/* In a child that is meant to abort. */
static inline void without_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

#endif
