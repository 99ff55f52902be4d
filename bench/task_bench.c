// SPDX-License-Identifier: MIT
/*
 * The task: finding one's own, beside the C library's way to a thread's record,
 * and an interrupt of oneself, which nobody else offers.
 */
#include <ksync/task.h>

#include "bench.h"
#include "loop.h"

BENCH_OP_LOOP(run_current, , BENCH_USE(ksync_current()))

BENCH_OP_LOOP(run_interrupt, ksync_task_t *me = ksync_current(),
	      ksync_task_interrupt(me);
	      BENCH_USE(ksync_task_clear_pending()))

BENCH_SUBJECT(current, .family = "task", .op = "current", .impl = "ksync",
	      .run = run_current, .traits = BENCH_ALONE)
BENCH_SUBJECT(interrupt, .family = "task", .op = "interrupt", .impl = "ksync",
	      .run = run_interrupt, .traits = BENCH_ALONE)
