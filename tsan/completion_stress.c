/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                            \
	"a unit lets exactly one go, who sees what was done before; nobody " \
	"touches a completion whose waiter may have returned"

#include <stdlib.h>

#include "crowd.h"

/* ---- one unit passes on what lies beside it ---- */

static ksync_completion_t pair[2];
static unsigned long passed; /* plain: whose turn it is may touch it */

static void before_pair(void)
{
	ksync_init_completion(&pair[0]);
	ksync_init_completion(&pair[1]);
	ksync_complete(&pair[0]);
	passed = 0;
}

/* The other thread may have stopped: do not wait for it without end. */
static bool wait_in_time(struct stress_thread *self, ksync_completion_t *c)
{
	while (!ksync_wait_for_completion_timeout(c, 20))
		if (!stress_on(self))
			return false;
	return true;
}

static void pass(struct stress_thread *self)
{
	ksync_completion_t *mine = &pair[self->index];
	ksync_completion_t *theirs = &pair[!self->index];

	while (stress_on(self)) {
		if (!wait_in_time(self, mine))
			return;
		passed++;
		/* Now and then long enough for the other to fall asleep. */
		if (stress_chance(self, 4))
			stress_delay(self);
		ksync_complete(theirs);
	}
}

/* ---- requests on the asker's stack, answered by others ---- */

struct request {
	ksync_completion_t done;
	unsigned long answer; /* plain */
	bool all;
};

static struct request *posted; /* acquire and release */

static void before_requests(void)
{
	posted = NULL;
}

static void answer(struct request *r)
{
	bool all = r->all;

	r->answer = 42;
	if (all)
		ksync_complete_all(&r->done);
	else
		ksync_complete(&r->done);
}

static void ask(struct stress_thread *self)
{
	struct request mine = { .all = stress_chance(self, 2) };
	struct request *expected = NULL;

	ksync_init_completion(&mine.done);
	if (!ksync_try_cmpxchg_release(&posted, &expected, &mine))
		return;
	while (stress_chance(self, 3) ?
		       !ksync_completion_done(&mine.done) :
		       !ksync_wait_for_completion_timeout(&mine.done, 20)) {
		expected = &mine;
		if (!stress_on(self) &&
		    ksync_try_cmpxchg_relaxed(&posted, &expected,
					      (struct request *)NULL))
			return; /* nobody will answer */
	}
	stress_require(mine.answer == 42, "done, but not answered");
	/* Whoever touches the frame now is seen. */
	mine.answer = 7;
}

static void ask_or_answer(struct stress_thread *self)
{
	struct request *r;

	/* The first answers, to the end and for all. */
	while (stress_on(self)) {
		if (self->index) {
			ask(self);
			continue;
		}
		r = ksync_xchg_acquire(&posted, (struct request *)NULL);
		if (r)
			answer(r);
		else
			stress_delay(self);
	}
}

/* ---- a gate that is opened for all, and shut again ---- */

static ksync_completion_t gates[2]; /* in turn: the other one is shut */
static ksync_completion_t through;  /* a unit for each that was let go */
static unsigned long opened;	    /* plain */
static bool closing;		    /* plain */

static void before_gate(void)
{
	ksync_init_completion(&gates[0]);
	ksync_init_completion(&gates[1]);
	ksync_init_completion(&through);
	opened = 0;
	closing = false;
}

static void open_and_shut(struct stress_thread *self)
{
	unsigned long round = 0;

	do {
		round++;
		if (stress_chance(self, 2))
			stress_delay(self);
		opened = round;
		closing = !stress_on(self);
		ksync_complete_all(&gates[round % 2]);
		for (unsigned int i = 1; i < self->threads; i++)
			ksync_wait_for_completion(&through);
		ksync_reinit_completion(&gates[round % 2]);
	} while (!closing);
}

static void through_the_gate(struct stress_thread *self)
{
	unsigned long round = 0;
	bool last;

	if (!self->index) {
		open_and_shut(self);
		return;
	}
	do {
		round++;
		if (stress_chance(self, 3))
			stress_delay(self);
		ksync_wait_for_completion(&gates[round % 2]);
		stress_require(opened == round, "through a gate that is shut");
		last = closing;
		(void)stress_on(self);
		ksync_complete(&through);
	} while (!last);
}

/* ---- one unit as a lock, in every form, with people who give up ---- */

static ksync_completion_t door;

static void before_door(void)
{
	ksync_init_completion(&door);
	ksync_complete(&door);
}

static void after_door(void)
{
	crowd_leave();
	stress_require(ksync_try_wait_for_completion(&door),
		       "the unit was lost");
	stress_require(!ksync_try_wait_for_completion(&door),
		       "there is a unit too many");
}

static bool take(struct stress_thread *self)
{
	struct timespec at;
	long ret;

	switch (stress_random(self, 6)) {
	case 0:
		return ksync_try_wait_for_completion(&door);
	case 1:
		return ksync_wait_for_completion_timeout(
			       &door, stress_random(self, 3)) != 0;
	case 2:
		at = crowd_soon(self);
		ret = ksync_wait_for_completion_interruptible_until(&door, &at);
		break;
	case 3:
		ret = ksync_wait_for_completion_killable(&door);
		break;
	case 4:
		ret = ksync_wait_for_completion_interruptible(&door);
		break;
	default:
		ksync_wait_for_completion(&door);
		ret = 0;
	}
	return crowd_got((int)ret);
}

static void crowd(struct stress_thread *self)
{
	crowd_enter(self);
	while (stress_on(self)) {
		crowd_disturb(self);
		if (!take(self))
			continue;
		crowd_pass(self);
		ksync_complete(&door);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "pass",
		  .threads = 2,
		  .before = before_pair,
		  .body = pass },
		{ .name = "requests",
		  .threads = 2,
		  .before = before_requests,
		  .body = ask_or_answer },
		{ .name = "gate",
		  .threads = 4,
		  .any_number = true,
		  .before = before_gate,
		  .body = through_the_gate },
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

	return stress_main("completion", INVARIANT, scenes);
}
