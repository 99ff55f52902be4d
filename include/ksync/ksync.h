/* SPDX-License-Identifier: MIT */
/* All of ksync. */
#ifndef KSYNC_KSYNC_H
#define KSYNC_KSYNC_H

#include <ksync/config.h>

#include <ksync/arc.h>
#include <ksync/aref.h>
#include <ksync/atomic.h>
#include <ksync/bit_spinlock.h>
#include <ksync/bitops.h>
#include <ksync/cleanup.h>
#include <ksync/completion.h>
#include <ksync/condvar.h>
#include <ksync/dec_and_lock.h>
#include <ksync/delay.h>
#include <ksync/hlist.h>
#include <ksync/hlist_bl.h>
#include <ksync/irqflags.h>
#include <ksync/kref.h>
#include <ksync/list.h>
#include <ksync/kthread.h>
#include <ksync/kthread_worker.h>
#include <ksync/local_lock.h>
#include <ksync/inspect.h>
#include <ksync/lockdep.h>
#include <ksync/locked_by.h>
#include <ksync/lockref.h>
#include <ksync/mutex.h>
#include <ksync/once.h>
#include <ksync/percpu_ref.h>
#include <ksync/percpu_rwsem.h>
#include <ksync/raw_spinlock.h>
#if KSYNC_HAVE_RCU
#include <ksync/hlist_nulls.h>
#include <ksync/rcu.h>
#include <ksync/rculist.h>
#include <ksync/rculist_bl.h>
#include <ksync/rcuref.h>
#endif
#include <ksync/rcuwait.h>
#include <ksync/ref_tracker.h>
#include <ksync/refcount.h>
#include <ksync/report.h>
#include <ksync/revocable.h>
#include <ksync/rt_mutex.h>
#include <ksync/rwlock.h>
#include <ksync/rwsem.h>
#include <ksync/semaphore.h>
#include <ksync/seqlock.h>
#include <ksync/set_once.h>
#include <ksync/spinlock.h>
#include <ksync/srcu.h>
#include <ksync/status.h>
#include <ksync/swait.h>
#include <ksync/task.h>
#include <ksync/unit_fd.h>
#include <ksync/wait_bit.h>
#include <ksync/wait_fd.h>
#include <ksync/wait_queue.h>
#include <ksync/wake_q.h>
#include <ksync/ww_mutex.h>

#endif
