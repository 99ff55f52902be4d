/* SPDX-License-Identifier: MIT */
/*
 * A wait queue in an epoll loop: a file descriptor that is readable from each
 * wake-up of the queue on, until that is cleared.
 *
 * A loop clears it, then looks at the condition until there is nothing left to
 * do, and polls again: so no wake-up is lost.
 *
 * Example use::
 *
 *	static KSYNC_DECLARE_WAIT_QUEUE_HEAD(changed);
 */
#ifndef KSYNC_WAIT_FD_H
#define KSYNC_WAIT_FD_H

#include <ksync/wait_queue.h>

typedef struct KSYNC_TAG(wait_fd) {
	ksync_wait_queue_entry_t entry;
	ksync_wait_queue_head_t *queue; /* NULL: it is gone */
	int fd;				/* for poll(), select(), epoll_ctl() */
	bool readable;			/* under the queue's lock */
	unsigned int process;		/* that opened it: wait_fd.c */
} ksync_wait_fd_t;

KSYNC_BEGIN_DECLS

/**
 * ksync_wait_fd_open() - begin to poll a wait queue
 * @f: memory for it
 * @queue: initialised wait queue
 *
 * f->fd can be polled for input; close-on-exec. It is readable at first: look
 * at the condition. Each wake-up counts, also those that are for one exclusive
 * waiter, who is woken all the same.
 *
 * Context: Any thread; not in signal handlers.
 * Return: 0, or an error of the system: -EMFILE, -ENFILE, -ENOMEM.
 * Example::
 *
 *	ksync_wait_fd_t f;
 *
 *	if (ksync_wait_fd_open(&f, &changed) == 0)
 *		ksync_wait_fd_close(&f);
 */
KSYNC_MUST_CHECK KSYNC_API int
ksync_wait_fd_open(ksync_wait_fd_t *f, ksync_wait_queue_head_t *queue);

/**
 * ksync_wait_fd_clear() - from here on only later wake-ups count
 * @f: what ksync_wait_fd_open() made
 *
 * Then look at the condition. Whoever makes it true after that look makes the
 * descriptor readable by the wake-up.
 *
 * Context: Any thread; not in signal handlers.
 * Order: What was done before the wake-ups that it clears is visible.
 * Return: true; false if the queue has ended (POLLFREE), or this is a fork's
 *	child: then there is nothing more to come.
 * Example::
 *
 *	ksync_wait_fd_t f;
 *
 *	if (ksync_wait_fd_open(&f, &changed) == 0) {
 *		ksync_wait_fd_clear(&f);
 *		ksync_wait_fd_close(&f);
 *	}
 */
KSYNC_API bool ksync_wait_fd_clear(ksync_wait_fd_t *f);

/**
 * ksync_wait_fd_close() - poll it no more
 * @f: what ksync_wait_fd_open() made, which nobody else uses any more
 *
 * Closes f->fd, which by that leaves the epoll instances of this process.
 *
 * Context: Any thread; not in signal handlers.
 * Example::
 *
 *	ksync_wait_fd_t f;
 *
 *	if (ksync_wait_fd_open(&f, &changed) == 0)
 *		ksync_wait_fd_close(&f);
 */
KSYNC_API void ksync_wait_fd_close(ksync_wait_fd_t *f);

KSYNC_END_DECLS

#endif
