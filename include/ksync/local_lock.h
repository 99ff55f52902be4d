/* SPDX-License-Identifier: MIT */
/*
 * Local lock: what in a kernel names the data of a processor that one may only
 * touch undisturbed. Here such data is a thread's, or belongs to one of a few
 * slots that threads share; threads move between processors at any moment. So
 * the lock is a spinlock, which excludes all others, as with the kernel's
 * PREEMPT_RT: in a thread_local object it is never contended and costs an
 * atomic operation; in an array of slots it makes right what only a lock can.
 *
 * Signal handlers are kept out by the _irq forms (<ksync/irqflags.h>). The
 * functions are macros over those of <ksync/spinlock.h>: contracts there. They
 * take a ksync_local_lock_t or a ksync_local_trylock_t, as the kernel's do; the
 * trylock forms are for the latter.
 */
#ifndef KSYNC_LOCAL_LOCK_H
#define KSYNC_LOCAL_LOCK_H

#include <ksync/spinlock.h>

typedef struct KSYNC_TAG(local_lock) {
	ksync_spinlock_t lock;
} ksync_local_lock_t;

typedef struct KSYNC_TAG(local_trylock) {
	ksync_spinlock_t lock;
} ksync_local_trylock_t;

#define KSYNC_LOCAL_LOCK_INIT(name) { KSYNC__SPINLOCK_INIT(#name) }
#define KSYNC_LOCAL_TRYLOCK_INIT(name) { KSYNC__SPINLOCK_INIT(#name) }

#define ksync_local_lock_init(local) ksync_spin_lock_init(&(local)->lock)
#define ksync_local_trylock_init(local) ksync_spin_lock_init(&(local)->lock)

#define ksync_local_lock(local) ksync_spin_lock(&(local)->lock)
#define ksync_local_unlock(local) ksync_spin_unlock(&(local)->lock)
#define ksync_local_lock_irq(local) ksync_spin_lock_irq(&(local)->lock)
#define ksync_local_unlock_irq(local) ksync_spin_unlock_irq(&(local)->lock)
#define ksync_local_lock_irqsave(local, flags) \
	ksync_spin_lock_irqsave(&(local)->lock, flags)
#define ksync_local_unlock_irqrestore(local, flags) \
	ksync_spin_unlock_irqrestore(&(local)->lock, flags)
/* With bottom halves disabled, of which there are none here. */
#define ksync_local_lock_nested_bh(local) ksync_spin_lock_bh(&(local)->lock)
#define ksync_local_unlock_nested_bh(local) ksync_spin_unlock_bh(&(local)->lock)

/* 1 if it took the lock, 0 if it is held; by what a handler interrupts, say. */
#define ksync_local_trylock(local) \
	ksync_spin_trylock(&ksync__local_trylock(local)->lock)
#define ksync_local_trylock_irqsave(local, flags) \
	ksync_spin_trylock_irqsave(&ksync__local_trylock(local)->lock, flags)
#define ksync_local_lock_is_locked(local) ksync_spin_is_locked(&(local)->lock)

/* No other type. */
KSYNC_PRIVATE_INLINE ksync_local_trylock_t *
ksync__local_trylock(ksync_local_trylock_t *local)
{
	return local;
}

/* ksync_guard(local_lock)(&local) */
KSYNC_DEFINE_GUARD(local_lock, ksync_local_lock_t *, ksync_local_lock(_T),
		   ksync_local_unlock(_T))
KSYNC_DEFINE_GUARD(local_lock_irq, ksync_local_lock_t *,
		   ksync_local_lock_irq(_T), ksync_local_unlock_irq(_T))
KSYNC_DEFINE_LOCK_GUARD_1(local_lock_irqsave, ksync_local_lock_t,
			  ksync_local_lock_irqsave(_T->lock, _T->flags),
			  ksync_local_unlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)
KSYNC_DEFINE_GUARD(local_lock_nested_bh, ksync_local_lock_t *,
		   ksync_local_lock_nested_bh(_T),
		   ksync_local_unlock_nested_bh(_T))

#endif
