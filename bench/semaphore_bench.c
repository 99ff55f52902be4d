// SPDX-License-Identifier: MIT
/* The semaphore with one unit: down and up, as a lock that anybody may give. */
#include <ksync/semaphore.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_semaphore_t semaphore;
	uint64_t total;
} line BENCH_ALIGNED = { .semaphore = KSYNC_SEMAPHORE_INIT(1) };

BENCH_SECTION_LOOP(run_semaphore, struct line *at = BENCH_OPAQUE(&line),
		   ksync_down(&at->semaphore), at->total,
		   ksync_up(&at->semaphore))

BENCH_SUBJECT(semaphore, .family = "semaphore", .impl = "ksync",
	      .run = run_semaphore, .bytes = sizeof(ksync_semaphore_t))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 2, 500 },
	{ 8, 500 },
};

BENCH_FAMILY(semaphore, contended)
