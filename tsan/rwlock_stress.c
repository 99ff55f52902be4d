/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                          \
	"readers see no writer and a writer nobody, each sees what the "   \
	"writer before it wrote, a writer comes after all reading before " \
	"it, and unlock is the last access to the lock"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

static ksync_rwlock_t lock = KSYNC_RWLOCK_INIT;

/* Plain, under the lock. */
static struct {
	unsigned long written, mirror;
	const struct stress_thread *writer;
} section;

static unsigned long writes; /* relaxed: times that somebody wrote */

static void write_section(struct stress_thread *self)
{
	unsigned long before = section.written;

	stress_require(!section.writer, "two writers are in the section");
	section.writer = self;
	section.written = before + 1;
	if (stress_chance(self, 8))
		stress_delay(self);
	stress_require(section.writer == self && section.mirror == before,
		       "another writer was in the section");
	section.mirror = before + 1;
	section.writer = NULL;
	(void)__atomic_fetch_add(&writes, 1, __ATOMIC_RELAXED);
}

static void read_section(struct stress_thread *self)
{
	unsigned long before = section.written;

	stress_require(!section.writer, "a writer is beside a reader");
	if (stress_chance(self, 8))
		stress_delay(self);
	stress_require(section.written == before && section.mirror == before,
		       "a writer wrote beside a reader");
}

static void sections(struct stress_thread *self)
{
	unsigned long flags;

	while (stress_on(self)) {
		switch (stress_random(self, 8)) {
		case 0:
			ksync_write_lock(&lock);
			write_section(self);
			ksync_write_unlock(&lock);
			break;
		case 1:
			if (ksync_write_trylock(&lock)) {
				write_section(self);
				ksync_write_unlock(&lock);
			}
			break;
		case 2:
			ksync_write_lock_irqsave(&lock, flags);
			write_section(self);
			ksync_write_unlock_irqrestore(&lock, flags);
			break;
		case 3:
			if (ksync_read_trylock(&lock)) {
				read_section(self);
				ksync_read_unlock(&lock);
			}
			break;
		case 4:
			ksync_scoped_guard(read_lock, &lock)
				read_section(self);
			break;
		default:
			ksync_read_lock(&lock);
			read_section(self);
			ksync_read_unlock(&lock);
		}
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

static void before_sections(void)
{
	section.written = 0;
	section.mirror = 0;
	writes = 0;
}

static void after_sections(void)
{
	stress_require(section.written == writes, "a section was lost");
	stress_require(ksync_write_trylock(&lock), "left locked");
	ksync_write_unlock(&lock);
}

/* Who is the last to use it unlocks and frees the lock with its object. */
struct object {
	ksync_rwlock_t lock;
	ksync_refcount_t users;
};

static struct object *object; /* relaxed; what it points to is published */
static unsigned int number;   /* by publish and await: of the object */

static void use_up(struct stress_thread *self)
{
	struct object *mine = KSYNC_READ_ONCE(object);
	bool last, writes_it = stress_chance(self, 2);

	if (writes_it)
		ksync_write_lock(&mine->lock);
	else
		ksync_read_lock(&mine->lock);
	if (stress_chance(self, 8))
		stress_delay(self);
	if (writes_it)
		ksync_write_unlock(&mine->lock);
	else
		ksync_read_unlock(&mine->lock);
	last = ksync_refcount_dec_and_test(&mine->users);
	if (last)
		free(mine);
}

static struct object *object_make(unsigned int users)
{
	struct object *made = malloc(sizeof(*made));

	if (!made)
		stress_broken("no memory");
	ksync_rwlock_init(&made->lock);
	ksync_refcount_set(&made->users, (int)users);
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

	return stress_main("rwlock", INVARIANT, scenes);
}
