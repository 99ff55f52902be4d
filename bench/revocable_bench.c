// SPDX-License-Identifier: MIT
/* Revocable: one access to an object that is there, in both flavours. */
#include <ksync/revocable.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

#if KSYNC_HAVE_RCU
KSYNC_DEFINE_REVOCABLE(fast, long, NULL)
static struct fast_revocable fast BENCH_ALIGNED = { KSYNC_REVOCABLE_INIT, 1 };

static inline void fast_use(struct fast_revocable *r)
{
	struct fast_access a = fast_revocable_try_access(r);

	if (!a.object)
		abort();
	BENCH_USE(*a.object);
	fast_revocable_withdraw(&a);
}

BENCH_OP_LOOP(run_rcu, struct fast_revocable *r = BENCH_OPAQUE(&fast),
	      fast_use(r))
BENCH_SUBJECT(rcu, .family = "revocable", .op = "rcu", .impl = "ksync",
	      .run = run_rcu, .bytes = sizeof(ksync_revocable_t),
	      .traits = BENCH_ALONE)
#endif

KSYNC_DEFINE_SRCU_REVOCABLE(slow, long, NULL)
static struct slow_revocable slow BENCH_ALIGNED = { KSYNC_SRCU_REVOCABLE_INIT,
						    1 };

static inline void slow_use(struct slow_revocable *r)
{
	struct slow_access a = slow_revocable_try_access(r);

	if (!a.object)
		abort();
	BENCH_USE(*a.object);
	slow_revocable_withdraw(&a);
}

BENCH_OP_LOOP(run_srcu, struct slow_revocable *r = BENCH_OPAQUE(&slow),
	      slow_use(r))
BENCH_SUBJECT(srcu, .family = "revocable", .op = "srcu", .impl = "ksync",
	      .run = run_srcu, .bytes = sizeof(ksync_srcu_revocable_t),
	      .traits = BENCH_ALONE)
