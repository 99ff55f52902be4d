/* SPDX-License-Identifier: MIT */
/*
 * Words: word, the kernel's: the holder's thread id and, while it has somebody
 * asleep, PI_WAITERS; owner, a task reference, which reports and the holder
 * know.
 *
 *  word            event                      to             by      order
 *  0               lock                       T              T       acquire
 *  T, owner 0      the same                   owner T        T
 *  T               a waiter sleeps            +PI_WAITERS    kernel
 *  T               unlock                     0              T       release
 *  T+PI_WAITERS    unlock                     N, PI_WAITERS  kernel  release
 *                                             if more wait
 *  0               the woken waiter, N        N              kernel
 *  0               destroy                    DEAD           anybody
 *
 *  I1  Only the thread in word stores to owner: its reference while it holds
 *      the lock, 0 before it lets go. A reader may see it late.
 *  I2  The kernel keeps the queue, by priority, and lends the holder the
 *      highest; so no thread of ours is queued, and a fork's child finds none.
 *  I3  In a fork's child word may hold the id that its thread had before.
 *      Then the kernel knows nothing of it, and nobody waits.
 *  I4  Unlock does not touch the mutex any more when word has changed.
 */
#include <errno.h>

#include <ksync/rt_mutex.h>

#include "owner.h"
#include "watch/report.h"

#define TYPE "rt_mutex"

/* No thread's id: those end at 2^22. */
#define DEAD KSYNC__PI_TID

/*
 * The kernel's wait cannot be ended by an interrupt of ours, nor does it know
 * of threads that a fork has left behind: so it is one of slices.
 */
#define CHECK_PENDING_NS 10000000LL

/* Take it if word is this. */
static bool rt_take_from(ksync_rt_mutex_t *m, ksync_u32 found,
			 const struct ksync_task *self)
{
	/* ORDER rt_mutex.word: acquire. Sees all that was written under the
	 * lock. Other ends: rt_release(), ksync__rt_mutex_destroy(). */
	if (!ksync_try_cmpxchg_acquire(&m->word, &found, (ksync_u32)self->tid))
		return false;
	KSYNC_WRITE_ONCE(m->owner, self->ref);
	return true;
}

static bool rt_take(ksync_rt_mutex_t *m, const struct ksync_task *self)
{
	return rt_take_from(m, 0, self);
}

/* Nobody can hold a destroyed mutex: after a report it is a free one. */
static bool rt_revive(ksync_rt_mutex_t *m, const struct ksync__request *req)
{
	if (KSYNC_READ_ONCE(m->word) != DEAD)
		return false;
	ksync__owner_destroyed(req);
	return rt_take_from(m, DEAD, req->wait.self);
}

/* How long to sleep at most. */
static ksync_s64 rt_slice(const struct ksync__request *req)
{
	ksync_s64 longest = CHECK_PENDING_NS;

	if (req->wait.kind == KSYNC__UNINTERRUPTIBLE)
		longest = KSYNC__OWNER_CHECK_NS;
	return ksync__owner_look_at(&req->wait, longest);
}

/* The kernel's answer: -EAGAIN to ask again. */
static int rt_sleep(ksync_rt_mutex_t *m, struct ksync__request *req,
		    struct ksync__backoff *backoff)
{
	int ret = ksync__futex_lock_pi(&m->word, rt_slice(req));

	switch (ret) {
	case 0:
		KSYNC_WRITE_ONCE(m->owner, req->wait.self->ref);
		if (KSYNC_READ_ONCE(m->word) & KSYNC__PI_OWNER_DIED)
			ksync__misuse(TYPE, m,
				      "its holder ended and left it locked",
				      "unlock before the thread exits",
				      req->where, KSYNC_HOLDER_GONE);
		return 0;
	case -ESRCH:
		return -EOWNERDEAD;
	case -EDEADLK:
		return -EDEADLK;
	case -ETIME:
		(void)ksync__task_of_ref_surely(KSYNC_READ_ONCE(m->owner));
		return -EAGAIN;
	case -EAGAIN:
		return -EAGAIN;
	default:
		/* Not to be had here: then nobody lends, and waiters look. */
		ksync__backoff_wait(backoff, &m->word);
		return -EAGAIN;
	}
}

static int rt_lock_slow(ksync_rt_mutex_t *m, struct ksync__request *req)
{
	struct ksync__backoff backoff = { 0 };
	int ret = ksync__owner_check_recursion(KSYNC_READ_ONCE(m->owner), req);

	if (ret)
		return ret;
	if (req->wait.deadline == KSYNC__NO_TIME)
		return -EINVAL;
	ksync_watch_contended_at(KSYNC__RT_MUTEX(m), req->where);
	do {
		if (rt_take(m, req->wait.self) || rt_revive(m, req))
			return 0;
		ret = ksync__owner_is_gone(&m->owner) ?
			      -EOWNERDEAD :
			      ksync__wait_over(&req->wait);
		if (!ret)
			ret = rt_sleep(m, req, &backoff);
	} while (ret == -EAGAIN);
	if (ret == -EOWNERDEAD)
		return ksync__owner_gone(req);
	if (ret == -EDEADLK)
		return ksync__owner_circle(req, KSYNC_READ_ONCE(m->owner));
	return ret;
}

static int rt_lock(ksync_rt_mutex_t *m, int kind, ksync_s64 deadline,
		   bool can_fail, const void *where)
{
	struct ksync__request req = {
		.type = TYPE,
		.lock = m,
		.where = where,
		.can_fail = can_fail,
		.wait = { .self = ksync__task_self(),
			  .kind = kind,
			  .deadline = deadline },
	};

	if (ksync_likely(rt_take(m, req.wait.self)))
		return 0;
	return rt_lock_slow(m, &req);
}

void ksync__rt_mutex_lock(ksync_rt_mutex_t *m)
{
	(void)rt_lock(m, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER, false,
		      KSYNC__CALLER());
}

int ksync__rt_mutex_lock_until(ksync_rt_mutex_t *m, int kind,
			       ksync_s64 deadline)
{
	return rt_lock(m, kind, deadline, true, KSYNC__CALLER());
}

int ksync__rt_mutex_lock_timeout(ksync_rt_mutex_t *m, long timeout)
{
	return rt_lock(m, KSYNC__UNINTERRUPTIBLE,
		       ksync__deadline_of_jiffies(timeout), true,
		       KSYNC__CALLER());
}

bool ksync__rt_mutex_trylock(ksync_rt_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();

	return KSYNC_READ_ONCE(m->word) == 0 && rt_take(m, self);
}

/* The caller's no more: to the first waiter, if there is one. */
static void rt_release(ksync_rt_mutex_t *m, const struct ksync_task *self)
{
	ksync_u32 found = (ksync_u32)self->tid;

	KSYNC_WRITE_ONCE(m->owner, 0ul);
	ksync_watch_step("rt_mutex.release");
	/* ORDER rt_mutex.word: release. Other end: rt_take_from(). */
	while (!ksync_try_cmpxchg_release(&m->word, &found, 0u))
		/* Refused by I3: then it is only ours. */
		if (ksync__futex_unlock_pi(&m->word) == 0)
			return;
}

void ksync__rt_mutex_unlock(ksync_rt_mutex_t *m)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long owner = KSYNC_READ_ONCE(m->owner);

	if (ksync_unlikely(owner != self->ref))
		ksync__owner_stranger(TYPE, m, owner, KSYNC__CALLER());
	else
		rt_release(m, self);
}

void ksync__rt_mutex_destroy(ksync_rt_mutex_t *m)
{
	ksync_u32 found = 0;

	/* ORDER rt_mutex.word: release. Other end: rt_take_from(). */
	if (ksync_try_cmpxchg_release(&m->word, &found, DEAD))
		return;
	ksync__owner_busy(TYPE, m,
			  found == DEAD ? KSYNC__DESTROYED :
					  KSYNC_READ_ONCE(m->owner),
			  KSYNC__CALLER());
}

unsigned long ksync_rt_mutex_get_owner(const ksync_rt_mutex_t *m)
{
	return (unsigned long)ksync__task_of_ref(KSYNC_READ_ONCE(m->owner));
}
