// SPDX-License-Identifier: MIT
/* percpu_ref: one get and one put of an object that stays alive; counted per
 * processor, or in one place. */
#include <ksync/percpu_ref.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

static struct {
	ksync_percpu_ref_t ref;
} alive BENCH_ALIGNED, shared BENCH_ALIGNED;

__attribute__((constructor)) static void begin(void)
{
	if (ksync_percpu_ref_init(&alive.ref, NULL, 0) ||
	    ksync_percpu_ref_init(&shared.ref, NULL,
				  KSYNC_PERCPU_REF_INIT_ATOMIC))
		abort();
}

BENCH_OP_LOOP(run_alive, ksync_percpu_ref_t *ref = BENCH_OPAQUE(&alive.ref),
	      if (!ksync_percpu_ref_tryget_live(ref)) abort();
	      ksync_percpu_ref_put(ref))
BENCH_OP_LOOP(run_shared, ksync_percpu_ref_t *ref = BENCH_OPAQUE(&shared.ref),
	      if (!ksync_percpu_ref_tryget_live(ref)) abort();
	      ksync_percpu_ref_put(ref))

BENCH_SUBJECT(alive, .family = "percpu_ref", .impl = "ksync", .run = run_alive,
	      .bytes = sizeof(ksync_percpu_ref_t))
BENCH_SUBJECT(shared, .family = "percpu_ref", .op = "one_place",
	      .impl = "ksync", .run = run_shared,
	      .bytes = sizeof(ksync_percpu_ref_t), .traits = BENCH_ALONE)

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(percpu_ref, contended)
