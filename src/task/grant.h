/* SPDX-License-Identifier: MIT */
/*
 * A queued waiter that is given what it waits for: whoever takes it out of its
 * queue gives it that, and nobody else can have it. From the moment of the
 * grant the waiter's frame may be gone, and with it the object.
 */
#ifndef KSYNC_SRC_GRANT_H
#define KSYNC_SRC_GRANT_H

#include "wait.h"
#include "waitq.h"

struct ksync__grantee {
	struct ksync__waiter node;
	bool queued;	 /* under the queue's lock */
	ksync_u32 given; /* ORDER grant.given */
};

/*
 * A grantee that is no thread, and has no task: who gives makes a descriptor
 * readable. In a fork's child it is gone.
 */
struct ksync__grantee_fd {
	struct ksync__grantee grantee;
	int fd;
	unsigned int opened_in;	     /* what *process was */
	const unsigned int *process; /* ksync__eventfd_process of its copy */
};

/* What such a grantee needs to know of an object. */
struct ksync__units {
	bool (*take)(void *object);
	/* Queue, in the moment in which there is no unit; or true, with one. */
	bool (*take_or_queue)(void *object, struct ksync__grantee *w);
	bool (*is_queued)(void *object, struct ksync__grantee *w);
	/* False if it was unlinked already. */
	bool (*leave)(void *object, struct ksync__grantee *w);
	/* Tell those who watch of a unit that was given. */
	void (*given)(void *object);
	void (*give_back)(void *object);
};
extern const struct ksync__units ksync__completion_units;
extern const struct ksync__units ksync__semaphore_units;

#define KSYNC__GRANTEE(self)                                        \
	{                                                           \
		.node = { .task = (self), .forks = (self)->forks }, \
	}

/* Under the queue's lock: the word with w at the end. */
unsigned long ksync__grant_queue(unsigned long *queue, unsigned long word,
				 struct ksync__grantee *w);

/* The same, without w: who does this gives, or is w's thread. */
unsigned long ksync__grant_unlink(unsigned long word, struct ksync__grantee *w);

/* Under the queue's lock, which is unlocked with a word without any of them:
 * all of them are given, from this first one on. */
void ksync__grant_unlink_all(unsigned long word);

/* Was it opened in the process of which this one is a fork? Then it takes no
 * unit away from others. */
bool ksync__grant_is_gone(const struct ksync__grantee *w);

/* Under the queue's lock: is it in there? */
bool ksync__grant_is_queued(unsigned long word, struct ksync__grantee *w);

/* Give to one that was unlinked. */
void ksync__grant(struct ksync__grantee *w);

/* Was it given? */
bool ksync__grant_given(struct ksync__grantee *w);

/* Spin for a moment, where that pays, until given: before the sleep. */
void ksync__grant_spin(struct ksync__grantee *w, struct ksync__wait *wait);

/*
 * Sleep until given: 0. If the wait has to end before, leave(object, w) unlinks
 * w under the queue's lock, false if it was unlinked already; then -EINTR or
 * -ETIME. -EAGAIN: a fork emptied the queue.
 */
int ksync__grant_wait(struct ksync__grantee *w, struct ksync__wait *wait,
		      bool (*leave)(void *object, struct ksync__grantee *w),
		      void *object);

#endif
