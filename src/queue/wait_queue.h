/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the wait queue share.
 */
#ifndef KSYNC_SRC_WAIT_QUEUE_H
#define KSYNC_SRC_WAIT_QUEUE_H

#include <ksync/atomic.h>
#include <ksync/wait_queue.h>

#include "task/task.h"

/* Woken tasks that a wake-up unparks after it has released the lock. */
#define KSYNC__ROUSED 16u

/*
 * A call that has a queue's lock, or waits for it; on its thread's stack, the
 * innermost first. An entry's function may wake another queue.
 */
struct ksync__queue_section {
	ksync_wait_queue_head_t *queue;
	struct ksync__queue_section *outer;
	unsigned int roused;
	struct ksync_task *task[KSYNC__ROUSED];
	bool blank; /* the queue was never initialised */
	bool again; /* a function of the queue wanted to wake it: */
	unsigned int mode;
	int number;
};

/* wait_record.c: the innermost call of the calling thread that has this queue's
 * lock, or NULL. */
struct ksync__queue_section *ksync__section_of(ksync_wait_queue_head_t *queue,
					       const struct ksync_task *self);
void ksync__section_enter(struct ksync__queue_section *s,
			  ksync_wait_queue_head_t *queue,
			  struct ksync_task *self);
/* Unparks whom it has woken. */
void ksync__section_leave(struct ksync__queue_section *s,
			  struct ksync_task *self);
/* Before the calling thread's own entry goes into the ring of the queue. */
void ksync__entry_join(ksync_wait_queue_entry_t *entry,
		       ksync_wait_queue_head_t *queue, struct ksync_task *self);
/* It is not in the ring any more. Others than its thread may call this. */
void ksync__entry_part(ksync_wait_queue_entry_t *entry);

/*
 * Rings. What is looked at without the lock is stored whole: whether a ring is
 * empty, and whether an entry is in one. A ring is whole forwards at any
 * moment, for a fork's child: wait_record.c.
 */
static inline bool ksync__ring_empty(const ksync_list_head_t *link)
{
	return KSYNC_READ_ONCE(link->next) == link;
}

static inline void ksync__ring_init(ksync_list_head_t *link)
{
	KSYNC_WRITE_ONCE(link->next, link);
	KSYNC_WRITE_ONCE(link->prev, link);
}

static inline void ksync__ring_add(ksync_list_head_t *link,
				   ksync_list_head_t *before)
{
	ksync_list_head_t *after = before->next;

	KSYNC_WRITE_ONCE(link->next, after);
	KSYNC_WRITE_ONCE(link->prev, before);
	KSYNC_WRITE_ONCE(before->next, link);
	KSYNC_WRITE_ONCE(after->prev, link);
}

static inline void ksync__ring_cut(ksync_list_head_t *link)
{
	ksync_list_head_t *before = link->prev, *after = link->next;

	KSYNC_WRITE_ONCE(before->next, after);
	KSYNC_WRITE_ONCE(after->prev, before);
}

#endif
