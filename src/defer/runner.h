/* SPDX-License-Identifier: MIT */
/*
 * Who runs callbacks: a thread that is there while there is something to do, or
 * whoever stands in for it, if there can be no thread. runner.c has its word's
 * table.
 */
#ifndef KSYNC_SRC_RUNNER_H
#define KSYNC_SRC_RUNNER_H

#include <ksync/atomic.h>

#include "port/port.h"
#include "task/task.h"

struct ksync__runner {
	unsigned long who; /* runner.c, "Word" */
	bool calling;	   /* the runner's: inside a callback */
	bool dismissed;
	int tid; /* of the last thread there was */
	/* Of the thread, whose body is ksync__runner_work(). */
	struct ksync__thread_kind kind;
	/* Do what can be done now; false if that is nothing. */
	bool (*once)(void);
	/* Is there something to do, be it later? */
	bool (*busy)(void);
	/* Mend what a runner left that is gone. */
	void (*mend)(void);
};

/* The thread's body; arg is the runner. */
void ksync__runner_work(void *arg);

/* Have one; false if there is none, and can be none. */
bool ksync__runner_get(struct ksync__runner *r);

/* It shall look again, if there is one. */
void ksync__runner_wake(struct ksync__runner *r);

/* One that ended without a word is no runner. */
void ksync__runner_look(struct ksync__runner *r);

/* Be it, in place of a thread, as long as that has something to do and the
 * caller's condition is false. */
void ksync__runner_stand_in(struct ksync__runner *r,
			    bool (*over)(const void *of), const void *of);

/* As the runner. */
void ksync__runner_call(struct ksync__runner *r, ksync_rcu_head_t *head);
/* Is the caller inside a callback? */
bool ksync__runner_is_calling(const struct ksync__runner *r);

/* The thread, if it has nothing to do, ends: so that it is no leak at exit, and
 * that the code may go away. */
void ksync__runner_dismiss(struct ksync__runner *r, ksync_s64 longest);
#define KSYNC__EXIT_WAITS_NS 100000000LL

/* In a thread that ends: true if it is the runner; then it is no more. */
bool ksync__runner_thread_exit(struct ksync__runner *r);

/* In a fork's child: true if the runner is gone. */
bool ksync__runner_child(struct ksync__runner *r);

#endif
