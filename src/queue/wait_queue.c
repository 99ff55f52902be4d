/* SPDX-License-Identifier: MIT */
/*
 * Word: episode, a number above two flags
 *
 *	BEGUN	a waker has to look at the ring. Missing while somebody waits:
 *		a lost wake-up. One too many: slow.
 *	KNOWN	all wakers know of BEGUN: a waiter needs no heavy barrier.
 *		Missing: slow. One too many: a lost wake-up.
 *
 *  from         event                to           by
 *  n            an entry is queued   n BEGUN      who queues, locked
 *  n BEGUN      the heavy barrier    n BEGUN      who queued, after the lock:
 *               of one who queued     KNOWN       only from what it was
 *  n BEGUN      calm: the ring is    n + 1        a waker, locked
 *   KNOWN       empty
 *
 *  "locked" is under the queue's lock.
 *
 *  I1  BEGUN is set while an entry is in the ring, but for who wakes or is
 *      woken under the lock.
 *  I2  KNOWN is set by who passed a heavy barrier after BEGUN of the same n was
 *      there. So a waiter that finds it set passes a full barrier, and a waker
 *      that does not see BEGUN has changed the condition before that.
 *  I3  An entry is changed and called under the lock. Who finds its entry taken
 *      out may end its frame, while the one who took it out still has the
 *      queue's lock: the queue lives on, the entry is not touched any more.
 *  I4  A task that is ended in its state under the lock is unparked after it:
 *      records stay (task.c, I1).
 *  I5  A call that takes the lock is the first of its record's sections, and an
 *      entry that its task queued is on its record's list, before they touch
 *      the queue and until they are done with it: wait_record.c.
 */
#include "wait_queue.h"

#include "task/park.h"
#include "task/schedule.h"
#include "watch/report.h"

/* Fenced looks of one thread at an empty ring between two that end the episode:
 * docs/wait_queue.md, "calm". */
#define CALM_LOOKS 256u

/* See docs/mutex.md: no machine keeps a store for as long. */
#define SETTLING_NS 1000000LL

#define ENTRY_OF(link) ksync_container_of(link, ksync_wait_queue_entry_t, entry)

/* ---- the lock ---- */

/* The lock is taken. */
static void section_begin(struct ksync__queue_section *s)
{
	ksync_watch_order_acquire(&s->queue->lock);
	ksync_watch_step("wait_queue.locked");
	s->blank = !s->queue->head.next;
	if (ksync_unlikely(s->blank))
		ksync__ring_init(&s->queue->head);
}

static void queue_lock(ksync_wait_queue_head_t *queue, struct ksync_task *self,
		       struct ksync__queue_section *s, const void *where)
{
	if (ksync_unlikely(ksync__section_of(queue, self))) {
		ksync__deadlock("wait_queue", queue,
				"used by the function of one of its entries",
				"it runs under the queue's lock: wake up "
				"there, at most; do the rest when it has "
				"returned",
				where, ksync__gettid());
		ksync__thread_hang();
	}
	ksync__section_enter(s, queue, self);
	ksync_spin_lock(&queue->lock);
	section_begin(s);
}

static void queue_unlock(struct ksync_task *self,
			 struct ksync__queue_section *s, const void *where)
{
	ksync_wait_queue_head_t *queue = s->queue;

	ksync_watch_order_release(&queue->lock);
	ksync_spin_unlock(&queue->lock);
	ksync__section_leave(s, self);
	if (ksync_unlikely(s->blank))
		ksync__misuse("wait_queue", queue,
			      "used, but it was never initialised",
			      "use its initialiser, or "
			      "init_waitqueue_head()",
			      where, KSYNC_HOLDER_NONE);
}

/* ---- queueing ---- */

static bool entry_queued(const ksync_wait_queue_entry_t *entry)
{
	return entry->entry.next && !ksync__ring_empty(&entry->entry);
}

static void entry_cut(ksync_wait_queue_entry_t *entry)
{
	if (!entry_queued(entry))
		return;
	ksync__ring_cut(&entry->entry);
	KSYNC_WRITE_ONCE(entry->entry.prev, &entry->entry);
	/* ORDER wait_queue.cut: release. From here on its frame may be gone
	 * (I3). Other end: ksync_finish_wait(). */
	ksync_smp_store_release(&entry->entry.next, &entry->entry);
}

enum place { AT_FRONT, BEHIND_PRIORITY, AT_END };

/* Under the lock. What ends the wait of wakers that do not look: I1. */
static ksync_u32 entry_queue(ksync_wait_queue_head_t *queue,
			     ksync_wait_queue_entry_t *entry, enum place place)
{
	ksync_list_head_t *before = &queue->head;
	ksync_u32 episode = KSYNC_READ_ONCE(queue->episode);

	if (place == AT_END)
		before = queue->head.prev;
	while (place == BEHIND_PRIORITY && before->next != &queue->head &&
	       (ENTRY_OF(before->next)->flags & KSYNC_WQ_FLAG_PRIORITY))
		before = before->next;
	ksync__ring_add(&entry->entry, before);
	if (!(episode & KSYNC__EPISODE_BEGUN)) {
		episode |= KSYNC__EPISODE_BEGUN;
		KSYNC_WRITE_ONCE(queue->episode, episode);
	}
	return episode;
}

/*
 * No membarrier: whoever has just changed the condition, and did not see the
 * episode begin, has his store visible by the end of this.
 */
static void queue_settle(void)
{
	ksync_s64 deadline = ksync__clock_ns() + SETTLING_NS;
	ksync_u32 nobody_wakes = 0;

	while (ksync__futex_wait(&nobody_wakes, 0, deadline) != -ETIME)
		if (ksync__clock_ns() >= deadline)
			return;
}

/*
 * After the lock: the condition that is read next is one that no waker has
 * changed without looking at the ring (I2).
 *
 *	waker			waiter		ORDER wait_queue.fenced
 *	W condition		W entry
 *	(full)			(full)
 *	R ring			R condition
 *	Forbidden: an empty ring with no condition; nobody would wake it.
 */
static void queue_fence(ksync_wait_queue_head_t *queue, ksync_u32 episode)
{
	ksync_watch_step("wait_queue.queued");
	/* ORDER wait_queue.fenced: full. Other end:
	 * ksync__wait_queue_look(). */
	ksync_smp_mb();
	if (ksync_likely(episode & KSYNC__EPISODE_KNOWN))
		return;
	/* ORDER wait_queue.seen: heavy. Other end: ksync_wq_has_sleeper(). */
	if (!ksync__membarrier())
		queue_settle();
	(void)ksync_cmpxchg_relaxed(&queue->episode, episode,
				    episode | KSYNC__EPISODE_KNOWN);
}

static void queue_add(ksync_wait_queue_head_t *queue,
		      ksync_wait_queue_entry_t *entry, enum place place,
		      const void *where)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section s;
	ksync_u32 episode = KSYNC__EPISODE_KNOWN;
	bool twice;

	queue_lock(queue, self, &s, where);
	twice = entry_queued(entry);
	if (!twice) {
		ksync__entry_join(entry, queue, self);
		episode = entry_queue(queue, entry, place);
	}
	queue_unlock(self, &s, where);
	queue_fence(queue, episode);
	if (ksync_unlikely(twice))
		ksync__misuse("wait_queue", queue,
			      "an entry is queued that is queued already",
			      "remove it first; one entry for each queue",
			      where, KSYNC_HOLDER_NONE);
}

void ksync_add_wait_queue(ksync_wait_queue_head_t *queue,
			  ksync_wait_queue_entry_t *entry)
{
	entry->flags &= ~(KSYNC_WQ_FLAG_EXCLUSIVE | KSYNC_WQ_FLAG_PRIORITY);
	queue_add(queue, entry, BEHIND_PRIORITY, KSYNC__CALLER());
}

void ksync_add_wait_queue_exclusive(ksync_wait_queue_head_t *queue,
				    ksync_wait_queue_entry_t *entry)
{
	entry->flags |= KSYNC_WQ_FLAG_EXCLUSIVE;
	queue_add(queue, entry, AT_END, KSYNC__CALLER());
}

void ksync_add_wait_queue_priority(ksync_wait_queue_head_t *queue,
				   ksync_wait_queue_entry_t *entry)
{
	entry->flags |= KSYNC_WQ_FLAG_PRIORITY;
	queue_add(queue, entry, AT_FRONT, KSYNC__CALLER());
}

int ksync_add_wait_queue_priority_exclusive(ksync_wait_queue_head_t *queue,
					    ksync_wait_queue_entry_t *entry)
{
	struct ksync_task *self = ksync__task_self();
	const void *where = KSYNC__CALLER();
	struct ksync__queue_section s;
	ksync_u32 episode = KSYNC__EPISODE_KNOWN;
	int ret = -EBUSY;

	queue_lock(queue, self, &s, where);
	if (ksync__ring_empty(&queue->head) ||
	    !(ENTRY_OF(queue->head.next)->flags & KSYNC_WQ_FLAG_PRIORITY)) {
		entry->flags |= KSYNC_WQ_FLAG_EXCLUSIVE |
				KSYNC_WQ_FLAG_PRIORITY;
		ksync__entry_join(entry, queue, self);
		episode = entry_queue(queue, entry, AT_FRONT);
		ret = 0;
	}
	queue_unlock(self, &s, where);
	queue_fence(queue, episode);
	return ret;
}

void ksync_remove_wait_queue(ksync_wait_queue_head_t *queue,
			     ksync_wait_queue_entry_t *entry)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section s;

	queue_lock(queue, self, &s, KSYNC__CALLER());
	entry_cut(entry);
	queue_unlock(self, &s, KSYNC__CALLER());
	ksync__entry_part(entry);
}

/* ---- waiting ---- */

/* Queue the entry if it is not yet; -EINTR takes it out instead. */
static int queue_prepare(ksync_wait_queue_head_t *queue,
			 ksync_wait_queue_entry_t *entry, unsigned int state,
			 int kind, bool *first, const void *where)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section s;
	ksync_u32 episode = KSYNC__EPISODE_KNOWN;
	bool stop, added = false;

	queue_lock(queue, self, &s, where);
	stop = ksync__task_interrupted(self, kind);
	if (stop) {
		entry_cut(entry);
	} else {
		if (!entry_queued(entry)) {
			*first = ksync__ring_empty(&queue->head);
			ksync__entry_join(entry, queue, self);
			episode = entry_queue(
				queue, entry,
				entry->flags & KSYNC_WQ_FLAG_EXCLUSIVE ?
					AT_END :
					BEHIND_PRIORITY);
			added = true;
		}
		/* A waker that finds the entry under the lock sees this. */
		KSYNC_WRITE_ONCE(self->state, state);
	}
	queue_unlock(self, &s, where);
	if (stop)
		ksync__entry_part(entry);
	else if (added)
		queue_fence(queue, episode);
	return stop ? -EINTR : 0;
}

void ksync_prepare_to_wait(ksync_wait_queue_head_t *queue,
			   ksync_wait_queue_entry_t *entry, unsigned int state)
{
	bool first;

	entry->flags &= ~KSYNC_WQ_FLAG_EXCLUSIVE;
	(void)queue_prepare(queue, entry, state, KSYNC__UNINTERRUPTIBLE, &first,
			    KSYNC__CALLER());
}

bool ksync_prepare_to_wait_exclusive(ksync_wait_queue_head_t *queue,
				     ksync_wait_queue_entry_t *entry,
				     unsigned int state)
{
	bool first = false;

	entry->flags |= KSYNC_WQ_FLAG_EXCLUSIVE;
	(void)queue_prepare(queue, entry, state, KSYNC__UNINTERRUPTIBLE, &first,
			    KSYNC__CALLER());
	return first;
}

int ksync_prepare_to_wait_event(ksync_wait_queue_head_t *queue,
				ksync_wait_queue_entry_t *entry,
				unsigned int state)
{
	bool first;

	return queue_prepare(queue, entry, state, ksync__kind_of_state(state),
			     &first, KSYNC__CALLER());
}

void ksync_finish_wait(ksync_wait_queue_head_t *queue,
		       ksync_wait_queue_entry_t *entry)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section s;

	KSYNC_WRITE_ONCE(self->state, KSYNC_TASK_RUNNING);
	/* ORDER wait_queue.cut: acquire. Who took it out is done with it. Other
	 * end: entry_cut(). */
	if (ksync_smp_load_acquire(&entry->entry.next) != &entry->entry) {
		queue_lock(queue, self, &s, KSYNC__CALLER());
		entry_cut(entry);
		queue_unlock(self, &s, KSYNC__CALLER());
	}
	ksync__entry_part(entry);
}

int ksync__wait_locked_begin(ksync_wait_queue_head_t *queue,
			     ksync_wait_queue_entry_t *entry,
			     unsigned int state)
{
	struct ksync_task *self = ksync__task_self();

	if (!entry_queued(entry)) {
		ksync__entry_join(entry, queue, self);
		queue_fence(queue, entry_queue(queue, entry, AT_END));
	}
	ksync_set_current_state(state);
	if (!ksync__task_interrupted(self, ksync__kind_of_state(state)))
		return 0;
	KSYNC_WRITE_ONCE(self->state, KSYNC_TASK_RUNNING);
	return -EINTR;
}

void ksync__wait_locked_end(ksync_wait_queue_entry_t *entry)
{
	entry_cut(entry);
	ksync__entry_part(entry);
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
}

/*
 * Under the queue's lock. Nobody joins the entry to its task: its function may
 * take it out by itself, and then end its frame.
 */
void ksync__add_wait_queue_locked(ksync_wait_queue_head_t *queue,
				  ksync_wait_queue_entry_t *entry, bool at_end)
{
	queue_fence(queue, entry_queue(queue, entry,
				       at_end ? AT_END : BEHIND_PRIORITY));
}

void ksync__remove_wait_queue_locked(ksync_wait_queue_entry_t *entry)
{
	entry_cut(entry);
	ksync__entry_part(entry);
}

ksync_s64 ksync__wait_deadline(ksync_s64 ns)
{
	ksync_s64 now = ksync__clock_ns();

	if (ns <= 0)
		return now;
	return ns < KSYNC__NEVER - now ? now + ns : KSYNC__NEVER;
}

int ksync__wait_ns(ksync_s64 deadline)
{
	ksync_watch_caller_schedules();
	return ksync__schedule(ksync__task_self(), deadline) == -ETIME ?
		       -ETIME :
		       0;
}

/* ---- waking ---- */

int ksync_default_wake_function(ksync_wait_queue_entry_t *entry,
				unsigned int mode, int flags, void *key)
{
	struct ksync_task *task = entry->private;
	struct ksync__queue_section *s = ksync__task_self()->sections;

	(void)flags;
	(void)key;
	if (!ksync__task_rouse(task, mode))
		return 0;
	if (s && s->roused < KSYNC__ROUSED)
		s->task[s->roused++] = task;
	else
		ksync__unpark(task);
	return 1;
}

int ksync_autoremove_wake_function(ksync_wait_queue_entry_t *entry,
				   unsigned int mode, int flags, void *key)
{
	if (!ksync_default_wake_function(entry, mode, flags, key))
		return 0;
	entry_cut(entry);
	return 1;
}

/* What the flag tells is told with it. */
static bool woken_clear(ksync_wait_queue_entry_t *entry)
{
	unsigned int flags = KSYNC_READ_ONCE(entry->flags);

	while (flags & KSYNC_WQ_FLAG_WOKEN)
		/* ORDER wait_queue.woken: acquire. Sees what the waker did
		 * before. Other end: ksync_woken_wake_function(). */
		if (ksync_try_cmpxchg_acquire(&entry->flags, &flags,
					      flags & ~KSYNC_WQ_FLAG_WOKEN))
			return true;
	return false;
}

int ksync_woken_wake_function(ksync_wait_queue_entry_t *entry,
			      unsigned int mode, int flags, void *key)
{
	unsigned int found = KSYNC_READ_ONCE(entry->flags);

	ksync_watch_order_release(&entry->flags);
	/* ORDER wait_queue.woken: release. Other end: woken_clear(). */
	while (!ksync_try_cmpxchg_release(&entry->flags, &found,
					  found | KSYNC_WQ_FLAG_WOKEN))
		;
	return ksync_default_wake_function(entry, mode, flags, key);
}

long ksync_wait_woken(ksync_wait_queue_entry_t *entry, unsigned int state,
		      long timeout)
{
	/* The waker sets the flag, then looks at the state: schedule.state. */
	ksync_set_current_state(state);
	if (!(KSYNC_READ_ONCE(entry->flags) & KSYNC_WQ_FLAG_WOKEN))
		timeout = ksync_schedule_timeout(timeout);
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
	if (woken_clear(entry))
		ksync_watch_order_acquire(&entry->flags);
	return timeout;
}

/* Under the lock: how many exclusive ones were woken. */
static int queue_walk(ksync_wait_queue_head_t *queue, unsigned int mode,
		      int number, int flags, void *key)
{
	ksync_list_head_t *link, *next;
	int woken = 0;

	for (link = queue->head.next; link != &queue->head; link = next) {
		ksync_wait_queue_entry_t *entry = ENTRY_OF(link);
		/* Read before: the function may end the entry. */
		bool exclusive = KSYNC_READ_ONCE(entry->flags) &
				 KSYNC_WQ_FLAG_EXCLUSIVE;
		int ret;

		next = link->next;
		ret = entry->func(entry, mode, flags, key);
		if (ret < 0)
			break;
		if (ret && exclusive && ++woken == number)
			break;
	}
	return woken;
}

/* A function wants to wake the queue that it is called by: when it is over. */
static int wake_later(struct ksync__queue_section *s, unsigned int mode,
		      int number)
{
	s->again = true;
	s->mode = mode;
	s->number = number;
	return 0;
}

static void wake_again(ksync_wait_queue_head_t *queue, const void *where)
{
	ksync__misuse("wait_queue", queue,
		      "woken by the function of one of its own entries",
		      "the wake-up is made up for when the function has "
		      "returned, once; wake up another queue, or later",
		      where, KSYNC_HOLDER_NONE);
}

int ksync__wake_up(ksync_wait_queue_head_t *queue, unsigned int mode,
		   int number, int flags, void *key)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section *outer = ksync__section_of(queue, self);
	struct ksync__queue_section s, second;
	int woken;

	if (ksync_unlikely(outer))
		return wake_later(outer, mode, number);
	queue_lock(queue, self, &s, KSYNC__CALLER());
	woken = queue_walk(queue, mode, number, flags, key);
	queue_unlock(self, &s, KSYNC__CALLER());
	if (ksync_unlikely(s.again)) {
		wake_again(queue, KSYNC__CALLER());
		queue_lock(queue, self, &second, KSYNC__CALLER());
		(void)queue_walk(queue, s.mode, s.number, 0, NULL);
		queue_unlock(self, &second, KSYNC__CALLER());
	}
	return woken;
}

/* Under the caller's lock: what it woke is unparked before that ends. */
int ksync__wake_up_locked(ksync_wait_queue_head_t *queue, unsigned int mode,
			  int number, void *key)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section *outer = ksync__section_of(queue, self);
	struct ksync__queue_section s;
	int woken;

	if (ksync_unlikely(outer))
		return wake_later(outer, mode, number);
	ksync__section_enter(&s, queue, self);
	woken = queue_walk(queue, mode, number, 0, key);
	if (ksync_unlikely(s.again))
		(void)queue_walk(queue, s.mode, s.number, 0, NULL);
	ksync__section_leave(&s, self);
	return woken;
}

void ksync_wake_up_pollfree(ksync_wait_queue_head_t *queue)
{
	(void)ksync_wake_up_key(queue, KSYNC_TASK_NORMAL, 0,
				KSYNC_POLL_TO_KEY(KSYNC__POLLHUP |
						  KSYNC_POLLFREE));
	if (ksync_unlikely(!ksync__ring_empty(&queue->head)))
		ksync__misuse("wait_queue", queue,
			      "an entry stays though the queue will be freed",
			      "its function removes it when the key says "
			      "POLLFREE",
			      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

/*
 * "calm": each CALM_LOOKS-th look of a thread that finds a begun episode and
 * nobody there ends it, unless the next one could not have its barrier.
 */
static void queue_calm(ksync_wait_queue_head_t *queue)
{
	struct ksync_task *self = ksync__task_self();
	struct ksync__queue_section s;

	if (++self->calm % CALM_LOOKS || !ksync__membarrier_works() ||
	    ksync__section_of(queue, self))
		return;
	ksync__section_enter(&s, queue, self);
	if (ksync_spin_trylock(&queue->lock)) {
		section_begin(&s);
		if (ksync__ring_empty(&queue->head))
			KSYNC_WRITE_ONCE(queue->episode,
					 (KSYNC_READ_ONCE(queue->episode) |
					  KSYNC__EPISODE_FLAGS) +
						 1);
		ksync_spin_unlock(&queue->lock);
	}
	ksync__section_leave(&s, self);
}

bool ksync__wait_queue_look(ksync_wait_queue_head_t *queue)
{
	/* ORDER wait_queue.fenced: full. Other end: queue_fence(). */
	ksync_smp_mb();
	if (!ksync__ring_empty(&queue->head))
		return true;
	queue_calm(queue);
	return false;
}

void ksync__init_waitqueue_head(ksync_wait_queue_head_t *queue,
				const char *name, ksync_lock_class_key_t *key)
{
	ksync__spin_lock_init(&queue->lock, name, key);
	KSYNC_WRITE_ONCE(queue->episode, 0u);
	ksync__ring_init(&queue->head);
}
