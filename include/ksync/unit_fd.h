/* SPDX-License-Identifier: MIT */
/*
 * A semaphore or a completion in an epoll loop: a file descriptor that waits
 * for a unit as a thread would, in its turn, and is readable when it has one.
 *
 * A loop takes units until there is none, and polls again. From that last take
 * on the descriptor stands in the queue: no unit passes it, and it passes none
 * of those who came before. For a wait queue there is <ksync/wait_fd.h>.
 *
 * Example use::
 *
 *	static KSYNC_DEFINE_SEMAPHORE(jobs, 0);
 */
#ifndef KSYNC_UNIT_FD_H
#define KSYNC_UNIT_FD_H

#include <ksync/completion.h>
#include <ksync/semaphore.h>

struct ksync__units;

typedef struct KSYNC_TAG(unit_fd) {
	int fd; /* for poll(), select(), epoll_ctl() */
	bool waits;
	void *object;
	const struct ksync__units *units;
	unsigned char room[128]; /* for how it waits: it is not to be moved */
} ksync_unit_fd_t;

KSYNC_BEGIN_DECLS

/**
 * ksync_unit_fd_open_semaphore() - begin to poll a semaphore
 * @f: memory for it, which stays where it is
 * @sem: initialised semaphore
 *
 * f->fd can be polled for input; close-on-exec. It is readable at first: take.
 *
 * Context: Any thread; not in signal handlers.
 * Return: 0, or an error of the system: -EMFILE, -ENFILE, -ENOMEM.
 * Example::
 *
 *	ksync_unit_fd_t f;
 *
 *	if (ksync_unit_fd_open_semaphore(&f, &jobs) == 0)
 *		ksync_unit_fd_close(&f);
 */
KSYNC_MUST_CHECK KSYNC_API int
ksync_unit_fd_open_semaphore(ksync_unit_fd_t *f, ksync_semaphore_t *sem);

/**
 * ksync_unit_fd_open_completion() - begin to poll a completion
 * @f: memory for it, which stays where it is
 * @c: initialised completion
 *
 * As ksync_unit_fd_open_semaphore(). After ksync_complete_all() there is no end
 * to what can be taken: then once is enough.
 *
 * Context: Any thread; not in signal handlers.
 * Return: 0, or an error of the system: -EMFILE, -ENFILE, -ENOMEM.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *	ksync_unit_fd_t f;
 *
 *	if (ksync_unit_fd_open_completion(&f, &done) == 0)
 *		ksync_unit_fd_close(&f);
 */
KSYNC_MUST_CHECK KSYNC_API int
ksync_unit_fd_open_completion(ksync_unit_fd_t *f, ksync_completion_t *c);

/**
 * ksync_unit_fd_take() - take a unit, or have the descriptor wait for one
 * @f: what an open made, used by one thread at a time
 *
 * After true there may be more: the descriptor stays readable until it is
 * false. Then it becomes readable when a unit is its own.
 *
 * Context: Any thread; not in signal handlers.
 * Order: Acquire if it returns true, none otherwise.
 * Return: true if the caller has a unit, as after ksync_down() or
 *	ksync_wait_for_completion(); false if there is none yet, and for ever in
 *	a fork's child.
 * Example::
 *
 *	ksync_unit_fd_t f;
 *
 *	if (ksync_unit_fd_open_semaphore(&f, &jobs) == 0) {
 *		while (ksync_unit_fd_take(&f))
 *			puts("a job");
 *		ksync_unit_fd_close(&f);
 *	}
 */
KSYNC_MUST_CHECK KSYNC_API bool ksync_unit_fd_take(ksync_unit_fd_t *f);

/**
 * ksync_unit_fd_close() - poll it no more
 * @f: what an open made, which nobody else uses any more
 *
 * A unit that it had and nobody took goes to who is next. Closes f->fd, which
 * by that leaves the epoll instances of this process. Comes before the end of
 * the semaphore or completion.
 *
 * Context: Any thread; not in signal handlers.
 * Example::
 *
 *	ksync_unit_fd_t f;
 *
 *	if (ksync_unit_fd_open_semaphore(&f, &jobs) == 0)
 *		ksync_unit_fd_close(&f);
 */
KSYNC_API void ksync_unit_fd_close(ksync_unit_fd_t *f);

KSYNC_END_DECLS

#endif
