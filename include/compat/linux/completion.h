/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_COMPLETION_H
#define KSYNC_COMPAT_COMPLETION_H

#include <linux/errno.h>
#include <linux/spinlock.h>

#include <ksync/completion.h>

#define COMPLETION_INITIALIZER(work) KSYNC_COMPLETION_INITIALIZER(work)
#define COMPLETION_INITIALIZER_ONSTACK(work) KSYNC_COMPLETION_INITIALIZER(work)
#define COMPLETION_INITIALIZER_ONSTACK_MAP(work, map) \
	KSYNC_COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION(work) \
	struct completion work = KSYNC_COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)
#define DECLARE_COMPLETION_ONSTACK_MAP(work, map) DECLARE_COMPLETION(work)

#define init_completion_map(x, m) init_completion(x)

KSYNC__KERNEL_NAME void init_completion(struct completion *x)
{
	ksync_init_completion(x);
}

KSYNC__KERNEL_NAME void reinit_completion(struct completion *x)
{
	ksync_reinit_completion(x);
}

/* The kernel's waits say that a system call would be begun again. */
KSYNC__KERNEL_NAME long ksync__restartsys(long ret)
{
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

KSYNC__KERNEL_NAME void wait_for_completion(struct completion *x)
{
	ksync_wait_for_completion(x);
}

KSYNC__KERNEL_NAME void wait_for_completion_io(struct completion *x)
{
	ksync_wait_for_completion_io(x);
}

KSYNC__KERNEL_NAME int wait_for_completion_interruptible(struct completion *x)
{
	return (int)ksync__restartsys(
		ksync_wait_for_completion_interruptible(x));
}

KSYNC__KERNEL_NAME int wait_for_completion_killable(struct completion *x)
{
	return (int)ksync__restartsys(ksync_wait_for_completion_killable(x));
}

KSYNC__KERNEL_NAME int wait_for_completion_state(struct completion *x,
						 unsigned int state)
{
	return (int)ksync__restartsys(
		ksync_wait_for_completion_state(x, state));
}

KSYNC__KERNEL_NAME unsigned long
wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return ksync_wait_for_completion_timeout(x, timeout);
}

KSYNC__KERNEL_NAME unsigned long
wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
	return ksync_wait_for_completion_io_timeout(x, timeout);
}

KSYNC__KERNEL_NAME long
wait_for_completion_interruptible_timeout(struct completion *x,
					  unsigned long timeout)
{
	return ksync__restartsys(
		ksync_wait_for_completion_interruptible_timeout(x, timeout));
}

KSYNC__KERNEL_NAME long
wait_for_completion_killable_timeout(struct completion *x,
				     unsigned long timeout)
{
	return ksync__restartsys(
		ksync_wait_for_completion_killable_timeout(x, timeout));
}

KSYNC__KERNEL_NAME bool try_wait_for_completion(struct completion *x)
{
	return ksync_try_wait_for_completion(x);
}

KSYNC__KERNEL_NAME bool completion_done(struct completion *x)
{
	return ksync_completion_done(x);
}

KSYNC__KERNEL_NAME void complete(struct completion *x)
{
	ksync_complete(x);
}

KSYNC__KERNEL_NAME void complete_on_current_cpu(struct completion *x)
{
	ksync_complete_on_current_cpu(x);
}

KSYNC__KERNEL_NAME void complete_all(struct completion *x)
{
	ksync_complete_all(x);
}

#endif
