/* SPDX-License-Identifier: MIT */
/*
 * What models of RCU and SRCU replace, read and free: a thing, and callbacks
 * that free it. Included first.
 */
#ifndef TESTS_MODEL_THING_H
#define TESTS_MODEL_THING_H

#include <ksync/atomic.h>

/* The acquire form of rcu_dereference() stands for what processors do: the
 * explorer does not know that an address depends on a load. */
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 1
#include <ksync/rcu_pointer.h>
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 0

#include "port/port.h"
#include "system.h"

struct thing {
	int value;
	ksync_rcu_head_t head;
	unsigned long padding[4]; /* blocks are named by their offset */
};

static struct thing *shared;
static struct thing *other;
static struct thing *left; /* by who must not free it yet */
static int calls;	   /* the callbacks' */

static struct thing *thing_make(int value)
{
	struct thing *t = ksync__heap_alloc(sizeof(*t));

	t->value = value;
	return t;
}

static void end(void)
{
	ksync__heap_free(shared);
}

static void end_left(void)
{
	if (left)
		ksync__heap_free(left);
	end();
}

static void expect_1(void)
{
	explore_assert(calls == 1);
	end();
}

/* ---- callbacks ---- */

static ksync_rcu_head_t first_call; /* with which the runner begins */

static void nothing(ksync_rcu_head_t *head)
{
	(void)head;
}

static struct thing *thing_of(ksync_rcu_head_t *head)
{
	return ksync_container_of(head, struct thing, head);
}

/* Plain accesses: one at a time. */
static void freed(ksync_rcu_head_t *head)
{
	calls = calls * 10 + thing_of(head)->value;
	ksync__heap_free(thing_of(head));
}

#endif
