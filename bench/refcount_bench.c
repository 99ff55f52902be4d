// SPDX-License-Identifier: MIT
/* The reference count: one get and one put of an object that stays alive. */
#include <ksync/refcount.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static struct {
	ksync_refcount_t count;
} object BENCH_ALIGNED = { KSYNC_REFCOUNT_INIT(1) };

BENCH_OP_LOOP(run_refcount,
	      ksync_refcount_t *count = BENCH_OPAQUE(&object.count),
	      ksync_refcount_inc(count);
	      if (ksync_refcount_dec_and_test(count)) abort())

BENCH_SUBJECT(refcount, .family = "refcount", .impl = "ksync",
	      .run = run_refcount, .bytes = sizeof(ksync_refcount_t))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(refcount, contended)
