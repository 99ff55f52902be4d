/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                        \
	"threads that learn orders at once see whole classes, and each " \
	"circle is found once; what they count at once adds up"

#include <string.h>

#include <ksync/atomic.h>

#include "watch/chains.h"
#include "watch/lockdep.h"
#include "watch/stat_record.h"

#include "stress.h"

#define LOCKS 6
/* Classes are never freed, so their number has an end here. */
#define ROUNDS 3000

/* held.c is not here: nobody holds what may not nap. */
bool ksync__held_may_nap(void)
{
	return true;
}

static struct ksync__dep_map maps[ROUNDS][LOCKS];
static long circles[ROUNDS]; /* relaxed */

static void maps_make(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < LOCKS; i++) {
			struct ksync__dep_map *map = &maps[round][i];

			map->name = names[i];
			map->kind = KSYNC_KIND_MUTEX;
			map->key = &map->own;
		}
}

static struct ksync__held held_of(struct ksync__dep_map *map,
				  unsigned int subclass)
{
	struct ksync__held h = { .map = map, .kind = KSYNC_KIND_MUTEX };
	struct ksync__class_name name;

	h.class_id = ksync__class_of(map, subclass, NULL);
	stress_require(h.class_id, "no class");
	name = ksync__class_name(h.class_id);
	stress_require(strcmp(name.name, map->name) == 0, "another's name");
	stress_require(name.subclass == subclass, "another's subclass");
	return h;
}

/* One takes them up, one down: each of the neighbours makes a circle. */
static void learn(unsigned int round, bool up, unsigned int subclass)
{
	struct ksync__dep_map *map = maps[round];
	struct ksync__circle circle;

	for (int i = 0; i + 1 < LOCKS; i++) {
		struct ksync__held a = held_of(&map[up ? i : i + 1], subclass);
		struct ksync__held b = held_of(&map[up ? i + 1 : i], subclass);

		a.chain = ksync__chain_add(0, &a);
		b.chain = ksync__chain_add(a.chain, &b);
		if (!ksync__chain_known(b.chain) &&
		    ksync__chain_learn(&a, 1, &b, (int)up + 1, &circle))
			(void)__atomic_fetch_add(&circles[round], 1,
						 __ATOMIC_RELAXED);
	}
}

static void orders(struct stress_thread *self)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		if (!stress_meet(self))
			return;
		learn(round, self->index % 2, round % 3);
		if (!stress_meet(self))
			return;
		stress_require(__atomic_load_n(&circles[round],
					       __ATOMIC_RELAXED) == LOCKS - 1,
			       "a circle was missed or told twice");
	}
}

/* Both count the same class, of which there is no record yet. */
static void counts(struct stress_thread *self)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		ksync_u32 id = held_of(&maps[round][0], 0).class_id;
		struct ksync__stat_wait wait = { .processor = self->index,
						 .bounced = true,
						 .waited_at = maps,
						 .held_at = &maps[1] };
		struct ksync_lock_stat stat;

		if (!stress_meet(self))
			return;
		ksync__stat_waits(id, false, &wait);
		ksync__stat_taken(id, false, self->index, false, 10);
		ksync__stat_given(id, false, self->index, 5 + self->index);
		stress_require(ksync__stat_read(id, false, &stat),
			       "what was counted is not there");
		stress_require(strcmp(stat.name, maps[round][0].name) == 0,
			       "another's name");
		if (!stress_meet(self))
			return;
		stress_require(
			ksync__stat_read(id, false, &stat) &&
				stat.con_bounces == 2 && stat.wait.count == 2 &&
				stat.wait.total == 20 && stat.hold.min == 5 &&
				stat.hold.max == 6 && stat.waited[0].count == 2,
			"a count was lost");
	}
}

static const struct stress_scene scenes[] = {
	{ "orders", .threads = 2, .before = maps_make, .body = orders },
	{ "counts", .threads = 2, .before = maps_make, .body = counts },
	{ .name = NULL },
};

int main(void)
{
	return stress_main("lockdep", INVARIANT, scenes);
}
