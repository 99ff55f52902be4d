/* SPDX-License-Identifier: MIT */
/*
 * Word: first waiter's address | three flags of the lock's | LOCKED; or VALUE |
 * what the lock likes
 *
 *  from           event     to           by              order
 *  LOCKED and     lock      LOCKED       who has to      acquire
 *   VALUE clear
 *  LOCKED         unlock    new word     who locked      release
 *  0              the lock's own doing   VALUE | ...     anybody
 *  VALUE | ...    the same               0, VALUE | ...  anybody
 *
 *  I1  While LOCKED is set, nobody else changes the word.
 *  I2  A waiter's fields but task are read and written under the lock.
 *  I3  task->waits_on is set before a waiter can be found in a queue and
 *      cleared after it cannot; has_locked likewise around LOCKED. A fork's
 *      child clears the queues that it finds there.
 */
#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "wait.h"
#include "waitq.h"

unsigned long ksync__waitq_lock(unsigned long *queue, struct ksync_task *self)
{
	struct ksync__backoff backoff = { 0 };
	unsigned long word = KSYNC_READ_ONCE(*queue);

	KSYNC_WRITE_ONCE(self->has_locked, queue);
	for (;;) {
		if (word & KSYNC__WAITQ_LOCKED) {
			ksync__backoff_wait(&backoff, queue);
			word = KSYNC_READ_ONCE(*queue);
			continue;
		}
		if (word & KSYNC__WAITQ_VALUE) {
			KSYNC_WRITE_ONCE(self->has_locked,
					 (unsigned long *)NULL);
			return word;
		}
		/* ORDER waitq.lock: acquire. The ring is as the last holder
		 * left it. Other end: ksync__waitq_unlock(). */
		if (ksync_try_cmpxchg_acquire(queue, &word,
					      word | KSYNC__WAITQ_LOCKED))
			break;
	}
	ksync_watch_step("waitq.locked");
	return word;
}

void ksync__waitq_unlock(unsigned long *queue, struct ksync_task *self,
			 unsigned long word)
{
	/* ORDER waitq.lock: release. Other end: ksync__waitq_lock(). */
	ksync_smp_store_release(queue, word);
	KSYNC_WRITE_ONCE(self->has_locked, (unsigned long *)NULL);
}

static void link_before(struct ksync__waiter *w, struct ksync__waiter *next)
{
	w->next = next;
	w->prev = next->prev;
	next->prev->next = w;
	next->prev = w;
}

unsigned long ksync__waitq_append(unsigned long *queue, unsigned long word,
				  struct ksync__waiter *w)
{
	struct ksync__waiter *first = ksync__waitq_first(word);

	if (w->task)
		KSYNC_WRITE_ONCE(w->task->waits_on, queue);
	if (!first) {
		w->next = w;
		w->prev = w;
		return word | (unsigned long)w;
	}
	link_before(w, first);
	return word;
}

unsigned long ksync__waitq_insert(unsigned long *queue, unsigned long word,
				  struct ksync__waiter *w,
				  struct ksync__waiter *next)
{
	KSYNC_WRITE_ONCE(w->task->waits_on, queue);
	link_before(w, next);
	if (next != ksync__waitq_first(word))
		return word;
	return (unsigned long)w | (word & KSYNC__WAITQ_FLAGS);
}

unsigned long ksync__waitq_remove(unsigned long word, struct ksync__waiter *w)
{
	struct ksync__waiter *first = ksync__waitq_first(word);
	unsigned long flags = word & KSYNC__WAITQ_FLAGS;

	if (w->next == w)
		return flags;
	w->prev->next = w->next;
	w->next->prev = w->prev;
	return w == first ? (unsigned long)w->next | flags : word;
}

void ksync__waitq_left(struct ksync__waiter *w)
{
	KSYNC_WRITE_ONCE(w->task->waits_on, (unsigned long *)NULL);
}

void ksync__waitq_forget(unsigned long *queue)
{
	/* Nobody has it locked, or is in it. */
	if (!(KSYNC_READ_ONCE(*queue) & KSYNC__WAITQ_VALUE))
		KSYNC_WRITE_ONCE(*queue, 0ul);
}
