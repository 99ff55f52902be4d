/* SPDX-License-Identifier: MIT */
/*
 * A sleep that begins by the task's state: what it waits for is between setting
 * that and this, in the hands of whoever calls.
 */
#ifndef KSYNC_SRC_SCHEDULE_H
#define KSYNC_SRC_SCHEDULE_H

#include "task.h"

/*
 * Sleep until the state is KSYNC_TASK_RUNNING, as it is afterwards: 0. If the
 * state lets it, -EINTR for what is pending; -ETIME when the deadline has
 * passed. "self" is the calling thread's task.
 */
int ksync__schedule(struct ksync_task *self, ksync_s64 deadline);

/* What is pending and ends a sleep in this state: a kind of wait. */
int ksync__kind_of_state(unsigned int state);

/*
 * End these states of a task. True if it was in one: then it is to be unparked,
 * now or soon, by the caller.
 */
bool ksync__task_rouse(struct ksync_task *task, unsigned int states);

#endif
