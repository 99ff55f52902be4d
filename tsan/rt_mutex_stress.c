/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"one thread has the lock, sees what the last one did, and whoever " \
	"waits gets it, gives up in time or is told"

#include <errno.h>

#include <ksync/ksync.h>

#include "stress.h"

#define MAX_TASKS 64

static ksync_rt_mutex_t lock;
static unsigned long entered;	       /* plain, under lock */
static unsigned long taken;	       /* relaxed */
static ksync_task_t *tasks[MAX_TASKS]; /* relaxed */

static void before(void)
{
	ksync_rt_mutex_init(&lock);
	entered = 0;
	taken = 0;
}

static void after(void)
{
	for (int i = 0; i < MAX_TASKS; i++) {
		if (tasks[i])
			ksync_task_put(tasks[i]);
		tasks[i] = NULL;
	}
	stress_require(entered == taken, "an entry was lost");
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
	stress_require(!ret || ret == -EINTR || ret == -ETIME, "wrong result");
	if (ret == -EINTR)
		(void)ksync_task_clear_pending();
	return !ret;
}

static void crowd(struct stress_thread *self)
{
	ksync_task_t *task;

	KSYNC_WRITE_ONCE(tasks[self->index], ksync_task_get(ksync_current()));
	while (stress_on(self)) {
		task = KSYNC_READ_ONCE(
			tasks[stress_random(self, self->threads)]);
		if (task && stress_chance(self, 8))
			ksync_task_kill(task);
		if (!take(self))
			continue;
		entered++;
		stress_delay(self);
		ksync_atomic_long_inc((ksync_atomic_long_t *)&taken);
		ksync_rt_mutex_unlock(&lock);
	}
}

/* Nobody ever sleeps for it: without the system's part. */
static void alone(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (!ksync_rt_mutex_trylock(&lock))
			continue;
		entered++;
		ksync_atomic_long_inc((ksync_atomic_long_t *)&taken);
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
