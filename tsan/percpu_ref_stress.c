/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                              \
	"an object ends once, after the last of those who got it, and nobody " \
	"gets it alive after its kill was confirmed"

#include <stdlib.h>
#include <string.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_USERS 256

struct object {
	ksync_percpu_ref_t refs;
	unsigned int deaths;	       /* relaxed; odd: it is dead for all */
	unsigned char used[MAX_USERS]; /* plain: each user's, then the end's */
};

static struct object object; /* one after another in the same memory */
static unsigned int ended;

/* It is complete when all users are gone. */
static void object_end(ksync_percpu_ref_t *refs)
{
	struct object *o = ksync_container_of(refs, struct object, refs);

	for (int i = 0; i < MAX_USERS; i++)
		stress_require(o->used[i] <= 1, "ended while in use");
	memset(o->used, 0, sizeof(o->used));
	stress_publish(&ended, 1);
}

static void object_make(void)
{
	stress_require(!ksync_percpu_ref_init(&object.refs, object_end,
					      KSYNC_PERCPU_REF_ALLOW_REINIT),
		       "no memory");
}

static void confirm(ksync_percpu_ref_t *refs)
{
	(void)refs;
	__atomic_store_n(&object.deaths, object.deaths + 1, __ATOMIC_RELAXED);
}

static void use(struct stress_thread *self)
{
	unsigned int deaths = __atomic_load_n(&object.deaths, __ATOMIC_RELAXED);

	if (!ksync_percpu_ref_tryget_live(&object.refs))
		return;
	stress_require(deaths % 2 == 0 ||
			       deaths != __atomic_load_n(&object.deaths,
							 __ATOMIC_RELAXED),
		       "got alive after the kill");
	object.used[self->index] = 2;
	if (stress_chance(self, 4)) {
		ksync_percpu_ref_get(&object.refs);
		stress_delay(self);
		ksync_percpu_ref_put(&object.refs);
	}
	object.used[self->index] = 1;
	ksync_percpu_ref_put(&object.refs);
}

/* Thread 0 switches, kills, and makes it alive again. */
static void lives(struct stress_thread *self)
{
	if (self->index) {
		while (stress_on(self))
			use(self);
		return;
	}
	while (stress_on(self)) {
		if (stress_chance(self, 3)) {
			ksync_percpu_ref_switch_to_atomic(&object.refs, NULL);
			stress_delay(self);
			ksync_percpu_ref_switch_to_percpu(&object.refs);
		}
		stress_delay(self);
		ksync_percpu_ref_kill_and_confirm(&object.refs, confirm);
		if (!stress_await(&ended, 1))
			return;
		stress_publish(&ended, 0);
		stress_require(ksync_percpu_ref_is_zero(&object.refs),
			       "ended with references");
		__atomic_store_n(&object.deaths, object.deaths + 1,
				 __ATOMIC_RELAXED);
		ksync_percpu_ref_reinit(&object.refs);
	}
}

static void after(void)
{
	if (!ksync_percpu_ref_is_dying(&object.refs))
		ksync_percpu_ref_kill(&object.refs);
	stress_require(ksync_percpu_ref_is_zero(&object.refs),
		       "a reference was lost");
	ksync_percpu_ref_exit(&object.refs);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "lives",
		  .threads = 4,
		  .any_number = true,
		  .before = object_make,
		  .body = lives,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("percpu_ref", INVARIANT, scenes);
}
