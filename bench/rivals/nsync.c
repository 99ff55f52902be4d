// SPDX-License-Identifier: MIT
/* nsync's mutex. */
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

BENCH_SUBJECT(mutex, .family = "mutex", .impl = "nsync",
	      .version = BENCH_NSYNC_VERSION, .run = run_mutex,
	      .bytes = sizeof(nsync_mu))
