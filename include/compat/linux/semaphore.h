/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SEMAPHORE_H
#define KSYNC_COMPAT_SEMAPHORE_H

#include <linux/spinlock.h>

#include <ksync/semaphore.h>

#define __SEMAPHORE_INITIALIZER(name, n) KSYNC__SEMAPHORE_INIT(#name, n)
#define DEFINE_SEMAPHORE(name, n) \
	struct semaphore name = KSYNC__SEMAPHORE_INIT(#name, n)

KSYNC__KERNEL_NAME void sema_init(struct semaphore *sem, int val)
{
	ksync_sema_init(sem, val);
}

KSYNC__KERNEL_NAME void down(struct semaphore *sem)
{
	ksync_down(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_interruptible(struct semaphore *sem)
{
	return ksync_down_interruptible(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int down_killable(struct semaphore *sem)
{
	return ksync_down_killable(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int down_trylock(struct semaphore *sem)
{
	return ksync_down_trylock(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int down_timeout(struct semaphore *sem,
						     long timeout)
{
	return ksync_down_timeout(sem, timeout);
}

KSYNC__KERNEL_NAME void up(struct semaphore *sem)
{
	ksync_up(sem);
}

#endif
