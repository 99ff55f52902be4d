/* SPDX-License-Identifier: MIT */
/*
 * An entry of the queue whose function makes an eventfd readable. All is done
 * under the queue's lock, so that between a wake-up and a clear there are two
 * orders only: cleared after it, and what its waker did is visible to the look
 * that follows; or before, and the descriptor is readable.
 *
 *  I1  "readable" says what the eventfd is: the first wake-up after a clear
 *      writes, others need not.
 *  I2  A fork's child shares the eventfd with its parent. It neither writes nor
 *      reads it.
 */
#include <ksync/wait_fd.h>

#include "port/port.h"
#include "wait_queue.h"

static bool is_ours(const ksync_wait_fd_t *f)
{
	return f->process == KSYNC_READ_ONCE(ksync__eventfd_process);
}

/* Under the queue's lock. */
static void make_readable(ksync_wait_fd_t *f)
{
	if (f->readable || !is_ours(f))
		return;
	f->readable = true;
	ksync__eventfd_set(f->fd);
}

/* Not counted: exclusive waiters behind it are woken all the same. */
static int wait_fd_wake(ksync_wait_queue_entry_t *entry, unsigned int mode,
			int flags, void *key)
{
	ksync_wait_fd_t *f = ksync_container_of(entry, ksync_wait_fd_t, entry);

	(void)mode;
	(void)flags;
	if ((uintptr_t)key & KSYNC_POLLFREE) {
		ksync__ring_cut(&entry->entry);
		ksync__ring_init(&entry->entry);
		KSYNC_WRITE_ONCE(f->queue, (ksync_wait_queue_head_t *)NULL);
	}
	make_readable(f);
	return 0;
}

int ksync_wait_fd_open(ksync_wait_fd_t *f, ksync_wait_queue_head_t *queue)
{
	int fd = ksync__eventfd_make();

	if (fd < 0)
		return fd;
	ksync_init_waitqueue_func_entry(&f->entry, wait_fd_wake);
	f->queue = queue;
	f->fd = fd;
	f->readable = true;
	f->process = KSYNC_READ_ONCE(ksync__eventfd_process);
	ksync_add_wait_queue(queue, &f->entry);
	return 0;
}

bool ksync_wait_fd_clear(ksync_wait_fd_t *f)
{
	ksync_wait_queue_head_t *queue = KSYNC_READ_ONCE(f->queue);
	bool ended;

	if (!queue || !is_ours(f))
		return false;
	ksync_spin_lock(&queue->lock);
	ksync_watch_order_acquire(&queue->lock);
	/* Its end came first: that stays readable. */
	if (f->queue && f->readable) {
		ksync__eventfd_clear(f->fd);
		f->readable = false;
	}
	ended = !f->queue;
	ksync_spin_unlock(&queue->lock);
	return !ended;
}

void ksync_wait_fd_close(ksync_wait_fd_t *f)
{
	ksync_wait_queue_head_t *queue = KSYNC_READ_ONCE(f->queue);

	if (queue)
		ksync_remove_wait_queue(queue, &f->entry);
	ksync__eventfd_close(f->fd);
}
