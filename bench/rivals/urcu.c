// SPDX-License-Identifier: MIT
/*
 * liburcu's memb flavour, as a program gets it that does not take the library's
 * inline bodies: every reader is two calls into the shared library, which is
 * ksync's, too.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/rcu.h>

#include "bench.h"
#include "loop.h"

static struct {
	void (*read_lock)(void);
	void (*read_unlock)(void);
	void (*synchronize_rcu)(void);
} urcu;

static void find(void *library, const char *name, void (**function)(void))
{
	*(void **)function = dlsym(library, name);
	if (!*function) {
		fprintf(stderr, "ksync-bench: no %s in %s\n", name,
			BENCH_URCU_LIBRARY);
		exit(1);
	}
}

/* A thread may register with the library only once: ksync does it. */
static void load(void)
{
	void *library = dlopen(BENCH_URCU_LIBRARY, RTLD_NOW);

	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	find(library, "urcu_memb_read_lock", &urcu.read_lock);
	find(library, "urcu_memb_read_unlock", &urcu.read_unlock);
	find(library, "urcu_memb_synchronize_rcu", &urcu.synchronize_rcu);
}

BENCH_OP_LOOP(run_read, load(), urcu.read_lock(); urcu.read_unlock())
BENCH_OP_LOOP(run_synchronize, load(), urcu.synchronize_rcu())

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "liburcu-called",
	      .version = BENCH_URCU_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(synchronize, .family = "rcu", .op = "synchronize",
	      .impl = "liburcu-called", .version = BENCH_URCU_VERSION,
	      .run = run_synchronize, .traits = BENCH_ALONE)
BENCH_SUBJECT(srcu_read, .family = "srcu", .op = "read",
	      .impl = "liburcu-called", .version = BENCH_URCU_VERSION,
	      .run = run_read, .traits = BENCH_ALONE)
BENCH_SUBJECT(srcu_synchronize, .family = "srcu", .op = "synchronize",
	      .impl = "liburcu-called", .version = BENCH_URCU_VERSION,
	      .run = run_synchronize, .traits = BENCH_ALONE)
