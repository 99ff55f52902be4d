// SPDX-License-Identifier: MIT
/*
 * SRCU: an empty reader, and a grace period with nobody to wait for, beside the
 * other readers that may sleep, or may not: in the same loops.
 */
#include <ksync/rwsem.h>
#include <ksync/srcu.h>

#include "bench.h"
#include "loop.h"

static KSYNC_DEFINE_SRCU(domain);
static ksync_rw_semaphore_t sem BENCH_ALIGNED = KSYNC_RWSEM_INIT;

BENCH_OP_LOOP(run_read, ksync_srcu_struct_t *ssp = BENCH_OPAQUE(&domain),
	      ksync_srcu_read_unlock(ssp, ksync_srcu_read_lock(ssp)))
BENCH_OP_LOOP(run_synchronize, ksync_srcu_struct_t *ssp = BENCH_OPAQUE(&domain),
	      ksync_synchronize_srcu(ssp))
BENCH_OP_LOOP(run_rwsem, ksync_rw_semaphore_t *at = BENCH_OPAQUE(&sem),
	      ksync_down_read(at);
	      ksync_up_read(at))

BENCH_SUBJECT(read, .family = "srcu", .op = "read", .impl = "ksync",
	      .run = run_read, .bytes = sizeof(domain), .traits = BENCH_ALONE)
BENCH_SUBJECT(synchronize, .family = "srcu", .op = "synchronize",
	      .impl = "ksync", .run = run_synchronize, .traits = BENCH_ALONE)
BENCH_SUBJECT(read_rwsem, .family = "srcu", .op = "read", .impl = "ksync-rwsem",
	      .run = run_rwsem, .bytes = sizeof(sem), .traits = BENCH_ALONE)
