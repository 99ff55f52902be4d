// SPDX-License-Identifier: MIT
/*
 * The mutex: alone, shared by two threads, and by more threads than processors,
 * with sections from nothing to several time slices' worth of waiting.
 */
#include <ksync/mutex.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_mutex_t mutex;
	uint64_t total;
} line BENCH_ALIGNED = { .mutex = KSYNC_MUTEX_INIT };

BENCH_SECTION_LOOP(run_mutex, struct line *at = BENCH_OPAQUE(&line),
		   ksync_mutex_lock(&at->mutex), at->total,
		   ksync_mutex_unlock(&at->mutex))

BENCH_SUBJECT(mutex, .family = "mutex", .impl = "ksync", .run = run_mutex,
	      .bytes = sizeof(ksync_mutex_t))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },  { 2, 50 },  { 2, 500 },  { 2, 5000 },
	{ 8, 0 },  { 8, 50 },  { 8, 500 },  { 8, 5000 },
	{ 64, 0 }, { 64, 50 }, { 64, 500 }, { 64, 5000 },
};

BENCH_FAMILY(mutex, contended)
