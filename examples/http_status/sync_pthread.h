/* SPDX-License-Identifier: MIT */
#ifndef SYNC_PTHREAD_H
#define SYNC_PTHREAD_H

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

typedef pthread_mutex_t lock_t;
typedef struct {
	sem_t sem;
	atomic_bool stopped;
} units_t;
typedef atomic_long counter_t;
typedef int waiter_t;

#define lock_init(l) pthread_mutex_init(l, NULL)
#define lock_take(l) pthread_mutex_lock(l)
#define lock_release(l) pthread_mutex_unlock(l)

#define units_give(u) sem_post(&(u)->sem)

static inline void units_init(units_t *u, unsigned int n)
{
	sem_init(&u->sem, 0, n);
	atomic_init(&u->stopped, false);
}

static inline int units_take(units_t *u)
{
	while (sem_wait(&u->sem))
		continue;
	return atomic_load(&u->stopped) ? -EINTR : 0;
}

static inline int units_take_timeout(units_t *u, int ms)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += (ms % 1000) * 1000000L;
	at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	while (sem_timedwait(&u->sem, &at))
		if (errno == ETIMEDOUT)
			return -ETIME;
	return 0;
}

#define counter_add(c, n) atomic_fetch_add_explicit(c, n, memory_order_relaxed)
#define counter_read(c) atomic_load_explicit(c, memory_order_relaxed)

static inline waiter_t waiter_self(void)
{
	return 0;
}

static inline void waiter_interrupt(waiter_t w, units_t *u)
{
	(void)w;
	atomic_store(&u->stopped, true);
	sem_post(&u->sem);
}

static inline void waiter_drop(waiter_t w)
{
	(void)w;
}

#endif
