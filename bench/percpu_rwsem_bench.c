// SPDX-License-Identifier: MIT
/*
 * percpu_rwsem: reading, with a write now and then, beside a rwsem: from which
 * rate of writes on is that the better?
 */
#include <ksync/percpu_rwsem.h>
#include <ksync/rwsem.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_percpu_rw_semaphore_t sem;
	uint64_t total;
} line BENCH_ALIGNED = { .sem = KSYNC__PERCPU_RWSEM_INIT("line") };

#define LINE struct line *at = BENCH_OPAQUE(&line)

BENCH_RATE_LOOP(ksync, LINE, ksync_percpu_down_read(&at->sem),
		ksync_percpu_up_read(&at->sem),
		ksync_percpu_down_write(&at->sem),
		ksync_percpu_up_write(&at->sem), at->total)
BENCH_RATE_SUBJECTS(ksync, "ksync", NULL, sizeof(ksync_percpu_rw_semaphore_t))

BENCH_SECTION_LOOP(run_write, LINE, ksync_percpu_down_write(&at->sem),
		   at->total, ksync_percpu_up_write(&at->sem))
BENCH_SUBJECT(write, .family = "percpu_rwsem", .op = "write", .impl = "ksync",
	      .run = run_write, .traits = BENCH_ALONE)

static struct rwsem_line {
	ksync_rw_semaphore_t sem;
	uint64_t total;
} rwsem_line BENCH_ALIGNED = { .sem = KSYNC_RWSEM_INIT };

#define RWSEM_LINE struct rwsem_line *at = BENCH_OPAQUE(&rwsem_line)

BENCH_RATE_LOOP(rwsem, RWSEM_LINE, ksync_down_read(&at->sem),
		ksync_up_read(&at->sem), ksync_down_write(&at->sem),
		ksync_up_write(&at->sem), at->total)
BENCH_RATE_SUBJECTS(rwsem, "ksync-rwsem", NULL, sizeof(ksync_rw_semaphore_t))

BENCH_SECTION_LOOP(run_rwsem_write, RWSEM_LINE, ksync_down_write(&at->sem),
		   at->total, ksync_up_write(&at->sem))
BENCH_SUBJECT(rwsem_write, .family = "percpu_rwsem", .op = "write",
	      .impl = "ksync-rwsem", .run = run_rwsem_write,
	      .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
};

BENCH_FAMILY(percpu_rwsem, contended)
