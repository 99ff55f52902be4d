// SPDX-License-Identifier: MIT
/* kref: one get and one put of an object that stays alive. */
#include <ksync/kref.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static struct {
	struct ksync_kref kref;
} object BENCH_ALIGNED = { KSYNC_KREF_INIT(1) };

static void release(struct ksync_kref *kref)
{
	(void)kref;
	abort();
}

BENCH_OP_LOOP(run_kref, struct ksync_kref *kref = BENCH_OPAQUE(&object.kref),
	      ksync_kref_get(kref);
	      ksync_kref_put(kref, release))

BENCH_SUBJECT(kref, .family = "kref", .impl = "ksync", .run = run_kref,
	      .bytes = sizeof(struct ksync_kref), .traits = BENCH_ALONE)
