/* SPDX-License-Identifier: MIT */
/*
 * Wait queue: threads that wait until a condition of the program's is true, and
 * those that make it true and say so.
 *
 *	ksync_wait_event(queue, READ_ONCE(ready));	one thread
 *	WRITE_ONCE(ready, true); ksync_wake_up(&queue);	another
 *
 * The condition is the program's: the queue knows nothing of it. It is looked
 * at before each sleep and after each wake-up, by the waiting thread, and while
 * the thread's state is set: it must not sleep, and may be evaluated any number
 * of times. Whoever changes it calls a wake-up afterwards. Then no waiter
 * sleeps on, whatever comes in between.
 *
 * A wake-up where nobody waits, and nobody has lately, is a load and a branch.
 * Who queues first pays for that with a barrier in all threads; from then on
 * wake-ups have a full barrier until nobody has come for a while.
 *
 * A wake-up wakes all plain waiters and one exclusive one, first come first
 * served. What it does to an entry is the entry's function: it may be the
 * program's, runs under the queue's lock, and may neither sleep nor use the
 * queue.
 *
 * The queue has to exist until all calls on it have returned, the one that woke
 * the last waiter included.
 */
#ifndef KSYNC_WAIT_QUEUE_H
#define KSYNC_WAIT_QUEUE_H

#include <errno.h>

#include <ksync/list_head.h>
#include <ksync/spinlock.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(wait_queue_entry) ksync_wait_queue_entry_t;
typedef struct KSYNC_TAG(wait_queue_head) ksync_wait_queue_head_t;

/*
 * What a wake-up does to an entry, under the queue's lock: positive if it woke
 * somebody, 0 if not, negative to end the wake-up here. "mode" are the states
 * to wake, "flags" are 0, and "key" is the waker's.
 */
typedef int (*ksync_wait_queue_func_t)(ksync_wait_queue_entry_t *entry,
				       unsigned int mode, int flags, void *key);

/* "private" is no name in C++. */
#ifdef __cplusplus
#define KSYNC__PRIVATE private_data
#else
#define KSYNC__PRIVATE private
#endif

struct KSYNC_TAG(wait_queue_entry) {
	unsigned int flags;		/* KSYNC_WQ_FLAG_ */
	void *KSYNC__PRIVATE;		/* the function's: the task to wake */
	ksync_wait_queue_func_t func;	/* read-only once queued */
	ksync_list_head_t entry;	/* under the queue's lock */
	ksync_wait_queue_head_t *queue; /* where its own task queued it; NULL:
					 * in none, or another did */
	ksync_wait_queue_entry_t *next; /* the task's next one */
};

struct KSYNC_TAG(wait_queue_head) {
	ksync_spinlock_t lock;
	ksync_u32 episode;	/* wait_queue.c, "Word" */
	ksync_list_head_t head; /* the entries, under the lock */
};

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_wait_queue_head_t) ==
					     8 + 2 * sizeof(void *),
		    "docs/wait_queue.md says so");

#define KSYNC_WQ_FLAG_EXCLUSIVE 0x01u
#define KSYNC_WQ_FLAG_WOKEN 0x02u
#define KSYNC_WQ_FLAG_CUSTOM 0x04u
#define KSYNC_WQ_FLAG_DONE 0x08u
#define KSYNC_WQ_FLAG_PRIORITY 0x10u

#define KSYNC__WAIT_QUEUE_HEAD_INIT(name)          \
	{                                          \
		KSYNC__SPINLOCK_INIT(#name), 0,    \
		{                                  \
			&(name).head, &(name).head \
		}                                  \
	}
#define KSYNC_DECLARE_WAIT_QUEUE_HEAD(name) \
	ksync_wait_queue_head_t name = KSYNC__WAIT_QUEUE_HEAD_INIT(name)

#define KSYNC__WAIT_ENTRY_INIT(name, flags, task, func) \
	{ flags, task, func, { &(name).entry, &(name).entry }, NULL, NULL }
/* An entry of this task, and two of the calling thread's: one leaves the queue
 * when it is woken, the other has this function. */
#define KSYNC_DECLARE_WAITQUEUE(name, task)                     \
	ksync_wait_queue_entry_t name = KSYNC__WAIT_ENTRY_INIT( \
		name, 0, task, ksync_default_wake_function)
#define KSYNC_DEFINE_WAIT_FUNC(name, function) \
	ksync_wait_queue_entry_t name =        \
		KSYNC__WAIT_ENTRY_INIT(name, 0, ksync_current(), function)
#define KSYNC_DEFINE_WAIT(name) \
	KSYNC_DEFINE_WAIT_FUNC(name, ksync_autoremove_wake_function)

/* Of the word "episode": a waker has to look at the queue; and that all wakers
 * know that is certain. What is above counts the times that it was cleared. */
#define KSYNC__EPISODE_BEGUN 1u
#define KSYNC__EPISODE_KNOWN 2u
#define KSYNC__EPISODE_FLAGS 3u

KSYNC_BEGIN_DECLS

/* In src/queue/wait_queue.c. */
KSYNC_API void ksync__init_waitqueue_head(ksync_wait_queue_head_t *queue,
					  const char *name,
					  ksync_lock_class_key_t *key);
KSYNC_API bool ksync__wait_queue_look(ksync_wait_queue_head_t *queue);
KSYNC_API int ksync__wake_up(ksync_wait_queue_head_t *queue, unsigned int mode,
			     int number, int flags, void *key);
KSYNC_API int ksync__wake_up_locked(ksync_wait_queue_head_t *queue,
				    unsigned int mode, int number, void *key);
KSYNC_API int ksync__wait_ns(ksync_s64 deadline);
KSYNC_API ksync_s64 ksync__wait_deadline(ksync_s64 ns);
KSYNC_API int ksync__wait_locked_begin(ksync_wait_queue_head_t *queue,
				       ksync_wait_queue_entry_t *entry,
				       unsigned int state);
KSYNC_API void ksync__wait_locked_end(ksync_wait_queue_entry_t *entry);
KSYNC_API void ksync__add_wait_queue_locked(ksync_wait_queue_head_t *queue,
					    ksync_wait_queue_entry_t *entry,
					    bool at_end);
KSYNC_API void ksync__remove_wait_queue_locked(ksync_wait_queue_entry_t *entry);

/**
 * ksync_init_waitqueue_head() - make a wait queue ready for use
 * @queue: memory for a queue that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_wait_queue_head_t queue;
 *
 *	ksync_init_waitqueue_head(&queue);
 */
KSYNC_INLINE void ksync_init_waitqueue_head(ksync_wait_queue_head_t *queue)
{
	ksync__init_waitqueue_head(queue, "wait_queue", NULL);
}
#if KSYNC_CHECKED
#define ksync_init_waitqueue_head(queue) \
	KSYNC__INIT_HERE(ksync__init_waitqueue_head, queue)
#endif

/**
 * ksync_init_waitqueue_func_entry() - an entry with a function of the program's
 * @entry: memory for an entry that is in no queue
 * @func: called for each wake-up, under the queue's lock
 *
 * Context: Any.
 * Example::
 *
 *	ksync_wait_queue_entry_t entry;
 *
 *	ksync_init_waitqueue_func_entry(&entry, ksync_default_wake_function);
 */
KSYNC_INLINE void
ksync_init_waitqueue_func_entry(ksync_wait_queue_entry_t *entry,
				ksync_wait_queue_func_t func)
{
	entry->flags = 0;
	entry->KSYNC__PRIVATE = NULL;
	entry->func = func;
	entry->entry.next = &entry->entry;
	entry->entry.prev = &entry->entry;
	entry->queue = NULL;
	entry->next = NULL;
}

/**
 * ksync_default_wake_function() - wake the task of an entry
 * @entry: an entry whose task is set
 * @mode: wake it if it sleeps in one of these states
 * @flags: of the wake-up
 * @key: not used
 *
 * What an entry's function ends in.
 *
 * Context: In a wake-up, under the queue's lock.
 * Order: As ksync_wake_up_state().
 * Return: 1 if it woke the task, 0 if the task was in no such state.
 * Example::
 *
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	ksync_default_wake_function(&entry, KSYNC_TASK_NORMAL, 0, NULL);
 */
KSYNC_API int ksync_default_wake_function(ksync_wait_queue_entry_t *entry,
					  unsigned int mode, int flags,
					  void *key);

/**
 * ksync_autoremove_wake_function() - the same; whom it woke leaves the queue
 * @entry: an entry whose task is set
 * @mode: wake it if it sleeps in one of these states
 * @flags: of the wake-up
 * @key: not used
 *
 * The entry's memory may be gone when this returns 1.
 *
 * Context: In a wake-up, under the queue's lock.
 * Order: As ksync_wake_up_state().
 * Return: 1 if it woke the task, 0 if the task was in no such state.
 * Example::
 *
 *	KSYNC_DEFINE_WAIT(entry);
 *
 *	ksync_autoremove_wake_function(&entry, KSYNC_TASK_NORMAL, 0, NULL);
 */
KSYNC_API int ksync_autoremove_wake_function(ksync_wait_queue_entry_t *entry,
					     unsigned int mode, int flags,
					     void *key);

/**
 * ksync_woken_wake_function() - the same for ksync_wait_woken()
 * @entry: an entry whose task is set
 * @mode: wake it if it sleeps in one of these states
 * @flags: of the wake-up
 * @key: not used
 *
 * Context: In a wake-up, under the queue's lock.
 * Order: Full.
 * Return: 1 if it woke the task, 0 if the task was in no such state.
 * Example::
 *
 *	KSYNC_DEFINE_WAIT_FUNC(entry, ksync_woken_wake_function);
 *
 *	ksync_woken_wake_function(&entry, KSYNC_TASK_NORMAL, 0, NULL);
 */
KSYNC_API int ksync_woken_wake_function(ksync_wait_queue_entry_t *entry,
					unsigned int mode, int flags,
					void *key);

/**
 * ksync_init_waitqueue_entry() - an entry that wakes a task and stays queued
 * @entry: memory for an entry that is in no queue
 * @task: whom to wake
 *
 * Context: Any.
 * Example::
 *
 *	ksync_wait_queue_entry_t entry;
 *
 *	ksync_init_waitqueue_entry(&entry, ksync_current());
 */
KSYNC_INLINE void ksync_init_waitqueue_entry(ksync_wait_queue_entry_t *entry,
					     ksync_task_t *task)
{
	ksync_init_waitqueue_func_entry(entry, ksync_default_wake_function);
	entry->KSYNC__PRIVATE = task;
}

/**
 * ksync_init_wait_entry() - an entry that wakes the calling thread
 * @entry: memory for an entry that is in no queue
 * @flags: KSYNC_WQ_FLAG_EXCLUSIVE or 0
 *
 * It leaves the queue when it is woken.
 *
 * Context: Any thread.
 * Example::
 *
 *	ksync_wait_queue_entry_t entry;
 *
 *	ksync_init_wait_entry(&entry, 0);
 */
KSYNC_INLINE void ksync_init_wait_entry(ksync_wait_queue_entry_t *entry,
					int flags)
{
	ksync_init_waitqueue_func_entry(entry, ksync_autoremove_wake_function);
	entry->flags = KSYNC__CAST(unsigned int, flags);
	entry->KSYNC__PRIVATE = ksync_current();
}

/**
 * ksync_add_wait_queue() - queue an entry at the front
 * @queue: initialised wait queue
 * @entry: initialised entry that is in no queue
 *
 * It is called for each wake-up until it is removed. Where membarrier is
 * refused it may take a millisecond.
 *
 * Context: Any but a function of an entry.
 * Order: Full: the entry before what follows, against any wake-up.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	ksync_add_wait_queue(&queue, &entry);
 *	ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_API void ksync_add_wait_queue(ksync_wait_queue_head_t *queue,
				    ksync_wait_queue_entry_t *entry);

/**
 * ksync_add_wait_queue_exclusive() - queue an entry at the end, exclusively
 * @queue: initialised wait queue
 * @entry: initialised entry that is in no queue
 *
 * Context: Any but a function of an entry.
 * Order: Full.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	ksync_add_wait_queue_exclusive(&queue, &entry);
 *	ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_API void ksync_add_wait_queue_exclusive(ksync_wait_queue_head_t *queue,
					      ksync_wait_queue_entry_t *entry);

/**
 * ksync_add_wait_queue_priority() - queue an entry before all others
 * @queue: initialised wait queue
 * @entry: initialised entry that is in no queue
 *
 * Before all of this kind that were queued earlier, too.
 *
 * Context: Any but a function of an entry.
 * Order: Full.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	ksync_add_wait_queue_priority(&queue, &entry);
 *	ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_API void ksync_add_wait_queue_priority(ksync_wait_queue_head_t *queue,
					     ksync_wait_queue_entry_t *entry);

/**
 * ksync_add_wait_queue_priority_exclusive() - the only one of priority
 * @queue: initialised wait queue
 * @entry: initialised entry that is in no queue
 *
 * Queued before all others, and exclusively.
 *
 * Context: Any but a function of an entry.
 * Order: Full.
 * Return: 0, or -EBUSY if the first entry has priority already.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	if (!ksync_add_wait_queue_priority_exclusive(&queue, &entry))
 *		ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_MUST_CHECK KSYNC_API int
ksync_add_wait_queue_priority_exclusive(ksync_wait_queue_head_t *queue,
					ksync_wait_queue_entry_t *entry);

/**
 * ksync_remove_wait_queue() - take an entry out of its queue
 * @queue: the queue
 * @entry: an entry; it may be out already
 *
 * When it returns, the entry's function is not running, and is not called any
 * more.
 *
 * Context: Any but a function of an entry.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DECLARE_WAITQUEUE(entry, ksync_current());
 *
 *	ksync_add_wait_queue(&queue, &entry);
 *	ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_API void ksync_remove_wait_queue(ksync_wait_queue_head_t *queue,
				       ksync_wait_queue_entry_t *entry);

/**
 * ksync_prepare_to_wait() - queue up, and set the thread's state
 * @queue: initialised wait queue
 * @entry: the thread's entry; it may be queued already
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 *
 * Then look at the condition, then sleep. ksync_finish_wait() ends it.
 *
 * Context: Any but a function of an entry.
 * Order: Full: entry and state before what follows.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	static bool ready = true;
 *	KSYNC_DEFINE_WAIT(entry);
 *
 *	for (;;) {
 *		ksync_prepare_to_wait(&queue, &entry,
 *				      KSYNC_TASK_UNINTERRUPTIBLE);
 *		if (KSYNC_READ_ONCE(ready))
 *			break;
 *		ksync_schedule();
 *	}
 *	ksync_finish_wait(&queue, &entry);
 */
KSYNC_API void ksync_prepare_to_wait(ksync_wait_queue_head_t *queue,
				     ksync_wait_queue_entry_t *entry,
				     unsigned int state);

/**
 * ksync_prepare_to_wait_exclusive() - the same at the end, exclusively
 * @queue: initialised wait queue
 * @entry: the thread's entry; it may be queued already
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 *
 * Context: Any but a function of an entry.
 * Order: Full: entry and state before what follows.
 * Return: true if the queue was empty before.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DEFINE_WAIT(entry);
 *
 *	ksync_prepare_to_wait_exclusive(&queue, &entry,
 *					KSYNC_TASK_UNINTERRUPTIBLE);
 *	ksync_finish_wait(&queue, &entry);
 */
KSYNC_API bool ksync_prepare_to_wait_exclusive(ksync_wait_queue_head_t *queue,
					       ksync_wait_queue_entry_t *entry,
					       unsigned int state);

/**
 * ksync_prepare_to_wait_event() - the same, unless something is pending
 * @queue: initialised wait queue
 * @entry: the thread's entry, exclusive if its flags say so
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 *
 * Who is told to stop looks at the condition once more: an exclusive waiter
 * that a wake-up chose at that moment has to take what it was woken for.
 *
 * Context: Any but a function of an entry.
 * Order: Full: entry and state before what follows.
 * Return: 0; -EINTR if an interrupt or a kill is pending that ends this state:
 *	then the entry is in no queue. In kernel names -ERESTARTSYS.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	ksync_wait_queue_entry_t entry;
 *
 *	ksync_init_wait_entry(&entry, 0);
 *	if (!ksync_prepare_to_wait_event(&queue, &entry,
 *					 KSYNC_TASK_INTERRUPTIBLE))
 *		ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
 *	ksync_finish_wait(&queue, &entry);
 */
KSYNC_API int ksync_prepare_to_wait_event(ksync_wait_queue_head_t *queue,
					  ksync_wait_queue_entry_t *entry,
					  unsigned int state);

/**
 * ksync_finish_wait() - run again, and leave the queue
 * @queue: the queue
 * @entry: the thread's entry
 *
 * Context: Any but a function of an entry.
 * Order: Acquire from who took the entry out.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DEFINE_WAIT(entry);
 *
 *	ksync_prepare_to_wait(&queue, &entry, KSYNC_TASK_UNINTERRUPTIBLE);
 *	ksync_finish_wait(&queue, &entry);
 */
KSYNC_API void ksync_finish_wait(ksync_wait_queue_head_t *queue,
				 ksync_wait_queue_entry_t *entry);

/**
 * ksync_wait_woken() - sleep unless the entry was woken since the last time
 * @entry: a queued entry with ksync_woken_wake_function()
 * @state: KSYNC_TASK_INTERRUPTIBLE or the like
 * @timeout: jiffies, or KSYNC_MAX_SCHEDULE_TIMEOUT
 *
 * For loops whose condition may sleep: a wake-up between the look and this is
 * kept in the entry.
 *
 * Context: May sleep.
 * Order: Full, with the wake-up.
 * Return: what is left of the time; 0 if it is over.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	KSYNC_DEFINE_WAIT_FUNC(entry, ksync_woken_wake_function);
 *
 *	ksync_add_wait_queue(&queue, &entry);
 *	(void)ksync_wait_woken(&entry, KSYNC_TASK_INTERRUPTIBLE, 1);
 *	ksync_remove_wait_queue(&queue, &entry);
 */
KSYNC_API long ksync_wait_woken(ksync_wait_queue_entry_t *entry,
				unsigned int state, long timeout);

/**
 * ksync_wq_has_sleeper() - is there anybody to wake?
 * @queue: initialised wait queue
 *
 * If the condition was changed before this, false is as good as a wake-up.
 *
 * Context: Any but a function of an entry.
 * Order: As a wake-up: the change of the condition before the look.
 * Return: true if somebody is queued.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	if (ksync_wq_has_sleeper(&queue))
 *		ksync_wake_up(&queue);
 */
KSYNC_INLINE bool ksync_wq_has_sleeper(ksync_wait_queue_head_t *queue)
{
	/*
	 *	waker			waiter		ORDER wait_queue.seen
	 *	W condition		W entry, episode
	 *	(light)			(heavy)
	 *	R episode		R condition
	 *	Forbidden: no episode with no condition; nobody would wake it.
	 */
	/* ORDER wait_queue.seen: light. Other end: queue_fence(). */
	ksync_barrier();
	return ksync_unlikely(KSYNC_READ_ONCE(queue->episode) &
			      KSYNC__EPISODE_FLAGS) &&
	       ksync__wait_queue_look(queue);
}

/**
 * ksync_waitqueue_active() - the same
 * @queue: initialised wait queue
 *
 * In the kernel it is a mere look, and needs a full barrier of the caller's
 * before it. Here it has one when somebody may wait, so code without it is
 * right here, and wrong there.
 *
 * Context: Any but a function of an entry.
 * Order: As ksync_wq_has_sleeper().
 * Return: true if somebody is queued.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	if (ksync_waitqueue_active(&queue))
 *		ksync_wake_up(&queue);
 */
KSYNC_INLINE bool ksync_waitqueue_active(ksync_wait_queue_head_t *queue)
{
	return ksync_wq_has_sleeper(queue);
}

/**
 * ksync_wq_has_single_sleeper() - is exactly one entry queued?
 * @queue: initialised wait queue
 *
 * Context: Any; a hint unless the caller has the queue's lock.
 * Order: None.
 * Return: true if there is one, and no other.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	bool alone = ksync_wq_has_single_sleeper(&queue);
 */
KSYNC_INLINE bool ksync_wq_has_single_sleeper(ksync_wait_queue_head_t *queue)
{
	const ksync_list_head_t *first = KSYNC_READ_ONCE(queue->head.next);

	return first != &queue->head &&
	       first == KSYNC_READ_ONCE(queue->head.prev);
}

/* Wake all plain waiters in these states, and "number" exclusive ones; 0: all.
 * How many exclusive ones it woke. */
KSYNC_PRIVATE_INLINE int ksync__wake(ksync_wait_queue_head_t *queue,
				     unsigned int mode, int number, void *key)
{
	if (!ksync_wq_has_sleeper(queue))
		return 0;
	return ksync__wake_up(queue, mode, number, 0, key);
}

/**
 * ksync_wake_up() - wake all plain waiters and one exclusive one
 * @queue: initialised wait queue
 *
 * Change the condition first.
 *
 * Context: Any but signal handlers and a function of an entry of this queue.
 * Order: The change of the condition before the look at the queue; full if it
 *	wakes somebody, who then sees what the caller did before.
 * Return: 1 if it woke an exclusive waiter, else 0.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	static bool ready;
 *
 *	KSYNC_WRITE_ONCE(ready, true);
 *	ksync_wake_up(&queue);
 */
KSYNC_INLINE int ksync_wake_up(ksync_wait_queue_head_t *queue)
{
	return ksync__wake(queue, KSYNC_TASK_NORMAL, 1, NULL);
}

/**
 * ksync_wake_up_nr() - wake all plain waiters and some exclusive ones
 * @queue: initialised wait queue
 * @number: how many; 0 wakes all
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Return: how many exclusive waiters it woke, if @number is not 0.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	ksync_wake_up_nr(&queue, 2);
 */
KSYNC_INLINE int ksync_wake_up_nr(ksync_wait_queue_head_t *queue, int number)
{
	return ksync__wake(queue, KSYNC_TASK_NORMAL, number, NULL);
}

/**
 * ksync_wake_up_all() - wake all waiters
 * @queue: initialised wait queue
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	ksync_wake_up_all(&queue);
 */
KSYNC_INLINE void ksync_wake_up_all(ksync_wait_queue_head_t *queue)
{
	(void)ksync__wake(queue, KSYNC_TASK_NORMAL, 0, NULL);
}

/**
 * ksync_wake_up_key() - wake up with something for the entries' functions
 * @queue: initialised wait queue
 * @mode: states to wake: KSYNC_TASK_NORMAL or KSYNC_TASK_INTERRUPTIBLE
 * @number: how many exclusive waiters; 0 wakes all
 * @key: handed to each function
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Return: how many exclusive waiters it woke, if @number is not 0.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *	int what = 7;
 *
 *	ksync_wake_up_key(&queue, KSYNC_TASK_NORMAL, 1, &what);
 */
KSYNC_INLINE int ksync_wake_up_key(ksync_wait_queue_head_t *queue,
				   unsigned int mode, int number, void *key)
{
	return ksync__wake(queue, mode, number, key);
}

/**
 * ksync_wake_up_locked() - wake up by who has the queue's lock
 * @queue: initialised wait queue whose lock the caller holds
 *
 * Context: Under the queue's lock.
 * Order: Full if it wakes somebody.
 * Return: 1 if it woke an exclusive waiter, else 0.
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	ksync_spin_lock(&queue.lock);
 *	ksync_wake_up_locked(&queue);
 *	ksync_spin_unlock(&queue.lock);
 */
KSYNC_INLINE int ksync_wake_up_locked(ksync_wait_queue_head_t *queue)
{
	return ksync__wake_up_locked(queue, KSYNC_TASK_NORMAL, 1, NULL);
}

/**
 * ksync_wake_up_pollfree() - the queue will be freed: all entries have to go
 * @queue: initialised wait queue
 *
 * Wakes all with the events that say so; whose function does not take its entry
 * out then is reported. The memory goes when all calls on the queue are over.
 *
 * Context: As ksync_wake_up().
 * Order: As ksync_wake_up().
 * Example::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(queue);
 *
 *	ksync_wake_up_pollfree(&queue);
 */
KSYNC_API void ksync_wake_up_pollfree(ksync_wait_queue_head_t *queue);

/* One turn of the waits that hold the queue's lock, but while they sleep. */
KSYNC_PRIVATE_INLINE int ksync__wait_locked(ksync_wait_queue_head_t *queue,
					    ksync_wait_queue_entry_t *entry,
					    unsigned int state)
{
	int ret = ksync__wait_locked_begin(queue, entry, state);

	if (ret)
		return ret;
	ksync_spin_unlock(&queue->lock);
	ksync_schedule();
	ksync_spin_lock(&queue->lock);
	return 0;
}

KSYNC_END_DECLS

#define KSYNC_POLLFREE 0x4000u
#define KSYNC__POLLHUP 0x0010u

#define ksync_wake_up_all_locked(queue) \
	((void)ksync__wake_up_locked(queue, KSYNC_TASK_NORMAL, 0, NULL))
#define ksync_wake_up_interruptible(queue) \
	ksync_wake_up_key(queue, KSYNC_TASK_INTERRUPTIBLE, 1, NULL)
#define ksync_wake_up_interruptible_nr(queue, number) \
	ksync_wake_up_key(queue, KSYNC_TASK_INTERRUPTIBLE, number, NULL)
#define ksync_wake_up_interruptible_all(queue) \
	((void)ksync_wake_up_key(queue, KSYNC_TASK_INTERRUPTIBLE, 0, NULL))
/* "sync": the waker is about to sleep. It changes nothing here. */
#define ksync_wake_up_sync(queue) ksync_wake_up(queue)
#define ksync_wake_up_interruptible_sync(queue) \
	ksync_wake_up_interruptible(queue)

/* With events, bits of <poll.h>, as the key. */
#define KSYNC_POLL_TO_KEY(events) \
	KSYNC__RECAST(void *, KSYNC__CAST(uintptr_t, events))
#define KSYNC_KEY_TO_POLL(key) \
	KSYNC__CAST(unsigned int, KSYNC__RECAST(uintptr_t, key))
#define ksync_wake_up_poll(queue, events)              \
	ksync_wake_up_key(queue, KSYNC_TASK_NORMAL, 1, \
			  KSYNC_POLL_TO_KEY(events))
#define ksync_wake_up_locked_poll(queue, events)           \
	ksync__wake_up_locked(queue, KSYNC_TASK_NORMAL, 1, \
			      KSYNC_POLL_TO_KEY(events))
#define ksync_wake_up_interruptible_poll(queue, events)       \
	ksync_wake_up_key(queue, KSYNC_TASK_INTERRUPTIBLE, 1, \
			  KSYNC_POLL_TO_KEY(events))
#define ksync_wake_up_interruptible_sync_poll(queue, events) \
	ksync_wake_up_interruptible_poll(queue, events)

/*
 * The loop of all forms below, while the condition is false. "queue" is the
 * object, as in the kernel; what a form does to sleep may "break". An
 * interrupted waiter looks once more: see ksync_prepare_to_wait_event().
 */
#define KSYNC__WAIT_LOOP(queue, condition, state, exclusive, type, begin, \
			 sleep)                                           \
	__extension__({                                                   \
		ksync_wait_queue_entry_t ksync__entry;                    \
		type ksync__ret = begin;                                  \
		int ksync__stop;                                          \
                                                                          \
		ksync_init_wait_entry(&ksync__entry, exclusive);          \
		for (;;) {                                                \
			ksync__stop = ksync_prepare_to_wait_event(        \
				&(queue), &ksync__entry, state);          \
			if (condition)                                    \
				break;                                    \
			if (ksync__stop) {                                \
				ksync__ret = ksync__stop;                 \
				break;                                    \
			}                                                 \
			sleep;                                            \
		}                                                         \
		ksync_finish_wait(&(queue), &ksync__entry);               \
		ksync__ret;                                               \
	})

#define KSYNC__SHARED 0
#define KSYNC__EXCLUSIVE KSYNC__CAST(int, KSYNC_WQ_FLAG_EXCLUSIVE)
#define KSYNC__SLEEP_AROUND(before, after) \
	before;                            \
	ksync_schedule();                  \
	after

/* int: 0, or -EINTR where the state allows that. */
#define KSYNC__WAIT(queue, condition, state, exclusive, before, after)      \
	__extension__({                                                     \
		int ksync__result = 0;                                      \
                                                                            \
		if (!(condition))                                           \
			ksync__result = KSYNC__WAIT_LOOP(                   \
				queue, condition, state, exclusive, int, 0, \
				KSYNC__SLEEP_AROUND(before, after));        \
		ksync__result;                                              \
	})

/* Is the wait over? A condition that is true at its end counts: 1. */
#define KSYNC__TIMED(condition, left)       \
	__extension__({                     \
		bool ksync__is = condition; \
                                            \
		if (ksync__is && !(left))   \
			(left) = 1;         \
		ksync__is || !(left);       \
	})

/* long: what is left of the time, 0 if it is over, or -EINTR. */
#define KSYNC__WAIT_TIMED(queue, condition, state, exclusive, timeout, before, \
			  after)                                               \
	__extension__({                                                        \
		long ksync__left = timeout;                                    \
                                                                               \
		if (!KSYNC__TIMED(condition, ksync__left))                     \
			ksync__left = KSYNC__WAIT_LOOP(                        \
				queue, KSYNC__TIMED(condition, ksync__ret),    \
				state, exclusive, long, ksync__left, before;   \
				ksync__ret =                                   \
					ksync_schedule_timeout(ksync__ret);    \
				after);                                        \
		ksync__left;                                                   \
	})

/* int: 0, -ETIME, or -EINTR; the time is in ns. */
#define KSYNC__WAIT_NS(queue, condition, state, ns)                          \
	__extension__({                                                      \
		int ksync__result = 0;                                       \
                                                                             \
		if (!(condition)) {                                          \
			ksync_s64 ksync__at = ksync__wait_deadline(ns);      \
			int ksync__over = 0;                                 \
                                                                             \
			ksync__result = KSYNC__WAIT_LOOP(                    \
				queue, condition, state, KSYNC__SHARED, int, \
				0, if (ksync__over) {                        \
					ksync__ret = ksync__over;            \
					break;                               \
				} ksync__over = ksync__wait_ns(ksync__at));  \
		}                                                            \
		ksync__result;                                               \
	})

/* Under the queue's lock, which is released while it sleeps. */
#define KSYNC__WAIT_LOCKED(queue, condition, state, exclusive)           \
	__extension__({                                                  \
		int ksync__result = 0;                                   \
                                                                         \
		if (!(condition)) {                                      \
			ksync_wait_queue_entry_t ksync__entry;           \
                                                                         \
			ksync_init_wait_entry(&ksync__entry, exclusive); \
			do                                               \
				ksync__result = ksync__wait_locked(      \
					&(queue), &ksync__entry, state); \
			while (!ksync__result && !(condition));          \
			ksync__wait_locked_end(&ksync__entry);           \
		}                                                        \
		ksync__result;                                           \
	})

/* These say first that they may sleep. */
#define KSYNC__MAY_WAIT(queue, condition, state, exclusive) \
	(ksync_watch_might_sleep(),                         \
	 KSYNC__WAIT(queue, condition, state, exclusive, , ))
#define KSYNC__MAY_WAIT_TIMED(queue, condition, state, exclusive, timeout) \
	(ksync_watch_might_sleep(),                                        \
	 KSYNC__WAIT_TIMED(queue, condition, state, exclusive, timeout, , ))

/*
 * Wait until the condition is true. Those that an interrupt or a kill may end
 * return 0, or -EINTR if they would have had to sleep and it was pending.
 */
#define ksync_wait_event(queue, condition)                                   \
	((void)KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE, \
			       KSYNC__SHARED))
#define ksync_wait_event_interruptible(queue, condition)            \
	KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			KSYNC__SHARED)
#define ksync_wait_event_killable(queue, condition) \
	KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_KILLABLE, KSYNC__SHARED)
#define ksync_wait_event_idle(queue, condition)                   \
	((void)KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_IDLE, \
			       KSYNC__SHARED))
#define ksync_wait_event_state(queue, condition, state) \
	KSYNC__MAY_WAIT(queue, condition, state, KSYNC__SHARED)
#define ksync_wait_event_freezable(queue, condition) \
	ksync_wait_event_interruptible(queue, condition)
#define ksync_io_wait_event(queue, condition) ksync_wait_event(queue, condition)

/* The same, woken one at a time. */
#define ksync_wait_event_interruptible_exclusive(queue, condition)  \
	KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			KSYNC__EXCLUSIVE)
#define ksync_wait_event_killable_exclusive(queue, condition) \
	KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_KILLABLE, KSYNC__EXCLUSIVE)
#define ksync_wait_event_idle_exclusive(queue, condition)         \
	((void)KSYNC__MAY_WAIT(queue, condition, KSYNC_TASK_IDLE, \
			       KSYNC__EXCLUSIVE))
#define ksync_wait_event_freezable_exclusive(queue, condition) \
	ksync_wait_event_interruptible_exclusive(queue, condition)

/*
 * The same, for so many jiffies: what is left of them, 1 at least, if the
 * condition is true; 0 if it is false when the time is over; or -EINTR.
 */
#define ksync_wait_event_timeout(queue, condition, timeout)                 \
	KSYNC__MAY_WAIT_TIMED(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE, \
			      KSYNC__SHARED, timeout)
#define ksync_wait_event_interruptible_timeout(queue, condition, timeout) \
	KSYNC__MAY_WAIT_TIMED(queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			      KSYNC__SHARED, timeout)
#define ksync_wait_event_killable_timeout(queue, condition, timeout) \
	KSYNC__MAY_WAIT_TIMED(queue, condition, KSYNC_TASK_KILLABLE, \
			      KSYNC__SHARED, timeout)
#define ksync_wait_event_idle_timeout(queue, condition, timeout) \
	KSYNC__MAY_WAIT_TIMED(queue, condition, KSYNC_TASK_IDLE, \
			      KSYNC__SHARED, timeout)
#define ksync_wait_event_idle_exclusive_timeout(queue, condition, timeout) \
	KSYNC__MAY_WAIT_TIMED(queue, condition, KSYNC_TASK_IDLE,           \
			      KSYNC__EXCLUSIVE, timeout)
#define ksync_wait_event_freezable_timeout(queue, condition, timeout) \
	ksync_wait_event_interruptible_timeout(queue, condition, timeout)

/* The same, for so many ns: 0, or -ETIME; INT64_MAX waits without end. */
#define ksync_wait_event_hrtimeout(queue, condition, ns) \
	(ksync_watch_might_sleep(),                      \
	 KSYNC__WAIT_NS(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE, ns))
#define ksync_wait_event_interruptible_hrtimeout(queue, condition, ns) \
	(ksync_watch_might_sleep(),                                    \
	 KSYNC__WAIT_NS(queue, condition, KSYNC_TASK_INTERRUPTIBLE, ns))

/* With something to be done before and after each sleep. */
#define ksync_wait_event_cmd(queue, condition, before, after)            \
	((void)KSYNC__WAIT(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE, \
			   KSYNC__SHARED, before, after))
#define ksync_wait_event_exclusive_cmd(queue, condition, before, after)  \
	((void)KSYNC__WAIT(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE, \
			   KSYNC__EXCLUSIVE, before, after))

/*
 * With a spinlock that the caller holds, and under which the condition is
 * looked at; it is released while the thread sleeps. "cmd" comes after that.
 */
#define ksync_wait_event_lock_irq_cmd(queue, condition, lock, cmd)             \
	ksync_wait_event_cmd(queue, condition, ksync_spin_unlock_irq(&(lock)); \
			     cmd, ksync_spin_lock_irq(&(lock)))
#define ksync_wait_event_lock_irq(queue, condition, lock) \
	ksync_wait_event_lock_irq_cmd(queue, condition, lock, )
#define ksync_wait_event_interruptible_lock_irq_cmd(queue, condition, lock,    \
						    cmd)                       \
	KSYNC__WAIT(queue, condition, KSYNC_TASK_INTERRUPTIBLE, KSYNC__SHARED, \
		    ksync_spin_unlock_irq(&(lock));                            \
		    cmd, ksync_spin_lock_irq(&(lock)))
#define ksync_wait_event_interruptible_lock_irq(queue, condition, lock) \
	ksync_wait_event_interruptible_lock_irq_cmd(queue, condition, lock, )
#define ksync_wait_event_lock_irq_timeout(queue, condition, lock, timeout) \
	KSYNC__WAIT_TIMED(queue, condition, KSYNC_TASK_UNINTERRUPTIBLE,    \
			  KSYNC__SHARED, timeout,                          \
			  ksync_spin_unlock_irq(&(lock)),                  \
			  ksync_spin_lock_irq(&(lock)))
#define ksync_wait_event_interruptible_lock_irq_timeout(queue, condition, \
							lock, timeout)    \
	KSYNC__WAIT_TIMED(queue, condition, KSYNC_TASK_INTERRUPTIBLE,     \
			  KSYNC__SHARED, timeout,                         \
			  ksync_spin_unlock_irq(&(lock)),                 \
			  ksync_spin_lock_irq(&(lock)))

/* With the queue's own lock, which the caller holds. */
#define ksync_wait_event_interruptible_locked(queue, condition)        \
	KSYNC__WAIT_LOCKED(queue, condition, KSYNC_TASK_INTERRUPTIBLE, \
			   KSYNC__SHARED)
#define ksync_wait_event_interruptible_exclusive_locked(queue, condition) \
	KSYNC__WAIT_LOCKED(queue, condition, KSYNC_TASK_INTERRUPTIBLE,    \
			   KSYNC__EXCLUSIVE)
#define ksync_wait_event_interruptible_locked_irq(queue, condition) \
	ksync_wait_event_interruptible_locked(queue, condition)
#define ksync_wait_event_interruptible_exclusive_locked_irq(queue, condition) \
	ksync_wait_event_interruptible_exclusive_locked(queue, condition)

#endif
