/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                       \
	"one thread at a time is in the section, it sees what the one " \
	"before it wrote, and whoever waits gets in or is told why not"

#include "crowd.h"

static ksync_mutex_t lock = KSYNC_MUTEX_INIT;

static void in_section(struct stress_thread *self)
{
	stress_require(ksync_mutex_get_owner(&lock) ==
			       (unsigned long)ksync_current(),
		       "the lock does not name its owner");
	crowd_pass(self);
}

/* Forms that may come back without the lock; what they say is checked. */
static bool take_or_leave(struct stress_thread *self)
{
	struct timespec deadline;
	int ret;

	switch (stress_random(self, 6)) {
	case 0:
		return ksync_mutex_trylock(&lock);
	case 1:
		ret = ksync_mutex_lock_timeout(&lock, stress_random(self, 3));
		stress_require(!ret || ret == -ETIME, "wrong result");
		return !ret;
	case 2:
	case 3:
		deadline = crowd_soon(self);
		ret = ksync_mutex_lock_until(&lock, &deadline);
		stress_require(!ret || (ret == -ETIME &&
					stress_clock() >=
						deadline.tv_sec * 1000000000 +
							deadline.tv_nsec),
			       "gave up too early");
		return !ret;
	case 4:
		ret = ksync_mutex_lock_killable(&lock);
		stress_require(
			!ret || (ret == -EINTR &&
				 ksync_fatal_signal_pending(ksync_current())),
			"-EINTR without a kill");
		break;
	default:
		ret = ksync_mutex_lock_interruptible(&lock);
		stress_require(!ret || (ret == -EINTR &&
					ksync_signal_pending(ksync_current())),
			       "-EINTR without an interrupt");
	}
	if (ret)
		(void)ksync_task_clear_pending();
	return !ret;
}

static void after_crowd(void)
{
	crowd_leave();
	stress_require(!ksync_mutex_is_locked(&lock), "left locked");
}

/* Any form, with interrupts from anybody. */
static void use(struct stress_thread *self)
{
	crowd_disturb(self);
	if (stress_chance(self, 2))
		ksync_mutex_lock(&lock);
	else if (!take_or_leave(self))
		return;
	in_section(self);
	ksync_mutex_unlock(&lock);
}

/* All the time: the queue is long, and locks are handed over. */
static void crowd(struct stress_thread *self)
{
	crowd_enter(self);
	while (stress_on(self))
		use(self);
}

/*
 * A few times, then all wait for all. A waiter that nobody wakes is not saved
 * by the next one to come: there is none.
 */
static void rounds(struct stress_thread *self)
{
	crowd_enter(self);
	do {
		for (unsigned int n = stress_random(self, 4); n; n--)
			use(self);
		use(self);
	} while (stress_meet(self));
}

/* One holds, one gives up while the lock is released, the rest depend on it. */
static void leavers(struct stress_thread *self)
{
	crowd_enter(self);
	do {
		for (int n = 0; n < 4; n++) {
			if (self->index == 1 && !take_or_leave(self))
				continue;
			if (self->index != 1)
				ksync_mutex_lock(&lock);
			in_section(self);
			if (self->index == 0)
				crowd_disturb_one(self, 1);
			ksync_mutex_unlock(&lock);
		}
	} while (stress_meet(self));
}

/*
 * What was done before a destroy is visible to whoever uses the mutex after it,
 * which is misuse, but has a defined end.
 */
static ksync_mutex_t ended = KSYNC_MUTEX_INIT;
static unsigned long legacy; /* plain: after destroy it is the next one's */
static unsigned int heirs;   /* relaxed: odd while there is a legacy */

static void not_interested(const struct ksync_report *report)
{
	(void)report;
}

static void before_revival(void)
{
	(void)ksync_report_hook_set(not_interested);
	ksync_mutex_init(&ended);
	legacy = 0;
	heirs = 0;
}

static void after_revival(void)
{
	(void)ksync_report_hook_set(NULL);
}

static void leave_legacy(struct stress_thread *self)
{
	/* After the heir's last unlock, so that it has read the old one. */
	ksync_mutex_lock(&ended);
	ksync_mutex_unlock(&ended);
	legacy++;
	stress_delay(self);
	ksync_mutex_destroy(&ended);
}

static void inherit(struct stress_thread *self)
{
	ksync_mutex_lock(&ended);
	stress_require(legacy == KSYNC_READ_ONCE(heirs) / 2 + 1,
		       "a revived mutex hides what came before its end");
	stress_delay(self);
	ksync_mutex_unlock(&ended);
}

static void revival(struct stress_thread *self)
{
	unsigned int turn;

	while (stress_on(self)) {
		turn = 0;
		while (KSYNC_READ_ONCE(heirs) % 2 != self->index)
			if (!stress_wait(&turn))
				return;
		if (self->index == 0)
			leave_legacy(self);
		else
			inherit(self);
		KSYNC_WRITE_ONCE(heirs, KSYNC_READ_ONCE(heirs) + 1);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "crowd",
		  .threads = 4,
		  .any_number = true,
		  .body = crowd,
		  .after = after_crowd },
		{ .name = "rounds",
		  .threads = 3,
		  .any_number = true,
		  .body = rounds,
		  .after = after_crowd },
		{ .name = "pairs",
		  .threads = 2,
		  .body = rounds,
		  .after = after_crowd },
		{ .name = "leavers",
		  .threads = 3,
		  .body = leavers,
		  .after = after_crowd },
		{ .name = "revival",
		  .threads = 2,
		  .before = before_revival,
		  .body = revival,
		  .after = after_revival },
		{ .name = "many",
		  .threads = 64,
		  .body = crowd,
		  .after = after_crowd },
		{ .name = NULL },
	};

	return stress_main("mutex", INVARIANT, scenes);
}
