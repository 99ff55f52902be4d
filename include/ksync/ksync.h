/* SPDX-License-Identifier: MIT */
/* All of ksync. */
#ifndef KSYNC_KSYNC_H
#define KSYNC_KSYNC_H

#include <ksync/config.h>

#include <ksync/arc.h>
#include <ksync/atomic.h>
#include <ksync/bitops.h>
#include <ksync/cleanup.h>
#include <ksync/dec_and_lock.h>
#include <ksync/kref.h>
#include <ksync/mutex.h>
#if KSYNC_HAVE_RCU
#include <ksync/rcu.h>
#endif
#include <ksync/refcount.h>
#include <ksync/report.h>
#include <ksync/semaphore.h>
#include <ksync/spinlock.h>
#include <ksync/status.h>
#include <ksync/task.h>

#endif
