/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SPINLOCK_H
#define KSYNC_COMPAT_SPINLOCK_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/spinlock_types.h>

#include <ksync/dec_and_lock.h>

/* The functions of spinlock_t and raw_spinlock_t, which are one type here. */
#define KSYNC__SPIN_NAMES(spin, type)                                          \
	KSYNC__KERNEL_NAME void spin##_lock(type *lock)                        \
	{                                                                      \
		ksync_spin_lock(lock);                                         \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_lock_irq(type *lock)                    \
	{                                                                      \
		ksync_spin_lock_irq(lock);                                     \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_lock_bh(type *lock)                     \
	{                                                                      \
		ksync_spin_lock_bh(lock);                                      \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock(type *lock)                      \
	{                                                                      \
		ksync_spin_unlock(lock);                                       \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_irq(type *lock)                  \
	{                                                                      \
		ksync_spin_unlock_irq(lock);                                   \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_bh(type *lock)                   \
	{                                                                      \
		ksync_spin_unlock_bh(lock);                                    \
	}                                                                      \
	KSYNC__KERNEL_NAME void spin##_unlock_irqrestore(type *lock,           \
							 unsigned long flags)  \
	{                                                                      \
		ksync_spin_unlock_irqrestore(lock, flags);                     \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock(type *lock)     \
	{                                                                      \
		return ksync_spin_trylock(lock);                               \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock_irq(type *lock) \
	{                                                                      \
		return ksync_spin_trylock_irq(lock);                           \
	}                                                                      \
	KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int spin##_trylock_bh(type *lock)  \
	{                                                                      \
		return ksync_spin_trylock_bh(lock);                            \
	}                                                                      \
	KSYNC__KERNEL_NAME int spin##_is_locked(type *lock)                    \
	{                                                                      \
		return ksync_spin_is_locked(lock);                             \
	}                                                                      \
	KSYNC__KERNEL_NAME int spin##_is_contended(type *lock)                 \
	{                                                                      \
		return ksync_spin_is_contended(lock);                          \
	}

KSYNC__SPIN_NAMES(spin, spinlock_t)
KSYNC__SPIN_NAMES(raw_spin, raw_spinlock_t)

#undef KSYNC__SPIN_NAMES

KSYNC__KERNEL_NAME int spin_needbreak(spinlock_t *lock)
{
	return ksync_spin_needbreak(lock);
}

#define spin_lock_init(lock) ksync_spin_lock_init(lock)
#define raw_spin_lock_init(lock) ksync_spin_lock_init(lock)
#define assert_spin_locked(lock) ksync_assert_spin_locked(lock)
#define assert_raw_spin_locked(lock) ksync_assert_spin_locked(lock)

#define spin_lock_irqsave(lock, flags) ksync_spin_lock_irqsave(lock, flags)
#define raw_spin_lock_irqsave(lock, flags) ksync_spin_lock_irqsave(lock, flags)
#define spin_trylock_irqsave(lock, flags) \
	ksync_spin_trylock_irqsave(lock, flags)
#define raw_spin_trylock_irqsave(lock, flags) \
	ksync_spin_trylock_irqsave(lock, flags)

#define spin_lock_nested(lock, subclass) ksync_spin_lock_nested(lock, subclass)
#define raw_spin_lock_nested(lock, subclass) \
	ksync_spin_lock_nested(lock, subclass)
#define spin_lock_nest_lock(lock, nest_lock) \
	ksync_spin_lock_nest_lock(lock, nest_lock)
#define raw_spin_lock_nest_lock(lock, nest_lock) \
	ksync_spin_lock_nest_lock(lock, nest_lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) \
	ksync_spin_lock_irqsave_nested(lock, flags, subclass)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) \
	ksync_spin_lock_irqsave_nested(lock, flags, subclass)

/* After taking a spinlock, to order its section fully after what was before. */
#define smp_mb__after_spinlock() smp_mb()

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int atomic_dec_and_lock(atomic_t *cnt,
							    spinlock_t *lock)
{
	return ksync_atomic_dec_and_lock(cnt, lock);
}

#define atomic_dec_and_lock_irqsave(cnt, lock, flags) \
	ksync_atomic_dec_and_lock_irqsave(cnt, lock, flags)

/* The guards of spinlock_t are in <ksync/spinlock.h>. */
DEFINE_GUARD(raw_spinlock, raw_spinlock_t *, raw_spin_lock(_T),
	     raw_spin_unlock(_T))
DEFINE_GUARD_COND(raw_spinlock, _try, raw_spin_trylock(_T))
DEFINE_GUARD(raw_spinlock_nested, raw_spinlock_t *, raw_spin_lock_nested(_T, 1),
	     raw_spin_unlock(_T))
DEFINE_GUARD(raw_spinlock_irq, raw_spinlock_t *, raw_spin_lock_irq(_T),
	     raw_spin_unlock_irq(_T))
DEFINE_GUARD_COND(raw_spinlock_irq, _try, raw_spin_trylock_irq(_T))
DEFINE_GUARD(raw_spinlock_bh, raw_spinlock_t *, raw_spin_lock_bh(_T),
	     raw_spin_unlock_bh(_T))
DEFINE_GUARD_COND(raw_spinlock_bh, _try, raw_spin_trylock_bh(_T))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t,
		    raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags),
		    unsigned long flags)
DEFINE_LOCK_GUARD_1_COND(raw_spinlock_irqsave, _try,
			 raw_spin_trylock_irqsave(_T->lock, _T->flags))

#endif
