// SPDX-License-Identifier: MIT
/*
 * The reader-writer semaphore: reading and writing alone, downgrading; shared,
 * by readers alone and with one write in BENCH_READS.
 */
#include <ksync/rwsem.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_rw_semaphore_t sem;
	uint64_t total;
} line BENCH_ALIGNED = { .sem = KSYNC_RWSEM_INIT };

BENCH_RW_LOOPS(ksync, struct line *at = BENCH_OPAQUE(&line),
	       ksync_down_read(&at->sem), ksync_up_read(&at->sem),
	       ksync_down_write(&at->sem), ksync_up_write(&at->sem), at->total)

BENCH_OP_LOOP(run_downgrade, struct line *at = BENCH_OPAQUE(&line),
	      ksync_down_write(&at->sem);
	      ksync_downgrade_write(&at->sem); ksync_up_read(&at->sem))

BENCH_RW_SUBJECTS(ksync, "ksync", NULL, sizeof(ksync_rw_semaphore_t), 0)
BENCH_SUBJECT(downgrade, .family = "rwsem", .op = "downgrade", .impl = "ksync",
	      .run = run_downgrade, .bytes = sizeof(ksync_rw_semaphore_t),
	      .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 2, 500 },
	{ 8, 500 },
	{ 64, 500 },
};

BENCH_FAMILY(rwsem, contended)
