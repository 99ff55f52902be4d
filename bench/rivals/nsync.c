// SPDX-License-Identifier: MIT
/* nsync's mutex, which has readers, too. */
#include <nsync.h>

#include "bench.h"
#include "loop.h"

static struct line {
	nsync_mu mutex;
	uint64_t total;
} line BENCH_ALIGNED;

BENCH_SECTION_LOOP(run_mutex, struct line *at = BENCH_OPAQUE(&line),
		   nsync_mu_lock(&at->mutex), at->total,
		   nsync_mu_unlock(&at->mutex))

BENCH_RW_LOOPS(rw, struct line *at = BENCH_OPAQUE(&line),
	       nsync_mu_rlock(&at->mutex), nsync_mu_runlock(&at->mutex),
	       nsync_mu_lock(&at->mutex), nsync_mu_unlock(&at->mutex),
	       at->total)

BENCH_RW_SUBJECTS(rw, "nsync", BENCH_NSYNC_VERSION, sizeof(nsync_mu), 0)
BENCH_SUBJECT(mutex, .family = "mutex", .impl = "nsync",
	      .version = BENCH_NSYNC_VERSION, .run = run_mutex,
	      .bytes = sizeof(nsync_mu))
