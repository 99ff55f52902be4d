/* SPDX-License-Identifier: MIT */
/*
 * Word: units | VALUE, or a wait queue (waitq.h) without flags, never both.
 * 0 is an empty queue, and no units.
 *
 *  from         event                     to           by             order
 *  0            complete                  1 | VALUE    completer      release
 *  n | VALUE    complete                  n+1 | VALUE  completer      release
 *  n | VALUE    a wait                    n-1 | VALUE  waiter         acquire
 *                                         or 0
 *  0, VALUE     complete_all              ALL          completer      release
 *  ALL          complete, a wait          ALL
 *  0, queue     a waiter queues           queue        waiter, locked
 *  queue        complete: the first       queue        completer,     release
 *               waiter is given a unit    or 0         locked         to it
 *  queue        complete_all: each is     ALL          completer,     release
 *               given one                              locked
 *  queue        the waiter leaves         queue or 0   waiter, locked
 *  VALUE, ALL   reinit                    0            anybody
 *
 *  "locked" is under the queue's lock; who has it may find 0.
 *
 *  I1  There are units or waiters, never both. So a newcomer never takes a unit
 *      past a waiter.
 *  I2  A completer's last access to the completion is its change of the word.
 *      What comes after it, granting, touches waiters alone.
 *  I3  A unit has one place: the word, or one waiter's "given".
 *  I4  ALL is sticky, and counts as so many units that the last never comes.
 */
#include <errno.h>

#include <ksync/completion.h>

#include "task/grant.h"
#include "task/schedule.h"
#include "watch/report.h"

KSYNC_STATIC_ASSERT(KSYNC__COMPLETION_VALUE == KSYNC__WAITQ_VALUE &&
			    KSYNC__COMPLETION_UNIT == KSYNC__WAITQ_FLAGS + 1,
		    "waitq.h knows what is no queue");

static bool is_queue(unsigned long word)
{
	return !(word & KSYNC__COMPLETION_VALUE) && ksync__waitq_first(word);
}

/* Not behind others: units go to them first. */
static bool completion_spin(ksync_completion_t *c, struct ksync__wait *wait)
{
	bool came = false;

	if (is_queue(KSYNC_READ_ONCE(c->word)) ||
	    !ksync__wait_may_spin_for_event(wait))
		return false;
	do {
		came = ksync__completion_take(c);
		if (!came && is_queue(KSYNC_READ_ONCE(c->word)))
			return false;
	} while (!came && ksync__wait_spin(wait, &c->word));
	if (came || !ksync__wait_over(wait))
		ksync__wait_spun(wait, came);
	return came;
}

/* Take a unit after all: true. Or queue. */
static bool completion_take_or_queue(ksync_completion_t *c,
				     struct ksync__grantee *w)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word;

	do {
		word = ksync__waitq_lock(&c->word, self);
		if (!(word & KSYNC__COMPLETION_VALUE)) {
			word = ksync__grant_queue(&c->word, word, w);
			ksync__waitq_unlock(&c->word, self, word);
			return false;
		}
	} while (!ksync__completion_take(c));
	return true;
}

/* Leave without a unit: false if one is on its way (I3). */
static bool completion_leave(void *object, struct ksync__grantee *w)
{
	ksync_completion_t *c = object;
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&c->word, self);
	bool left;

	if (word & KSYNC__COMPLETION_VALUE)
		return false; /* nobody is queued (I1) */
	left = ksync__grant_is_queued(word, w);
	if (left)
		word = ksync__grant_unlink(word, w);
	ksync__waitq_unlock(&c->word, self, word);
	return left;
}

static int completion_sleep(ksync_completion_t *c, struct ksync__wait *wait)
{
	struct ksync__grantee w = KSYNC__GRANTEE(wait->self);

	if (completion_take_or_queue(c, &w))
		return 0;
	return ksync__grant_wait(&w, wait, completion_leave, c);
}

KSYNC_COLD int ksync__completion_wait_slow(ksync_completion_t *c, int kind,
					   ksync_s64 deadline)
{
	struct ksync__wait wait = { .self = ksync__task_self(),
				    .kind = kind,
				    .deadline = deadline };
	int ret;

	if (deadline == KSYNC__NO_TIME)
		return -EINVAL;
	ksync_watch_contended(KSYNC__COMPLETION(c));
	do {
		ret = ksync__wait_over(&wait);
		if (!ret && !completion_spin(c, &wait))
			ret = completion_sleep(c, &wait);
	} while (ret == -EAGAIN);
	ksync_watch_abandoned(KSYNC__COMPLETION(c), 0);
	if (!ret)
		ksync_watch_order_acquire(&c->word);
	return ret;
}

KSYNC_COLD int ksync__completion_wait_state_slow(ksync_completion_t *c,
						 unsigned int state)
{
	return ksync__completion_wait_slow(c, ksync__kind_of_state(state),
					   KSYNC__NEVER);
}

KSYNC_COLD long ksync__completion_wait_timeout_slow(ksync_completion_t *c,
						    int kind,
						    unsigned long timeout)
{
	ksync_s64 deadline = ksync__deadline_of_jiffies((long)timeout);
	int ret = ksync__completion_wait_slow(c, kind, deadline);
	long left;

	if (ret)
		return ret == -ETIME ? 0 : ret;
	if (deadline == KSYNC__NEVER)
		return (long)timeout;
	left = ksync__jiffies_until(deadline);
	return left < (long)timeout ? left : (long)timeout;
}

/* Under the queue's lock: the first waiter, unlinked; or NULL, and the unit is
 * the word's. */
static struct ksync__grantee *completion_next(unsigned long *word)
{
	struct ksync__waiter *first;

	while ((first = ksync__waitq_first(*word))) {
		struct ksync__grantee *w = (struct ksync__grantee *)first;

		*word = ksync__grant_unlink(*word, w);
		if (!ksync__grant_is_gone(w))
			return w;
	}
	*word = KSYNC__COMPLETION_ONE;
	return NULL;
}

KSYNC_COLD void ksync__complete_slow(ksync_completion_t *c)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__grantee *w;
	unsigned long word;

	ksync_watch_order_release(&c->word);
	do {
		word = ksync__waitq_lock(&c->word, self);
		if (!(word & KSYNC__COMPLETION_VALUE)) {
			w = completion_next(&word);
			ksync__waitq_unlock(&c->word, self, word);
			if (w)
				ksync__grant(w);
			return;
		}
	} while (!ksync__complete_fast(c));
}

/* For ever, where nobody waits. */
static bool complete_all_fast(ksync_completion_t *c)
{
	unsigned long word = KSYNC_READ_ONCE(c->word);

	do {
		if (word && !(word & KSYNC__COMPLETION_VALUE))
			return false;
		/* ORDER completion.unit: release. Other end:
		 * ksync__completion_take(). */
	} while (!ksync_try_cmpxchg_release(&c->word, &word,
					    KSYNC__COMPLETION_ALL));
	return true;
}

static void grant_all(struct ksync__waiter *first)
{
	struct ksync__waiter *next;
	struct ksync__waiter *w = first;

	do {
		next = w->next;
		ksync__grant((struct ksync__grantee *)w);
		w = next;
	} while (w != first);
}

void ksync_complete_all(ksync_completion_t *c)
{
	struct ksync_task *self;
	unsigned long word;

	(void)ksync_watch_release(KSYNC__COMPLETION(c), 0);
	ksync_watch_order_release(&c->word);
	if (complete_all_fast(c))
		return;
	self = ksync__task_self();
	do {
		word = ksync__waitq_lock(&c->word, self);
		if (!(word & KSYNC__COMPLETION_VALUE)) {
			ksync__grant_unlink_all(word);
			ksync__waitq_unlock(&c->word, self,
					    KSYNC__COMPLETION_ALL);
			if (ksync__waitq_first(word))
				grant_all(ksync__waitq_first(word));
			return;
		}
	} while (!complete_all_fast(c));
}

/* ---- for <ksync/unit_fd.h> ---- */

static bool completion_units_take(void *object)
{
	return ksync_try_wait_for_completion(object);
}

static bool completion_units_take_or_queue(void *object,
					   struct ksync__grantee *w)
{
	return completion_take_or_queue(object, w);
}

static bool completion_units_is_queued(void *object, struct ksync__grantee *w)
{
	ksync_completion_t *c = object;
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&c->word, self);
	bool queued = false;

	if (!(word & KSYNC__COMPLETION_VALUE)) {
		queued = ksync__grant_is_queued(word, w);
		ksync__waitq_unlock(&c->word, self, word);
	}
	return queued;
}

static void completion_units_given(void *object)
{
	ksync_completion_t *c = object;

	ksync_watch_order_acquire(&c->word);
}

static void completion_units_give_back(void *object)
{
	if (!ksync__complete_fast(object))
		ksync__complete_slow(object);
}

const struct ksync__units ksync__completion_units = {
	.take = completion_units_take,
	.take_or_queue = completion_units_take_or_queue,
	.is_queued = completion_units_is_queued,
	.leave = completion_leave,
	.given = completion_units_given,
	.give_back = completion_units_give_back,
};

static const char completion_name[] = "completion";

void ksync_init_completion(ksync_completion_t *c)
{
	struct ksync_watched w = KSYNC__COMPLETION(c);

	/* The name: what was never a completion does not have it. */
	if (KSYNC_CHECKED && w.map->kind == KSYNC_KIND_COMPLETION &&
	    w.map->name == completion_name &&
	    is_queue(KSYNC_READ_ONCE(c->word))) {
		ksync__misuse("completion", c,
			      "initialised while somebody waits",
			      "to use it again, reinit_completion()",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
		return;
	}
	KSYNC_WRITE_ONCE(c->word, 0ul);
	ksync_watch_created(w, KSYNC__DEP_NO_TRACK, completion_name, NULL);
}

void ksync_reinit_completion(ksync_completion_t *c)
{
	unsigned long word = KSYNC_READ_ONCE(c->word);

	/* Where somebody waits there are no units (I1). */
	while (word & KSYNC__COMPLETION_VALUE &&
	       !ksync_try_cmpxchg_relaxed(&c->word, &word, 0ul))
		;
}
