/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                          \
	"an object that is found in a table can be used until it is put, " \
	"and it ends once, after its last user, no longer in the table"

#include <stdlib.h>
#include <string.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_USERS 256
#define SLOTS 2

struct object {
	ksync_kref_t refs;    /* a scene counts in this one, */
	ksync_atomic_t users; /* or in this one */
	struct object **slot; /* read-only; the slot is under the lock */
	unsigned char used[MAX_USERS]; /* plain: each user's, then the end's */
};

static ksync_mutex_t table_mutex = KSYNC_MUTEX_INIT;
static ksync_spinlock_t table_spinlock = KSYNC_SPINLOCK_INIT;
static struct object *table[SLOTS]; /* under the scene's lock */
static long alive;		    /* relaxed: objects not ended */

static struct object *object_make(struct object **slot)
{
	struct object *object = calloc(1, sizeof(*object));

	if (!object)
		stress_broken("no memory");
	ksync_kref_init(&object->refs);
	ksync_atomic_set(&object->users, 1);
	object->slot = slot;
	(void)__atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
	return object;
}

static void object_free(struct object *object)
{
	for (int i = 0; i < MAX_USERS; i++)
		stress_require(object->used[i] <= 1, "ended while in use");
	memset(object, 0xee, sizeof(*object));
	free(object);
	(void)__atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
}

static struct object *object_of(ksync_kref_t *kref)
{
	return ksync_container_of(kref, struct object, refs);
}

/* How a scene locks its table, and counts the users of what is in it. */
struct ways {
	void (*lock)(void);
	void (*unlock)(void);
	bool (*get)(struct object *object); /* under the lock */
	void (*put)(struct object *object);
	bool dead_in_table; /* an object without users may be found */
};

static void lock_mutex(void)
{
	ksync_mutex_lock(&table_mutex);
}

static void unlock_mutex(void)
{
	ksync_mutex_unlock(&table_mutex);
}

static void lock_spinlock(void)
{
	ksync_spin_lock(&table_spinlock);
}

static void unlock_spinlock(void)
{
	ksync_spin_unlock(&table_spinlock);
}

static bool get_kref(struct object *object)
{
	return ksync_kref_get_unless_zero(&object->refs);
}

static void end_in_mutex(ksync_kref_t *kref)
{
	struct object *object = object_of(kref);

	*object->slot = NULL;
	ksync_mutex_unlock(&table_mutex);
	object_free(object);
}

static void put_kref_mutex(struct object *object)
{
	(void)ksync_kref_put_mutex(&object->refs, end_in_mutex, &table_mutex);
}

static void end_in_spinlock(ksync_kref_t *kref)
{
	struct object *object = object_of(kref);

	*object->slot = NULL;
	ksync_spin_unlock(&table_spinlock);
	object_free(object);
}

static void put_kref_spinlock(struct object *object)
{
	(void)ksync_kref_put_lock(&object->refs, end_in_spinlock,
				  &table_spinlock);
}

static void end_late(ksync_kref_t *kref)
{
	struct object *object = object_of(kref);

	ksync_scoped_guard(mutex, &table_mutex)
		*object->slot = NULL;
	object_free(object);
}

static void put_kref(struct object *object)
{
	(void)ksync_kref_put(&object->refs, end_late);
}

static bool get_count(struct object *object)
{
	return ksync_atomic_inc_return_relaxed(&object->users) > 1;
}

static void put_count_mutex(struct object *object)
{
	if (!ksync_atomic_dec_and_mutex_lock(&object->users, &table_mutex))
		return;
	*object->slot = NULL;
	ksync_mutex_unlock(&table_mutex);
	object_free(object);
}

static void put_count_spinlock(struct object *object)
{
	if (!ksync_atomic_dec_and_lock(&object->users, &table_spinlock))
		return;
	*object->slot = NULL;
	ksync_spin_unlock(&table_spinlock);
	object_free(object);
}

/* The object in the slot, for one user more; NULL if it is just ending. */
static struct object *find(const struct ways *ways, struct object **slot)
{
	struct object *object;

	ways->lock();
	object = *slot;
	if (!object) {
		object = object_make(slot);
		*slot = object;
	} else if (!ways->get(object)) {
		stress_require(ways->dead_in_table, "found a dead object");
		object = NULL;
	}
	ways->unlock();
	return object;
}

static void use_objects(struct stress_thread *self, const struct ways *ways)
{
	struct object *object;

	while (stress_on(self)) {
		object = find(ways, &table[stress_random(self, SLOTS)]);
		if (!object)
			continue;
		if (stress_chance(self, 4)) {
			stress_require(ways->get(object), "died while in use");
			ways->put(object);
		}
		object->used[self->index] = 2;
		stress_delay(self);
		object->used[self->index] = 1;
		ways->put(object);
	}
}

static void put_mutex(struct stress_thread *self)
{
	static const struct ways ways = { lock_mutex, unlock_mutex, get_kref,
					  put_kref_mutex, false };

	use_objects(self, &ways);
}

static void put_lock(struct stress_thread *self)
{
	static const struct ways ways = { lock_spinlock, unlock_spinlock,
					  get_kref, put_kref_spinlock, false };

	use_objects(self, &ways);
}

static void put(struct stress_thread *self)
{
	static const struct ways ways = { lock_mutex, unlock_mutex, get_kref,
					  put_kref, true };

	use_objects(self, &ways);
}

static void count_mutex(struct stress_thread *self)
{
	static const struct ways ways = { lock_mutex, unlock_mutex, get_count,
					  put_count_mutex, false };

	use_objects(self, &ways);
}

static void count_lock(struct stress_thread *self)
{
	static const struct ways ways = { lock_spinlock, unlock_spinlock,
					  get_count, put_count_spinlock,
					  false };

	use_objects(self, &ways);
}

static void after(void)
{
	stress_require(alive == 0, "an object leaked, or ended twice");
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "put_mutex",
		  .threads = 4,
		  .any_number = true,
		  .body = put_mutex,
		  .after = after },
		{ .name = "put_lock",
		  .threads = 4,
		  .any_number = true,
		  .body = put_lock,
		  .after = after },
		{ .name = "put",
		  .threads = 4,
		  .any_number = true,
		  .body = put,
		  .after = after },
		{ .name = "count_mutex",
		  .threads = 4,
		  .any_number = true,
		  .body = count_mutex,
		  .after = after },
		{ .name = "count_lock",
		  .threads = 4,
		  .any_number = true,
		  .body = count_lock,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("kref", INVARIANT, scenes);
}
