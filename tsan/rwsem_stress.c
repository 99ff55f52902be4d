/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                              \
	"who writes is alone, whoever comes in sees what was written before, " \
	"and nobody is lost who gives up"

#include "crowd.h"

static ksync_rw_semaphore_t sem;
static unsigned long written[2]; /* plain, under sem */
static unsigned long writes;	 /* relaxed */

static void before(void)
{
	ksync_init_rwsem(&sem);
	written[0] = 0;
	written[1] = 0;
	writes = 0;
}

static void after(void)
{
	crowd_leave();
	stress_require(written[0] == writes, "a write was lost");
	stress_require(!ksync_rwsem_is_locked(&sem), "somebody is counted");
	stress_require(!ksync_rwsem_is_contended(&sem), "somebody waits");
	stress_require(ksync_down_write_trylock(&sem), "it is not free");
	ksync_up_write(&sem);
}

static void read_it(void)
{
	stress_require(written[0] == written[1], "a reader sees half a write");
}

static void write_it(void)
{
	written[0]++;
	written[1]++;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&writes);
}

static void leave_write(struct stress_thread *self)
{
	if (!stress_chance(self, 3)) {
		ksync_up_write(&sem);
		return;
	}
	ksync_downgrade_write(&sem);
	read_it();
	ksync_up_read(&sem);
}

/* ---- nobody gives up ---- */

static void all(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (stress_chance(self, 3)) {
			ksync_down_write(&sem);
			write_it();
			stress_delay(self);
			leave_write(self);
		} else {
			ksync_down_read(&sem);
			read_it();
			stress_delay(self);
			ksync_up_read(&sem);
		}
	}
}

/* ---- every form, and people who give up ---- */

static bool take(struct stress_thread *self, bool write)
{
	struct timespec at;
	long jiffies;

	switch (stress_random(self, 6)) {
	case 0:
		return write ? ksync_down_write_trylock(&sem) :
			       ksync_down_read_trylock(&sem);
	case 1:
		jiffies = (long)stress_random(self, 3);
		return crowd_got(
			write ? ksync_down_write_timeout(&sem, jiffies) :
				ksync_down_read_timeout(&sem, jiffies));
	case 2:
		at = crowd_soon(self);
		return crowd_got(
			write ? ksync_down_write_interruptible_until(&sem,
								     &at) :
				ksync_down_read_interruptible_until(&sem, &at));
	case 3:
		return crowd_got(write ? ksync_down_write_killable(&sem) :
					 ksync_down_read_killable(&sem));
	case 4:
		return crowd_got(write ? ksync_down_write_interruptible(&sem) :
					 ksync_down_read_interruptible(&sem));
	default:
		if (write)
			ksync_down_write(&sem);
		else
			ksync_down_read(&sem);
		return true;
	}
}

static void crowd(struct stress_thread *self)
{
	crowd_enter(self);
	while (stress_on(self)) {
		bool write = stress_chance(self, 3);

		crowd_disturb(self);
		if (!take(self, write))
			continue;
		if (write) {
			write_it();
			stress_delay(self);
			leave_write(self);
		} else {
			read_it();
			stress_delay(self);
			ksync_up_read(&sem);
		}
	}
}

/* ---- two, so that each order between them counts ---- */

static void pair(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index == 0) {
			ksync_down_read(&sem);
			read_it();
			ksync_up_read(&sem);
		} else {
			ksync_down_write(&sem);
			write_it();
			leave_write(self);
		}
		if (stress_chance(self, 16))
			stress_delay(self);
	}
}

static void tries(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index == 0) {
			if (!ksync_down_read_trylock(&sem))
				continue;
			read_it();
			ksync_up_read(&sem);
		} else {
			if (!ksync_down_write_trylock(&sem))
				continue;
			write_it();
			leave_write(self);
		}
		if (stress_chance(self, 16))
			stress_delay(self);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "pair",
		  .threads = 2,
		  .before = before,
		  .body = pair,
		  .after = after },
		{ .name = "tries",
		  .threads = 2,
		  .before = before,
		  .body = tries,
		  .after = after },
		{ .name = "all",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = all,
		  .after = after },
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = crowd,
		  .after = after },
		{ .name = "many",
		  .threads = 64,
		  .before = before,
		  .body = crowd,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("rwsem", INVARIANT, scenes);
}
