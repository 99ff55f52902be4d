/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SEQLOCK_TYPES_H
#define KSYNC_COMPAT_SEQLOCK_TYPES_H

#include <linux/kernel_names.h>

#include <linux/spinlock_types.h>

#include <ksync/seqlock.h>

typedef ksync_seqcount_t seqcount_t;
typedef ksync_seqcount_latch_t seqcount_latch_t;
typedef ksync_seqcount_raw_spinlock_t seqcount_raw_spinlock_t;
typedef ksync_seqcount_spinlock_t seqcount_spinlock_t;
typedef ksync_seqcount_rwlock_t seqcount_rwlock_t;
typedef ksync_seqcount_mutex_t seqcount_mutex_t;
typedef ksync_seqcount_ww_mutex_t seqcount_ww_mutex_t;
typedef ksync_seqlock_t seqlock_t;

#endif
