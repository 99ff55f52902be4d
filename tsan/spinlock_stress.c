/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                       \
	"one thread at a time is in the section, it sees what the one " \
	"before it wrote, and unlock is the last access to the lock"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

static ksync_spinlock_t lock = KSYNC_SPINLOCK_INIT;

/* Plain, under the lock. */
static struct {
	const struct stress_thread *inside;
	unsigned long entered;
} section;

static unsigned long taken; /* relaxed: times that somebody got the lock */

static void in_section(struct stress_thread *self, bool locked)
{
	unsigned long before = section.entered;

	stress_require(!section.inside, "two threads are in the section");
	stress_require(locked, "held, and not locked");
	section.inside = self;
	if (stress_chance(self, 16))
		stress_delay(self);
	stress_require(section.inside == self && section.entered == before,
		       "another thread was in the section");
	section.entered = before + 1;
	section.inside = NULL;
	(void)__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
}

static void sections(struct stress_thread *self)
{
	unsigned long flags;

	while (stress_on(self)) {
		switch (stress_random(self, 4)) {
		case 0:
			if (ksync_spin_trylock(&lock)) {
				in_section(self, ksync_spin_is_locked(&lock));
				ksync_spin_unlock(&lock);
			}
			break;
		case 1:
			ksync_spin_lock_irqsave(&lock, flags);
			in_section(self, ksync_spin_is_locked(&lock));
			ksync_spin_unlock_irqrestore(&lock, flags);
			break;
		case 2:
			ksync_scoped_guard(spinlock, &lock)
				in_section(self, ksync_spin_is_locked(&lock));
			break;
		default:
			ksync_spin_lock(&lock);
			in_section(self, ksync_spin_is_locked(&lock));
			ksync_spin_unlock(&lock);
		}
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

static void before_sections(void)
{
	section.entered = 0;
	taken = 0;
}

static void after_sections(void)
{
	stress_require(section.entered == taken, "a section was lost");
	stress_require(!ksync_spin_is_locked(&lock), "left locked");
}

/* The same under a raw spinlock. */
static ksync_raw_spinlock_t raw = KSYNC_RAW_SPINLOCK_INIT;

static void raw_sections(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (stress_chance(self, 4)) {
			if (ksync_raw_spin_trylock(&raw)) {
				in_section(self,
					   ksync_raw_spin_is_locked(&raw));
				ksync_raw_spin_unlock(&raw);
			}
		} else {
			ksync_raw_spin_lock(&raw);
			in_section(self, ksync_raw_spin_is_locked(&raw));
			ksync_raw_spin_unlock(&raw);
		}
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

/* The same under one bit, either half of the threads in its way to unlock. */
static unsigned long bits;

static void bit_sections(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (stress_chance(self, 4)) {
			if (ksync_bit_spin_trylock(3, &bits)) {
				in_section(self,
					   ksync_bit_spin_is_locked(3, &bits));
				ksync_bit_spin_unlock(3, &bits);
			}
		} else {
			ksync_bit_spin_lock(3, &bits);
			in_section(self, ksync_bit_spin_is_locked(3, &bits));
			if (stress_chance(self, 2))
				ksync_bit_spin_unlock(3, &bits);
			else
				ksync___bit_spin_unlock(3, &bits);
		}
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

/* Who is the last in the section unlocks and frees the lock with its object. */
struct object {
	ksync_spinlock_t lock;
	unsigned int users; /* plain, under the lock */
};

static struct object *object; /* relaxed; what it points to is published */
static unsigned int number;   /* by publish and await: of the object */

static void use_up(struct stress_thread *self)
{
	struct object *mine = KSYNC_READ_ONCE(object);
	bool last;

	ksync_spin_lock(&mine->lock);
	last = --mine->users == 0;
	if (stress_chance(self, 8))
		stress_delay(self);
	ksync_spin_unlock(&mine->lock);
	if (last)
		free(mine);
}

static struct object *object_make(unsigned int users)
{
	struct object *made = malloc(sizeof(*made));

	if (!made)
		stress_broken("no memory");
	ksync_spin_lock_init(&made->lock);
	made->users = users;
	return made;
}

static void frees(struct stress_thread *self)
{
	unsigned int round = 0;

	do {
		round++;
		if (self->index == 0) {
			KSYNC_WRITE_ONCE(object, object_make(self->threads));
			stress_publish(&number, round);
		}
		/* It is made for all of them, also when time is over. */
		while (!stress_await(&number, round))
			;
		use_up(self);
	} while (stress_meet(self));
}

static void before_frees(void)
{
	number = 0;
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "sections",
		  .threads = 4,
		  .any_number = true,
		  .before = before_sections,
		  .body = sections,
		  .after = after_sections },
		{ .name = "raw",
		  .threads = 2,
		  .before = before_sections,
		  .body = raw_sections,
		  .after = after_sections },
		{ .name = "bit",
		  .threads = 3,
		  .any_number = true,
		  .before = before_sections,
		  .body = bit_sections,
		  .after = after_sections },
		{ .name = "frees",
		  .threads = 3,
		  .any_number = true,
		  .before = before_frees,
		  .body = frees },
		{ .name = "many",
		  .threads = 64,
		  .before = before_sections,
		  .body = sections,
		  .after = after_sections },
		{ .name = NULL },
	};

	return stress_main("spinlock", INVARIANT, scenes);
}
