/* SPDX-License-Identifier: MIT */
/*
 * Word: given
 *
 *  from  event                      to  by         order
 *  0     unlinked by another, then  1   who did    release
 *
 *  I1  Who unlinks a waiter gives, or is that waiter's thread.
 *  I2  Giving is the last access to the waiter; its task is read before.
 */
#include <errno.h>

#include <ksync/atomic.h>
#include <ksync/watch.h>

#include "grant.h"
#include "port/port.h"
#include "park.h"

unsigned long ksync__grant_queue(unsigned long *queue, unsigned long word,
				 struct ksync__grantee *w)
{
	w->queued = true;
	return ksync__waitq_append(queue, word, &w->node);
}

unsigned long ksync__grant_unlink(unsigned long word, struct ksync__grantee *w)
{
	w->queued = false;
	return ksync__waitq_remove(word, &w->node);
}

void ksync__grant_unlink_all(unsigned long word)
{
	struct ksync__waiter *w = ksync__waitq_first(word);

	for (; w; w = ksync__waitq_next(word, w))
		((struct ksync__grantee *)w)->queued = false;
}

static struct ksync__grantee_fd *fd_of(const struct ksync__grantee *w)
{
	return ksync_container_of(w, struct ksync__grantee_fd, grantee);
}

bool ksync__grant_is_gone(const struct ksync__grantee *w)
{
	return !w->node.task &&
	       KSYNC_READ_ONCE(*fd_of(w)->process) != fd_of(w)->opened_in;
}

/* What a fork's child was left may be in no queue: waitq_forget(). */
bool ksync__grant_is_queued(unsigned long word, struct ksync__grantee *w)
{
	struct ksync__waiter *node = ksync__waitq_first(word);

	if (!w->queued || !ksync__grant_is_gone(w))
		return w->queued;
	while (node && node != &w->node)
		node = ksync__waitq_next(word, node);
	return node;
}

void ksync__grant(struct ksync__grantee *w)
{
	struct ksync_task *task = w->node.task;

	/* Before the grant, after which it may be another's number (I2). */
	if (!task && !ksync__grant_is_gone(w))
		ksync__eventfd_set(fd_of(w)->fd);
	ksync_watch_step("grant.give");
	/* ORDER grant.given: release. From here on the waiter's frame, and the
	 * object, may be gone (I2). Other end: ksync__grant_given(). */
	ksync_smp_store_release(&w->given, 1u);
	if (task)
		ksync__unpark(task);
}

bool ksync__grant_given(struct ksync__grantee *w)
{
	/* ORDER grant.given: acquire. Sees what the giver did before. Other
	 * end: ksync__grant(). */
	return ksync_smp_load_acquire(&w->given) != 0;
}

void ksync__grant_spin(struct ksync__grantee *w, struct ksync__wait *wait)
{
	bool came = false;

	if (!ksync__wait_may_spin_for_event(wait))
		return;
	do
		came = KSYNC_READ_ONCE(w->given) != 0;
	while (!came && ksync__wait_spin(wait, &w->given));
	if (came || !ksync__wait_over(wait))
		ksync__wait_spun(wait, came);
}

int ksync__grant_wait(struct ksync__grantee *w, struct ksync__wait *wait,
		      bool (*leave)(void *object, struct ksync__grantee *w),
		      void *object)
{
	struct ksync_task *self = wait->self;
	int ret = 0;

	ksync_watch_step("grant.queued");
	while (!ksync__grant_given(w)) {
		/* In a fork's child it was unlinked before, by who gives, or is
		 * in a queue no more. */
		if (self->forks != w->node.forks) {
			ret = w->queued ? -EAGAIN : 0;
			break;
		}
		ret = ksync__wait_over(wait);
		if (ret && leave(object, w))
			break;
		if (ret) {
			/* The giver is between taking us out and giving. */
			wait->kind = KSYNC__UNINTERRUPTIBLE;
			wait->deadline = KSYNC__NEVER;
			ret = 0;
		}
		(void)ksync__park(self, wait->deadline);
	}
	ksync__waitq_left(&w->node);
	return ret;
}
