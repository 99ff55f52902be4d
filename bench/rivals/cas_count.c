// SPDX-License-Identifier: MIT
/*
 * A saturating reference count as it is usually written: read, decide, compare
 * and swap, again if somebody was faster. It cannot overshoot even for a
 * moment, and it pays for that with retries.
 */
#include <limits.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

#define SATURATED UINT_MAX

static struct {
	unsigned int count;
} object BENCH_ALIGNED = { 1 };

static inline void count_get(unsigned int *count)
{
	unsigned int seen = __atomic_load_n(count, __ATOMIC_RELAXED);

	do {
		if (__builtin_expect(!seen || seen == SATURATED, 0))
			return;
	} while (!__atomic_compare_exchange_n(count, &seen, seen + 1, true,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
}

/* True for the one who has put the last reference. */
static inline bool count_put(unsigned int *count)
{
	unsigned int seen = __atomic_load_n(count, __ATOMIC_RELAXED);

	do {
		if (__builtin_expect(!seen || seen == SATURATED, 0))
			return false;
	} while (!__atomic_compare_exchange_n(count, &seen, seen - 1, true,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	if (seen != 1)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return true;
}

BENCH_OP_LOOP(run_count, unsigned int *count = BENCH_OPAQUE(&object.count),
	      count_get(count);
	      if (count_put(count)) abort())

BENCH_SUBJECT(refcount, .family = "refcount", .impl = "cas-loop",
	      .version = "our own", .run = run_count,
	      .bytes = sizeof(unsigned int))
BENCH_SUBJECT(rcuref, .family = "rcuref", .impl = "cas-loop",
	      .version = "our own", .run = run_count,
	      .bytes = sizeof(unsigned int))
BENCH_SUBJECT(inside, .family = "rcuref", .op = "inside", .impl = "cas-loop",
	      .version = "our own", .run = run_count,
	      .bytes = sizeof(unsigned int), .traits = BENCH_ALONE)
