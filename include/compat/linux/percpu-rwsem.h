/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_PERCPU_RWSEM_H
#define KSYNC_COMPAT_PERCPU_RWSEM_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/rwsem.h>

#include <ksync/percpu_rwsem.h>

#define DEFINE_PERCPU_RWSEM(name) \
	struct percpu_rw_semaphore name = KSYNC__PERCPU_RWSEM_INIT(#name)
#define DEFINE_STATIC_PERCPU_RWSEM(name) static DEFINE_PERCPU_RWSEM(name)

#define percpu_init_rwsem(sem) ksync_percpu_init_rwsem(sem)

KSYNC__KERNEL_NAME void percpu_free_rwsem(struct percpu_rw_semaphore *sem)
{
	ksync_percpu_free_rwsem(sem);
}

KSYNC__KERNEL_NAME void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	ksync_percpu_down_read(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool
percpu_down_read_trylock(struct percpu_rw_semaphore *sem)
{
	return ksync_percpu_down_read_trylock(sem);
}

KSYNC__KERNEL_NAME void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	ksync_percpu_up_read(sem);
}

KSYNC__KERNEL_NAME void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	ksync_percpu_down_write(sem);
}

KSYNC__KERNEL_NAME void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	ksync_percpu_up_write(sem);
}

KSYNC__KERNEL_NAME bool percpu_is_read_locked(struct percpu_rw_semaphore *sem)
{
	return ksync_percpu_is_read_locked(sem);
}

KSYNC__KERNEL_NAME bool percpu_is_write_locked(struct percpu_rw_semaphore *sem)
{
	return ksync_percpu_is_write_locked(sem);
}

#define percpu_rwsem_is_held(sem) ksync_percpu_rwsem_is_held(sem)
#define percpu_rwsem_assert_held(sem) ksync_percpu_rwsem_assert_held(sem)

#endif
