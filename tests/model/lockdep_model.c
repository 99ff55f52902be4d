/* SPDX-License-Identifier: MIT */
/*
 * The order of locks: threads that learn at once make one class of a key, find
 * each circle once, and know only chains that are in the graph.
 */
#include <ksync/atomic.h>

#include "system.h"
#include "watch/chains.h"
#include "watch/lockdep.h"

/* held.c */
bool ksync__held_may_nap(void)
{
	return true;
}

static struct ksync__dep_map maps[3];
static ksync_atomic_t circles;

static void setup(int threads)
{
	static const char *const names[] = { "A", "B", "C" };

	for (int i = 0; i < 3; i++) {
		maps[i].name = names[i];
		maps[i].kind = KSYNC_KIND_MUTEX;
		maps[i].key = &maps[i].own;
	}
	explore_name(&maps[0].own, "class A");
	explore_name(&maps[1].own, "class B");
	system_tasks(threads);
}

static void two(void)
{
	setup(2);
}

static void three(void)
{
	setup(3);
}

static struct ksync__held held_of(int lock)
{
	struct ksync__held h = { .map = &maps[lock], .kind = KSYNC_KIND_MUTEX };

	h.class_id = ksync__class_of(h.map, 0, NULL);
	return h;
}

/* Take "first", then "then". */
static void take(int first, int then)
{
	struct ksync__held a = held_of(first);
	struct ksync__held b = held_of(then);
	struct ksync__circle circle;

	a.chain = ksync__chain_add(0, &a);
	b.chain = ksync__chain_add(a.chain, &b);
	if (ksync__chain_known(b.chain) ||
	    !ksync__chain_learn(&a, 1, &b, 1, &circle))
		return;
	(void)ksync_atomic_fetch_add_relaxed(1, &circles);
	explore_assert(circle.steps > 1);
	for (unsigned int n = 1; n < circle.steps; n++)
		explore_assert(circle.step[n].first.name ==
			       circle.step[n - 1].then.name);
}

static void against_each_other(int self)
{
	take(self, !self);
}

static void one_circle(void)
{
	explore_assert(ksync_atomic_read(&circles) == 1);
}

static void round_three(int self)
{
	take(self, (self + 1) % 3);
}

/* Both make the class, or find it made: what it is called is there. */
static void class_once(int self)
{
	ksync_u32 id = ksync__class_of(&maps[0], (unsigned int)self % 2, NULL);

	explore_assert(ksync__class_name(id).name[0] == 'A');
	explore_assert(ksync__class_name(id).subclass ==
		       (unsigned int)self % 2);
}

static void class_twice(int self)
{
	ksync_u32 id = ksync__class_of(&maps[0], 1, NULL);

	(void)self;
	explore_assert(ksync__class_name(id).name[0] == 'A');
	explore_assert(id == ksync__class_of(&maps[0], 1, NULL));
}

static void same(int self)
{
	(void)self;
	take(0, 1);
}

static void no_circle(void)
{
	explore_assert(ksync_atomic_read(&circles) == 0);
	explore_assert(maps[0].own.id != maps[1].own.id);
}

/* ---- readers ---- */

static void take_shared(int first, int then, unsigned char mode)
{
	struct ksync__held a = held_of(first);
	struct ksync__held b = held_of(then);
	struct ksync__circle circle;

	a.shared = SHARED_READERS;
	b.shared = mode;
	b.apart = mode == SHARED_RECURSIVE;
	a.chain = ksync__chain_add(0, &a);
	b.chain = ksync__chain_add(a.chain, &b);
	if (!ksync__chain_known(b.chain) &&
	    ksync__chain_learn(&a, 1, &b, 1, &circle))
		(void)ksync_atomic_fetch_add_relaxed(1, &circles);
}

/* Who may read again waits for no reader. */
static void readers_again(int self)
{
	take_shared(self, !self, SHARED_RECURSIVE);
}

/* Behind a writer that waits others do. */
static void readers(int self)
{
	take_shared(self, !self, SHARED_READERS);
}

static const struct explore_test tests[] = {
	{ "against_each_other", .threads = 2, .setup = two,
	  .thread = against_each_other, .finish = one_circle },
	{ "same", .threads = 2, .setup = two, .thread = same,
	  .finish = no_circle, .bound = 2 },
	{ "class", .threads = 2, .setup = two, .thread = class_once },
	{ "subclass", .threads = 2, .setup = two, .thread = class_twice },
	{ "round_three", .threads = 3, .setup = three, .thread = round_three,
	  .finish = one_circle, .bound = 3 },
	{ "readers_again", .threads = 2, .setup = two, .thread = readers_again,
	  .finish = no_circle, .bound = 2 },
	{ "readers", .threads = 2, .setup = two, .thread = readers,
	  .finish = one_circle, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
