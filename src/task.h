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
#include <ksync/task.h>

#include "port/port.h"

/* Bits of ksync_task.pending; a kind of wait is the bits that end it. */
#define KSYNC__INTERRUPTED 1
#define KSYNC__KILLED 2
#define KSYNC__UNINTERRUPTIBLE 0
#define KSYNC__KILLABLE KSYNC__KILLED
#define KSYNC__INTERRUPTIBLE (KSYNC__INTERRUPTED | KSYNC__KILLED)

struct ksync_task {
	ksync_u32 park;		 /* park.c, "Word" */
	ksync_atomic_t pending;	 /* ORDER task.pending */
	unsigned long ref;	 /* its reference; the next one once retired */
	ksync_atomic_t users;	 /* ORDER task.users */
	int tid;		 /* 0: no thread. Under the pool's lock */
	unsigned int exit_round; /* the thread's own */
	unsigned int forks;	 /* the thread's own: times it came
					 * out of fork as a child */
	unsigned int calm;	 /* the thread's own: mutex.c, "calm" */
	unsigned long *waits_on; /* queue that the thread waits on */
	unsigned long *has_locked; /* queue whose lock it holds. Both are
					 * set before, cleared after: waitq.c */
	bool late;		   /* made after the exit's end: nothing
					 * will retire it but the pool */
	void (*at_exit)(struct ksync_task *self); /* the thread's own */
	void *rcu_reader;			  /* rcu.c; for fork */
	bool rcu_registered;	      /* the thread's own: rcu.c did it */
	struct ksync_task *next_free; /* under the pool's lock */
} KSYNC_ALIGNED(64);

/* The calling thread's record, made if there is none. */
struct ksync_task *ksync__task_self(void);

/* In a fork's child, or in its parent before the fork: each record there is. */
void ksync__tasks_each(void (*fn)(struct ksync_task *task));

/* The record of a reference, or NULL if its thread is gone or never was. */
struct ksync_task *ksync__task_of_ref(unsigned long ref);

/* What a report says of an owner reference: thread id or KSYNC_HOLDER_. */
int ksync__holder_of_ref(unsigned long ref);

/* Is a bit pending that ends a wait of this kind? */
bool ksync__task_interrupted(struct ksync_task *self, int kind);

#endif
