// SPDX-License-Identifier: MIT
/* Concurrency Kit's fetch-and-store spinlock, the cheapest that it has. */
#include <ck_spinlock.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ck_spinlock_fas_t lock;
	uint64_t total;
} line BENCH_ALIGNED = { .lock = CK_SPINLOCK_FAS_INITIALIZER };

BENCH_SECTION_LOOP(run_fas, struct line *at = BENCH_OPAQUE(&line),
		   ck_spinlock_fas_lock(&at->lock), at->total,
		   ck_spinlock_fas_unlock(&at->lock))

BENCH_SUBJECT(fas, .family = "spinlock", .impl = "ck-fas",
	      .version = BENCH_CK_VERSION, .run = run_fas,
	      .bytes = sizeof(ck_spinlock_fas_t), .traits = BENCH_SPINS)
/* A mutex may not spin for ever, but people do use it as one. */
BENCH_SUBJECT(fas_mutex, .family = "mutex", .impl = "ck-fas",
	      .version = BENCH_CK_VERSION, .run = run_fas,
	      .bytes = sizeof(ck_spinlock_fas_t),
	      .traits = BENCH_SPINS | BENCH_ALONE)
