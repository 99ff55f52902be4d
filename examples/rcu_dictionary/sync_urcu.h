/* SPDX-License-Identifier: MIT */
#ifndef SYNC_URCU_H
#define SYNC_URCU_H

#include <pthread.h>

#define _LGPL_SOURCE /* its readers inline */
#include <urcu/urcu-memb.h>

#define LIBRARY "liburcu"

typedef struct rcu_head head_t;

static pthread_mutex_t edits = PTHREAD_MUTEX_INITIALIZER;

#define reader_thread_begin() urcu_memb_register_thread()
#define reader_thread_end() urcu_memb_unregister_thread()
#define reader_begin() urcu_memb_read_lock()
#define reader_end() urcu_memb_read_unlock()
#define load(p) rcu_dereference(p)
#define store(p, v) rcu_assign_pointer(p, v)
#define edit_begin() pthread_mutex_lock(&edits)
#define edit_end() pthread_mutex_unlock(&edits)
#define retire(entry) urcu_memb_call_rcu(&(entry)->head, entry_free)
#define retired_all() urcu_memb_barrier()

#endif
