// SPDX-License-Identifier: MIT
/* The realtime mutex: beside pthread's with PTHREAD_PRIO_INHERIT. */
#include <ksync/rt_mutex.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_rt_mutex_t mutex;
	uint64_t total;
} line BENCH_ALIGNED = { .mutex = KSYNC_RT_MUTEX_INIT };

BENCH_SECTION_LOOP(run_rt_mutex, struct line *at = BENCH_OPAQUE(&line),
		   ksync_rt_mutex_lock(&at->mutex), at->total,
		   ksync_rt_mutex_unlock(&at->mutex))

BENCH_SUBJECT(rt_mutex, .family = "rt_mutex", .impl = "ksync",
	      .run = run_rt_mutex, .bytes = sizeof(ksync_rt_mutex_t))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 2, 500 },
	{ 8, 500 },
	{ 64, 500 },
};

BENCH_FAMILY(rt_mutex, contended)
