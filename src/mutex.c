/* SPDX-License-Identifier: MIT */
/*
 * Words: owner, a task reference or 0; waitq, a wait queue (waitq.h) with
 *
 *	FENCED	unlockers use a full barrier. Missing while somebody sleeps
 *		without the heavy barrier: a lost wake-up. One too many: slow.
 *	WAKING	the first waiter was woken and has not gone back to sleep.
 *		Missing: a wake-up too many. One too many: a lost wake-up.
 *	HANDOFF	the first waiter was woken and lost; it gets the lock next.
 *		Missing: it may starve. One too many: slow.
 *
 *  from              event                 to            by        order
 *  owner 0           lock                  owner T       T         acquire
 *  owner T, waitq 0  unlock, fast          owner 0       T         release
 *  any               a waiter queues       FENCED, +link waiter    heavy or
 *                                                                  full
 *  owner T, waitq    unlock                owner 0       T         full
 *   no HANDOFF        and wake unless WAKING: WAKING     T
 *  owner T, HANDOFF  unlock                owner N, -N's T         release
 *                                           link, WAKING, HANDOFF
 *  owner 0           the woken waiter      owner N, -N's N         acquire
 *                                           link, WAKING, HANDOFF
 *  WAKING, owner T   the woken waiter lost HANDOFF, -WAKING  N
 *  N is first        timeout, interrupt    -N's link, WAKING, N
 *                                           HANDOFF; wakes the next if either
 *  FENCED only       unlock, calm          0             T
 *
 *  All changes of links, WAKING and HANDOFF are made under the queue's lock, by
 *  the actor that the table names. A queued thread is named N, after I3.
 *
 *  I1  Only the owner stores to a nonzero owner.
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

#include "backoff.h"
#include "park.h"
#include "waitq.h"
#include "watch/report.h"

#define FENCED 2ul
#define HANDOFF 4ul
#define WAKING 8ul

/* No task's reference: its index is 0. */
#define DESTROYED (~0ul << 24)

/* Fenced unlocks of one thread between two that clear FENCED: docs/mutex.md,
 * "calm". */
#define CALM_UNLOCKS 256u

/*
 * The longest sleep before a waiter looks whether the owner still exists; and
 * its first sleep when the heavy barrier failed. By the end of that, whoever
 * unlocked at that moment without seeing the queue has his store visible.
 */
#define CHECK_OWNER_NS 10000000000LL
#define UNPROVED_NAP_NS 1000000LL

/* One call of a lock function. */
struct request {
	int kind;      /* which pending bits end it */
	bool can_fail; /* the caller looks at a result */
	ksync_s64 deadline;
	const void *where;
};

static bool mutex_take(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long found = 0;

	if (KSYNC_READ_ONCE(m->owner) != 0)
		return false;
	/* ORDER mutex.owner: acquire. Other end: mutex_release(). */
	return ksync_try_cmpxchg_acquire(&m->owner, &found, self->ref);
}

static bool mutex_spin(ksync_mutex_t *m, struct ksync_task *self)
{
	struct ksync__backoff backoff = { 0 };

	if (ksync__waitq_first(KSYNC_READ_ONCE(m->waitq)))
		backoff = (struct ksync__backoff)KSYNC__BACKOFF_YIELDS;
	do {
		if (mutex_take(m, self))
			return true;
	} while (ksync__backoff_spin(&backoff, &m->owner));
	return false;
}

/*
 * The caller would wait for ever: -EDEADLK if it can be told, else the end.
 */
static int mutex_stuck(ksync_mutex_t *m, const struct request *req,
		       unsigned long owner, const char *what,
		       const char *advice)
{
	int holder = ksync__holder_of_ref(owner);

	if (req->can_fail) {
		ksync__misuse("mutex", m, what, advice, req->where, holder);
		return -EDEADLK;
	}
	ksync__deadlock("mutex", m, what, advice, req->where, holder);
	for (;;)
		ksync__nap(CHECK_OWNER_NS);
}

/* For a caller that is not queued; a queued one may have been given it. */
static int mutex_check_recursion(ksync_mutex_t *m, struct ksync_task *self,
				 const struct request *req)
{
	if (KSYNC_READ_ONCE(m->owner) != self->ref)
		return 0;
	return mutex_stuck(m, req, self->ref, "locked again by its holder",
			   "a mutex is not recursive: split the function that "
			   "expects the lock held");
}

/* Will this owner ever unlock? */
static int mutex_check_owner(ksync_mutex_t *m, const struct request *req)
{
	unsigned long owner = KSYNC_READ_ONCE(m->owner);

	/* Looked up twice: it may have unlocked and exited in between. */
	if (!owner || ksync__task_of_ref(owner) ||
	    KSYNC_READ_ONCE(m->owner) != owner)
		return 0;
	return mutex_stuck(m, req, owner, "held by a thread that is gone",
			   "unlock before the thread exits; do not fork while "
			   "other threads hold locks; initialise the mutex");
}

/* Nobody can hold a destroyed mutex: after a report it is a free one. */
static bool mutex_revive(ksync_mutex_t *m, struct ksync_task *self,
			 const struct request *req)
{
	unsigned long found = DESTROYED;

	if (KSYNC_READ_ONCE(m->owner) != DESTROYED)
		return false;
	ksync__misuse("mutex", m, "locked after it was destroyed",
		      "keep the object alive, or initialise it again",
		      req->where, KSYNC_HOLDER_NONE);
	/* ORDER mutex.owner: acquire. Other end: ksync__mutex_destroy(). */
	return ksync_try_cmpxchg_acquire(&m->owner, &found, self->ref);
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

/* Woken, and the lock was taken again: ask to have it handed over. */
static void mutex_demand(ksync_mutex_t *m, struct ksync__waiter *w)
{
	unsigned long word = ksync__waitq_lock(&m->waitq, w->task);

	if (ksync__waitq_first(word) == w)
		word = (word & ~WAKING) | HANDOFF;
	ksync__waitq_unlock(&m->waitq, w->task, word);
	/* ORDER mutex.fenced: full. Other end: mutex_release(). */
	ksync_smp_mb();
}

/* Why a waiter has to give up, or 0. */
static int mutex_give_up(ksync_mutex_t *m, struct ksync_task *self,
			 const struct request *req)
{
	int ret = ksync__wait_over(self, req->kind, req->deadline);

	return ret ? ret : mutex_check_owner(m, req);
}

/* How long to sleep at most. */
static ksync_s64 mutex_wake_at(const struct request *req, ksync_s64 longest)
{
	ksync_s64 at = ksync__clock_ns() + longest;

	return at < req->deadline ? at : req->deadline;
}

/* Queue and sleep. 0, an error, or -EAGAIN: a fork emptied the queue. */
static int mutex_sleep(ksync_mutex_t *m, struct ksync_task *self,
		       const struct request *req)
{
	struct ksync__waiter w = { .task = self, .forks = self->forks };
	struct ksync__backoff backoff = KSYNC__BACKOFF_SPENT;
	bool proved = mutex_queue(m, &w);
	ksync_s64 longest = proved ? CHECK_OWNER_NS : UNPROVED_NAP_NS;
	bool woken = false;
	int ret;

	for (;;) {
		do {
			if (mutex_take_queued(m, &w))
				return 0;
		} while (ksync__backoff_spin(&backoff, &m->owner));
		if (woken) {
			mutex_demand(m, &w);
			woken = false;
			backoff = (struct ksync__backoff){ 0 };
			continue;
		}
		ret = mutex_give_up(m, self, req);
		if (ret)
			return mutex_leave(m, &w, !proved) ? ret : 0;
		woken = !ksync__park(self, mutex_wake_at(req, longest));
		longest = CHECK_OWNER_NS;
		if (woken)
			backoff = (struct ksync__backoff){ 0 };
		if (self->forks != w.forks) {
			ksync__waitq_left(&w);
			/* The holder may have handed it over before that. */
			return KSYNC_READ_ONCE(m->owner) == self->ref ? 0 :
									-EAGAIN;
		}
	}
}

static int mutex_lock_slow(ksync_mutex_t *m, const struct request *req)
{
	struct ksync_task *self = ksync__task_self();
	int ret = mutex_check_recursion(m, self, req);

	if (ret)
		return ret;
	do {
		if (mutex_spin(m, self) || mutex_revive(m, self, req))
			return 0;
		ret = mutex_give_up(m, self, req);
		if (!ret)
			ret = mutex_sleep(m, self, req);
	} while (ret == -EAGAIN);
	return ret;
}

KSYNC_COLD void ksync__mutex_lock_slow(ksync_mutex_t *m)
{
	struct request req = { .kind = KSYNC__UNINTERRUPTIBLE,
			       .deadline = KSYNC__NEVER,
			       .where = KSYNC__CALLER() };

	(void)mutex_lock_slow(m, &req);
}

KSYNC_COLD int ksync__mutex_lock_interruptible_slow(ksync_mutex_t *m)
{
	struct request req = { .kind = KSYNC__INTERRUPTIBLE,
			       .can_fail = true,
			       .deadline = KSYNC__NEVER,
			       .where = KSYNC__CALLER() };

	return mutex_lock_slow(m, &req);
}

KSYNC_COLD int ksync__mutex_lock_killable_slow(ksync_mutex_t *m)
{
	struct request req = { .kind = KSYNC__KILLABLE,
			       .can_fail = true,
			       .deadline = KSYNC__NEVER,
			       .where = KSYNC__CALLER() };

	return mutex_lock_slow(m, &req);
}

KSYNC_COLD int ksync__mutex_lock_timeout_slow(ksync_mutex_t *m, long timeout)
{
	struct request req = { .kind = KSYNC__UNINTERRUPTIBLE,
			       .can_fail = true,
			       .deadline = ksync__deadline_of_jiffies(timeout),
			       .where = KSYNC__CALLER() };

	return mutex_lock_slow(m, &req);
}

KSYNC_COLD int ksync__mutex_lock_until_slow(ksync_mutex_t *m,
					    const struct timespec *deadline)
{
	struct request req = { .kind = KSYNC__UNINTERRUPTIBLE,
			       .can_fail = true,
			       .where = KSYNC__CALLER() };
	int ret = ksync__deadline_of_timespec(deadline, &req.deadline);

	/* A thread's first lock comes here even if the mutex is free. */
	if (ret)
		return mutex_take(m, ksync__task_self()) ? 0 : ret;
	return mutex_lock_slow(m, &req);
}

/*
 * "calm": a mutex stays fenced after contention, so that the next contention
 * needs no heavy barrier. Each CALM_UNLOCKS-th fenced unlock of a thread that
 * finds nobody waiting ends that, unless the heavy barrier fails anyway.
 */
static void mutex_calm(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long found = FENCED;

	if (++self->calm % CALM_UNLOCKS == 0 && ksync__membarrier_works())
		(void)ksync_try_cmpxchg_relaxed(&m->waitq, &found, 0ul);
}

/* The owner's word is 0, and the order between that and this is full. */
static void mutex_released(ksync_mutex_t *m, struct ksync_task *self)
{
	unsigned long word = KSYNC_READ_ONCE(m->waitq);

	if (ksync__waitq_first(word) && (word & (WAKING | HANDOFF)) != WAKING)
		mutex_wake(m, self);
	else if (word == FENCED)
		mutex_calm(m, self);
}

static void mutex_release(ksync_mutex_t *m, struct ksync_task *self)
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
	mutex_released(m, self);
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

static void mutex_stranger(ksync_mutex_t *m, unsigned long owner,
			   const void *where)
{
	if (!owner)
		ksync__misuse("mutex", m, "unlocked, but nobody holds it",
			      "unlock once for each lock", where,
			      KSYNC_HOLDER_NONE);
	else if (owner == DESTROYED)
		ksync__misuse("mutex", m, "unlocked after it was destroyed",
			      "unlock before the object's end", where,
			      KSYNC_HOLDER_NONE);
	else
		ksync__misuse("mutex", m,
			      "unlocked by a thread that does not hold it",
			      "unlock in the thread that locked; a semaphore "
			      "may be released by another",
			      where, ksync__holder_of_ref(owner));
}

KSYNC_COLD void ksync__mutex_unlock_slow(ksync_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long owner = KSYNC_READ_ONCE(m->owner);

	if (ksync_unlikely(owner != self->ref))
		mutex_stranger(m, owner, KSYNC__CALLER());
	else if (!(KSYNC_READ_ONCE(m->waitq) & HANDOFF) ||
		 !mutex_hand_over(m, self))
		mutex_release(m, self);
}

KSYNC_COLD void ksync__mutex_wake_slow(ksync_mutex_t *m)
{
	/* The queue that the fast unlock saw may be a bare FENCED, on which
	 * the next waiter relies without a heavy barrier of its own. */
	/* ORDER mutex.fenced: full. Other end: mutex_queue(). */
	ksync_smp_mb();
	mutex_released(m, ksync__task_self());
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
	if (ksync_try_cmpxchg_release(&m->owner, &found, DESTROYED))
		return;
	if (found == DESTROYED)
		ksync__misuse("mutex", m, "destroyed twice",
			      "destroy once, when nobody uses it",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
	else
		ksync__misuse("mutex", m, "destroyed while it is held",
			      "unlock first", KSYNC__CALLER(),
			      ksync__holder_of_ref(found));
}

unsigned long ksync_mutex_get_owner(const ksync_mutex_t *m)
{
	return (unsigned long)ksync__task_of_ref(KSYNC_READ_ONCE(m->owner));
}
