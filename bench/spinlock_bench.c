// SPDX-License-Identifier: MIT
/*
 * The spinlock. Sections stay short: nobody should spin for longer ones. With
 * more threads than processors the holder may have lost its processor, which is
 * what tells spinlocks apart.
 */
#include <ksync/raw_spinlock.h>
#include <ksync/spinlock.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_spinlock_t lock;
	uint64_t total;
} line BENCH_ALIGNED = { .lock = KSYNC_SPINLOCK_INIT };

BENCH_SECTION_LOOP(run_spinlock, struct line *at = BENCH_OPAQUE(&line),
		   ksync_spin_lock(&at->lock), at->total,
		   ksync_spin_unlock(&at->lock))

BENCH_SUBJECT(spinlock, .family = "spinlock", .impl = "ksync",
	      .run = run_spinlock, .bytes = sizeof(ksync_spinlock_t))

static struct raw_line {
	ksync_raw_spinlock_t lock;
	uint64_t total;
} raw_line BENCH_ALIGNED = { .lock = KSYNC_RAW_SPINLOCK_INIT };

BENCH_SECTION_LOOP(run_raw, struct raw_line *at = BENCH_OPAQUE(&raw_line),
		   ksync_raw_spin_lock(&at->lock), at->total,
		   ksync_raw_spin_unlock(&at->lock))

BENCH_SUBJECT(raw_spinlock, .family = "spinlock", .impl = "ksync-raw",
	      .run = run_raw, .bytes = sizeof(ksync_raw_spinlock_t),
	      .traits = BENCH_SPINS)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 }, { 2, 50 }, { 2, 500 }, { 8, 50 }, { 8, 500 },
};

BENCH_FAMILY(spinlock, contended)
