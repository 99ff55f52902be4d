/* SPDX-License-Identifier: MIT */
/*
 * One wait of the calling thread: what ends it, and what is done between two
 * looks at the condition. All locks wait by this; none has a policy of its own.
 *
 * Who can be woken spins for a moment and then parks. Who cannot (the lock is
 * one store to its holder) naps.
 */
#ifndef KSYNC_SRC_WAIT_H
#define KSYNC_SRC_WAIT_H

#include "task.h"

/* How often who sleeps looks whether there still is what it waits for, and
 * after how long it says for what. */
#define KSYNC__LOOK_NS 10000000000LL

struct ksync__wait {
	struct ksync_task *self;
	int kind;	     /* which pending bits end it */
	ksync_s64 deadline;  /* as that of ksync__park() */
	ksync_s64 spin_ends; /* ksync__wait_may_spin() */
	unsigned int turn;   /* of this spin */
	unsigned int yields; /* so many are left to it */
	bool tries;	     /* a yield that may take long */
	ksync_s64 impatient; /* ksync__wait_queued() */
};

/*
 * Why a wait has to end: -EINTR if a bit of its kind is pending, -ETIME if the
 * deadline has passed, else 0.
 */
int ksync__wait_over(const struct ksync__wait *w);

/* The lock may be free in a moment: nobody is before us in a strict queue. */
void ksync__wait_may_spin(struct ksync__wait *w);

/*
 * The event may come in a moment, if whoever makes it runs now. False where
 * spinning has not paid of late: sleep at once. After true, and the spin, comes
 * ksync__wait_spun().
 */
bool ksync__wait_may_spin_for_event(struct ksync__wait *w);
void ksync__wait_spun(struct ksync__wait *w, bool came);

/* Woken, and the lock was taken: only whoever has it by chance is awaited. */
void ksync__wait_may_glance(struct ksync__wait *w);

/*
 * Wait a little before looking at *addr again. False if there is nothing left
 * to spin, or the wait is over.
 */
bool ksync__wait_spin(struct ksync__wait *w, const void *addr);

/* From here on the thread waits for its turn; has it done so for too long? */
void ksync__wait_queued(struct ksync__wait *w);
bool ksync__wait_is_impatient(struct ksync__wait *w);

/*
 * For those who cannot be woken: pauses, then naps that grow to a cap. Where
 * the lock may be reserved for whoever naps, the naps stay short.
 */
enum ksync__backoff_how {
	KSYNC__BACKOFF_NAPS,
	KSYNC__BACKOFF_SHORT_NAPS,
	KSYNC__BACKOFF_SPINS,
};

struct ksync__backoff {
	unsigned int turn; /* begins as 0 */
	enum ksync__backoff_how how;
	bool bounded; /* the caller goes on in the end, without news of it */
};

void ksync__backoff_wait(struct ksync__backoff *b, const void *addr);

#endif
