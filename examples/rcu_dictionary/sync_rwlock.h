/* SPDX-License-Identifier: MIT */
#ifndef SYNC_RWLOCK_H
#define SYNC_RWLOCK_H

#include <pthread.h>

#define LIBRARY "pthread_rwlock"

typedef struct {
	char unused;
} head_t;

static pthread_rwlock_t words_lock = PTHREAD_RWLOCK_INITIALIZER;

#define reader_thread_begin() ((void)0)
#define reader_thread_end() ((void)0)
#define reader_begin() pthread_rwlock_rdlock(&words_lock)
#define reader_end() pthread_rwlock_unlock(&words_lock)
#define load(p) (p)
#define store(p, v) ((p) = (v))
#define edit_begin() pthread_rwlock_wrlock(&words_lock)
#define edit_end() pthread_rwlock_unlock(&words_lock)
#define retire(entry) entry_free(&(entry)->head) /* no reader is in */
#define retired_all() ((void)0)

#endif
