/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SPINLOCK_H
#define KSYNC_COMPAT_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/kernel_common.h>
#include <linux/rwlock.h>
#include <linux/spinlock_types.h>

#include <ksync/dec_and_lock.h>

/* The functions of spinlock_t and of raw_spinlock_t. */
#define KSYNC__SPIN_NAMES(spin, type)                                          \
	KSYNC__KERNEL_NAME void spin##_lock(type *lock)                        \
	{                                                                      \
		ksync_##spin##_lock(lock);                                     \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_lock_irq(type *lock)                    \
	{                                                                      \
		ksync_##spin##_lock_irq(lock);                                 \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_lock_bh(type *lock)                     \
	{                                                                      \
		ksync_##spin##_lock_bh(lock);                                  \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock(type *lock)                      \
	{                                                                      \
		ksync_##spin##_unlock(lock);                                   \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_irq(type *lock)                  \
	{                                                                      \
		ksync_##spin##_unlock_irq(lock);                               \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_bh(type *lock)                   \
	{                                                                      \
		ksync_##spin##_unlock_bh(lock);                                \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_irqrestore(type *lock,           \
							 unsigned long flags)  \
	{                                                                      \
		ksync_##spin##_unlock_irqrestore(lock, flags);                 \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock(type *lock)     \
	{                                                                      \
		return ksync_##spin##_trylock(lock);                           \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock_irq(type *lock) \
	{                                                                      \
		return ksync_##spin##_trylock_irq(lock);                       \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock_bh(type *lock)  \
	{                                                                      \
		return ksync_##spin##_trylock_bh(lock);                        \
	}                                                                      \
	KSYNC__KERNEL_NAME int spin##_is_locked(type *lock)                    \
	{                                                                      \
		return ksync_##spin##_is_locked(lock);                         \
	}                                                                      \
	KSYNC__KERNEL_NAME int spin##_is_contended(type *lock)                 \
	{                                                                      \
		return ksync_##spin##_is_contended(lock);                      \
	}

KSYNC__SPIN_NAMES(spin, spinlock_t)
KSYNC__SPIN_NAMES(raw_spin, raw_spinlock_t)

#undef KSYNC__SPIN_NAMES

KSYNC__KERNEL_NAME int spin_needbreak(spinlock_t *lock)
{
	return ksync_spin_needbreak(lock);
}

#define spin_lock_init(lock) ksync_spin_lock_init(lock)
#define raw_spin_lock_init(lock) ksync_raw_spin_lock_init(lock)
#define assert_spin_locked(lock) ksync_assert_spin_locked(lock)
#define assert_raw_spin_locked(lock) ksync_assert_raw_spin_locked(lock)

#define spin_lock_irqsave(lock, flags) ksync_spin_lock_irqsave(lock, flags)
#define raw_spin_lock_irqsave(lock, flags) \
	ksync_raw_spin_lock_irqsave(lock, flags)
#define spin_trylock_irqsave(lock, flags) \
	ksync_spin_trylock_irqsave(lock, flags)
#define raw_spin_trylock_irqsave(lock, flags) \
	ksync_raw_spin_trylock_irqsave(lock, flags)

#define spin_lock_nested(lock, subclass) ksync_spin_lock_nested(lock, subclass)
#define raw_spin_lock_nested(lock, subclass) \
	ksync_raw_spin_lock_nested(lock, subclass)
#define spin_lock_nest_lock(lock, nest_lock) \
	ksync_spin_lock_nest_lock(lock, nest_lock)
#define raw_spin_lock_nest_lock(lock, nest_lock) \
	ksync_raw_spin_lock_nest_lock(lock, nest_lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) \
	ksync_spin_lock_irqsave_nested(lock, flags, subclass)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) \
	ksync_raw_spin_lock_irqsave_nested(lock, flags, subclass)

/* After taking a spinlock, to order its section fully after what was before. */
#define smp_mb__after_spinlock() smp_mb()

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int atomic_dec_and_lock(atomic_t *cnt,
							    spinlock_t *lock)
{
	return ksync_atomic_dec_and_lock(cnt, lock);
}

#define atomic_dec_and_lock_irqsave(cnt, lock, flags) \
	ksync_atomic_dec_and_lock_irqsave(cnt, lock, flags)

/* The guards are in <ksync/spinlock.h> and <ksync/raw_spinlock.h>. */

#endif
