// SPDX-License-Identifier: MIT
/* The C library: mutexes of three kinds, spinlock, semaphore, thread key. */
#include <pthread.h>
#include <semaphore.h>

#include "bench.h"
#include "loop.h"

struct line {
	pthread_mutex_t mutex;
	uint64_t total;
} BENCH_ALIGNED;

static struct line normal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
static struct line adaptive = {
	.mutex = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP,
};
static struct line errorcheck = {
	.mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
};

static struct spin_line {
	pthread_spinlock_t lock;
	uint64_t total;
} spin BENCH_ALIGNED;

static pthread_rwlock_t rwlock BENCH_ALIGNED = PTHREAD_RWLOCK_INITIALIZER;

static struct semaphore_line {
	sem_t semaphore;
	uint64_t total;
} semaphore BENCH_ALIGNED;

#define MUTEX_LOOP(name, which)                                            \
	BENCH_SECTION_LOOP(name, struct line *at = BENCH_OPAQUE(&(which)), \
			   pthread_mutex_lock(&at->mutex), at->total,      \
			   pthread_mutex_unlock(&at->mutex))

MUTEX_LOOP(run_normal, normal)
MUTEX_LOOP(run_adaptive, adaptive)
MUTEX_LOOP(run_errorcheck, errorcheck)

BENCH_OP_LOOP(run_rwlock, pthread_rwlock_t *at = BENCH_OPAQUE(&rwlock),
	      pthread_rwlock_rdlock(at);
	      pthread_rwlock_unlock(at))
BENCH_SECTION_LOOP(run_spin, struct spin_line *at = BENCH_OPAQUE(&spin),
		   pthread_spin_lock(&at->lock), at->total,
		   pthread_spin_unlock(&at->lock))

BENCH_SECTION_LOOP(run_semaphore,
		   struct semaphore_line *at = BENCH_OPAQUE(&semaphore),
		   sem_wait(&at->semaphore), at->total,
		   sem_post(&at->semaphore))

/* A thread's own record, as it is found without ksync. */
static pthread_key_t record;

BENCH_OP_LOOP(run_record, pthread_key_t key = *BENCH_OPAQUE(&record),
	      BENCH_USE(pthread_getspecific(key)))

__attribute__((constructor)) static void init_objects(void)
{
	pthread_spin_init(&spin.lock, PTHREAD_PROCESS_PRIVATE);
	sem_init(&semaphore.semaphore, 0, 1);
	pthread_key_create(&record, NULL);
}

BENCH_SUBJECT(normal, .family = "mutex", .impl = "pthread", .version = "libc",
	      .run = run_normal, .bytes = sizeof(pthread_mutex_t))
BENCH_SUBJECT(adaptive, .family = "mutex", .impl = "pthread-adaptive",
	      .version = "libc", .run = run_adaptive,
	      .bytes = sizeof(pthread_mutex_t))
BENCH_SUBJECT(errorcheck, .family = "mutex", .impl = "pthread-errorcheck",
	      .version = "libc", .run = run_errorcheck,
	      .bytes = sizeof(pthread_mutex_t), .traits = BENCH_RARE)
BENCH_SUBJECT(spin, .family = "spinlock", .impl = "pthread-spin",
	      .version = "libc", .run = run_spin,
	      .bytes = sizeof(pthread_spinlock_t), .traits = BENCH_SPINS)
BENCH_SUBJECT(semaphore, .family = "semaphore", .impl = "sem_t",
	      .version = "libc", .run = run_semaphore, .bytes = sizeof(sem_t))
/* What a program without RCU has its readers do. */
BENCH_SUBJECT(rwlock, .family = "rcu", .op = "read", .impl = "pthread-rwlock",
	      .version = "libc", .run = run_rwlock, .traits = BENCH_ALONE)
BENCH_SUBJECT(record, .family = "task", .op = "current", .impl = "pthread-key",
	      .version = "libc", .run = run_record, .traits = BENCH_ALONE)
