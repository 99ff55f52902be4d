/* SPDX-License-Identifier: MIT */
/*
 * What locks that know their holder have in common: the owner's word, which is
 * a task reference, 0, or DESTROYED; and what is said to who uses such a lock
 * wrongly, so that all of them say it in the same words.
 */
#ifndef KSYNC_SRC_OWNER_H
#define KSYNC_SRC_OWNER_H

#include "task/wait.h"

/* No task's reference: its index is 0. */
#define KSYNC__DESTROYED (~0ul << 24)

/* The longest sleep before a waiter looks whether its holder still exists. */
#define KSYNC__OWNER_CHECK_NS 10000000000LL

/* One call of a lock function. */
struct ksync__request {
	const char *type; /* "mutex" */
	const void *lock;
	const void *where;
	bool can_fail; /* the caller looks at a result */
	struct ksync__wait wait;
};

/*
 * Does the caller hold it already? 0, or what ksync__owner_stuck() says. For a
 * caller that is not queued; a queued one may have been given it.
 */
int ksync__owner_check_recursion(unsigned long owner,
				 const struct ksync__request *req);

/* How long to sleep: until the deadline, or "longest" from now. */
ksync_s64 ksync__owner_look_at(const struct ksync__wait *wait,
			       ksync_s64 longest);

/* Does the caller hold it through another copy of the library? */
bool ksync__owner_is_here_elsewhere(unsigned long owner);

#define KSYNC__ONE_COPY                                             \
	"a lock is locked and unlocked by the same copy: link the " \
	"shared library in the program and in its plugins"

/* Will this owner never unlock? Tells nobody: the caller may be queued. */
bool ksync__owner_is_gone(const unsigned long *word);

/*
 * The holder is gone and the caller would wait for ever: -EDEADLK if it can be
 * told, else the end. Not while it is queued: what is told may end the thread,
 * or never return.
 */
int ksync__owner_gone(const struct ksync__request *req);

/*
 * Nothing has changed for KSYNC__OWNER_CHECK_NS, and who has the lock is not
 * known: readers, or a writer that a fork lost. It is told, once for a place.
 */
void ksync__owner_unknown(const struct ksync__request *req, bool readers);
/* The caller would wait for itself, over other locks and their holders. */
int ksync__owner_circle(const struct ksync__request *req, unsigned long owner);

/* The lock that the caller asks for was destroyed, and is given as a free one:
 * nobody can hold it. */
void ksync__owner_destroyed(const struct ksync__request *req);

/* Unlocked by a thread that is not this owner. */
void ksync__owner_stranger(const char *type, const void *lock,
			   unsigned long owner, const void *where);

/* To be destroyed while this owner has it. */
void ksync__owner_busy(const char *type, const void *lock, unsigned long owner,
		       const void *where);

#endif
