// SPDX-License-Identifier: MIT
/*
 * liburcu's memb flavour with its inline bodies, which are LGPL: for programs
 * whose licence allows that. A copy of its own, which ksync does not know.
 */
#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>
#include <urcu/rculist.h>

#include "bench.h"
#include "loop.h"

/* A thread may register only once. */
static void urcu_register(void)
{
	if (!URCU_TLS(urcu_memb_reader).registered)
		urcu_memb_register_thread();
}

BENCH_OP_LOOP(run_read, urcu_register(), urcu_memb_read_lock();
	      urcu_memb_read_unlock())

BENCH_SUBJECT(read, .family = "rcu", .op = "read", .impl = "liburcu-inlined",
	      .version = BENCH_URCU_VERSION, .run = run_read,
	      .traits = BENCH_ALONE)

/* Its lists, which the reader walks in the same way. */
#define ENTRIES 10

struct entry {
	struct cds_list_head node;
	long value;
};

static struct entry entries[ENTRIES];
static CDS_LIST_HEAD(list);

static struct cds_list_head *filled(void)
{
	urcu_register();
	if (cds_list_empty(&list))
		for (int i = 0; i < ENTRIES; i++)
			cds_list_add_tail_rcu(&entries[i].node, &list);
	return &list;
}

static inline long walk(struct cds_list_head *head)
{
	struct entry *pos;
	long sum = 0;

	urcu_memb_read_lock();
	cds_list_for_each_entry_rcu(pos, head, node) sum += pos->value;
	urcu_memb_read_unlock();
	return sum;
}

BENCH_OP_LOOP(run_walk, struct cds_list_head *head = BENCH_OPAQUE(filled()),
	      long sum = walk(head);
	      BENCH_USE(sum))

BENCH_SUBJECT(walk, .family = "rculist", .op = "walk",
	      .impl = "liburcu-inlined", .version = BENCH_URCU_VERSION,
	      .run = run_walk, .bytes = sizeof(struct cds_list_head),
	      .traits = BENCH_ALONE)
