/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                              \
	"who writes is alone, whoever comes in sees what was written before, " \
	"and nobody is lost who gives up, whether it is open or closed"

#include <ksync/ksync.h>

#include "crowd.h"
#include "stress.h"

static ksync_percpu_rw_semaphore_t sem;
static unsigned long written[2]; /* plain, under sem */
static unsigned long writes;	 /* relaxed */

static void before(void)
{
	stress_require(!ksync_percpu_init_rwsem(&sem), "no memory");
	written[0] = 0;
	written[1] = 0;
	writes = 0;
}

static void after(void)
{
	crowd_leave();
	stress_require(written[0] == writes, "a write was lost");
	stress_require(!ksync_percpu_is_read_locked(&sem), "a reader is left");
	stress_require(!ksync_percpu_is_write_locked(&sem), "a writer is left");
	stress_require(!ksync_percpu_down_write_timeout(&sem, 0),
		       "it is not free");
	ksync_percpu_up_write(&sem);
	ksync_percpu_free_rwsem(&sem);
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

static void write_once(struct stress_thread *self)
{
	ksync_percpu_down_write(&sem);
	write_it();
	stress_delay(self);
	ksync_percpu_up_write(&sem);
}

/* ---- two, so that each order between them counts ---- */

static void pair(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index == 0) {
			ksync_percpu_down_read(&sem);
			read_it();
			ksync_percpu_up_read(&sem);
		} else {
			ksync_percpu_down_write(&sem);
			write_it();
			ksync_percpu_up_write(&sem);
		}
		if (stress_chance(self, 16))
			stress_delay(self);
	}
}

static void tries(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index) {
			write_once(self);
		} else if (ksync_percpu_down_read_trylock(&sem)) {
			read_it();
			ksync_percpu_up_read(&sem);
		}
	}
}

/* ---- writes are rare: it opens in between ---- */

static void opens(struct stress_thread *self)
{
	while (stress_on(self)) {
		for (int i = 0; i < 500; i++) {
			ksync_percpu_down_read(&sem);
			read_it();
			ksync_percpu_up_read(&sem);
		}
		if (stress_chance(self, 20))
			write_once(self);
	}
}

/* ---- every form, and people who give up ---- */

static bool take(struct stress_thread *self, bool write)
{
	struct timespec at;
	long jiffies;

	switch (stress_random(self, 6)) {
	case 0:
		if (write)
			break;
		return ksync_percpu_down_read_trylock(&sem);
	case 1:
		jiffies = stress_random(self, 3);
		return crowd_got(
			write ? ksync_percpu_down_write_timeout(&sem, jiffies) :
				ksync_percpu_down_read_timeout(&sem, jiffies));
	case 2:
		at = crowd_soon(self);
		return crowd_got(
			write ? ksync_percpu_down_write_until(&sem, &at) :
				ksync_percpu_down_read_until(&sem, &at));
	case 3:
		return crowd_got(
			write ? ksync_percpu_down_write_killable(&sem) :
				ksync_percpu_down_read_killable(&sem));
	case 4:
		return crowd_got(
			write ? ksync_percpu_down_write_interruptible(&sem) :
				ksync_percpu_down_read_interruptible(&sem));
	default:
		break;
	}
	if (write)
		ksync_percpu_down_write(&sem);
	else
		ksync_percpu_down_read(&sem);
	return true;
}

static void crowd(struct stress_thread *self)
{
	crowd_enter(self);
	while (stress_on(self)) {
		bool write = stress_chance(self, 8);

		crowd_disturb(self);
		if (!take(self, write))
			continue;
		if (write)
			write_it();
		else
			read_it();
		stress_delay(self);
		if (write)
			ksync_percpu_up_write(&sem);
		else
			ksync_percpu_up_read(&sem);
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
		{ .name = "opens",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = opens,
		  .after = after },
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .before = before,
		  .body = crowd,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("percpu_rwsem", INVARIANT, scenes);
}
