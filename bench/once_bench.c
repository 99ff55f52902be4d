// SPDX-License-Identifier: MIT
/* What is done already: all calls but the first. And one of its own. */
#include <ksync/once.h>

#include "bench.h"
#include "loop.h"

static ksync_once_t done = KSYNC_ONCE_INIT;

static void nothing(void *arg)
{
	(void)arg;
}

static void one_more(void)
{
	ksync_once_t o = KSYNC_ONCE_INIT;

	ksync_once(BENCH_OPAQUE(&o), nothing, NULL);
}

BENCH_OP_LOOP(run_done, ksync_once_t *at = BENCH_OPAQUE(&done),
	      ksync_once(at, nothing, NULL))
BENCH_OP_LOOP(run_first, , one_more())

BENCH_SUBJECT(done, .family = "once", .op = "done", .impl = "ksync",
	      .run = run_done, .bytes = sizeof(ksync_once_t),
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(first, .family = "once", .op = "first", .impl = "ksync",
	      .run = run_first, .traits = BENCH_ALONE)
