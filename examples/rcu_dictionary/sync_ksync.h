/* SPDX-License-Identifier: MIT */
#ifndef SYNC_KSYNC_H
#define SYNC_KSYNC_H

#include <ksync/mutex.h>
#include <ksync/rcu.h>

#define LIBRARY "ksync"

typedef ksync_rcu_head_t head_t;

static KSYNC_DEFINE_MUTEX(edits);

#define reader_thread_begin() ((void)0)
#define reader_thread_end() ((void)0)
#define reader_begin() ksync_rcu_read_lock()
#define reader_end() ksync_rcu_read_unlock()
#define load(p) ksync_rcu_dereference(p)
#define store(p, v) ksync_rcu_assign_pointer(p, v)
#define edit_begin() ksync_mutex_lock(&edits)
#define edit_end() ksync_mutex_unlock(&edits)
#define retire(entry) ksync_call_rcu(&(entry)->head, entry_free)
#define retired_all() ksync_rcu_barrier()

#endif
