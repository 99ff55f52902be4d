/* SPDX-License-Identifier: MIT */
/*
 * A crowd: the threads of a scene interrupt and kill each other, so some of
 * them give up what they wait for. A program that includes this has one crowd
 * at a time.
 *
 *	a scene's	calls
 *	body		crowd_enter() once; crowd_disturb() in each round;
 *			crowd_got() with what a call returned; and crowd_pass()
 *			if it has what only one thread may have
 *	after		crowd_leave()
 */
#ifndef KSYNC_TSAN_CROWD_H
#define KSYNC_TSAN_CROWD_H

#include <errno.h>

#include <ksync/ksync.h>

#include "stress.h"

static ksync_task_t *crowd_tasks[256]; /* relaxed */

static struct {
	const struct stress_thread *inside; /* plain, whoever has it */
	unsigned long entered;		    /* plain, likewise */
	unsigned long taken;		    /* relaxed */
} crowd_section;

static inline void crowd_enter(struct stress_thread *self)
{
	KSYNC_WRITE_ONCE(crowd_tasks[self->index],
			 ksync_task_get(ksync_current()));
}

/* Interrupts or kills one of the crowd. */
static inline void crowd_disturb_one(struct stress_thread *self,
				     unsigned int index)
{
	ksync_task_t *task = KSYNC_READ_ONCE(crowd_tasks[index]);

	if (!task)
		return;
	if (stress_chance(self, 2))
		ksync_task_interrupt(task);
	else
		ksync_task_kill(task);
}

/* Now and then, anybody. */
static inline void crowd_disturb(struct stress_thread *self)
{
	if (stress_chance(self, 8))
		crowd_disturb_one(self, stress_random(self, self->threads));
}

/* A point in time at which a call may just be busy. */
static inline struct timespec crowd_soon(struct stress_thread *self)
{
	int64_t at = stress_clock() + stress_random(self, 300000);

	return (struct timespec){ .tv_sec = at / 1000000000,
				  .tv_nsec = at % 1000000000 };
}

/* Did it get what it waited for? It gave up for a reason that there is. */
static inline bool crowd_got(int ret)
{
	stress_require(!ret || ret == -EINTR || ret == -ETIME, "wrong result");
	if (ret == -EINTR)
		(void)ksync_task_clear_pending();
	return !ret;
}

/* Plain and relaxed, of the same: an entry that is lost shows at the end. */
static inline void crowd_count(void)
{
	crowd_section.entered++;
	ksync_atomic_long_inc((ksync_atomic_long_t *)&crowd_section.taken);
}

static inline void crowd_pass(struct stress_thread *self)
{
	stress_require(!crowd_section.inside, "two threads have it at once");
	crowd_section.inside = self;
	crowd_count();
	stress_delay(self);
	stress_require(crowd_section.inside == self,
		       "another thread has it as well");
	crowd_section.inside = NULL;
}

static inline void crowd_leave(void)
{
	for (int i = 0; i < 256; i++) {
		if (crowd_tasks[i])
			ksync_task_put(crowd_tasks[i]);
		crowd_tasks[i] = NULL;
	}
	stress_require(crowd_section.entered == crowd_section.taken,
		       "an entry was lost");
	crowd_section.entered = 0;
	crowd_section.taken = 0;
}

#endif
