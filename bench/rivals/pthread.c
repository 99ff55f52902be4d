// SPDX-License-Identifier: MIT
/* The C library: mutexes of four kinds, spinlock, semaphore, reader-writer
 * lock, thread key. */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

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

static struct pair {
	pthread_rwlock_t lock;
	uint64_t a, b;
} pair BENCH_ALIGNED = { .lock = PTHREAD_RWLOCK_INITIALIZER };

static struct rw_line {
	pthread_rwlock_t lock;
	uint64_t total;
} rw_line BENCH_ALIGNED = { .lock = PTHREAD_RWLOCK_INITIALIZER };

static struct semaphore_line {
	sem_t semaphore;
	uint64_t total;
} semaphore BENCH_ALIGNED;

#define MUTEX_LOOP(name, which)                                            \
	BENCH_SECTION_LOOP(name, struct line *at = BENCH_OPAQUE(&(which)), \
			   pthread_mutex_lock(&at->mutex), at->total,      \
			   pthread_mutex_unlock(&at->mutex))

/* With priority inheritance, for which there is no initialiser. */
static struct line inherit;

__attribute__((constructor)) static void init_inherit(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&inherit.mutex, &attr);
	pthread_mutexattr_destroy(&attr);
}

MUTEX_LOOP(run_inherit, inherit)
MUTEX_LOOP(run_normal, normal)
MUTEX_LOOP(run_adaptive, adaptive)
MUTEX_LOOP(run_errorcheck, errorcheck)

BENCH_OP_LOOP(run_rwlock, pthread_rwlock_t *at = BENCH_OPAQUE(&rwlock),
	      pthread_rwlock_rdlock(at);
	      pthread_rwlock_unlock(at))

BENCH_INLINE void read_pair(struct pair *at)
{
	pthread_rwlock_rdlock(&at->lock);
	BENCH_USE(at->a);
	BENCH_USE(at->b);
	pthread_rwlock_unlock(&at->lock);
}

BENCH_INLINE void write_pair(struct pair *at)
{
	pthread_rwlock_wrlock(&at->lock);
	at->a++;
	at->b++;
	pthread_rwlock_unlock(&at->lock);
}

BENCH_OP_LOOP(run_read_pair, struct pair *at = BENCH_OPAQUE(&pair),
	      read_pair(at))
BENCH_OP_LOOP(run_write_pair, struct pair *at = BENCH_OPAQUE(&pair),
	      write_pair(at))
BENCH_OP_LOOP(run_mixed, struct pair *at = BENCH_OPAQUE(&pair),
	      if (n % BENCH_READS) read_pair(at);
	      else write_pair(at))

BENCH_RW_LOOPS(rwlock_rw, struct rw_line *at = BENCH_OPAQUE(&rw_line),
	       pthread_rwlock_rdlock(&at->lock),
	       pthread_rwlock_unlock(&at->lock),
	       pthread_rwlock_wrlock(&at->lock),
	       pthread_rwlock_unlock(&at->lock), at->total)

BENCH_SECTION_LOOP(run_spin, struct spin_line *at = BENCH_OPAQUE(&spin),
		   pthread_spin_lock(&at->lock), at->total,
		   pthread_spin_unlock(&at->lock))

BENCH_SECTION_LOOP(run_semaphore,
		   struct semaphore_line *at = BENCH_OPAQUE(&semaphore),
		   sem_wait(&at->semaphore), at->total,
		   sem_post(&at->semaphore))

static void enter_mutex(void)
{
	pthread_mutex_lock(&normal.mutex);
}

static void leave_mutex(void)
{
	pthread_mutex_unlock(&normal.mutex);
}

static struct timespec at_ns(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / 1000000000),
				  .tv_nsec = (long)(ns % 1000000000) };
}

static bool enter_mutex_until(uint64_t ns)
{
	struct timespec at = at_ns(ns);

	return !pthread_mutex_clocklock(&normal.mutex, CLOCK_MONOTONIC, &at);
}

static void enter_semaphore(void)
{
	sem_wait(&semaphore.semaphore);
}

static void leave_semaphore(void)
{
	sem_post(&semaphore.semaphore);
}

static bool enter_semaphore_until(uint64_t ns)
{
	struct timespec at = at_ns(ns);

	return !sem_clockwait(&semaphore.semaphore, CLOCK_MONOTONIC, &at);
}

/* What a program without completions writes: a count under a mutex. */
struct event {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned int units;
} BENCH_ALIGNED;

#define EVENT_INIT(n) { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, n }

static struct event event = EVENT_INIT(1);
static struct event sides[2] = { EVENT_INIT(0), EVENT_INIT(0) };
static struct event sides_near[2] = { EVENT_INIT(0), EVENT_INIT(0) };
static sem_t sem_sides[2], sem_sides_near[2];
static uint64_t event_total;

static void event_post(struct event *e)
{
	pthread_mutex_lock(&e->mutex);
	e->units++;
	pthread_cond_signal(&e->changed);
	pthread_mutex_unlock(&e->mutex);
}

static void event_wait(struct event *e)
{
	pthread_mutex_lock(&e->mutex);
	while (!e->units)
		pthread_cond_wait(&e->changed, &e->mutex);
	e->units--;
	pthread_mutex_unlock(&e->mutex);
}

BENCH_SECTION_LOOP(run_event, struct event *at = BENCH_OPAQUE(&event),
		   event_wait(at), event_total, event_post(at))

static void enter_event(void)
{
	event_wait(&event);
}

static void leave_event(void)
{
	event_post(&event);
}

static bool enter_event_until(uint64_t ns)
{
	struct timespec at = at_ns(ns);
	bool got;

	pthread_mutex_lock(&event.mutex);
	while (!event.units &&
	       !pthread_cond_clockwait(&event.changed, &event.mutex,
				       CLOCK_MONOTONIC, &at))
		;
	got = event.units != 0;
	event.units -= got;
	pthread_mutex_unlock(&event.mutex);
	return got;
}

static void event_post_side(int side)
{
	event_post(&sides[side]);
}

static void event_wait_side(int side)
{
	event_wait(&sides[side]);
}

static void event_post_near(int side)
{
	event_post(&sides_near[side]);
}

static void event_wait_near(int side)
{
	event_wait(&sides_near[side]);
}

static void sem_post_side(int side)
{
	sem_post(&sem_sides[side]);
}

static void sem_wait_side(int side)
{
	sem_wait(&sem_sides[side]);
}

static void sem_post_near(int side)
{
	sem_post(&sem_sides_near[side]);
}

static void sem_wait_near(int side)
{
	sem_wait(&sem_sides_near[side]);
}

/* Done once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void nothing(void)
{
}

static void one_more(void)
{
	pthread_once_t o = PTHREAD_ONCE_INIT;

	pthread_once(BENCH_OPAQUE(&o), nothing);
}

BENCH_OP_LOOP(run_once, pthread_once_t *at = BENCH_OPAQUE(&once),
	      pthread_once(at, nothing))
BENCH_OP_LOOP(run_first, , one_more())

/* A thread made and joined. */
static void *ends(void *arg)
{
	return arg;
}

static void make_and_join(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, ends, NULL))
		pthread_join(thread, NULL);
}

BENCH_OP_LOOP(run_make, , make_and_join())

/* A thread's own record, as it is found without ksync. */
static pthread_key_t record;

BENCH_OP_LOOP(run_record, pthread_key_t key = *BENCH_OPAQUE(&record),
	      BENCH_USE(pthread_getspecific(key)))

__attribute__((constructor)) static void init_objects(void)
{
	pthread_spin_init(&spin.lock, PTHREAD_PROCESS_PRIVATE);
	sem_init(&semaphore.semaphore, 0, 1);
	for (int i = 0; i < 2; i++) {
		sem_init(&sem_sides[i], 0, 0);
		sem_init(&sem_sides_near[i], 0, 0);
	}
	pthread_key_create(&record, NULL);
}

BENCH_SUBJECT(normal, .family = "mutex", .impl = "pthread", .version = "libc",
	      .run = run_normal, .bytes = sizeof(pthread_mutex_t),
	      .enter = enter_mutex, .leave = leave_mutex,
	      .enter_until = enter_mutex_until)
BENCH_SUBJECT(inherit, .family = "rt_mutex", .impl = "pthread-prio-inherit",
	      .version = "libc", .run = run_inherit,
	      .bytes = sizeof(pthread_mutex_t))
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
	      .version = "libc", .run = run_semaphore, .bytes = sizeof(sem_t),
	      .enter = enter_semaphore, .leave = leave_semaphore,
	      .enter_until = enter_semaphore_until)
BENCH_SUBJECT(event, .family = "completion", .impl = "pthread-cond",
	      .version = "libc", .run = run_event,
	      .bytes = sizeof(pthread_mutex_t) + sizeof(pthread_cond_t) +
		       sizeof(unsigned int),
	      .enter = enter_event, .leave = leave_event,
	      .enter_until = enter_event_until)
BENCH_OP_LOOP(run_signal, struct event *at = BENCH_OPAQUE(&event),
	      pthread_cond_signal(&at->changed))
BENCH_SUBJECT(signal, .family = "condvar", .op = "signal",
	      .impl = "pthread-cond", .version = "libc", .run = run_signal,
	      .bytes = sizeof(pthread_cond_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(wake_nobody, .family = "wait_queue", .op = "wake nobody",
	      .impl = "pthread-cond", .version = "libc", .run = run_signal,
	      .bytes = sizeof(pthread_cond_t), .traits = BENCH_ALONE)
BENCH_PAIR_SUBJECT(cond, event_post_side, event_wait_side, false,
		   .family = "condvar", .impl = "pthread-cond",
		   .version = "libc")
BENCH_PAIR_SUBJECT(cond_near, event_post_near, event_wait_near, true,
		   .family = "condvar", .impl = "pthread-cond",
		   .version = "libc")
BENCH_SUBJECT(event_sem, .family = "completion", .impl = "sem_t",
	      .version = "libc", .run = run_semaphore, .bytes = sizeof(sem_t),
	      .enter = enter_semaphore, .leave = leave_semaphore,
	      .enter_until = enter_semaphore_until)
BENCH_PAIR_SUBJECT(event, event_post_side, event_wait_side, false,
		   .family = "completion", .impl = "pthread-cond",
		   .version = "libc")
BENCH_PAIR_SUBJECT(event_near, event_post_near, event_wait_near, true,
		   .family = "completion", .impl = "pthread-cond",
		   .version = "libc")
BENCH_PAIR_SUBJECT(sem, sem_post_side, sem_wait_side, false,
		   .family = "completion", .impl = "sem_t", .version = "libc")
BENCH_PAIR_SUBJECT(sem_near, sem_post_near, sem_wait_near, true,
		   .family = "completion", .impl = "sem_t", .version = "libc")
/* What a program without RCU has its readers do. */
BENCH_SUBJECT(rwlock, .family = "rcu", .op = "read", .impl = "pthread-rwlock",
	      .version = "libc", .run = run_rwlock, .traits = BENCH_ALONE)
BENCH_SUBJECT(read_pair, .family = "seqlock", .op = "read",
	      .impl = "pthread-rwlock", .version = "libc", .run = run_read_pair,
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(write_pair, .family = "seqlock", .op = "write",
	      .impl = "pthread-rwlock", .version = "libc",
	      .run = run_write_pair, .traits = BENCH_ALONE)
BENCH_SUBJECT(mixed, .family = "seqlock", .op = "mixed",
	      .impl = "pthread-rwlock", .version = "libc", .run = run_mixed,
	      .bytes = sizeof(pthread_rwlock_t))
BENCH_SUBJECT(set_once, .family = "set_once", .op = "get",
	      .impl = "pthread-once", .version = "libc", .run = run_once,
	      .bytes = sizeof(pthread_once_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(revocable, .family = "revocable", .op = "rcu",
	      .impl = "pthread-rwlock", .version = "libc", .run = run_rwlock,
	      .bytes = sizeof(pthread_rwlock_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(revocable_srcu, .family = "revocable", .op = "srcu",
	      .impl = "pthread-rwlock", .version = "libc", .run = run_rwlock,
	      .bytes = sizeof(pthread_rwlock_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(once, .family = "once", .op = "done", .impl = "pthread-once",
	      .version = "libc", .run = run_once,
	      .bytes = sizeof(pthread_once_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(first, .family = "once", .op = "first", .impl = "pthread-once",
	      .version = "libc", .run = run_first, .traits = BENCH_ALONE)
BENCH_RW_SUBJECTS(rwlock_rw, "pthread", "libc", sizeof(pthread_rwlock_t), 0)
BENCH_SUBJECT(make, .family = "kthread", .op = "thread",
	      .impl = "pthread-create", .version = "libc", .run = run_make,
	      .traits = BENCH_ALONE | BENCH_PAIR)
BENCH_SUBJECT(record, .family = "task", .op = "current", .impl = "pthread-key",
	      .version = "libc", .run = run_record, .traits = BENCH_ALONE)
