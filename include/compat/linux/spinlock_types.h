/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SPINLOCK_TYPES_H
#define KSYNC_COMPAT_SPINLOCK_TYPES_H

#include <linux/kernel_names.h>
#include <linux/rwlock_types.h>

#include <ksync/raw_spinlock.h>
#include <ksync/spinlock.h>

typedef ksync_spinlock_t spinlock_t;
typedef ksync_raw_spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) (spinlock_t) KSYNC_SPINLOCK_INIT
#define __RAW_SPIN_LOCK_UNLOCKED(name) (raw_spinlock_t) KSYNC_RAW_SPINLOCK_INIT
#define DEFINE_SPINLOCK(name) spinlock_t name = KSYNC__SPINLOCK_INIT(#name)
#define DEFINE_RAW_SPINLOCK(name) \
	raw_spinlock_t name = KSYNC__RAW_SPINLOCK_INIT(#name)

#endif
