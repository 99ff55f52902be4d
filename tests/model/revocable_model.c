/* SPDX-License-Identifier: MIT */
/*
 * Revocable: who gets the object may use it to the end of the access; it is
 * dropped once, after all accesses, and by the call that says so.
 */
#include <ksync/revocable.h>

#include "defer/srcu.h"
#include "system.h"
#if KSYNC_HAVE_RCU
#include <urcu/urcu-memb.h>
#endif

struct box {
	int value;
};

static int drops; /* whoever drops; then finish */

static void box_drop(struct box *b)
{
	b->value = -1;
	drops++;
}

KSYNC_DEFINE_SRCU_REVOCABLE(slow, struct box, box_drop)
static struct slow_revocable slow;

static void slow_make(int threads)
{
	system_tasks(threads);
	explore_name(&slow.revocable.available, "available");
	slow.data.value = 1;
	explore_assert(slow_revocable_init(&slow) == 0);
}

static void slow_two(void)
{
	slow_make(2);
}

static void slow_access(void)
{
	struct slow_access a = slow_revocable_try_access(&slow);

	explore_outcome("%d", a.object ? a.object->value : 0);
	slow_revocable_withdraw(&a);
}

static void slow_revoke(int self)
{
	if (self == 0)
		explore_assert(slow_revocable_revoke(&slow));
	else
		slow_access();
}

static void slow_revoke_both(int self)
{
	(void)self;
	if (slow_revocable_revoke(&slow))
		explore_outcome("%d", drops);
}

static void slow_dropped(void)
{
	explore_assert(drops == 1);
	explore_assert(!slow_revocable_revoke(&slow));
	slow_revocable_destroy(&slow);
	explore_assert(drops == 1);
}

#if KSYNC_HAVE_RCU
KSYNC_DEFINE_REVOCABLE(fast, struct box, box_drop)
static struct fast_revocable fast;

/* From here on the thread is registered, and reads inline. */
static void reader_make(int self)
{
	(void)self;
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
}

static void fast_make(int threads)
{
	urcu_names();
	explore_name(&fast.revocable.available, "available");
	system_tasks(threads);
	explore_as(threads - 1, reader_make);
	fast.data.value = 1;
	fast_revocable_init(&fast);
}

static void fast_two(void)
{
	fast_make(2);
}

static void fast_three(void)
{
	fast_make(3);
}

static void fast_access(void)
{
	struct fast_access a = fast_revocable_try_access(&fast);

	explore_outcome("%d", a.object ? a.object->value : 0);
	fast_revocable_withdraw(&a);
	explore_assert(!ksync_rcu_read_lock_held());
}

static void fast_revoke(int self)
{
	if (self == 0)
		explore_assert(fast_revocable_revoke(&fast));
	else
		fast_access();
}

static void fast_revoke_both(int self)
{
	(void)self;
	if (fast_revocable_revoke(&fast))
		explore_outcome("%d", drops);
}

/* Two revoke; who does waits for the third's access. */
static void fast_revoke_and_access(int self)
{
	if (self == 2)
		fast_access();
	else
		(void)fast_revocable_revoke(&fast);
}

static void fast_dropped(void)
{
	explore_assert(drops == 1);
	explore_assert(!fast_revocable_revoke(&fast));
	fast_revocable_destroy(&fast);
	explore_assert(drops == 1);
}
#endif

static const struct explore_test tests[] = {
#if KSYNC_HAVE_RCU
	{ "revoke", .threads = 2, .setup = fast_two, .thread = fast_revoke,
	  .finish = fast_dropped, .outcomes = "0|1" },
	{ "revoke_both", .threads = 2, .setup = fast_two,
	  .thread = fast_revoke_both, .finish = fast_dropped, .outcomes = "1" },
	{ "revoke_and_access", .threads = 3, .setup = fast_three,
	  .thread = fast_revoke_and_access, .finish = fast_dropped,
	  .outcomes = "0|1" },
#endif
	{ "srcu_revoke", .threads = 2, .setup = slow_two, .thread = slow_revoke,
	  .finish = slow_dropped, .outcomes = "0|1" },
	{ "srcu_revoke_both", .threads = 2, .setup = slow_two,
	  .thread = slow_revoke_both, .finish = slow_dropped, .outcomes = "1" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
