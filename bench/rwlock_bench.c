// SPDX-License-Identifier: MIT
/*
 * The reader-writer lock: each side alone, and 15 reads for each write. It is
 * for short sections, as a spinlock is; with more threads than processors what
 * tells is who keeps whom waiting.
 */
#include <ksync/rwlock.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_rwlock_t lock;
	uint64_t total;
} line BENCH_ALIGNED = { .lock = KSYNC_RWLOCK_INIT };

#define LINE struct line *at = BENCH_OPAQUE(&line)

BENCH_RW_LOOP(run_mixed, LINE, ksync_read_lock(&at->lock),
	      ksync_read_unlock(&at->lock), ksync_write_lock(&at->lock),
	      ksync_write_unlock(&at->lock), at->total)
BENCH_OP_LOOP(run_read, LINE, ksync_read_lock(&at->lock); BENCH_USE(at->total);
	      ksync_read_unlock(&at->lock))
BENCH_SECTION_LOOP(run_write, LINE, ksync_write_lock(&at->lock), at->total,
		   ksync_write_unlock(&at->lock))

BENCH_SUBJECT(mixed, .family = "rwlock", .impl = "ksync", .run = run_mixed,
	      .bytes = sizeof(ksync_rwlock_t))
BENCH_SUBJECT(reading, .family = "rwlock", .op = "read", .impl = "ksync",
	      .run = run_read, .traits = BENCH_ALONE)
BENCH_SUBJECT(writing, .family = "rwlock", .op = "write", .impl = "ksync",
	      .run = run_write, .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 }, { 2, 50 }, { 2, 500 }, { 8, 50 }, { 8, 500 }, { 64, 500 },
};

BENCH_FAMILY(rwlock, contended)
