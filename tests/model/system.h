/* SPDX-License-Identifier: MIT */
/* What models of ksync's families need besides the explorer. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <ksync/task.h>

#include "explore.h"

/* main() of a model. */
int system_main(int argc, char **argv, const struct explore_test *tests);

/* In setup: the threads have tasks from the beginning, so that making them is
 * no part of each execution. */
void system_tasks(int threads);
void system_task_of(int thread);
ksync_task_t *system_task(int thread);
/* In setup: the thread's task ends, as at its exit; it can make a new one. */
void system_exit_of(int thread);
/*
 * In setup: these threads, as bits, have no restartable sections; and each
 * section of the others is on any processor. Else each stays on one, half of
 * the threads on either of two.
 */
void system_without_sections(unsigned int threads);
void system_migrates(void);
/* Before system_main(): nobody has sections, and membarrier is refused. */
void system_is_bare(void);
/* In setup: reports are expected, and counted; else one is a failure. */
void system_expect_reports(void);
int system_reports(void);

/* As that thread: be the one that ksync starts, when it does, and the next. */
void system_servant(void);
/* In setup: it can be started there. */
void system_servant_starts(void);
/* In setup: it ends as soon as it has nothing to do. */
void system_servant_ends(void);

/*
 * Fork: the hooks, and copy() where the process is copied. In some executions
 * the caller comes out as the parent, in others as the child, where it is alone
 * and this returns true.
 */
bool system_fork(void (*copy)(void));

/* Wait until an eventfd is readable; or until it was made so again since that
 * many times, of which at first there are none. */
void system_poll(int fd);
uint32_t system_poll_edge(int fd, uint32_t seen);

/* A signal handler that the calling thread runs when it is about to sleep. */
void system_interrupt(void (*handler)(void));

#endif
