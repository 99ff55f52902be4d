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
/* In setup: reports are expected, and counted; else one is a failure. */
void system_expect_reports(void);
int system_reports(void);

#endif
