/* SPDX-License-Identifier: MIT */
/*
 * SetOnce: one of all sets it; who finds it set finds the whole value.
 */
#include <ksync/set_once.h>

#include "system.h"

struct pair {
	int a, b;
};

KSYNC_DEFINE_SET_ONCE(pair, struct pair)

static struct pair_set_once once;
static int winners[EXPLORE_THREADS]; /* each thread's own */

static void setup(void)
{
	explore_name(&once.once.state, "state");
}

static void populate(int self)
{
	struct pair mine = { self + 1, self + 1 };

	winners[self] = pair_set_once_populate(&once, mine);
}

static void look(void)
{
	const struct pair *p = pair_set_once_get(&once);
	struct pair mine;

	if (p)
		explore_assert(p->a && p->a == p->b);
	if (pair_set_once_copy(&once, &mine))
		explore_assert(mine.a && mine.a == mine.b);
	else
		explore_assert(!p);
	explore_outcome("%d", p != NULL);
}

static void populate_or_look(int self)
{
	if (self == 0)
		populate(self);
	else
		look();
}

static void populate_and_look(int self)
{
	populate(self);
	look();
}

static void two_populate(int self)
{
	if (self == 2)
		look();
	else
		populate(self);
}

static void one_has(void)
{
	int sum = 0;

	for (int i = 0; i < EXPLORE_THREADS; i++)
		sum += winners[i];
	explore_assert(sum == 1);
	explore_assert(pair_set_once_get(&once) != NULL);
	explore_assert(!pair_set_once_populate(&once, (struct pair){ 9, 9 }));
	explore_assert(pair_set_once_get(&once)->a != 9);
}

static const struct explore_test tests[] = {
	{ "populate", .threads = 2, .setup = setup, .thread = populate_or_look,
	  .finish = one_has, .outcomes = "0|1" },
	{ "populate_and_look", .threads = 2, .setup = setup,
	  .thread = populate_and_look, .finish = one_has },
	{ "two_populate", .threads = 3, .setup = setup, .thread = two_populate,
	  .finish = one_has, .outcomes = "0|1" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
