/* SPDX-License-Identifier: MIT */
/*
 * SRCU where there are neither restartable sections nor membarrier: readers
 * count by atomic operations, and have barriers of their own.
 */
#include <ksync/atomic.h>

/* As in srcu_model.c. */
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 1
#include <ksync/rcu_pointer.h>
#undef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 0

#include <ksync/srcu.h>

#include "defer/srcu.h"
#include "port/port.h"
#include "system.h"

static KSYNC_DEFINE_SRCU(domain);
static int *shared, *left;

static int *thing_make(int value)
{
	int *t = ksync__heap_alloc(64);

	*t = value;
	return t;
}

static void two(void)
{
	explore_name(&shared, "shared");
	system_tasks(2);
	explore_assert(ksync_init_srcu_struct(&domain) == 0);
	shared = thing_make(1);
}

static void end(void)
{
	if (left)
		ksync__heap_free(left);
	ksync__heap_free(shared);
}

static void read_once(void)
{
	int idx = ksync_srcu_read_lock(&domain);

	explore_outcome("%d", *ksync_rcu_dereference_raw(shared));
	ksync_srcu_read_unlock(&domain, idx);
}

static void replace(int self)
{
	int *old;

	if (self) {
		read_once();
		return;
	}
	old = ksync_rcu_replace_pointer(shared, thing_make(2), true);
	ksync_synchronize_srcu(&domain);
	ksync__heap_free(old);
}

/* A cookie that another's grace period serves, or does not. */
static void replace_by_cookie(int self)
{
	unsigned long cookie;
	int *old;

	if (self) {
		read_once();
		return;
	}
	old = ksync_rcu_replace_pointer(shared, thing_make(2), true);
	cookie = ksync_get_state_synchronize_srcu(&domain);
	if (ksync__srcu_is_over(ksync__srcu_state(&domain), cookie))
		ksync__heap_free(old);
	else
		left = old;
}

static void waits_then_reads(int self)
{
	if (self)
		ksync_synchronize_srcu(&domain);
	replace_by_cookie(self);
}

/* Thread 2's grace period serves thread 0, and waits for thread 1. */
static void three(void)
{
	two();
	system_task_of(2);
}

static void others_grace_period(int self)
{
	if (self == 2)
		ksync_synchronize_srcu(&domain);
	else
		replace_by_cookie(self);
}

static const struct explore_test tests[] = {
	{ "replace", .threads = 2, .setup = two, .thread = replace,
	  .finish = end, .outcomes = "1|2" },
	{ "waits_then_reads", .threads = 2, .setup = two,
	  .thread = waits_then_reads, .finish = end, .outcomes = "1|2" },
	{ "others_grace_period", .threads = 3, .setup = three,
	  .thread = others_grace_period, .finish = end },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	system_is_bare();
	return system_main(argc, argv, tests);
}
