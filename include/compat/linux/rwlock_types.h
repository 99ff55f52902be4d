/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RWLOCK_TYPES_H
#define KSYNC_COMPAT_RWLOCK_TYPES_H

#include <linux/kernel_names.h>

#include <ksync/rwlock.h>

typedef ksync_rwlock_t rwlock_t;

#define __RW_LOCK_UNLOCKED(name) (rwlock_t) KSYNC__RWLOCK_INIT(#name)
#define DEFINE_RWLOCK(name) rwlock_t name = KSYNC__RWLOCK_INIT(#name)

#endif
