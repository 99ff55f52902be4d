// SPDX-License-Identifier: MIT
/* LockedBy: what the look at the owner costs. */
#include <ksync/locked_by.h>
#include <ksync/mutex.h>

#include "bench.h"
#include "loop.h"

struct owner {
	ksync_mutex_t lock;
};

KSYNC_DEFINE_LOCKED_BY(number, long, struct owner, lock)

static struct owner owner = { KSYNC_MUTEX_INIT };
static struct number_locked_by number BENCH_ALIGNED = { &owner, 1 };

BENCH_OP_LOOP(run_access, struct number_locked_by *it = BENCH_OPAQUE(&number);
	      struct owner *o = BENCH_OPAQUE(&owner),
	      BENCH_USE(*number_locked_by_access(it, o)))

BENCH_SUBJECT(access, .family = "locked_by", .op = "access", .impl = "ksync",
	      .run = run_access, .bytes = sizeof(void *), .traits = BENCH_ALONE)
