/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LOCAL_LOCK_H
#define KSYNC_COMPAT_LOCAL_LOCK_H

#include <linux/irqflags.h>
#include <linux/kernel_common.h>

#include <ksync/local_lock.h>

typedef ksync_local_lock_t local_lock_t;
typedef ksync_local_trylock_t local_trylock_t;

#define INIT_LOCAL_LOCK(name) KSYNC_LOCAL_LOCK_INIT(name)
#define INIT_LOCAL_TRYLOCK(name) KSYNC_LOCAL_TRYLOCK_INIT(name)

#define local_lock_init(local) ksync_local_lock_init(local)
#define local_trylock_init(local) ksync_local_trylock_init(local)
#define local_lock(local) ksync_local_lock(local)
#define local_lock_irq(local) ksync_local_lock_irq(local)
#define local_lock_irqsave(local, flags) ksync_local_lock_irqsave(local, flags)
#define local_lock_nested_bh(local) ksync_local_lock_nested_bh(local)
#define local_unlock(local) ksync_local_unlock(local)
#define local_unlock_irq(local) ksync_local_unlock_irq(local)
#define local_unlock_irqrestore(local, flags) \
	ksync_local_unlock_irqrestore(local, flags)
#define local_unlock_nested_bh(local) ksync_local_unlock_nested_bh(local)
#define local_trylock(local) ksync_local_trylock(local)
#define local_trylock_irqsave(local, flags) \
	ksync_local_trylock_irqsave(local, flags)
#define local_lock_is_locked(local) ksync_local_lock_is_locked(local)

#endif
