/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"who gets the object uses it until it is withdrawn; it is dropped " \
	"once, after that"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

#define USERS 4

struct box {
	int drops;	  /* plain: users read it, the drop writes it */
	int users[USERS]; /* plain: each user's own, then the drop's */
};

static void box_drop(struct box *b)
{
	for (int i = 0; i < USERS; i++)
		stress_require(!b->users[i], "dropped while in use");
	b->drops++;
}

#if KSYNC_HAVE_RCU
KSYNC_DEFINE_REVOCABLE(fast, struct box, box_drop)
#endif
KSYNC_DEFINE_SRCU_REVOCABLE(slow, struct box, box_drop)

static unsigned int number; /* by publish and await: of the object */

static void before(void)
{
	number = 0;
}

/* Rounds: all try to access an object, two revoke it, the last one ends it. */
#define SCENE(name, sleeps)                                                  \
	struct name {                                                        \
		struct name##_revocable it;                                  \
		ksync_atomic_t left;                                         \
	};                                                                   \
	static struct name *name##_object; /* relaxed, published */          \
                                                                             \
	static void name##_make(struct stress_thread *self)                  \
	{                                                                    \
		struct name *made = calloc(1, sizeof(*made));                \
                                                                             \
		stress_require(made &&name##_revocable_init(&made->it) == 0, \
			       "no memory");                                 \
		ksync_atomic_set(&made->left, (int)self->threads);           \
		KSYNC_WRITE_ONCE(name##_object, made);                       \
	}                                                                    \
	static void name##_use(struct stress_thread *self, struct name *o)   \
	{                                                                    \
		KSYNC_CLASS(name##_access, a)(&o->it);                       \
                                                                             \
		if (!a.object)                                               \
			return;                                              \
		a.object->users[self->index] = 1;                            \
		stress_require(!a.object->drops, "got a dropped one");       \
		if (sleeps)                                                  \
			stress_delay(self);                                  \
		a.object->users[self->index] = 0;                            \
	}                                                                    \
	static void name##_end(struct name *o)                               \
	{                                                                    \
		stress_require(name##_revocable_data(&o->it)->drops == 1,    \
			       "dropped by none, or by two");                \
		name##_revocable_destroy(&o->it);                            \
		stress_require(name##_revocable_data(&o->it)->drops == 1,    \
			       "dropped again");                             \
		free(o);                                                     \
	}                                                                    \
	static void name##_rounds(struct stress_thread *self)                \
	{                                                                    \
		unsigned int round = 0;                                      \
                                                                             \
		do {                                                         \
			struct name *o;                                      \
                                                                             \
			round++;                                             \
			if (self->index == 0) {                              \
				name##_make(self);                           \
				stress_publish(&number, round);              \
			}                                                    \
			while (!stress_await(&number, round))                \
				;                                            \
			o = KSYNC_READ_ONCE(name##_object);                  \
			for (int i = 0; i < 4; i++)                          \
				name##_use(self, o);                         \
			if (self->index < 2) {                               \
				if (stress_chance(self, 2))                  \
					stress_delay(self);                  \
				(void)name##_revocable_revoke(&o->it);       \
			}                                                    \
			name##_use(self, o);                                 \
			if (ksync_atomic_dec_and_test(&o->left))             \
				name##_end(o);                               \
		} while (stress_meet(self));                                 \
	}

#if KSYNC_HAVE_RCU
SCENE(fast, false)
#endif
SCENE(slow, true)

int main(void)
{
	static const struct stress_scene scenes[] = {
#if KSYNC_HAVE_RCU
		{ .name = "rcu",
		  .threads = USERS,
		  .before = before,
		  .body = fast_rounds },
#endif
		{ .name = "srcu",
		  .threads = USERS,
		  .before = before,
		  .body = slow_rounds },
		{ .name = NULL },
	};

	return stress_main("revocable", INVARIANT, scenes);
}
