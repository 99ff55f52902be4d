/* SPDX-License-Identifier: MIT */
/*
 * A waiter in the queue of a semaphore or a completion that is no thread: who
 * gives it a unit makes its descriptor readable.
 *
 *  state     waits  unit    readable  by
 *  idle      no     none    yes       open, a take that got one
 *  waiting   yes    none    no        a take that found none
 *  given     yes    its     yes       who gave (grant.c)
 *
 *  I1  A descriptor that is not readable waits: so no unit is there that nobody
 *      is told of. It is cleared before it queues.
 *  I2  Who gives unlinks it, makes it readable, and then gives. So who finds it
 *      in no queue has a unit, or waits for the few instructions until then;
 *      and the descriptor is closed only after that.
 *  I3  A fork's child has the entry, in the queue or, if that was forgotten, in
 *      none, and shares the descriptor with its parent. It takes the one out,
 *      leaves what the other says alone, and gets no unit.
 */
#include <ksync/unit_fd.h>

#include "port/port.h"
#include "task/grant.h"

#define ALIGNMENT (KSYNC__WAITQ_FLAGS + 1)

KSYNC_STATIC_ASSERT(sizeof(struct ksync__grantee_fd) + ALIGNMENT <=
			    sizeof(((ksync_unit_fd_t *)0)->room),
		    "it waits in there, wherever that begins");

static struct ksync__grantee_fd *waiter_of(ksync_unit_fd_t *f)
{
	uintptr_t at = (uintptr_t)f->room + ALIGNMENT - 1;

	return (struct ksync__grantee_fd *)(at & ~(ALIGNMENT - 1));
}

static int unit_fd_open(ksync_unit_fd_t *f, void *object,
			const struct ksync__units *units)
{
	struct ksync__grantee_fd *w = waiter_of(f);
	int fd = ksync__eventfd_make();

	if (fd < 0)
		return fd;
	f->fd = fd;
	f->waits = false;
	f->object = object;
	f->units = units;
	*w = (struct ksync__grantee_fd){
		.fd = fd,
		.opened_in = KSYNC_READ_ONCE(ksync__eventfd_process),
		.process = &ksync__eventfd_process,
	};
	return 0;
}

int ksync_unit_fd_open_semaphore(ksync_unit_fd_t *f, ksync_semaphore_t *sem)
{
	return unit_fd_open(f, sem, &ksync__semaphore_units);
}

int ksync_unit_fd_open_completion(ksync_unit_fd_t *f, ksync_completion_t *c)
{
	return unit_fd_open(f, c, &ksync__completion_units);
}

/* It is in no queue any more (I2). */
static void wait_until_given(struct ksync__grantee *w)
{
	struct ksync__backoff backoff = { 0 };

	while (!ksync__grant_given(w))
		ksync__backoff_wait(&backoff, &w->given);
}

/* It waits: has it a unit? */
static bool take_given(ksync_unit_fd_t *f, struct ksync__grantee *w)
{
	if (!ksync__grant_given(w)) {
		if (f->units->is_queued(f->object, w))
			return false;
		wait_until_given(w);
	}
	f->waits = false;
	return true;
}

/* It does not: is there one? Else it will wait. */
static bool take_or_wait(ksync_unit_fd_t *f, struct ksync__grantee *w)
{
	ksync__eventfd_clear(f->fd);
	w->given = 0;
	f->waits = !f->units->take_or_queue(f->object, w);
	if (f->waits)
		return false;
	ksync__eventfd_set(f->fd);
	return true;
}

bool ksync_unit_fd_take(ksync_unit_fd_t *f)
{
	struct ksync__grantee *w = &waiter_of(f)->grantee;

	if (ksync__grant_is_gone(w))
		return false;
	if (!f->waits && f->units->take(f->object))
		return true;
	if (!(f->waits ? take_given(f, w) : take_or_wait(f, w)))
		return false;
	f->units->given(f->object);
	return true;
}

void ksync_unit_fd_close(ksync_unit_fd_t *f)
{
	struct ksync__grantee *w = &waiter_of(f)->grantee;

	if (f->waits && !f->units->leave(f->object, w) &&
	    !ksync__grant_is_gone(w)) {
		wait_until_given(w);
		f->units->give_back(f->object);
	}
	ksync__eventfd_close(f->fd);
}
