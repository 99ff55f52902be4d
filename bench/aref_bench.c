// SPDX-License-Identifier: MIT
/* ARef: one get and one put of an object that stays alive. */
#include <ksync/aref.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

struct object {
	ksync_refcount_t refs;
};

static void object_release(struct object *o)
{
	(void)o;
	abort();
}

KSYNC_DEFINE_AREF(object, struct object, refs, object_release)

static struct object object BENCH_ALIGNED = { KSYNC_REFCOUNT_INIT(1) };

BENCH_OP_LOOP(run_aref, struct object *o = BENCH_OPAQUE(&object),
	      object_aref_put(object_aref_get(o)))

BENCH_SUBJECT(aref, .family = "aref", .impl = "ksync", .run = run_aref,
	      .bytes = sizeof(struct object))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(aref, contended)
