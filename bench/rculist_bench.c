// SPDX-License-Identifier: MIT
/* rculist: a list of ten entries, walked in an RCU reader. */
#include <ksync/rculist.h>

#include "bench.h"
#include "loop.h"

#define ENTRIES 10

struct entry {
	ksync_list_head_t node;
	long value;
};

static struct entry entries[ENTRIES];
static KSYNC_LIST_HEAD(list);

static ksync_list_head_t *filled(void)
{
	if (ksync_list_empty(&list))
		for (int i = 0; i < ENTRIES; i++)
			ksync_list_add_tail_rcu(&entries[i].node, &list);
	return &list;
}

static inline long walk(ksync_list_head_t *head)
{
	struct entry *pos;
	long sum = 0;

	ksync_rcu_read_lock();
	ksync_list_for_each_entry_rcu(pos, head, node) sum += pos->value;
	ksync_rcu_read_unlock();
	return sum;
}

BENCH_OP_LOOP(run_walk, ksync_list_head_t *head = BENCH_OPAQUE(filled()),
	      long sum = walk(head);
	      BENCH_USE(sum))

BENCH_SUBJECT(walk, .family = "rculist", .op = "walk", .impl = "ksync",
	      .run = run_walk, .bytes = sizeof(ksync_list_head_t),
	      .traits = BENCH_ALONE)
