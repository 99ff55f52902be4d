/* SPDX-License-Identifier: MIT */
/*
 * Tasks to be woken later: collected under a lock, woken when it is released,
 * so that none wakes up to wait for it.
 *
 * The list is one thread's, usually on its stack. A task that is on somebody's
 * list is woken by that one, after everything that came before its being added.
 */
#ifndef KSYNC_WAKE_Q_H
#define KSYNC_WAKE_Q_H

#include <ksync/task.h>

typedef struct KSYNC_TAG(wake_q_head) {
	ksync_task_t *first; /* the list's thread's */
	ksync_task_t *last;
} ksync_wake_q_head_t;

#define KSYNC_WAKE_Q_INIT { NULL, NULL }
#define KSYNC_DEFINE_WAKE_Q(name) ksync_wake_q_head_t name = KSYNC_WAKE_Q_INIT

KSYNC_BEGIN_DECLS

/**
 * ksync_wake_q_init() - make a list empty
 * @head: memory for a list
 *
 * Context: Any.
 * Example::
 *
 *	ksync_wake_q_head_t list;
 *
 *	ksync_wake_q_init(&list);
 */
KSYNC_INLINE void ksync_wake_q_init(ksync_wake_q_head_t *head)
{
	head->first = NULL;
	head->last = NULL;
}

/**
 * ksync_wake_q_empty() - is nobody on the list?
 * @head: initialised list
 *
 * Context: Any.
 * Return: true if nobody is.
 * Example::
 *
 *	KSYNC_DEFINE_WAKE_Q(list);
 *	bool none = ksync_wake_q_empty(&list);
 */
KSYNC_INLINE bool ksync_wake_q_empty(const ksync_wake_q_head_t *head)
{
	return !head->first;
}

/**
 * ksync_wake_q_add() - have a task woken by ksync_wake_up_q()
 * @head: initialised list of the calling thread
 * @task: a task whose thread runs, or that is kept
 *
 * It is kept until then. Who is on a list already, be it another's, is not
 * added.
 *
 * Context: Any, under locks, too.
 * Order: Full: what came before is seen by the task that is woken.
 * Example::
 *
 *	KSYNC_DEFINE_WAKE_Q(list);
 *
 *	ksync_wake_q_add(&list, ksync_current());
 *	ksync_wake_up_q(&list);
 */
KSYNC_API void ksync_wake_q_add(ksync_wake_q_head_t *head, ksync_task_t *task);

/**
 * ksync_wake_q_add_safe() - the same of a task that the caller keeps
 * @head: initialised list of the calling thread
 * @task: a task that the caller keeps, and lets go with this
 *
 * Context: Any, under locks, too.
 * Order: Full.
 * Example::
 *
 *	KSYNC_DEFINE_WAKE_Q(list);
 *
 *	ksync_wake_q_add_safe(&list, ksync_task_get(ksync_current()));
 *	ksync_wake_up_q(&list);
 */
KSYNC_API void ksync_wake_q_add_safe(ksync_wake_q_head_t *head,
				     ksync_task_t *task);

/**
 * ksync_wake_up_q() - wake all on the list, in order, and empty it
 * @head: initialised list of the calling thread
 *
 * Context: Any thread; best without locks.
 * Order: As ksync_wake_up_process().
 * Example::
 *
 *	KSYNC_DEFINE_WAKE_Q(list);
 *
 *	ksync_wake_up_q(&list);
 */
KSYNC_API void ksync_wake_up_q(ksync_wake_q_head_t *head);

KSYNC_END_DECLS

#endif
