/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                             \
	"a unit is in one place, whoever takes it sees what was done before " \
	"it was added, and no unit is lost when a waiter gives up"

#include "crowd.h"

/* ---- one unit passes on what lies beside it ---- */

static ksync_semaphore_t pair[2];
static unsigned long passed; /* plain: whose unit it is may touch it */

static void before_pair(void)
{
	ksync_sema_init(&pair[0], 1);
	ksync_sema_init(&pair[1], 0);
	passed = 0;
}

/* The other thread may have stopped: do not wait for it without end. */
static bool take_in_time(struct stress_thread *self, ksync_semaphore_t *sem)
{
	while (ksync_down_timeout(sem, 20))
		if (!stress_on(self))
			return false;
	return true;
}

static void pass(struct stress_thread *self)
{
	ksync_semaphore_t *mine = &pair[self->index];
	ksync_semaphore_t *theirs = &pair[!self->index];

	while (stress_on(self)) {
		if (!take_in_time(self, mine))
			return;
		passed++;
		/* Now and then long enough for the other to fall asleep. */
		if (stress_chance(self, 4))
			stress_delay(self);
		ksync_up(theirs);
	}
}

/* ---- one unit as a lock, in every form, with people who give up ---- */

static ksync_semaphore_t door;

static void before_door(void)
{
	ksync_sema_init(&door, 1);
}

static void after_door(void)
{
	crowd_leave();
	stress_require(!ksync_down_trylock(&door), "the unit was lost");
	stress_require(ksync_down_trylock(&door), "there is a unit too many");
}

static bool take(struct stress_thread *self)
{
	struct timespec at;
	int ret;

	switch (stress_random(self, 6)) {
	case 0:
		return !ksync_down_trylock(&door);
	case 1:
		ret = ksync_down_timeout(&door, stress_random(self, 3));
		break;
	case 2:
		at = crowd_soon(self);
		ret = ksync_down_interruptible_until(&door, &at);
		break;
	case 3:
		ret = ksync_down_killable(&door);
		break;
	case 4:
		ret = ksync_down_interruptible(&door);
		break;
	default:
		ksync_down(&door);
		ret = 0;
	}
	return crowd_got(ret);
}

static void crowd(struct stress_thread *self)
{
	crowd_enter(self);
	while (stress_on(self)) {
		crowd_disturb(self);
		if (!take(self))
			continue;
		crowd_pass(self);
		ksync_up(&door);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "pass",
		  .threads = 2,
		  .before = before_pair,
		  .body = pass },
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .before = before_door,
		  .body = crowd,
		  .after = after_door },
		{ .name = "many",
		  .threads = 64,
		  .before = before_door,
		  .body = crowd,
		  .after = after_door },
		{ .name = NULL },
	};

	return stress_main("semaphore", INVARIANT, scenes);
}
