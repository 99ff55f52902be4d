// SPDX-License-Identifier: MIT
/* rcuref: one get and one put of an object that stays alive; the put is an RCU
 * reader of its own, or in one of the caller's. */
#include <ksync/rcuref.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static struct {
	ksync_rcuref_t count;
} object BENCH_ALIGNED = { KSYNC_RCUREF_INIT(1) };

BENCH_OP_LOOP(run_rcuref, ksync_rcuref_t *count = BENCH_OPAQUE(&object.count),
	      if (!ksync_rcuref_get(count) || ksync_rcuref_put(count)) abort())
BENCH_OP_LOOP(run_inside, ksync_rcuref_t *count = BENCH_OPAQUE(&object.count),
	      if (!ksync_rcuref_get(count) || ksync___rcuref_put(count))
		      abort())

BENCH_SUBJECT(rcuref, .family = "rcuref", .impl = "ksync", .run = run_rcuref,
	      .bytes = sizeof(ksync_rcuref_t))
BENCH_SUBJECT(inside, .family = "rcuref", .op = "inside", .impl = "ksync",
	      .run = run_inside, .bytes = sizeof(ksync_rcuref_t),
	      .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(rcuref, contended)
