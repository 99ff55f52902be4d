/* SPDX-License-Identifier: MIT */
/*
 * What a task's record says of wait queues: "sections" are its thread's calls
 * that have a queue's lock or wait for it, "entries" are those that its thread
 * queued for itself. Both are set before a queue is touched, and cleared when
 * that is over (wait_queue.c, I5).
 *
 * A fork's child has one thread. The other threads' entries are on stacks that
 * nobody has any more, and their calls had locks of queues: both are known from
 * their records (wait_queue.c, I5). Entries of the child's thread stay, and so
 * do entries of no task, with the program's functions.
 *
 * What was copied in the middle of a change is whole forwards: each store leads
 * from one ring to another. So the child goes around by "next", and makes
 * "prev" anew. It reads frames of threads that are gone: they are still there,
 * as nothing has run in the child before this.
 */
#include "wait_queue.h"

#include "port/life.h"
#include "task/park.h"
#include "watch/report.h"

struct ksync__queue_section *ksync__section_of(ksync_wait_queue_head_t *queue,
					       const struct ksync_task *self)
{
	struct ksync__queue_section *s = self->sections;

	while (s && s->queue != queue)
		s = s->outer;
	return s;
}

void ksync__section_enter(struct ksync__queue_section *s,
			  ksync_wait_queue_head_t *queue,
			  struct ksync_task *self)
{
	s->queue = queue;
	s->outer = self->sections;
	s->roused = 0;
	s->blank = false;
	s->again = false;
	KSYNC_WRITE_ONCE(self->sections, s);
}

void ksync__section_leave(struct ksync__queue_section *s,
			  struct ksync_task *self)
{
	KSYNC_WRITE_ONCE(self->sections, s->outer);
	for (unsigned int i = 0; i < s->roused; i++)
		ksync__unpark(s->task[i]);
}

void ksync__entry_join(ksync_wait_queue_entry_t *entry,
		       ksync_wait_queue_head_t *queue, struct ksync_task *self)
{
	if (entry->private != self)
		return;
	if (entry->queue) {
		entry->queue = queue;
		return;
	}
	ksync__raw_lock(&self->entries_lock);
	entry->queue = queue;
	entry->next = self->entries;
	KSYNC_WRITE_ONCE(self->entries, entry);
	ksync__raw_unlock(&self->entries_lock);
}

void ksync__entry_part(ksync_wait_queue_entry_t *entry)
{
	struct ksync_task *task = entry->private;
	ksync_wait_queue_entry_t **link;

	if (!entry->queue)
		return;
	ksync__raw_lock(&task->entries_lock);
	link = &task->entries;
	while (*link && *link != entry)
		link = &(*link)->next;
	if (*link)
		KSYNC_WRITE_ONCE(*link, entry->next);
	ksync__raw_unlock(&task->entries_lock);
	entry->queue = NULL;
}

/* ---- a fork's child ---- */

/* An entry that a task of another thread queued. */
static bool entry_is_gone(const ksync_wait_queue_entry_t *entry,
			  const struct ksync_task *self)
{
	return entry->queue && entry->private != self;
}

static void ring_mend(ksync_wait_queue_head_t *queue,
		      const struct ksync_task *self)
{
	ksync_list_head_t *last = &queue->head;
	ksync_list_head_t *link = queue->head.next;

	while (link && link != &queue->head) {
		ksync_wait_queue_entry_t *entry = ksync_container_of(
			link, ksync_wait_queue_entry_t, entry);

		link = link->next;
		if (entry_is_gone(entry, self))
			continue;
		last->next = &entry->entry;
		entry->entry.prev = last;
		last = &entry->entry;
	}
	last->next = &queue->head;
	queue->head.prev = last;
}

static struct ksync_task *forker;

/* The forking thread itself may be in a queue's section: it goes on there. */
static bool task_mend(struct ksync_task *t)
{
	struct ksync__queue_section *s;
	ksync_wait_queue_entry_t *entry;

	if (t == forker)
		return false;
	for (s = t->sections; s; s = s->outer) {
		if (forker && ksync__section_of(s->queue, forker))
			continue;
		KSYNC_WRITE_ONCE(s->queue->lock.raw.word, KSYNC__RAW_FREE);
		ring_mend(s->queue, forker);
	}
	for (entry = t->entries; entry; entry = entry->next)
		ring_mend(entry->queue, forker);
	t->sections = NULL;
	t->entries = NULL;
	KSYNC_WRITE_ONCE(t->entries_lock.word, KSYNC__RAW_FREE);
	return false;
}

static void queue_child(bool prepared)
{
	(void)prepared;
	forker = ksync__task_of_ref(ksync__self);
	if (forker)
		KSYNC_WRITE_ONCE(forker->entries_lock.word, KSYNC__RAW_FREE);
	(void)ksync__tasks_find(task_mend);
}

/* ---- a thread's exit ---- */

/*
 * The thread's frames are gone, and an entry in them with them: there is
 * nothing that could be taken out any more.
 */
static void queue_thread_exit(bool last)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);
	bool left = last && self && self->entries;

	if (!left)
		return;
	KSYNC_WRITE_ONCE(self->entries, (ksync_wait_queue_entry_t *)NULL);
	ksync__misuse("wait_queue", NULL, "its waiter exits while it is queued",
		      "call finish_wait() or remove_wait_queue() on every way "
		      "out",
		      KSYNC__CALLER(), ksync__gettid());
}

static const struct ksync__life_part queue_life = {
	.floor = KSYNC__FLOOR_QUEUE,
	.child = queue_child,
	.thread_exit = queue_thread_exit,
};
KSYNC__LIFE_PART(queue_life);
