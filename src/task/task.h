/* SPDX-License-Identifier: MIT */
/*
 * The task record, inside the library.
 *
 * Records are type-stable: their memory is never returned, so a pointer to one
 * may be used, late, by a waker; the worst it does is to wake somebody for no
 * reason. What names a task durably is its reference: index and generation. A
 * reference names at most one thread in the life of the process.
 */
#ifndef KSYNC_SRC_TASK_H
#define KSYNC_SRC_TASK_H

#include <ksync/atomic.h>
#include <ksync/raw_lock.h>
#include <ksync/task.h>

#include "port/port.h"

/* Of kthread.c, whose parts are of higher floors. */
#define KSYNC__KTHREAD_ROOM (KSYNC_CHECKED ? 288 : 40)

struct ksync_task {
	int tid;		  /* 0: no thread. Under the pool's lock.
					 * First: the kernel's names call it
					 * pid. ONCE */
	ksync_u32 park;		  /* park.c, "Word" */
	ksync_atomic_t pending;	  /* ORDER task.pending */
	ksync_u32 state;	  /* schedule.c, "Word" */
	unsigned long ref;	  /* its reference; the next one once retired */
	ksync_atomic_t users;	  /* ORDER task.users */
	ksync__thread_t thread;	  /* with tid */
	unsigned int forks;	  /* the thread's own: times it came
					 * out of fork as a child */
	unsigned int calm;	  /* the thread's own: mutex.c, "calm" */
	bool spin_lost;		  /* the thread's own: wait.c, "credit" */
	bool spin_vain;		  /* the thread's own: the holder of what it
					 * wants next runs where it does */
	unsigned char spun_vain;  /* the thread's own: wait.c, "events" */
	unsigned char spins_skip; /* with it */
	unsigned long *waits_on;  /* queue that the thread waits on */
	unsigned long *has_locked;    /* queue whose lock it holds. Both are
					 * set before, cleared after: waitq.c */
	struct ksync_task *wake_next; /* schedule.c, "lists". ONCE */
	struct ksync__queue_section *sections; /* wait_queue.c, I5. ONCE */
	ksync__raw_lock_t entries_lock;	       /* of the next */
	struct KSYNC_TAG(wait_queue_entry) * entries; /* ONCE */
	bool late;		     /* nothing may tell of its thread's
					 * end: to be looked for */
	unsigned long *rcu_counter;  /* where it counts its readers; NULL: it
					 * does not read. rcu.c */
	unsigned long rcu_count;     /* rcu.c, rcu_spare.c */
	struct ksync_task *rcu_next; /* rcu_spare.c, I4 */
	bool rcu_listed;	     /* with it */
	ksync_u32 rcu_barrier;	     /* rcu_call.c, "barrier" */
	ksync_rcu_head_t rcu_barrier_head;
	void *waits_for;	     /* waits.c, "Word" */
	ksync_atomic_t kthread_told; /* ORDER kthread.told. 0: its thread
					 * was not made in kthread.c */
	KSYNC_ALIGNED(8)
	unsigned char kthread[KSYNC__KTHREAD_ROOM]; /* with it; outlives it */
	struct ksync_task *next_free;		    /* under the pool's lock */
} KSYNC_ALIGNED(64);

/* The calling thread's record, made if there is none. */
struct ksync_task *ksync__task_self(void);

/*
 * The first record of which fn() says true, or NULL. Of threads that begin
 * meanwhile it may find some or none: those that it does not find have begun
 * after the caller's last full barrier.
 */
struct ksync_task *ksync__tasks_find(bool (*fn)(struct ksync_task *task));

/* ksync_task_get(); false, and nothing is done, if nobody uses the record. */
bool ksync__task_keep(ksync_task_t *task);

/* The record of a reference, or NULL if its thread is gone or never was. */
struct ksync_task *ksync__task_of_ref(unsigned long ref);

/*
 * The same, after a look whether the thread, which has kept somebody waiting
 * for long, still exists: it may have ended without a word.
 */
struct ksync_task *ksync__task_of_ref_surely(unsigned long ref);

/* Did another copy of the library in this process give it out? */
bool ksync__ref_is_foreign(unsigned long ref);

/* What a report says of an owner reference: thread id or KSYNC_HOLDER_. */
int ksync__holder_of_ref(unsigned long ref);

/* Is a bit pending that ends a wait of this kind? */
bool ksync__task_interrupted(struct ksync_task *self, int kind);

#endif
