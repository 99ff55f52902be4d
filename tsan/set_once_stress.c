/* SPDX-License-Identifier: MIT */
#define INVARIANT "one thread sets it, and who finds it finds the whole value"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

#define WORDS 16

struct many {
	unsigned int of[WORDS]; /* plain */
};

KSYNC_DEFINE_SET_ONCE(many, struct many)

struct object {
	struct many_set_once many;
	ksync_atomic_t winners, users;
};

static struct object *object; /* relaxed; what it points to is published */
static unsigned int number;   /* by publish and await: of the object */

static void look(struct object *o)
{
	const struct many *m = many_set_once_get(&o->many);
	struct many mine;

	if (!m)
		return;
	for (int i = 1; i < WORDS; i++)
		stress_require(m->of[i] == m->of[0], "found half a value");
	stress_require(many_set_once_copy(&o->many, &mine), "unset again");
	stress_require(mine.of[0] == m->of[0], "a copy of another value");
}

static void object_make(unsigned int users)
{
	struct object *made = calloc(1, sizeof(*made));

	stress_require(made, "no memory");
	ksync_atomic_set(&made->users, (int)users);
	KSYNC_WRITE_ONCE(object, made);
}

static void object_end(struct object *o)
{
	stress_require(ksync_atomic_read(&o->winners) == 1, "not set by one");
	free(o);
}

static void rounds(struct stress_thread *self)
{
	unsigned int round = 0;
	struct many mine;

	for (int i = 0; i < WORDS; i++)
		mine.of[i] = self->index + 1;
	do {
		struct object *o;

		round++;
		if (self->index == 0) {
			object_make(self->threads);
			stress_publish(&number, round);
		}
		while (!stress_await(&number, round))
			;
		o = KSYNC_READ_ONCE(object);
		if (stress_chance(self, 2))
			look(o);
		if (many_set_once_populate(&o->many, mine))
			(void)ksync_atomic_fetch_add_relaxed(1, &o->winners);
		look(o);
		if (ksync_atomic_dec_and_test(&o->users))
			object_end(o);
	} while (stress_meet(self));
}

static void before(void)
{
	number = 0;
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "rounds",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = rounds },
		{ .name = NULL },
	};

	return stress_main("set_once", INVARIANT, scenes);
}
