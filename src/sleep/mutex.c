/* SPDX-License-Identifier: MIT */
/*
 * Words: owner, a task reference or 0; waitq, a wait queue (waitq.h) with
 *
 *	FENCED	unlockers use a full barrier. Missing while somebody sleeps
 *		without the heavy barrier: a lost wake-up. One too many: slow.
 *	WAKING	the first waiter was woken and has not gone back to sleep.
 *		Missing: a wake-up too many. One too many: a lost wake-up.
 *	HANDOFF	the first waiter has waited for long, was woken and lost; it
 *		gets the lock next.
 *		Missing: it may starve. One too many: slow.
 *
 *  from              event                 to            by        order
 *  owner 0           lock                  owner T       T         acquire
 *  owner T           the same, fast path   owner T       T
 *  owner T, waitq 0  unlock, fast          owner 0       T         release
 *  any               a waiter queues       FENCED, +link waiter    heavy or
 *                                                                  full
 *  owner T, waitq    unlock                owner 0       T         full
 *   no HANDOFF        and wake unless WAKING: WAKING     T
 *  owner T, HANDOFF  unlock                owner N, -N's T         release
 *                                           link, WAKING, HANDOFF
 *  owner 0           the woken waiter      owner N, -N's N         acquire
 *                                           link, WAKING, HANDOFF
 *  WAKING, owner T   the woken waiter lost -WAKING           N
 *                     and is impatient     +HANDOFF          N
 *  N is first        timeout, interrupt    -N's link, WAKING, N
 *                                           HANDOFF; wakes the next if either
 *  FENCED only       unlock, calm          0             T
 *
 *  All changes of links, WAKING and HANDOFF are made under the queue's lock, by
 *  the actor that the table names. A queued thread is named N, after I3.
 *
 *  I1  Only the owner stores to a nonzero owner. So what it reads there is
 *      what it stored, and it may store its name a second time, plainly:
 *      KSYNC__STORE_AGAIN(). Unlock reads that, and needs no other memory of
 *      what the thread holds: whoever broke this rule from outside (memory
 *      that was used anew while it was locked) is seen in the word itself.
 *  I2  With HANDOFF set the owner's word goes from owner to owner, never
 *      through 0, except for an owner that looked just before it was set; so
 *      who is first waits for two holders at the most.
 *  I3  A waiter is unlinked before its task is stored as owner: from that store
 *      on its stack frame may be gone.
 *  I4  Somebody queued sleeps only after reading an owner that will see the
 *      queue when it unlocks: mutex.seen.
 */
#include <errno.h>

#include <ksync/mutex.h>

#include "owner.h"
#include "task/park.h"
#include "task/waitq.h"
#include "watch/report.h"

#define FENCED 2ul
#define HANDOFF 4ul
#define WAKING 8ul

/* Fenced unlocks of one thread between two that clear FENCED: docs/mutex.md,
 * "calm". */
#define CALM_UNLOCKS 256u

/*
 * A waiter's first sleep when the heavy barrier failed. By the end of it,
 * whoever unlocked at that moment without seeing the queue has his store
 * visible.
 */
#define UNPROVED_NAP_NS 1000000LL

static bool mutex_take(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long found = 0;

	if (KSYNC_READ_ONCE(m->owner) != 0)
		return false;
	/* ORDER mutex.owner: acquire. Other end: mutex_release(). */
	return ksync_try_cmpxchg_acquire(&m->owner, &found, self->ref);
}

static bool mutex_spin(ksync_mutex_t *m, struct ksync__wait *wait)
{
	ksync__wait_may_spin(wait);
	do {
		if (mutex_take(m, wait->self))
			return true;
	} while (ksync__wait_spin(wait, &m->owner));
	return false;
}

/* Nobody can hold a destroyed mutex: after a report it is a free one. */
static bool mutex_revive(ksync_mutex_t *m, const struct ksync__request *req)
{
	unsigned long found = KSYNC__DESTROYED;

	if (KSYNC_READ_ONCE(m->owner) != KSYNC__DESTROYED)
		return false;
	ksync__owner_destroyed(req);
	/* ORDER mutex.owner: acquire. Other end: ksync__mutex_destroy(). */
	return ksync_try_cmpxchg_acquire(&m->owner, &found,
					 req->wait.self->ref);
}

/* Somebody waits and the owner is, or was a moment ago, 0: wake the first. */
static void mutex_wake(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long word = ksync__waitq_lock(&m->waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	struct ksync_task *task = NULL;

	if (first && !(word & WAKING)) {
		task = first->task;
		if (!(word & HANDOFF))
			word |= WAKING;
	}
	ksync__waitq_unlock(&m->waitq, self, word);
	ksync_watch_step("mutex.wake");
	if (task)
		ksync__unpark(task);
}

/*
 * Queue up such that the owner that is read next will see the queue (I4).
 * False if that is not certain, because the heavy barrier failed.
 */
static bool mutex_queue(ksync_mutex_t *m, struct ksync__waiter *w)
{
	unsigned long word = ksync__waitq_lock(&m->waitq, w->task);
	bool fenced = word & FENCED;

	word = ksync__waitq_append(&m->waitq, word, w);
	ksync__waitq_unlock(&m->waitq, w->task, word | FENCED);
	ksync_watch_step("mutex.queued");
	if (fenced) {
		/* ORDER mutex.fenced: full. Other end: mutex_release(). */
		ksync_smp_mb();
		return ksync__membarrier_works();
	}
	/* ORDER mutex.seen: heavy. Other end: ksync__mutex_unlock_fast(). */
	return ksync__membarrier();
}

/* Under the queue's lock: the word without w; true if w may have been woken. */
static bool mutex_unlink(unsigned long *word, struct ksync__waiter *w)
{
	bool first = ksync__waitq_first(*word) == w;
	/* With HANDOFF set, a wake-up leaves no WAKING. */
	bool waking = first && (*word & (WAKING | HANDOFF));

	*word = ksync__waitq_remove(*word, w);
	if (first)
		*word &= ~(HANDOFF | WAKING);
	return waking;
}

/* Has the queued waiter got the lock? Then it is not queued any more. */
static bool mutex_take_queued(ksync_mutex_t *m, struct ksync__waiter *w)
{
	unsigned long word;

	/* ORDER mutex.handoff: acquire. Sees all that was written under the
	 * lock. Other end: mutex_hand_over(). */
	if (ksync_smp_load_acquire(&m->owner) != w->task->ref) {
		if (!mutex_take(m, w->task))
			return false;
		word = ksync__waitq_lock(&m->waitq, w->task);
		(void)mutex_unlink(&word, w);
		ksync__waitq_unlock(&m->waitq, w->task, word);
	}
	ksync__waitq_left(w);
	return true;
}

/* Leave without the lock: false if it was handed over meanwhile. */
static bool mutex_leave(ksync_mutex_t *m, struct ksync__waiter *w,
			bool wake_next)
{
	unsigned long word;
	bool mine;

	ksync_watch_step("mutex.leave");
	word = ksync__waitq_lock(&m->waitq, w->task);
	mine = KSYNC_READ_ONCE(m->owner) == w->task->ref;
	/* A wake-up that it does not use is passed on. */
	if (!mine && mutex_unlink(&word, w))
		wake_next = true;
	ksync__waitq_unlock(&m->waitq, w->task, word);
	ksync__waitq_left(w);
	if (!mine && wake_next)
		mutex_wake(m, w->task);
	return !mine;
}

/*
 * Woken, and the lock was taken again: the next unlock wakes it once more, or
 * hands the lock over if it has waited for long.
 */
static void mutex_lost(ksync_mutex_t *m, struct ksync__waiter *w, bool demand)
{
	unsigned long word = ksync__waitq_lock(&m->waitq, w->task);

	if (ksync__waitq_first(word) == w) {
		word &= ~WAKING;
		if (demand)
			word |= HANDOFF;
	}
	ksync__waitq_unlock(&m->waitq, w->task, word);
	/* ORDER mutex.fenced: full. Other end: mutex_release(). */
	ksync_smp_mb();
}

/*
 * Why a waiter has to give up, or 0. A holder that is gone comes first: the
 * caller of a form that does not wait has to be told, too.
 */
static int mutex_give_up(ksync_mutex_t *m, const struct ksync__request *req)
{
	return ksync__owner_is_gone(&m->owner) ? -EDEADLK :
						 ksync__wait_over(&req->wait);
}

/* Queue and sleep. 0, an error, or -EAGAIN: a fork emptied the queue. */
static int mutex_sleep(ksync_mutex_t *m, struct ksync__request *req)
{
	struct ksync_task *self = req->wait.self;
	struct ksync__waiter w = { .task = self, .forks = self->forks };
	bool proved = mutex_queue(m, &w);
	ksync_s64 longest = proved ? KSYNC__OWNER_CHECK_NS : UNPROVED_NAP_NS;
	bool woken = false;
	int ret;

	ksync__wait_queued(&req->wait);
	for (;;) {
		if (mutex_take_queued(m, &w))
			return 0;
		if (woken && ksync__wait_spin(&req->wait, &m->owner))
			continue;
		if (woken) {
			mutex_lost(m, &w, ksync__wait_is_impatient(&req->wait));
			woken = false;
			continue;
		}
		ret = mutex_give_up(m, req);
		if (ret)
			return mutex_leave(m, &w, !proved) ? ret : 0;
		woken = !ksync__park(self,
				     ksync__owner_look_at(&req->wait, longest));
		if (!woken)
			(void)ksync__task_of_ref_surely(
				KSYNC_READ_ONCE(m->owner));
		longest = KSYNC__OWNER_CHECK_NS;
		if (woken)
			ksync__wait_may_glance(&req->wait);
		if (self->forks != w.forks) {
			ksync__waitq_left(&w);
			/* The holder may have handed it over before that. */
			return KSYNC_READ_ONCE(m->owner) == self->ref ? 0 :
									-EAGAIN;
		}
	}
}

static int mutex_lock_slow(ksync_mutex_t *m, int kind, ksync_s64 deadline,
			   bool can_fail, const void *where)
{
	struct ksync__request req = {
		.type = "mutex",
		.lock = m,
		.where = where,
		.can_fail = can_fail,
		.wait = { .self = ksync__task_self(),
			  .kind = kind,
			  .deadline = deadline },
	};
	int ret;

	ret = ksync__owner_check_recursion(KSYNC_READ_ONCE(m->owner), &req);
	if (ret)
		return ret;
	do {
		if (mutex_spin(m, &req.wait) || mutex_revive(m, &req))
			return 0;
		ret = mutex_give_up(m, &req);
		if (!ret)
			ret = mutex_sleep(m, &req);
	} while (ret == -EAGAIN);
	return ret == -EDEADLK ? ksync__owner_gone(&req) : ret;
}

KSYNC_COLD void ksync__mutex_lock_slow(ksync_mutex_t *m)
{
	(void)mutex_lock_slow(m, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER, false,
			      KSYNC__CALLER());
}

KSYNC_COLD int ksync__mutex_lock_interruptible_slow(ksync_mutex_t *m)
{
	return mutex_lock_slow(m, KSYNC__INTERRUPTIBLE, KSYNC__NEVER, true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__mutex_lock_killable_slow(ksync_mutex_t *m)
{
	return mutex_lock_slow(m, KSYNC__KILLABLE, KSYNC__NEVER, true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__mutex_lock_timeout_slow(ksync_mutex_t *m, long timeout)
{
	return mutex_lock_slow(m, KSYNC__UNINTERRUPTIBLE,
			       ksync__deadline_of_jiffies(timeout), true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__mutex_lock_until_slow(ksync_mutex_t *m, int kind,
					    ksync_s64 deadline)
{
	/* A thread's first lock comes here even if the mutex is free. */
	if (deadline == KSYNC__NO_TIME)
		return mutex_take(m, ksync__task_self()) ? 0 : -EINVAL;
	return mutex_lock_slow(m, kind, deadline, true, KSYNC__CALLER());
}

/*
 * "calm": a mutex stays fenced after contention, so that the next contention
 * needs no heavy barrier. Each CALM_UNLOCKS-th fenced unlock of a thread that
 * finds nobody waiting ends that, unless the heavy barrier fails anyway.
 */
static void mutex_calm(ksync_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long found = FENCED;

	if (++self->calm % CALM_UNLOCKS == 0 && ksync__membarrier_works())
		(void)ksync_try_cmpxchg_relaxed(&m->waitq, &found, 0ul);
}

/* The owner's word is 0, and the order between that and this is full. */
static void mutex_released(ksync_mutex_t *m)
{
	unsigned long word = KSYNC_READ_ONCE(m->waitq);

	if (ksync__waitq_first(word) && (word & (WAKING | HANDOFF)) != WAKING)
		mutex_wake(m, ksync__task_self());
	else if (word == FENCED)
		mutex_calm(m);
}

static void mutex_release(ksync_mutex_t *m)
{
	ksync_watch_step("mutex.release");
	/* ORDER mutex.owner: release. Other end: mutex_take(). */
	ksync_smp_store_release(&m->owner, 0ul);
	/*
	 *	unlock			waiter		ORDER mutex.fenced
	 *	W owner = 0		W waitq += me, or HANDOFF
	 *	(full)			(full)
	 *	R waitq			R owner
	 *	Forbidden: the old waitq with the old owner.
	 */
	/* ORDER mutex.fenced: full. Other end: mutex_queue(). */
	ksync_smp_mb();
	mutex_released(m);
}

/* To the first waiter, if it demands that: true. */
static bool mutex_hand_over(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long word = ksync__waitq_lock(&m->waitq, self);
	struct ksync__waiter *first = ksync__waitq_first(word);
	bool demanded = first && (word & HANDOFF);
	struct ksync_task *task = NULL;

	if (demanded) {
		task = first->task;
		(void)mutex_unlink(&word, first);
		/* ORDER mutex.handoff: release. From here on the waiter's
		 * frame may be gone (I3). Other end: mutex_take_queued(). */
		ksync_smp_store_release(&m->owner, task->ref);
	}
	ksync__waitq_unlock(&m->waitq, self, word);
	ksync_watch_step("mutex.handoff");
	if (demanded)
		ksync__unpark(task);
	return demanded;
}

/* Unlock by somebody else, or with a first waiter who demands it. */
static KSYNC_COLD void mutex_unlock_rare(ksync_mutex_t *m, const void *where)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long owner = KSYNC_READ_ONCE(m->owner);

	if (owner != self->ref)
		ksync__owner_stranger("mutex", m, owner, where);
	else if (!mutex_hand_over(m, self))
		mutex_release(m);
}

/* Each unlock comes here while somebody is queued, so it does no more than it
 * has to. */
KSYNC_COLD void ksync__mutex_unlock_slow(ksync_mutex_t *m)
{
	if (ksync_likely(KSYNC_READ_ONCE(m->owner) == ksync__self &&
			 !(KSYNC_READ_ONCE(m->waitq) & HANDOFF)))
		mutex_release(m);
	else
		mutex_unlock_rare(m, KSYNC__CALLER());
}

KSYNC_COLD void ksync__mutex_wake_slow(ksync_mutex_t *m)
{
	/* The queue that the fast unlock saw may be a bare FENCED, on which
	 * the next waiter relies without a heavy barrier of its own. */
	/* ORDER mutex.fenced: full. Other end: mutex_queue(). */
	ksync_smp_mb();
	mutex_released(m);
}

void ksync__mutex_destroy(ksync_mutex_t *m)
{
	unsigned long found = 0;

	if (ksync__waitq_first(KSYNC_READ_ONCE(m->waitq))) {
		ksync__misuse("mutex", m, "destroyed while somebody waits",
			      "wait until its users are gone", KSYNC__CALLER(),
			      ksync__holder_of_ref(KSYNC_READ_ONCE(m->owner)));
		return;
	}
	/* ORDER mutex.owner: release. Other end: mutex_revive(). */
	if (ksync_try_cmpxchg_release(&m->owner, &found, KSYNC__DESTROYED))
		return;
	ksync__owner_busy("mutex", m, found, KSYNC__CALLER());
}

unsigned long ksync_mutex_get_owner(const ksync_mutex_t *m)
{
	return (unsigned long)ksync__task_of_ref(KSYNC_READ_ONCE(m->owner));
}
