// SPDX-License-Identifier: MIT
/*
 * liburcu's memb flavour, as a program gets it that does not take the library's
 * inline bodies: every reader is two calls.
 */
#include <urcu/urcu-memb.h>

#include "bench.h"
#include "loop.h"
#include "urcu_reader.h"

BENCH_OP_LOOP(run_read, bench_urcu_register(), urcu_memb_read_lock();
	      urcu_memb_read_unlock())
BENCH_OP_LOOP(run_synchronize, bench_urcu_register(),
	      urcu_memb_synchronize_rcu())

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "liburcu-called",
	      .version = BENCH_URCU_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(synchronize, .family = "rcu", .op = "synchronize",
	      .impl = "liburcu-called", .version = BENCH_URCU_VERSION,
	      .run = run_synchronize, .traits = BENCH_ALONE)
