/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"an object is dropped once, after all that its holders did, and a " \
	"weak reference finds it complete or not at all"

#include <ksync/ksync.h>

#include "stress.h"

#define HOLDERS 4

struct thing {
	unsigned long notes[HOLDERS]; /* plain: each holder writes its own */
	unsigned long born;	      /* plain: written while unique */
};

static unsigned long drops; /* relaxed */
static unsigned long made;  /* relaxed */

static void thing_drop(struct thing *t)
{
	unsigned long sum = 0;

	for (int i = 0; i < HOLDERS; i++)
		sum += t->notes[i];
	stress_require(sum <= HOLDERS, "a dropped object is not whole");
	t->born = 0;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&drops);
}

KSYNC_DEFINE_ARC(thing, struct thing, thing_drop)

static struct thing_arc *given[HOLDERS]; /* relaxed; see round_of */
static unsigned int round_of[HOLDERS];
static struct thing_weak *weak;

static void before(void)
{
	for (int i = 0; i < HOLDERS; i++)
		round_of[i] = 0;
	drops = 0;
	made = 0;
}

static void after(void)
{
	stress_require(drops == made, "an object leaked or was dropped twice");
}

static struct thing_arc *thing_made(unsigned long born)
{
	struct thing_unique *u = thing_unique_new();

	stress_require(u, "no memory");
	thing_unique_data(u)->born = born;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&made);
	return thing_unique_share(u);
}

/* Thread 0 makes an object for all; each notes something and puts it. */
static void holders(struct stress_thread *self)
{
	struct thing_arc *a;
	unsigned int n = 0;

	do {
		n++;
		if (self->index == 0) {
			a = thing_made(n);
			for (unsigned int i = 1; i < self->threads; i++) {
				KSYNC_WRITE_ONCE(given[i], thing_arc_get(a));
				stress_publish(&round_of[i], n);
			}
		} else {
			/* It comes, if only after the time is over. */
			while (!stress_await(&round_of[self->index], n))
				continue;
			a = KSYNC_READ_ONCE(given[self->index]);
		}
		thing_arc_data(a)->notes[self->index] = 1;
		if (stress_chance(self, 4))
			stress_delay(self);
		if (stress_chance(self, 4))
			thing_unique_put(thing_arc_into_unique_or_put(a));
		else
			thing_arc_put(a);
	} while (stress_meet(self));
}

/*
 * One thread takes its object back, changes it and shares it again; the others
 * reach it through a weak reference alone.
 */
static void before_weak(void)
{
	struct thing_arc *a;

	before();
	a = thing_made(1);
	weak = thing_arc_downgrade(a);
	given[0] = a;
}

static void after_weak(void)
{
	thing_arc_put(given[0]);
	stress_require(!thing_weak_upgrade(weak), "a dead object came back");
	thing_weak_put(weak);
	after();
}

static void reshare(struct stress_thread *self)
{
	struct thing_arc *a = given[0];

	while (stress_on(self)) {
		struct thing_unique *u = thing_arc_into_unique_or_put(a);

		if (u) {
			thing_unique_data(u)->born++;
			if (stress_chance(self, 8))
				stress_delay(self);
			a = thing_unique_share(u);
			continue;
		}
		/* Somebody else has it now, and may drop it. */
		a = thing_weak_upgrade(weak);
		if (!a)
			break;
	}
	given[0] = a;
}

static void visit(struct stress_thread *self)
{
	while (stress_on(self)) {
		struct thing_arc *a = thing_weak_upgrade(weak);

		if (!a)
			continue;
		stress_require(thing_arc_data(a)->born > 0,
			       "an upgrade found an object that is not shared");
		if (stress_chance(self, 8))
			stress_delay(self);
		thing_arc_put(a);
	}
}

static void weakly(struct stress_thread *self)
{
	if (self->index == 0)
		reshare(self);
	else
		visit(self);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "holders",
		  .threads = HOLDERS,
		  .before = before,
		  .body = holders,
		  .after = after },
		{ .name = "pair",
		  .threads = 2,
		  .before = before,
		  .body = holders,
		  .after = after },
		{ .name = "weak",
		  .threads = 3,
		  .before = before_weak,
		  .body = weakly,
		  .after = after_weak },
		{ .name = NULL },
	};

	return stress_main("arc", INVARIANT, scenes);
}
