/* SPDX-License-Identifier: MIT */
/*
 * Words: owner, a task reference or 0; word, DONE and twice the number of
 * attempts that failed
 *
 *  from          event                     to              by        order
 *  owner 0       begin                     owner T         T         acquire
 *  owner G, who  begin                     owner T         T         acquire
 *   is gone
 *  owner T       end                       word + DONE     T         release
 *  owner T       abandon                   owner 0, then   T         release
 *                                          word + 2                  of both
 *
 *  I1  Once DONE is set nothing changes any more: owner stays. So the object
 *      may be freed; whoever sleeps on word is woken by its address alone.
 *  I2  DONE is set by the owner, so nobody begins after it: an owner that is
 *      gone may have ended before. Who takes over looks at the newest word.
 *  I3  Who sleeps has read word before owner. An abandon changes owner first:
 *      either the sleeper saw that, or its word is an old one.
 */
#include <ksync/once.h>

#include "owner.h"
#include "task/wait.h"
#include "watch/report.h"

#define ATTEMPT 2

static void once_recursion(const ksync_once_t *o, const void *where)
{
	ksync__deadlock("once", o, "begun again by its own initialisation",
			"the initialisation must not need what it makes", where,
			ksync__gettid());
	ksync__thread_hang();
}

/* The caller begins: true. Or somebody else has, or it is done (I2), which the
 * newest word tells. */
static bool once_take(ksync_once_t *o, unsigned long owner,
		      struct ksync_task *self)
{
	/* ORDER once.owner: acquire. Sees what was done before it failed.
	 * Other end: once_abandon(). */
	if (!ksync_try_cmpxchg_acquire(&o->owner, &owner, self->ref))
		return false;
	return !owner ||
	       !(ksync_atomic_fetch_or_relaxed(0, &o->word) & KSYNC__ONCE_DONE);
}

static ksync_u32 *once_futex(ksync_once_t *o)
{
	return (ksync_u32 *)&o->word.counter;
}

static void once_wait(ksync_once_t *o, int word, struct ksync__wait *wait)
{
	ksync_watch_step("once.wait");
	if (ksync__wait_spin(wait, once_futex(o)))
		return;
	(void)ksync__futex_wait(once_futex(o), (ksync_u32)word,
				ksync__clock_ns() + KSYNC__OWNER_CHECK_NS);
}

KSYNC_COLD bool ksync__once_begin_slow(ksync_once_t *o)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__wait wait = { .self = self, .deadline = KSYNC__NEVER };

	ksync__wait_may_spin(&wait);
	for (;;) {
		int word;
		unsigned long owner;

		/* ORDER once.done: acquire. Other end: once_end(). */
		word = ksync_atomic_read_acquire(&o->word);
		if (word & KSYNC__ONCE_DONE)
			break;
		owner = KSYNC_READ_ONCE(o->owner);
		if (owner == self->ref || ksync__owner_is_here_elsewhere(owner))
			once_recursion(o, KSYNC__CALLER());
		if (owner && !ksync__owner_is_gone(&o->owner)) {
			once_wait(o, word, &wait);
			continue;
		}
		if (once_take(o, owner, self)) {
			ksync_watch_order_acquire(&o->owner);
			return true;
		}
	}
	ksync_watch_order_acquire(&o->word);
	return false;
}

/* Is it the caller's to end? */
static bool once_is_own(ksync_once_t *o, const void *where)
{
	unsigned long owner = KSYNC_READ_ONCE(o->owner);

	if (ksync_likely(owner == ksync__self && !ksync_once_is_done(o)))
		return true;
	if (ksync__owner_is_here_elsewhere(owner))
		ksync__misuse("once", o,
			      "ended through another copy of the library than "
			      "the one that began it",
			      KSYNC__ONE_COPY, where, ksync__gettid());
	else
		ksync__misuse("once", o,
			      "ended by a thread that has not begun it",
			      "end it once, in the thread for which the "
			      "beginning returned true",
			      where, ksync__holder_of_ref(owner));
	return false;
}

static void once_end(ksync_once_t *o, const void *where)
{
	if (!once_is_own(o, where))
		return;
	(void)ksync_watch_release(KSYNC__ONCE(o), 0);
	ksync_watch_order_release(&o->word);
	/* ORDER once.done: release. The last access (I1). Other end:
	 * ksync_once_is_done(). */
	(void)ksync_atomic_fetch_or_release(KSYNC__ONCE_DONE, &o->word);
	ksync__futex_wake(once_futex(o), INT_MAX);
}

static void once_abandon(ksync_once_t *o, const void *where)
{
	if (!once_is_own(o, where))
		return;
	(void)ksync_watch_release(KSYNC__ONCE(o), 0);
	ksync_watch_order_release(&o->owner);
	/* ORDER once.owner: release. Other end: once_take(). */
	ksync_smp_store_release(&o->owner, 0ul);
	ksync_watch_step("once.abandon");
	/* ORDER once.done: release. A sleeper that reads it sees the owner's
	 * end, too (I3). Other end: ksync__once_begin_slow(). */
	(void)ksync_atomic_fetch_add_release(ATTEMPT, &o->word);
	ksync__futex_wake(once_futex(o), INT_MAX);
}

void ksync_once_end(ksync_once_t *o)
{
	once_end(o, KSYNC__CALLER());
}

void ksync_once_abandon(ksync_once_t *o)
{
	once_abandon(o, KSYNC__CALLER());
}

struct once_call {
	ksync_once_t *begun; /* NULL: ended */
	const void *where;
};

static void once_left(struct once_call *call)
{
	if (call->begun)
		once_abandon(call->begun, call->where);
}

KSYNC_COLD void ksync__once_call(ksync_once_t *o, void (*fn)(void *arg),
				 void *arg)
{
	struct once_call call KSYNC_CLEANUP(once_left) = { o, KSYNC__CALLER() };

	fn(arg);
	call.begun = NULL;
	once_end(o, call.where);
}
