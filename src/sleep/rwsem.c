/* SPDX-License-Identifier: MIT */
/*
 * Words: count; owner, the writer's task reference or 0; waitq, a wait queue
 * (waitq.h) without flags. count is a number of readers times READER, and
 *
 *	WRITER	somebody writes
 *	WAITERS	the queue is not empty
 *	WAKING	the first waiter was woken and has not gone back to sleep.
 *		Missing: a wake-up too many. One too many: a lost wake-up.
 *	HANDOFF	the first waiter has waited for long, was woken and lost: the
 *		next is it, and who comes now queues.
 *		Missing: it may starve. One too many: slow.
 *
 *  from              event                  to              by       order
 *  no flag           down_read              +READER         reader   acquire
 *  any flag          down_read              +READER         reader
 *   and then: WRITER gone                   the same        it has   acquire
 *                                                           it then
 *             or it gives up, or queues     -READER         reader
 *  0                 down_write             WRITER          writer   acquire
 *  free, no HANDOFF  the same, spinning     +WRITER         writer   acquire
 *  READER            up_read                -READER         reader   release
 *  WRITER            up_write               -WRITER         writer   release
 *  WRITER            downgrade_write        -WRITER,+READER writer   release
 *  any               a waiter queues        +WAITERS        waiter
 *  open to the first WAKING is missing      +WAKING         passer
 *  open to the first it looks, or HANDOFF   the first's     first or acquire
 *                                           share, -WAKING  passer
 *                                           -HANDOFF
 *  WAKING            it looked and lost     -WAKING         first
 *                    and is impatient       +HANDOFF        first
 *  N is first        timeout, interrupt     -WAKING         N
 *                                           -HANDOFF
 *
 *  "free": neither WRITER nor readers. "open" to a reader: no WRITER; to a
 *  writer: free. The "passer" is whoever has just made the count so that it may
 *  be open. WAITERS goes away with the last waiter. The flags below WRITER, and
 *  what lets queued waiters in, are changed under the queue's lock alone.
 *
 *  I1  Exclusion is count's alone: WRITER is set only where nobody is counted,
 *      and who is counted reads only once it has seen no WRITER after that. A
 *      counted reader without that right holds up writers, for as long as it
 *      takes it to see that it has none.
 *  I2  Who leaves the count open, with WAITERS and without WAKING, looks into
 *      the queue: up_read, up_write, downgrade_write, a reader that gives its
 *      count back, a waiter that leaves. All change count by one atomic
 *      operation, so that no order of two words is needed.
 *  I3  A waiter is in the queue, or OUT: then the count has its share. Both
 *      change under the queue's lock.
 *  I4  From the grant on a waiter's stack frame may be gone.
 *  I5  owner is written by the writer alone, while it has WRITER. It is for
 *      reports.
 *  I6  With HANDOFF count goes from holder to the first waiter: new readers
 *      queue, new writers do not take it. So who is first waits for those who
 *      were in before.
 */
#include <errno.h>

#include <ksync/rwsem.h>

#include "owner.h"
#include "rwsem.h"
#include "task/park.h"
#include "task/waitq.h"
#include "watch/report.h"

#define WRITER KSYNC__RWSEM_WRITER
#define WAITERS KSYNC__RWSEM_WAITERS
#define HANDOFF KSYNC__RWSEM_HANDOFF
#define WAKING KSYNC__RWSEM_WAKING
#define READER KSYNC__RWSEM_READER
#define QUEUE_FLAGS (WAITERS | HANDOFF | WAKING)

/* The state of a waiter: what it waits for, and how far that is. */
#define READS 1u
#define OUT 2u	   /* I3 */
#define GRANTED 4u /* ORDER rwsem.grant */

/* The most readers that come out of the queue at once: they are counted under
 * its lock. */
#define PHASE 256u

struct rwsem_call {
	struct ksync__request req;
	ksync_u32 reads; /* READS or 0 */
	bool told;	 /* that its holders may be gone */
};

/* What is to be done when the queue's lock is released. */
struct rwsem_news {
	struct ksync__waiter *admitted; /* a list: they are OUT */
	struct ksync_task *woken;	/* may look */
};

static long rwsem_readers(long count)
{
	return count & ~KSYNC__RWSEM_FLAGS;
}

static long rwsem_holders(long count)
{
	return count & ~QUEUE_FLAGS;
}

static bool rwsem_open(long count, ksync_u32 reads)
{
	return reads ? !(count & WRITER) : !rwsem_holders(count);
}

/*
 * Take the queue's lock. In a fork's child the queue may have been emptied of
 * threads that are gone, which count does not know.
 */
static unsigned long rwsem_lock(ksync_rw_semaphore_t *sem,
				struct ksync_task *self)
{
	unsigned long word = ksync__waitq_lock(&sem->waitq, self);

	if (!ksync__waitq_first(word) &&
	    (ksync_atomic_long_read(&sem->count) & QUEUE_FLAGS))
		ksync_atomic_long_and(~QUEUE_FLAGS, &sem->count);
	return word;
}

/* Release it, then let those go on who may. */
static void rwsem_unlock(ksync_rw_semaphore_t *sem, struct ksync_task *self,
			 unsigned long word, struct rwsem_news news)
{
	struct ksync__waiter *w = news.admitted;

	ksync__waitq_unlock(&sem->waitq, self, word);
	ksync_watch_step("rwsem.pass");
	while (w) {
		struct ksync__waiter *next = w->next;
		struct ksync_task *task = w->task;

		/* ORDER rwsem.grant: release. Sees all that was done before;
		 * its frame may be gone (I4). Other end: rwsem_granted(). */
		ksync_smp_store_release(&w->state, OUT | GRANTED);
		if (task != self)
			ksync__unpark(task);
		w = next;
	}
	if (news.woken)
		ksync__unpark(news.woken);
}

/*
 * Under the queue's lock: the first gets it, if count allows, and with a first
 * reader those that follow. The list of them, or NULL.
 */
static struct ksync__waiter *rwsem_admit(ksync_rw_semaphore_t *sem,
					 unsigned long *word)
{
	struct ksync__waiter *first = ksync__waitq_first(*word);
	struct ksync__waiter *last = first;
	ksync_u32 reads = first->state & READS;
	long share = reads ? READER : WRITER;
	long count = ksync_atomic_long_read(&sem->count);
	long gone = HANDOFF | WAKING;

	for (unsigned int n = 1; reads && n < PHASE && last->next != first &&
				 (last->next->state & READS);
	     n++) {
		last = last->next;
		share += READER;
	}
	if (last->next == first)
		gone |= WAITERS;
	do {
		if (!rwsem_open(count, reads))
			return NULL;
		/* ORDER rwsem.count: acquire. Other end:
		 * ksync__up_write_fast(), ksync__up_read_fast(). */
	} while (!ksync_atomic_long_try_cmpxchg_acquire(
		&sem->count, &count, (count & ~gone) + share));
	for (struct ksync__waiter *w = first;; w = w->next) {
		*word = ksync__waitq_remove(*word, w);
		KSYNC_WRITE_ONCE(w->state, w->state | OUT);
		if (w == last)
			break;
	}
	last->next = NULL;
	return first;
}

/*
 * Under the queue's lock, when the count may be open to the first: wake it to
 * look, as others may take it until then; or it has waited for too long for
 * that and gets it.
 */
static void rwsem_pass(ksync_rw_semaphore_t *sem, unsigned long *word,
		       struct rwsem_news *news)
{
	struct ksync__waiter *first = ksync__waitq_first(*word);
	long count = ksync_atomic_long_read(&sem->count);

	if (first && (count & HANDOFF)) {
		news->admitted = rwsem_admit(sem, word);
		first = ksync__waitq_first(*word);
		count = ksync_atomic_long_read(&sem->count);
	}
	if (first && !(count & (WAKING | HANDOFF)) &&
	    rwsem_open(count, first->state & READS)) {
		ksync_atomic_long_or(WAKING, &sem->count);
		news->woken = first->task;
	}
}

/* The same for those who hold nothing of the queue. */
static void rwsem_pass_on(ksync_rw_semaphore_t *sem, struct ksync_task *self)
{
	struct rwsem_news news = { NULL, NULL };
	unsigned long word = rwsem_lock(sem, self);

	rwsem_pass(sem, &word, &news);
	rwsem_unlock(sem, self, word, news);
}

/* Nobody looks yet, and nobody will but who left this behind (I2). */
static bool rwsem_is_left(long count)
{
	return (count & (WAITERS | WAKING)) == WAITERS;
}

/* A reader that has no right to its count, or not any more. */
static void rwsem_give_back(ksync_rw_semaphore_t *sem, struct ksync_task *self)
{
	long left = ksync_atomic_long_sub_return_relaxed(READER, &sem->count);

	if (!rwsem_holders(left) && rwsem_is_left(left))
		rwsem_pass_on(sem, self);
}

/*
 * A counted reader: true if it has it. To join those who read, past somebody
 * who waits, is only for who came before that: "early". *queue is set where
 * there is nothing to spin for.
 */
static bool rwsem_try_read(ksync_rw_semaphore_t *sem, bool early, bool *queue)
{
	/* ORDER rwsem.count: acquire. Other end: ksync__up_write_fast(). */
	long count = ksync_atomic_long_read_acquire(&sem->count);

	*queue = (count & HANDOFF) ||
		 (!early && (count & (WAITERS | WRITER)) == WAITERS &&
		  rwsem_readers(count) > READER);
	return !*queue && !(count & WRITER);
}

static bool rwsem_try_write(ksync_rw_semaphore_t *sem, bool *queue)
{
	long count = ksync_atomic_long_read(&sem->count);

	do {
		*queue = count & HANDOFF;
		if (*queue || rwsem_holders(count))
			return false;
		/* ORDER rwsem.count: acquire. Other end:
		 * ksync__up_write_fast(), ksync__up_read_fast(). */
	} while (!ksync_atomic_long_try_cmpxchg_acquire(&sem->count, &count,
							count + WRITER));
	return true;
}

static bool rwsem_spin(ksync_rw_semaphore_t *sem, struct rwsem_call *call)
{
	bool early = false;
	bool queue;

	ksync__wait_may_spin(&call->req.wait);
	do {
		if (call->reads ? rwsem_try_read(sem, early, &queue) :
				  rwsem_try_write(sem, &queue))
			return true;
		early = true;
	} while (!queue &&
		 ksync__wait_spin(&call->req.wait, &sem->count.counter));
	return false;
}

/* Queue up; a reader's count goes away with that. */
static void rwsem_queue(ksync_rw_semaphore_t *sem, struct ksync__waiter *w)
{
	struct rwsem_news news = { NULL, NULL };
	unsigned long word = rwsem_lock(sem, w->task);
	long change = ksync__waitq_first(word) ? 0 : WAITERS;

	if (w->state & READS)
		change -= READER;
	word = ksync__waitq_append(&sem->waitq, word, w);
	ksync_atomic_long_add(change, &sem->count);
	rwsem_pass(sem, &word, &news);
	rwsem_unlock(sem, w->task, word, news);
	ksync_watch_step("rwsem.queued");
}

static bool rwsem_granted(struct ksync__waiter *w)
{
	/* ORDER rwsem.grant: acquire. Other end: rwsem_unlock(). */
	return ksync_smp_load_acquire(&w->state) & GRANTED;
}

/* The queued waiter looks whether it has it, or can take it as the first. */
static bool rwsem_take_queued(ksync_rw_semaphore_t *sem,
			      struct ksync__waiter *w, ksync_u32 reads)
{
	struct rwsem_news news = { NULL, NULL };
	struct ksync__waiter *taken = NULL;
	unsigned long word;

	if (rwsem_granted(w))
		return true;
	if (!rwsem_open(ksync_atomic_long_read(&sem->count), reads))
		return false;
	word = rwsem_lock(sem, w->task);
	if (ksync__waitq_first(word) == w)
		taken = rwsem_admit(sem, &word);
	if (taken)
		rwsem_pass(sem, &word, &news);
	news.admitted = taken;
	rwsem_unlock(sem, w->task, word, news);
	return taken;
}

/* Woken, and others were faster. Who leaves it open next will wake it again, or
 * give it to it if it has waited for long. */
static void rwsem_lost(ksync_rw_semaphore_t *sem, struct ksync__waiter *w,
		       bool demand)
{
	struct rwsem_news news = { NULL, NULL };
	unsigned long word = rwsem_lock(sem, w->task);

	if (ksync__waitq_first(word) == w) {
		if (demand)
			ksync_atomic_long_or(HANDOFF, &sem->count);
		ksync_atomic_long_and(~WAKING, &sem->count);
	}
	rwsem_unlock(sem, w->task, word, news);
}

/* Leave without it: false if it is the caller's already (I3). */
static bool rwsem_leave(ksync_rw_semaphore_t *sem, struct ksync__waiter *w)
{
	struct rwsem_news news = { NULL, NULL };
	unsigned long word;
	long gone = 0;
	bool left;

	ksync_watch_step("rwsem.leave");
	word = rwsem_lock(sem, w->task);
	left = !(KSYNC_READ_ONCE(w->state) & OUT);
	if (left) {
		if (ksync__waitq_first(word) == w)
			gone |= HANDOFF | WAKING;
		word = ksync__waitq_remove(word, w);
		if (!ksync__waitq_first(word))
			gone |= WAITERS;
		ksync_atomic_long_and(~gone, &sem->count);
		rwsem_pass(sem, &word, &news);
	}
	rwsem_unlock(sem, w->task, word, news);
	return left;
}

/* Why a waiter has to give up, or 0. */
static int rwsem_give_up(ksync_rw_semaphore_t *sem, struct rwsem_call *call)
{
	return ksync__owner_is_gone(&sem->owner) ?
		       -EDEADLK :
		       ksync__wait_over(&call->req.wait);
}

/* Slept for as long as one may, and nothing has changed: it would be told. */
static bool rwsem_is_stuck(ksync_rw_semaphore_t *sem, struct ksync__waiter *w,
			   long before)
{
	long now = rwsem_holders(ksync_atomic_long_read(&sem->count));

	(void)ksync__task_of_ref_surely(KSYNC_READ_ONCE(sem->owner));
	return ksync__waitq_first(KSYNC_READ_ONCE(sem->waitq)) == w &&
	       !KSYNC_READ_ONCE(sem->owner) && now && now == before;
}

/* Queue and sleep. 0, an error, or -EAGAIN: it is in no queue any more. */
static int rwsem_sleep(ksync_rw_semaphore_t *sem, struct rwsem_call *call)
{
	struct ksync__wait *wait = &call->req.wait;
	struct ksync_task *self = wait->self;
	struct ksync__waiter w = { .task = self,
				   .forks = self->forks,
				   .state = call->reads };
	bool woken = false, stuck = false;
	long before = 0;
	int ret;

	rwsem_queue(sem, &w);
	ksync__wait_queued(wait);
	for (;;) {
		if (rwsem_take_queued(sem, &w, call->reads)) {
			ret = 0;
			break;
		}
		if (woken && ksync__wait_spin(wait, &sem->count.counter))
			continue;
		if (woken) {
			rwsem_lost(sem, &w, ksync__wait_is_impatient(wait));
			woken = false;
			continue;
		}
		ret = rwsem_give_up(sem, call);
		if (!ret && stuck)
			ret = -EAGAIN;
		if (ret && rwsem_leave(sem, &w))
			break;
		if (ret) {
			/* The passer is between OUT and the grant. */
			wait->kind = KSYNC__UNINTERRUPTIBLE;
			wait->deadline = KSYNC__NEVER;
			stuck = false;
		}
		before = rwsem_holders(ksync_atomic_long_read(&sem->count));
		woken = !ksync__park(
			self,
			ksync__owner_look_at(wait, KSYNC__OWNER_CHECK_NS));
		if (woken)
			ksync__wait_may_glance(wait);
		else
			stuck = !call->told && rwsem_is_stuck(sem, &w, before);
		if (self->forks != w.forks) {
			/* I3, seen by a copy of the process. */
			ret = KSYNC_READ_ONCE(w.state) & OUT ? 0 : -EAGAIN;
			stuck = false;
			break;
		}
	}
	ksync__waitq_left(&w);
	if (ret == -EAGAIN && stuck) {
		call->told = true;
		ksync__owner_unknown(&call->req, !(before & WRITER));
	}
	return ret;
}

/* Does the caller write it? A reader is counted, which a report must not see.
 */
static int rwsem_check_recursion(ksync_rw_semaphore_t *sem,
				 struct rwsem_call *call)
{
	unsigned long owner = KSYNC_READ_ONCE(sem->owner);
	struct ksync_task *self = call->req.wait.self;
	int ret;

	if (ksync_likely(owner != self->ref && !ksync__ref_is_foreign(owner)))
		return 0;
	if (call->reads)
		rwsem_give_back(sem, self);
	ret = ksync__owner_check_recursion(owner, &call->req);
	if (!ret && call->reads)
		ksync_atomic_long_add(READER, &sem->count);
	return ret;
}

/* The slow way of all forms: what the caller asks for is in its request. */
static int rwsem_down(ksync_rw_semaphore_t *sem, struct rwsem_call *call)
{
	struct ksync__wait *wait = &call->req.wait;
	ksync_u32 reads = call->reads;
	int ret = rwsem_check_recursion(sem, call);

	if (ret)
		return ret;
	for (;;) {
		ret = 0;
		if (rwsem_spin(sem, call))
			break;
		ret = wait->deadline == KSYNC__NO_TIME ?
			      -EINVAL :
			      rwsem_give_up(sem, call);
		if (!ret)
			ret = rwsem_sleep(sem, call);
		else if (reads)
			rwsem_give_back(sem, wait->self);
		if (ret != -EAGAIN)
			break;
		if (reads)
			ksync_atomic_long_add(READER, &sem->count);
	}
	if (ret == -EDEADLK)
		return ksync__owner_gone(&call->req);
	if (!ret && !reads)
		KSYNC_WRITE_ONCE(sem->owner, wait->self->ref);
	if (!ret)
		ksync_watch_order_acquire(&sem->count);
	return ret;
}

static int rwsem_down_slow(ksync_rw_semaphore_t *sem, ksync_u32 reads, int kind,
			   ksync_s64 deadline, bool can_fail, const void *where)
{
	struct rwsem_call call = {
		.req = { .type = "rwsem",
			 .lock = sem,
			 .where = where,
			 .can_fail = can_fail,
			 .wait = { .self = ksync__task_self(),
				   .kind = kind,
				   .deadline = deadline } },
		.reads = reads,
	};

	return rwsem_down(sem, &call);
}

int ksync__rwsem_read(ksync_rw_semaphore_t *sem,
		      const struct ksync__request *req)
{
	struct rwsem_call call = { .req = *req, .reads = READS };

	return ksync__down_read_fast(sem) ? 0 : rwsem_down(sem, &call);
}

int ksync__rwsem_write(ksync_rw_semaphore_t *sem,
		       const struct ksync__request *req)
{
	struct rwsem_call call = { .req = *req };

	return ksync__down_write_fast(sem) ? 0 : rwsem_down(sem, &call);
}

bool ksync__rwsem_read_if_idle(ksync_rw_semaphore_t *sem)
{
	long idle = 0;

	return ksync_atomic_long_try_cmpxchg_relaxed(&sem->count, &idle,
						     READER);
}

KSYNC_COLD void ksync__down_read_slow(ksync_rw_semaphore_t *sem)
{
	(void)rwsem_down_slow(sem, READS, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER,
			      false, KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_read_kind_slow(ksync_rw_semaphore_t *sem, int kind)
{
	return rwsem_down_slow(sem, READS, kind, KSYNC__NEVER, true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_read_timeout_slow(ksync_rw_semaphore_t *sem,
					     long timeout)
{
	return rwsem_down_slow(sem, READS, KSYNC__UNINTERRUPTIBLE,
			       ksync__deadline_of_jiffies(timeout), true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_read_until_slow(ksync_rw_semaphore_t *sem, int kind,
					   ksync_s64 deadline)
{
	return rwsem_down_slow(sem, READS, kind, deadline, true,
			       KSYNC__CALLER());
}

KSYNC_COLD void ksync__down_write_slow(ksync_rw_semaphore_t *sem)
{
	(void)rwsem_down_slow(sem, 0, KSYNC__UNINTERRUPTIBLE, KSYNC__NEVER,
			      false, KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_write_kind_slow(ksync_rw_semaphore_t *sem, int kind)
{
	return rwsem_down_slow(sem, 0, kind, KSYNC__NEVER, true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_write_timeout_slow(ksync_rw_semaphore_t *sem,
					      long timeout)
{
	return rwsem_down_slow(sem, 0, KSYNC__UNINTERRUPTIBLE,
			       ksync__deadline_of_jiffies(timeout), true,
			       KSYNC__CALLER());
}

KSYNC_COLD int ksync__down_write_until_slow(ksync_rw_semaphore_t *sem, int kind,
					    ksync_s64 deadline)
{
	return rwsem_down_slow(sem, 0, kind, deadline, true, KSYNC__CALLER());
}

KSYNC_COLD void ksync__up_read_slow(ksync_rw_semaphore_t *sem, long left)
{
	if (ksync_unlikely(left < 0)) {
		ksync_atomic_long_add(READER, &sem->count);
		ksync__misuse(
			"rwsem", sem, "released by a reader, but nobody reads",
			"up_read() once for each down_read(), and "
			"up_write() for down_write()",
			KSYNC__CALLER(),
			ksync__holder_of_ref(KSYNC_READ_ONCE(sem->owner)));
		return;
	}
	if (!rwsem_is_left(left))
		return;
	ksync_watch_order_release(&sem->count);
	rwsem_pass_on(sem, ksync__task_self());
}

KSYNC_COLD void ksync__up_write_slow(ksync_rw_semaphore_t *sem)
{
	ksync_watch_order_release(&sem->count);
	rwsem_pass_on(sem, ksync__task_self());
}

KSYNC_COLD void ksync__up_write_stranger(ksync_rw_semaphore_t *sem)
{
	ksync__owner_stranger("rwsem", sem, KSYNC_READ_ONCE(sem->owner),
			      KSYNC__CALLER());
}

/* True: there were flags of nobody, which are gone now. */
KSYNC_COLD bool ksync__rwsem_forked(ksync_rw_semaphore_t *sem)
{
	struct rwsem_news nothing = { NULL, NULL };
	struct ksync_task *self = ksync__task_self();
	bool had = ksync_atomic_long_read(&sem->count) & QUEUE_FLAGS;
	unsigned long word = rwsem_lock(sem, self);
	bool has = ksync_atomic_long_read(&sem->count) & QUEUE_FLAGS;

	rwsem_unlock(sem, self, word, nothing);
	return had && !has;
}

KSYNC_COLD void ksync__rwsem_not_held(const ksync_rw_semaphore_t *sem,
				      bool for_writing)
{
	ksync__misuse("rwsem", sem,
		      for_writing ?
			      "asserted to be held for writing, but it is not" :
			      "asserted to be held, but it is free",
		      "take it around this code", KSYNC__CALLER(),
		      KSYNC_HOLDER_NONE);
}
