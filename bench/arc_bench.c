// SPDX-License-Identifier: MIT
/* Arc: one get and one put of an object that stays alive; and one upgrade of a
 * weak reference and the put of what it gave. */
#include <ksync/arc.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static void never(uint64_t *data)
{
	(void)data;
	abort();
}

KSYNC_DEFINE_ARC(counter, uint64_t, never)

static struct counter_arc *shared;
static struct counter_weak *weak;

BENCH_OP_LOOP(run_arc, struct counter_arc *arc = BENCH_OPAQUE(shared),
	      counter_arc_put(BENCH_OPAQUE(counter_arc_get(arc))))

BENCH_OP_LOOP(run_upgrade, struct counter_weak *from = BENCH_OPAQUE(weak),
	      counter_arc_put(BENCH_OPAQUE(counter_weak_upgrade(from))))

__attribute__((constructor)) static void make_object(void)
{
	shared = counter_unique_share(counter_unique_new());
	weak = counter_arc_downgrade(shared);
}

BENCH_SUBJECT(arc, .family = "arc", .impl = "ksync", .run = run_arc,
	      .bytes = sizeof(ksync_arc_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(upgrade, .family = "arc", .op = "upgrade", .impl = "ksync",
	      .run = run_upgrade, .traits = BENCH_ALONE)
