// SPDX-License-Identifier: MIT
/* lockref: one get and one put of an object that stays alive; beside the same
 * with a spinlock around a counter. */
#include <ksync/lockref.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static struct {
	ksync_lockref_t ref;
} object BENCH_ALIGNED = { { KSYNC_SPINLOCK_INIT, 1 } };

BENCH_OP_LOOP(run_lockref, ksync_lockref_t *ref = BENCH_OPAQUE(&object.ref),
	      ksync_lockref_get(ref);
	      if (!ksync_lockref_put_or_lock(ref)) abort())

BENCH_SUBJECT(lockref, .family = "lockref", .impl = "ksync", .run = run_lockref,
	      .bytes = sizeof(ksync_lockref_t))

static struct {
	ksync_spinlock_t lock;
	int count;
} locked BENCH_ALIGNED = { KSYNC_SPINLOCK_INIT, 1 };

BENCH_OP_LOOP(run_locked, __typeof__(&locked) o = BENCH_OPAQUE(&locked),
	      ksync_spin_lock(&o->lock);
	      o->count++; ksync_spin_unlock(&o->lock);
	      ksync_spin_lock(&o->lock); if (!--o->count) abort();
	      ksync_spin_unlock(&o->lock))

BENCH_SUBJECT(locked, .family = "lockref", .impl = "spinlock",
	      .version = "ksync's", .run = run_locked, .bytes = sizeof(locked))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(lockref, contended)
