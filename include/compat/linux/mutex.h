/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_MUTEX_H
#define KSYNC_COMPAT_MUTEX_H

#include <linux/spinlock.h>

#include <ksync/dec_and_lock.h>
#include <ksync/mutex.h>

#define __MUTEX_INITIALIZER(name) KSYNC__MUTEX_INIT(#name)
#define DEFINE_MUTEX(name) struct mutex name = KSYNC__MUTEX_INIT(#name)

#define mutex_init(lock) ksync_mutex_init(lock)
/* Of a class of the caller's. */
#define __mutex_init(lock, name, key)                        \
	do {                                                 \
		ksync_mutex_init(lock);                      \
		lockdep_set_class_and_name(lock, key, name); \
	} while (0)
#define mutex_init_with_key(lock, key) __mutex_init(lock, #lock, key)

KSYNC__KERNEL_NAME void mutex_destroy(struct mutex *lock)
{
	ksync_mutex_destroy(lock);
}

KSYNC__KERNEL_NAME void mutex_lock(struct mutex *lock)
{
	ksync_mutex_lock(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
mutex_lock_interruptible(struct mutex *lock)
{
	return ksync_mutex_lock_interruptible(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int mutex_lock_killable(struct mutex *lock)
{
	return ksync_mutex_lock_killable(lock);
}

KSYNC__KERNEL_NAME void mutex_lock_io(struct mutex *lock)
{
	ksync_mutex_lock_io(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int mutex_trylock(struct mutex *lock)
{
	return ksync_mutex_trylock(lock);
}

KSYNC__KERNEL_NAME void mutex_unlock(struct mutex *lock)
{
	ksync_mutex_unlock(lock);
}

KSYNC__KERNEL_NAME bool mutex_is_locked(struct mutex *lock)
{
	return ksync_mutex_is_locked(lock);
}

KSYNC__KERNEL_NAME unsigned long mutex_get_owner(struct mutex *lock)
{
	return ksync_mutex_get_owner(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
atomic_dec_and_mutex_lock(ksync_atomic_t *cnt, struct mutex *lock)
{
	return ksync_atomic_dec_and_mutex_lock(cnt, lock);
}

#define mutex_lock_nested(lock, subclass) \
	ksync_mutex_lock_nested(lock, subclass)
#define mutex_lock_interruptible_nested(lock, subclass) \
	ksync_mutex_lock_interruptible_nested(lock, subclass)
#define mutex_lock_killable_nested(lock, subclass) \
	ksync_mutex_lock_killable_nested(lock, subclass)
#define mutex_lock_io_nested(lock, subclass) \
	ksync_mutex_lock_io_nested(lock, subclass)
#define mutex_lock_nest_lock(lock, nest_lock) \
	ksync_mutex_lock_nest_lock(lock, nest_lock)
#define mutex_lock_killable_nest_lock(lock, nest_lock) \
	ksync_mutex_lock_killable_nest_lock(lock, nest_lock)
#define mutex_trylock_nest_lock(lock, nest_lock) \
	ksync_mutex_trylock_nest_lock(lock, nest_lock)

#endif
