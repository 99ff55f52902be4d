// SPDX-License-Identifier: MIT
/*
 * Atomics beside the compiler's own, so that a name costs nothing: an increment
 * without a result, a fully ordered one with a result, a compare and swap, and
 * the full barrier, which some compilers write as a slow fence.
 */
#include <ksync/atomic.h>

#include "bench.h"
#include "loop.h"

static struct {
	ksync_atomic_t ours;
	int theirs;
} BENCH_ALIGNED line = { KSYNC_ATOMIC_INIT(0), 0 };

#define OURS ksync_atomic_t *v = BENCH_OPAQUE(&line.ours)
#define OURS_OLD \
	OURS;    \
	int old = ksync_atomic_read(v)
#define THEIRS int *v = BENCH_OPAQUE(&line.theirs)
#define THEIRS_OLD \
	THEIRS;    \
	int old = *v

BENCH_OP_LOOP(run_inc, OURS, ksync_atomic_inc(v))
BENCH_OP_LOOP(builtin_inc, THEIRS, __atomic_fetch_add(v, 1, __ATOMIC_RELAXED))

BENCH_OP_LOOP(run_return, OURS, BENCH_USE(ksync_atomic_inc_return(v)))
BENCH_OP_LOOP(builtin_return, THEIRS,
	      BENCH_USE(__atomic_add_fetch(v, 1, __ATOMIC_SEQ_CST)))

BENCH_OP_LOOP(run_cmpxchg, OURS_OLD,
	      BENCH_USE(ksync_atomic_try_cmpxchg(v, &old, old)))
BENCH_OP_LOOP(builtin_cmpxchg, THEIRS_OLD,
	      BENCH_USE(__atomic_compare_exchange_n(v, &old, old, false,
						    __ATOMIC_SEQ_CST,
						    __ATOMIC_RELAXED)))

BENCH_OP_LOOP(run_mb, , ksync_smp_mb())
BENCH_OP_LOOP(builtin_mb, , __atomic_thread_fence(__ATOMIC_SEQ_CST))

#define PAIR(name, ours, theirs, more)                                        \
	BENCH_SUBJECT(name, .family = "atomic", .op = #name, .impl = "ksync", \
		      .run = ours, .bytes = sizeof(ksync_atomic_t),           \
		      .traits = more)                                         \
	BENCH_SUBJECT(builtin_##name, .family = "atomic", .op = #name,        \
		      .impl = "builtin", .run = theirs, .bytes = sizeof(int), \
		      .traits = more)

PAIR(inc, run_inc, builtin_inc, 0)
PAIR(inc_return, run_return, builtin_return, BENCH_ALONE)
PAIR(try_cmpxchg, run_cmpxchg, builtin_cmpxchg, BENCH_ALONE)
PAIR(smp_mb, run_mb, builtin_mb, BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
};

BENCH_FAMILY(atomic, contended)
