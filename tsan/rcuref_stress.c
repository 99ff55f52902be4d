/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                             \
	"an object that was got in a reader can be used until it is put, it " \
	"ends once, after its last user, and a saturated count ends nothing"

#include <stdlib.h>
#include <string.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_USERS 256
#define SLOTS 2

struct object {
	ksync_rcuref_t refs;
	ksync_rcu_head_t rcu;
	int listed;	      /* relaxed: the table has one of the references */
	struct object **slot; /* read-only */
	unsigned char used[MAX_USERS]; /* plain: each user's, then the end's */
};

static struct object *table[SLOTS];
static long alive; /* relaxed: objects not ended */

static struct object *object_make(struct object **slot)
{
	struct object *object = calloc(1, sizeof(*object));

	stress_require(object, "no memory");
	ksync_rcuref_init(&object->refs, 1);
	object->listed = 1;
	object->slot = slot;
	(void)__atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
	return object;
}

static void object_free(ksync_rcu_head_t *head)
{
	struct object *object = ksync_container_of(head, struct object, rcu);

	memset(object, 0xee, sizeof(*object));
	free(object);
}

/* It ends once, and another one comes into its slot. */
static void object_end(struct object *object)
{
	for (int i = 0; i < MAX_USERS; i++)
		stress_require(object->used[i] <= 1, "ended while in use");
	object->used[0] = 3;
	(void)__atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
	ksync_rcu_assign_pointer(*object->slot, object_make(object->slot));
	ksync_call_rcu(&object->rcu, object_free);
}

static void put(struct stress_thread *self, struct object *object)
{
	bool last;

	if (stress_chance(self, 2)) {
		last = ksync_rcuref_put(&object->refs);
	} else {
		ksync_guard(rcu)();
		last = ksync_rcuref_put_rcusafe(&object->refs);
	}
	if (last)
		object_end(object);
}

/* The object in the slot, for one user more; NULL if it is dead already. */
static struct object *find(struct object **slot)
{
	struct object *object;

	ksync_guard(rcu)();
	object = ksync_rcu_dereference(*slot);
	return ksync_rcuref_get(&object->refs) ? object : NULL;
}

/*
 * The table's reference goes; from then on the users decide when the object
 * ends, and it may be without references and got again.
 */
static void unlist(struct stress_thread *self, struct object **slot)
{
	struct object *object;

	ksync_guard(rcu)();
	object = ksync_rcu_dereference(*slot);
	if (__atomic_exchange_n(&object->listed, 0, __ATOMIC_RELAXED))
		put(self, object);
}

static void objects(struct stress_thread *self)
{
	struct object **slot, *object;

	while (stress_on(self)) {
		slot = &table[stress_random(self, SLOTS)];
		if (stress_chance(self, 4))
			unlist(self, slot);
		object = find(slot);
		if (!object)
			continue;
		if (stress_chance(self, 4)) {
			stress_require(ksync_rcuref_get(&object->refs),
				       "died while in use");
			put(self, object);
		}
		object->used[self->index] = 2;
		stress_delay(self);
		object->used[self->index] = 1;
		put(self, object);
	}
}

static void before(void)
{
	for (int i = 0; i < SLOTS; i++)
		table[i] = object_make(&table[i]);
}

static void after(void)
{
	ksync_rcu_barrier();
	for (int i = 0; i < SLOTS; i++) {
		stress_require(ksync_rcuref_put(&table[i]->refs),
			       "an object has a reference too many");
		object_free(&table[i]->rcu);
		alive--;
	}
	stress_require(alive == 0, "an object leaked, or ended twice");
}

/* Whatever is done to a saturated count, it stays so and nobody is last. */
static ksync_rcuref_t full;

static void not_interested(const struct ksync_report *report)
{
	(void)report;
}

static void before_saturated(void)
{
	(void)ksync_report_hook_set(not_interested);
	ksync_rcuref_init(&full, KSYNC_RCUREF_MAXREF + 1u);
	stress_require(ksync_rcuref_get(&full), "got none of a full count");
}

static void saturated(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (stress_chance(self, 2))
			stress_require(ksync_rcuref_get(&full),
				       "a saturated count looks dead");
		else
			stress_require(!ksync_rcuref_put(&full),
				       "a saturated count has ended");
		stress_require(ksync_rcuref_read(&full) > KSYNC_RCUREF_MAXREF,
			       "left the saturated zone");
	}
}

static void after_saturated(void)
{
	(void)ksync_report_hook_set(NULL);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "objects",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = objects,
		  .after = after },
		{ .name = "saturated",
		  .threads = 4,
		  .any_number = true,
		  .before = before_saturated,
		  .body = saturated,
		  .after = after_saturated },
		{ .name = NULL },
	};

	return stress_main("rcuref", INVARIANT, scenes);
}
