/* SPDX-License-Identifier: MIT */
/*
 * Put exactly one task to sleep and wake it. Each task has one token: unpark
 * makes it present, park consumes it, sleeping until it is there. Any park may
 * return early, so callers look at their condition in a loop; no unpark that
 * follows the condition's change is lost.
 */
#ifndef KSYNC_SRC_PARK_H
#define KSYNC_SRC_PARK_H

#include "task.h"

/*
 * Sleep until unparked. 0, perhaps for no reason; -ETIME when the deadline has
 * passed. "self" is the calling thread's task.
 */
int ksync__park(struct ksync_task *self, ksync_s64 deadline);

/* Async-signal-safe. The task may have exited: somebody may wake early. */
void ksync__unpark(struct ksync_task *task);

#endif
