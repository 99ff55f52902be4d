/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                             \
	"it is as if the lock had been taken: who holds it has the count to " \
	"itself, who puts the last reference sees all that others did, and "  \
	"who gets one sees what was done under the lock"

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_USERS 256

static ksync_lockref_t ref;
static unsigned char used[MAX_USERS]; /* plain: its user's, then the last's */
static unsigned int round_of_all;     /* plain: the last's, then the users' */

static void before(void)
{
	ksync_lockref_init(&ref);
	ref.count = 0;
	for (int i = 0; i < MAX_USERS; i++)
		used[i] = 0;
}

/* Under the lock, with the only reference. */
static void alone(struct stress_thread *self)
{
	for (unsigned int i = 0; i < self->threads; i++) {
		stress_require(used[i] <= 1, "the last is not the last");
		used[i] = 0;
	}
	round_of_all++;
	stress_require(KSYNC_READ_ONCE(ref.count) == 1,
		       "the count changes under the lock");
	KSYNC_WRITE_ONCE(ref.count, 0);
}

static void users(struct stress_thread *self)
{
	unsigned int round;

	while (stress_on(self)) {
		if (!ksync_lockref_get_not_dead(&ref))
			stress_broken("nobody marks it dead");
		round = round_of_all;
		used[self->index] = 2;
		if (stress_chance(self, 4)) {
			ksync_lockref_get(&ref);
			stress_require(ksync_lockref_put_not_zero(&ref),
				       "one of two references is the last");
		}
		stress_delay(self);
		stress_require(round == round_of_all, "ended while in use");
		used[self->index] = 1;
		if (!ksync_lockref_put_or_lock(&ref)) {
			alone(self);
			ksync_spin_unlock(&ref.lock);
		}
	}
}

static void after(void)
{
	stress_require(ref.count == 0, "a reference is left");
}

/*
 * Each holder writes its part of an object and puts its reference, by the word
 * or under the lock. Who finds that none is left looks at all parts.
 */
#define HOLDERS 4
static unsigned int parts[HOLDERS]; /* plain: its holder's, then the last's */
static unsigned int object;	    /* by publish and await: its number */

static void before_puts(void)
{
	ksync_lockref_init(&ref);
	ref.count = HOLDERS;
	object = 1;
}

static int put(struct stress_thread *self)
{
	int left = -1;

	if (!stress_chance(self, 4))
		left = ksync_lockref_put_return(&ref);
	if (left >= 0)
		return left;
	ksync_spin_lock(&ref.lock);
	left = KSYNC_READ_ONCE(ref.count) - 1;
	KSYNC_WRITE_ONCE(ref.count, left);
	ksync_spin_unlock(&ref.lock);
	return left;
}

static void puts_race(struct stress_thread *self)
{
	for (unsigned int number = 1; stress_await(&object, number); number++) {
		parts[self->index] = number;
		stress_delay(self);
		if (put(self) == 0) {
			for (int i = 0; i < HOLDERS; i++) {
				stress_require(parts[i] == number,
					       "a holder was not done");
				parts[i] = 0;
			}
			stress_require(!ksync_lockref_get_not_zero(&ref),
				       "a reference from none");
			ksync_spin_lock(&ref.lock);
			KSYNC_WRITE_ONCE(ref.count, HOLDERS);
			ksync_spin_unlock(&ref.lock);
			stress_publish(&object, number + 1);
		}
		(void)stress_on(self);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "users",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = users,
		  .after = after },
		{ .name = "puts-race",
		  .threads = HOLDERS,
		  .before = before_puts,
		  .body = puts_race },
		{ .name = NULL },
	};

	return stress_main("lockref", INVARIANT, scenes);
}
