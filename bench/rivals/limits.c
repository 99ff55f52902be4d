// SPDX-License-Identifier: MIT
/*
 * What the machine allows at best: the bare instructions that a correct
 * implementation cannot do without. Nothing here could be used as it stands.
 */
#include "bench.h"
#include "loop.h"

static struct line {
	uint64_t owner;
	uint64_t total;
} line BENCH_ALIGNED;

static struct {
	int count;
} object BENCH_ALIGNED = { 1 };

/* A real owner is somebody: neither 0 nor known to the compiler. */
#define AT_LINE                                \
	struct line *at = BENCH_OPAQUE(&line); \
	uint64_t me = (uintptr_t)BENCH_OPAQUE(at)

static inline void take(uint64_t *owner, uint64_t me)
{
	uint64_t nobody = 0;

	if (!__atomic_compare_exchange_n(owner, &nobody, me, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		__builtin_trap();
}

static inline void take_anonymous(uint64_t *owner)
{
	if (__atomic_exchange_n(owner, 1, __ATOMIC_ACQUIRE))
		__builtin_trap();
}

static inline void give(uint64_t *owner)
{
	__atomic_store_n(owner, 0, __ATOMIC_RELEASE);
}

/* What an unlock pays that must see waiters by itself. */
static inline void give_atomically(uint64_t *owner, uint64_t me)
{
	if (__atomic_exchange_n(owner, 0, __ATOMIC_RELEASE) != me)
		__builtin_trap();
}

BENCH_SECTION_LOOP(run_one_atomic, AT_LINE, take(&at->owner, me), at->total,
		   give(&at->owner))
BENCH_SECTION_LOOP(run_two_atomics, AT_LINE, take(&at->owner, me), at->total,
		   give_atomically(&at->owner, me))

/* Without an owner: no lock can be cheaper. */
BENCH_SECTION_LOOP(run_exchange, struct line *at = BENCH_OPAQUE(&line),
		   take_anonymous(&at->owner), at->total, give(&at->owner))

/* A locked increment, and a locked decrement with a test. */
static inline void locked_pair(int *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	if (!__atomic_sub_fetch(count, 1, __ATOMIC_RELEASE))
		__builtin_trap();
}

BENCH_OP_LOOP(run_locked_pair, int *count = BENCH_OPAQUE(&object.count),
	      locked_pair(count))

/* What is guarded, used without a look at the guard. */
BENCH_OP_LOOP(run_unasked, int *count = BENCH_OPAQUE(&object.count),
	      BENCH_USE(*count))

BENCH_SUBJECT(one_atomic, .family = "mutex", .impl = "limit-1-atomic",
	      .run = run_one_atomic, .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(two_atomics, .family = "mutex", .impl = "limit-2-atomics",
	      .run = run_two_atomics, .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(exchange, .family = "spinlock", .impl = "limit-1-atomic",
	      .run = run_exchange, .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(ref_pair, .family = "refcount", .impl = "limit-locked-pair",
	      .run = run_locked_pair, .traits = BENCH_LIMIT)
BENCH_SUBJECT(kref_pair, .family = "kref", .impl = "limit-locked-pair",
	      .run = run_locked_pair, .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(arc_pair, .family = "arc", .impl = "limit-locked-pair",
	      .run = run_locked_pair, .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(aref_pair, .family = "aref", .impl = "limit-locked-pair",
	      .run = run_locked_pair, .traits = BENCH_LIMIT)
BENCH_SUBJECT(unasked, .family = "locked_by", .op = "access",
	      .impl = "limit-unasked", .run = run_unasked,
	      .traits = BENCH_LIMIT | BENCH_ALONE)
BENCH_SUBJECT(semaphore, .family = "semaphore", .impl = "limit-2-atomics",
	      .run = run_two_atomics, .traits = BENCH_LIMIT | BENCH_ALONE)
