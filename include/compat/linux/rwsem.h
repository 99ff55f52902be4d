/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RWSEM_H
#define KSYNC_COMPAT_RWSEM_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/spinlock.h>

#include <ksync/rwsem.h>

#define __RWSEM_INITIALIZER(name) KSYNC__RWSEM_INIT(#name)
#define DECLARE_RWSEM(name) struct rw_semaphore name = KSYNC__RWSEM_INIT(#name)

#define init_rwsem(sem) ksync_init_rwsem(sem)
/* Of a class of the caller's. */
#define __init_rwsem(sem, name, key)                        \
	do {                                                \
		ksync_init_rwsem(sem);                      \
		lockdep_set_class_and_name(sem, key, name); \
	} while (0)

KSYNC__KERNEL_NAME void down_read(struct rw_semaphore *sem)
{
	ksync_down_read(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_read_interruptible(struct rw_semaphore *sem)
{
	return ksync_down_read_interruptible(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_read_killable(struct rw_semaphore *sem)
{
	return ksync_down_read_killable(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_read_trylock(struct rw_semaphore *sem)
{
	return ksync_down_read_trylock(sem);
}

KSYNC__KERNEL_NAME void up_read(struct rw_semaphore *sem)
{
	ksync_up_read(sem);
}

KSYNC__KERNEL_NAME void down_write(struct rw_semaphore *sem)
{
	ksync_down_write(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_write_killable(struct rw_semaphore *sem)
{
	return ksync_down_write_killable(sem);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
down_write_trylock(struct rw_semaphore *sem)
{
	return ksync_down_write_trylock(sem);
}

KSYNC__KERNEL_NAME void up_write(struct rw_semaphore *sem)
{
	ksync_up_write(sem);
}

KSYNC__KERNEL_NAME void downgrade_write(struct rw_semaphore *sem)
{
	ksync_downgrade_write(sem);
}

KSYNC__KERNEL_NAME void down_read_non_owner(struct rw_semaphore *sem)
{
	ksync_down_read_non_owner(sem);
}

KSYNC__KERNEL_NAME void up_read_non_owner(struct rw_semaphore *sem)
{
	ksync_up_read_non_owner(sem);
}

KSYNC__KERNEL_NAME int rwsem_is_locked(struct rw_semaphore *sem)
{
	return ksync_rwsem_is_locked(sem);
}

KSYNC__KERNEL_NAME int rwsem_is_contended(struct rw_semaphore *sem)
{
	return ksync_rwsem_is_contended(sem);
}

KSYNC__KERNEL_NAME void rwsem_assert_held(const struct rw_semaphore *sem)
{
	ksync_rwsem_assert_held(sem);
}

KSYNC__KERNEL_NAME void rwsem_assert_held_write(const struct rw_semaphore *sem)
{
	ksync_rwsem_assert_held_write(sem);
}

KSYNC__KERNEL_NAME void
rwsem_assert_held_nolockdep(const struct rw_semaphore *sem)
{
	ksync_rwsem_assert_held_nolockdep(sem);
}

KSYNC__KERNEL_NAME void
rwsem_assert_held_write_nolockdep(const struct rw_semaphore *sem)
{
	ksync_rwsem_assert_held_write_nolockdep(sem);
}

#define down_read_nested(sem, subclass) ksync_down_read_nested(sem, subclass)
#define down_read_killable_nested(sem, subclass) \
	ksync_down_read_killable_nested(sem, subclass)
#define down_write_nested(sem, subclass) ksync_down_write_nested(sem, subclass)
#define down_write_killable_nested(sem, subclass) \
	ksync_down_write_killable_nested(sem, subclass)
#define down_write_nest_lock(sem, nest_lock) \
	ksync_down_write_nest_lock(sem, nest_lock)

#endif
