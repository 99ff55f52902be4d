/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                             \
	"of all who call one thread initialises, all others see what it did " \
	"and so does who tries again; who has seen it done may free it"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

struct object {
	ksync_once_t once;
	unsigned long filled;	/* plain, what is initialised */
	unsigned long attempts; /* plain: each sees those before */
	ksync_atomic_t users;
};

static struct object *object; /* relaxed; what it points to is published */
static unsigned int number;   /* by publish and await: of the object */

static struct object *object_make(unsigned int users)
{
	struct object *made = calloc(1, sizeof(*made));

	if (!made)
		stress_broken("no memory");
	ksync_once_init(&made->once);
	ksync_atomic_set(&made->users, (int)users);
	return made;
}

/* Some attempts fail. */
static void call_it(struct stress_thread *self, struct object *o)
{
	while (ksync_once_begin(&o->once)) {
		stress_require(!o->filled, "initialised twice");
		o->attempts++;
		if (stress_chance(self, 4))
			stress_delay(self);
		if (stress_chance(self, 3)) {
			ksync_once_abandon(&o->once);
			continue;
		}
		o->filled = o->attempts;
		ksync_once_end(&o->once);
		break;
	}
	stress_require(o->filled && o->filled == o->attempts,
		       "not initialised, and told so");
}

static void look_at(struct object *o)
{
	if (ksync_once_is_done(&o->once))
		stress_require(o->filled == o->attempts,
			       "not initialised, and seen to be");
}

static void rounds(struct stress_thread *self)
{
	unsigned int round = 0;

	do {
		struct object *o;

		round++;
		if (self->index == 0) {
			KSYNC_WRITE_ONCE(object, object_make(self->threads));
			stress_publish(&number, round);
		}
		/* It is made for all of them, also when time is over. */
		while (!stress_await(&number, round))
			;
		o = KSYNC_READ_ONCE(object);
		if (stress_chance(self, 4))
			stress_delay(self);
		if (stress_chance(self, 4))
			look_at(o);
		call_it(self, o);
		if (ksync_atomic_dec_and_test(&o->users))
			free(o);
	} while (stress_meet(self));
}

static void before_rounds(void)
{
	number = 0;
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "rounds",
		  .threads = 4,
		  .any_number = true,
		  .before = before_rounds,
		  .body = rounds },
		{ .name = "pair",
		  .threads = 2,
		  .before = before_rounds,
		  .body = rounds },
		{ .name = "many",
		  .threads = 32,
		  .before = before_rounds,
		  .body = rounds },
		{ .name = NULL },
	};

	return stress_main("once", INVARIANT, scenes);
}
