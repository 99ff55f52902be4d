/* SPDX-License-Identifier: MIT */
#define INVARIANT \
	"an object is released once, after everything that was done with it"

#include <stdlib.h>
#include <string.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_USERS 64

struct object {
	ksync_refcount_t refs;
	unsigned char used[MAX_USERS]; /* plain: each user's, then the end's */
};

static long alive; /* relaxed */

static void object_release(struct object *o)
{
	for (int i = 0; i < MAX_USERS; i++)
		stress_require(o->used[i] != 2, "released while in use");
	memset(o->used, 2, sizeof(o->used));
	free(o);
	(void)__atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
}

KSYNC_DEFINE_AREF(object, struct object, refs, object_release)

static struct object_aref *shared; /* relaxed; published, with the reference
				    * of each thread */
static unsigned int number;	   /* by publish and await: of the object */

static void object_make(unsigned int users)
{
	struct object *o = calloc(1, sizeof(*o));

	stress_require(o, "no memory");
	ksync_refcount_set(&o->refs, (int)users);
	(void)__atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
	KSYNC_WRITE_ONCE(shared, object_aref_from_raw(o));
}

/* Each gets more references and puts all; the last one releases. */
static void rounds(struct stress_thread *self)
{
	unsigned int me = self->index % MAX_USERS, round = 0;

	do {
		struct object_aref *mine;

		round++;
		if (self->index == 0) {
			object_make(self->threads);
			stress_publish(&number, round);
		}
		while (!stress_await(&number, round))
			;
		mine = KSYNC_READ_ONCE(shared);
		for (int i = 0; i < 4; i++) {
			struct object_aref *a ksync_free(object_aref) =
				object_aref_get(object_aref_data(mine));

			object_aref_data(a)->used[me] = 2;
			if (stress_chance(self, 4))
				stress_delay(self);
			object_aref_data(a)->used[me] = 1;
		}
		object_aref_put(mine);
	} while (stress_meet(self));
}

static void before(void)
{
	number = 0;
}

static void after(void)
{
	stress_require(alive == 0, "leaked, or released twice");
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "rounds",
		  .threads = 4,
		  .before = before,
		  .body = rounds,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("aref", INVARIANT, scenes);
}
