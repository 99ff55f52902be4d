/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RWLOCK_H
#define KSYNC_COMPAT_RWLOCK_H

#include <linux/irqflags.h>
#include <linux/kernel_common.h>
#include <linux/rwlock_types.h>

#define rwlock_init(lock) ksync_rwlock_init(lock)

#define KSYNC__RW_NAMES(side)                                                  \
	KSYNC__KERNEL_NAME void side##_lock(rwlock_t *lock)                    \
	{                                                                      \
		ksync_##side##_lock(lock);                                     \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_lock_irq(rwlock_t *lock)                \
	{                                                                      \
		ksync_##side##_lock_irq(lock);                                 \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_lock_bh(rwlock_t *lock)                 \
	{                                                                      \
		ksync_##side##_lock_bh(lock);                                  \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_unlock(rwlock_t *lock)                  \
	{                                                                      \
		ksync_##side##_unlock(lock);                                   \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_unlock_irq(rwlock_t *lock)              \
	{                                                                      \
		ksync_##side##_unlock_irq(lock);                               \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_unlock_bh(rwlock_t *lock)               \
	{                                                                      \
		ksync_##side##_unlock_bh(lock);                                \
	}                                                                      \
	KSYNC__KERNEL_NAME void side##_unlock_irqrestore(rwlock_t *lock,       \
							 unsigned long flags)  \
	{                                                                      \
		ksync_##side##_unlock_irqrestore(lock, flags);                 \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int side##_trylock(rwlock_t *lock) \
	{                                                                      \
		return ksync_##side##_trylock(lock);                           \
	}

KSYNC__RW_NAMES(read)
KSYNC__RW_NAMES(write)

#undef KSYNC__RW_NAMES

#define read_lock_irqsave(lock, flags) ksync_read_lock_irqsave(lock, flags)
#define write_lock_irqsave(lock, flags) ksync_write_lock_irqsave(lock, flags)
#define write_trylock_irqsave(lock, flags) \
	ksync_write_trylock_irqsave(lock, flags)
#define write_lock_nested(lock, subclass) \
	ksync_write_lock_nested(lock, subclass)

KSYNC__KERNEL_NAME int rwlock_is_contended(rwlock_t *lock)
{
	return ksync_rwlock_is_contended(lock);
}

KSYNC__KERNEL_NAME int rwlock_needbreak(rwlock_t *lock)
{
	return ksync_rwlock_needbreak(lock);
}

/* The guards are in <ksync/rwlock.h>. */

#endif
