// SPDX-License-Identifier: MIT
/* Concurrency Kit's epochs: a reader is a section of the thread's record. */
#include <ck_epoch.h>

#include "bench.h"
#include "loop.h"

static ck_epoch_t epoch;

static ck_epoch_record_t *own_record(void)
{
	static _Thread_local ck_epoch_record_t record BENCH_ALIGNED;
	static _Thread_local int registered;

	if (!registered)
		ck_epoch_register(&epoch, &record, NULL);
	registered = 1;
	return &record;
}

BENCH_OP_LOOP(run_read, ck_epoch_record_t *at = BENCH_OPAQUE(own_record()),
	      ck_epoch_begin(at, NULL);
	      ck_epoch_end(at, NULL))
BENCH_OP_LOOP(run_synchronize,
	      ck_epoch_record_t *at = BENCH_OPAQUE(own_record()),
	      ck_epoch_synchronize(at))

__attribute__((constructor)) static void make_epoch(void)
{
	ck_epoch_init(&epoch);
}

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "ck-epoch",
	      .version = BENCH_CK_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(synchronize, .family = "rcu", .op = "synchronize",
	      .impl = "ck-epoch", .version = BENCH_CK_VERSION,
	      .run = run_synchronize, .traits = BENCH_ALONE)
BENCH_SUBJECT(srcu_read, .family = "srcu", .op = "read", .impl = "ck-epoch",
	      .version = BENCH_CK_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)
