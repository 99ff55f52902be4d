// SPDX-License-Identifier: MIT
/*
 * liburcu's memb flavour with its inline bodies, which are LGPL: for programs
 * whose licence allows that.
 */
#define _LGPL_SOURCE
#include <ksync/rcu.h>
#include <urcu/urcu-memb.h>

#include "bench.h"
#include "loop.h"
#include "urcu_reader.h"

/*
 * A thread may register only once, and ksync does it lazily with the same
 * library: let it be first.
 */
void bench_urcu_register(void)
{
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	if (!URCU_TLS(urcu_memb_reader).registered)
		urcu_memb_register_thread();
}

BENCH_OP_LOOP(run_read, bench_urcu_register(), urcu_memb_read_lock();
	      urcu_memb_read_unlock())

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "liburcu-inlined",
	      .version = BENCH_URCU_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)
