// SPDX-License-Identifier: MIT
/* SetOnce: to find what was set. */
#include <ksync/set_once.h>
#include <stdlib.h>

#include "bench.h"
#include "loop.h"

KSYNC_DEFINE_SET_ONCE(number, long)

static struct number_set_once number BENCH_ALIGNED;

static struct number_set_once *populated(void)
{
	if (!number_set_once_get(&number) &&
	    !number_set_once_populate(&number, 1))
		abort();
	return &number;
}

static inline void look(struct number_set_once *n)
{
	const long *found = number_set_once_get(n);

	if (!found)
		abort();
	BENCH_USE(*found);
}

BENCH_OP_LOOP(run_get, struct number_set_once *it = BENCH_OPAQUE(populated()),
	      look(it))
BENCH_SUBJECT(get, .family = "set_once", .op = "get", .impl = "ksync",
	      .run = run_get, .bytes = sizeof(ksync_set_once_t),
	      .traits = BENCH_ALONE)
