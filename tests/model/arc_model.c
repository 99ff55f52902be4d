/* SPDX-License-Identifier: MIT */
/*
 * Arc: the object ends once, after all uses; a weak reference finds the whole
 * object or none; the memory goes when nobody looks at it any more.
 */
#include <ksync/arc.h>

#include "system.h"

struct object {
	int value;
	int used[EXPLORE_THREADS]; /* each thread's own */
};

static int dropped;

static void object_drop(struct object *o)
{
	explore_assert(o->value == 7);
	o->value = 0;
	dropped++;
}

KSYNC_DEFINE_ARC(object, struct object, object_drop)

static struct object_arc *arc[EXPLORE_THREADS];
static struct object_weak *weak[EXPLORE_THREADS];
static struct object_unique *unique;

static void make(int shared, int weaks)
{
	unique = object_unique_new();
	explore_name(&unique->a.arc.strong, "strong");
	explore_name(&unique->a.arc.weak, "weak");
	object_unique_data(unique)->value = 7;
	if (!shared)
		return;
	arc[0] = object_unique_share(unique);
	for (int i = 1; i < shared; i++)
		arc[i] = object_arc_get(arc[0]);
	for (int i = 0; i < weaks; i++)
		weak[shared + i] = object_arc_downgrade(arc[0]);
}

static void two_shared(void)
{
	make(2, 0);
}

static void three_shared(void)
{
	make(3, 0);
}

static void one_and_weak(void)
{
	make(1, 1);
}

static void two_and_weak(void)
{
	make(2, 1);
}

static void one_and_two_weak(void)
{
	make(1, 2);
}

static void dropped_once(void)
{
	explore_assert(dropped == 1);
}

static void use(struct object_arc *a, int self)
{
	explore_assert(object_arc_data(a)->value == 7);
	object_arc_data(a)->used[self]++;
	object_arc_put(a);
}

/* Strong references are used and put; weak ones upgraded, used, and put. */
static void use_all(int self)
{
	struct object_arc *a;

	if (arc[self])
		use(arc[self], self);
	if (!weak[self])
		return;
	a = object_weak_upgrade(weak[self]);
	explore_outcome("%d", a != NULL);
	if (a)
		use(a, self);
	object_weak_put(weak[self]);
}

/* Who turns out to have the last reference changes the object in peace. */
static void unique_or_put(int self)
{
	struct object_unique *u;

	if (!arc[self]) {
		use_all(self);
		return;
	}
	object_arc_data(arc[self])->used[self]++;
	u = object_arc_into_unique_or_put(arc[self]);
	if (!u)
		return;
	object_unique_data(u)->value = 1;
	object_unique_data(u)->value = 7;
	object_unique_put(u);
}

/* A weak reference outlives the first sharing; it finds the second whole. */
static void share_again(int self)
{
	struct object_unique *u;
	struct object_arc *a;

	if (self) {
		a = object_weak_upgrade(weak[self]);
		explore_outcome("%d", a != NULL);
		if (a)
			use(a, self);
		object_weak_put(weak[self]);
		return;
	}
	u = object_arc_into_unique_or_put(arc[0]);
	if (!u)
		return;
	object_unique_data(u)->value = 1;
	object_unique_data(u)->value = 7;
	use(object_unique_share(u), 0);
}

static const struct explore_test tests[] = {
	{ "put", .threads = 2, .setup = two_shared, .thread = use_all,
	  .finish = dropped_once },
	{ "upgrade", .threads = 2, .setup = one_and_weak, .thread = use_all,
	  .finish = dropped_once, .outcomes = "0|1" },
	{ "unique", .threads = 2, .setup = two_shared, .thread = unique_or_put,
	  .finish = dropped_once },
	{ "unique_weak", .threads = 2, .setup = one_and_weak,
	  .thread = unique_or_put, .finish = dropped_once, .outcomes = "0|1" },
	{ "share_again", .threads = 2, .setup = one_and_weak,
	  .thread = share_again, .finish = dropped_once, .outcomes = "0|1" },
	{ "three_put", .threads = 3, .setup = three_shared, .thread = use_all,
	  .finish = dropped_once },
	{ "three_upgrade", .threads = 3, .setup = two_and_weak,
	  .thread = use_all, .finish = dropped_once, .outcomes = "0|1" },
	{ "three_two_weak", .threads = 3, .setup = one_and_two_weak,
	  .thread = use_all, .finish = dropped_once, .outcomes = "00|10|11" },
	{ "three_unique", .threads = 3, .setup = two_and_weak,
	  .thread = unique_or_put, .finish = dropped_once, .outcomes = "0|1" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
