// SPDX-License-Identifier: MIT
/*
 * The wait queue: a wake-up where nobody waits, beside a condition variable's;
 * the same when somebody has waited lately; and to be in a queue and out of it.
 */
#include <ksync/wait_queue.h>

#include "bench.h"
#include "loop.h"

static KSYNC_DECLARE_WAIT_QUEUE_HEAD(calm_queue);
static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);

BENCH_OP_LOOP(run_wake, ksync_wait_queue_head_t *at = BENCH_OPAQUE(&calm_queue),
	      ksync_wake_up(at))

/* It stays so for 256 looks. */
static void begin_episode(ksync_wait_queue_head_t *at)
{
	at->episode = KSYNC__EPISODE_BEGUN | KSYNC__EPISODE_KNOWN;
}

BENCH_OP_LOOP(run_wake_lately,
	      ksync_wait_queue_head_t *at = BENCH_OPAQUE(&queue),
	      begin_episode(at);
	      ksync_wake_up(at))

static void in_and_out(ksync_wait_queue_head_t *at)
{
	KSYNC_DEFINE_WAIT(entry);

	ksync_prepare_to_wait(at, &entry, KSYNC_TASK_UNINTERRUPTIBLE);
	ksync_finish_wait(at, &entry);
}

BENCH_OP_LOOP(run_in_and_out,
	      ksync_wait_queue_head_t *at = BENCH_OPAQUE(&queue),
	      in_and_out(at))

BENCH_SUBJECT(wait_queue_wake, .family = "wait_queue", .op = "wake nobody",
	      .impl = "ksync", .run = run_wake,
	      .bytes = sizeof(ksync_wait_queue_head_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(wait_queue_lately, .family = "wait_queue",
	      .op = "wake nobody, lately somebody", .impl = "ksync",
	      .run = run_wake_lately, .traits = BENCH_ALONE)
BENCH_SUBJECT(wait_queue_in_out, .family = "wait_queue",
	      .op = "prepare, finish", .impl = "ksync", .run = run_in_and_out,
	      .traits = BENCH_ALONE)
