// SPDX-License-Identifier: MIT
/* RCU: an empty reader, and a grace period with nobody to wait for. */
#include <ksync/rcu.h>

#include "bench.h"
#include "loop.h"

BENCH_OP_LOOP(run_read, , ksync_rcu_read_lock(); ksync_rcu_read_unlock())
BENCH_OP_LOOP(run_synchronize, , ksync_synchronize_rcu())

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "ksync",
	      .run = run_read, .traits = BENCH_ALONE)
BENCH_SUBJECT(synchronize, .family = "rcu", .op = "synchronize",
	      .impl = "ksync", .run = run_synchronize, .traits = BENCH_ALONE)
