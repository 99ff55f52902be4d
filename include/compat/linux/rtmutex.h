/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RTMUTEX_H
#define KSYNC_COMPAT_RTMUTEX_H

#include <linux/lockdep.h>

#include <ksync/rt_mutex.h>

#define __RT_MUTEX_INITIALIZER(name) KSYNC__RT_MUTEX_INIT(#name)
#define DEFINE_RT_MUTEX(name) struct rt_mutex name = KSYNC__RT_MUTEX_INIT(#name)

#define rt_mutex_init(lock) ksync_rt_mutex_init(lock)
/* Of a class of the caller's. */
#define __rt_mutex_init(lock, name, key)                     \
	do {                                                 \
		ksync_rt_mutex_init(lock);                   \
		lockdep_set_class_and_name(lock, key, name); \
	} while (0)

KSYNC__KERNEL_NAME void rt_mutex_destroy(struct rt_mutex *lock)
{
	ksync_rt_mutex_destroy(lock);
}

KSYNC__KERNEL_NAME void rt_mutex_lock(struct rt_mutex *lock)
{
	ksync_rt_mutex_lock(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
rt_mutex_lock_interruptible(struct rt_mutex *lock)
{
	return ksync_rt_mutex_lock_interruptible(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
rt_mutex_lock_killable(struct rt_mutex *lock)
{
	return ksync_rt_mutex_lock_killable(lock);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int rt_mutex_trylock(struct rt_mutex *lock)
{
	return ksync_rt_mutex_trylock(lock);
}

KSYNC__KERNEL_NAME void rt_mutex_unlock(struct rt_mutex *lock)
{
	ksync_rt_mutex_unlock(lock);
}

KSYNC__KERNEL_NAME bool rt_mutex_is_locked(struct rt_mutex *lock)
{
	return ksync_rt_mutex_is_locked(lock);
}

#define rt_mutex_lock_nested(lock, subclass) \
	ksync_rt_mutex_lock_nested(lock, subclass)
#define rt_mutex_lock_nest_lock(lock, nest_lock) \
	ksync_rt_mutex_lock_nest_lock(lock, nest_lock)

#endif
