/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"one thread has the lock, sees what the last one did, and whoever " \
	"waits gets it, gives up in time or is told"

#include "crowd.h"

static ksync_rt_mutex_t lock;

static void before(void)
{
	ksync_rt_mutex_init(&lock);
}

static void after(void)
{
	crowd_leave();
	stress_require(!ksync_rt_mutex_is_locked(&lock), "somebody has it");
}

static bool take(struct stress_thread *self)
{
	int ret = 0;

	switch (stress_random(self, 5)) {
	case 0:
		return ksync_rt_mutex_trylock(&lock);
	case 1:
		ret = ksync_rt_mutex_lock_timeout(&lock,
						  stress_random(self, 3));
		break;
	case 2:
		ret = ksync_rt_mutex_lock_interruptible(&lock);
		break;
	case 3:
		ret = ksync_rt_mutex_lock_killable(&lock);
		break;
	default:
		ksync_rt_mutex_lock(&lock);
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
		ksync_rt_mutex_unlock(&lock);
	}
}

/* Nobody ever sleeps for it: without the system's part. */
static void alone(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (!ksync_rt_mutex_trylock(&lock))
			continue;
		crowd_count();
		ksync_rt_mutex_unlock(&lock);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "alone",
		  .threads = 2,
		  .before = before,
		  .body = alone,
		  .after = after },
		{ .name = "crowd",
		  .threads = 4,
		  .before = before,
		  .body = crowd,
		  .after = after },
		{ .name = "many",
		  .threads = 32,
		  .before = before,
		  .body = crowd,
		  .after = after },
		{ .name = NULL },
	};

	return stress_main("rt_mutex", INVARIANT, scenes);
}
