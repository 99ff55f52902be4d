/* SPDX-License-Identifier: MIT */
/*
 * Word: a task reference, unsigned long
 *
 *	generation | index		index: INDEX_BITS low bits, never 0
 *
 *  record's ref  event                   to        by          order
 *  g, no thread  a thread needs a task   g         the thread
 *  g             its thread exits        g + 1     the thread  release
 *  g             fork, in another thread g + 1     the child   (alone)
 *
 *  I1  A record's memory is never returned: a late unpark() is harmless.
 *  I2  A reference is used once. So if a lock's word still holds one after its
 *      record moved on, that thread was gone while it held the lock.
 *  I3  A record goes back to the pool when nobody keeps it: its thread is one
 *      user, each ksync_task_get() another.
 */
#include <ksync/atomic.h>
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

#include "park.h"
#include "task.h"

#define INDEX_BITS (sizeof(long) == 8 ? 24 : 16)
#define INDEX_MASK ((1UL << INDEX_BITS) - 1)
#define GENERATION (1UL << INDEX_BITS)

/* Chunk n has FIRST_CHUNK << n records: enough of them to fill the index. */
#define FIRST_CHUNK_BITS 6
#define FIRST_CHUNK (1UL << FIRST_CHUNK_BITS)
#define CHUNKS (INDEX_BITS - FIRST_CHUNK_BITS)
#define RECORDS (INDEX_MASK + 1 - FIRST_CHUNK)

/*
 * POSIX promises four rounds of thread-exit destructors. In the last one
 * ThreadSanitizer ends the thread, and whatever it watches must not run after
 * that: retire in the one before.
 */
#define EXIT_ROUNDS 3u

KSYNC_TLS unsigned long ksync__self = KSYNC__NO_TASK;

/* The thread's task was retired; a later one is of the last destructors. */
static __thread bool exited;

static struct ksync_task first_chunk[FIRST_CHUNK];
static struct {
	ksync__raw_lock_t lock;
	struct ksync_task *chunks[CHUNKS]; /* ORDER task.chunk */
	unsigned long used;		   /* records handed out so far */
	struct ksync_task *free;
} pool = { .chunks = { first_chunk } };

static unsigned int chunk_of(unsigned long n)
{
	unsigned int top = (unsigned int)sizeof(long) * 8 - 1;

	return top - (unsigned int)__builtin_clzl(n + FIRST_CHUNK) -
	       FIRST_CHUNK_BITS;
}

/* A chunk's first record. NULL if the chunk does not exist yet. */
static struct ksync_task *chunk_at(unsigned int chunk)
{
	/* ORDER task.chunk: acquire. The chunk's records are zeroed. Other
	 * end: pool_grow(). */
	return ksync_smp_load_acquire(&pool.chunks[chunk]);
}

/* Record n, which has index n + 1, in a chunk that exists. */
static struct ksync_task *record_at(unsigned long n)
{
	unsigned int chunk = chunk_of(n);

	return chunk_at(chunk) + (n + FIRST_CHUNK - (FIRST_CHUNK << chunk));
}

struct ksync_task *ksync__task_of_ref(unsigned long ref)
{
	unsigned long n = (ref & INDEX_MASK) - 1;
	struct ksync_task *t;

	/* ORDER task.ref: full. A reference that was found in a lock's word
	 * finds its record; a missing one would look like a thread that is
	 * gone. Other end: record_make(). */
	ksync_smp_mb();
	t = n < RECORDS && chunk_at(chunk_of(n)) ? record_at(n) : NULL;
	/* ORDER task.exit: acquire. If the thread is gone, so is its last
	 * unlock. Other end: record_retire(). */
	if (!t || ksync_smp_load_acquire(&t->ref) != ref)
		return NULL;
	return t;
}

int ksync__holder_of_ref(unsigned long ref)
{
	struct ksync_task *t = ksync__task_of_ref(ref);
	int tid = t ? KSYNC_READ_ONCE(t->tid) : 0;

	if (!ref)
		return 0;
	return tid ? tid : -1;
}

/* Under the pool's lock. */
static void record_free(struct ksync_task *t)
{
	t->next_free = pool.free;
	pool.free = t;
}

/* Under the pool's lock: its thread is gone, or going. */
static void record_retire(struct ksync_task *t)
{
	KSYNC_WRITE_ONCE(t->tid, 0);
	/* ORDER task.exit: release. All that the thread did is visible to
	 * those who find it gone. Other end: ksync__task_of_ref(). */
	ksync_smp_store_release(&t->ref, t->ref + GENERATION);
	/* The thread's own use needs no release: the pool's lock orders it. */
	if (ksync_atomic_dec_return_relaxed(&t->users))
		return;
	/* ORDER task.users: acquire. Nobody uses the record any more. Other
	 * end: ksync_task_put(). */
	(void)ksync_atomic_read_acquire(&t->users);
	record_free(t);
}

/*
 * Under the pool's lock. A thread that uses a lock in the very last of its
 * exit's destructors gets a record that no destructor retires.
 */
static void pool_reap(void)
{
	for (unsigned long n = 0; n < pool.used; n++) {
		struct ksync_task *t = record_at(n);

		if (t->tid && ksync__thread_is_gone(t->tid))
			record_retire(t);
	}
}

/* Under the pool's lock. */
static struct ksync_task *pool_grow(void)
{
	unsigned long n = pool.used;
	unsigned int chunk = chunk_of(n);
	struct ksync_task *t;

	if (n >= RECORDS)
		return NULL;
	if (!pool.chunks[chunk]) {
		t = ksync__pages_alloc(sizeof(*t) * (FIRST_CHUNK << chunk));
		if (!t)
			return NULL;
		/* ORDER task.chunk: release. Other end: chunk_at(). */
		ksync_smp_store_release(&pool.chunks[chunk], t);
	}
	t = record_at(n);
	KSYNC_WRITE_ONCE(t->ref, n + 1);
	pool.used++;
	return t;
}

/* Under the pool's lock. */
static struct ksync_task *record_take(void)
{
	struct ksync_task *t;

	if (!pool.free && (pool.used & (pool.used + 1)) == 0)
		pool_reap();
	t = pool.free;
	if (t)
		pool.free = t->next_free;
	else
		t = pool_grow();
	return t;
}

static bool thread_exits(void *record)
{
	struct ksync_task *t = record;

	if (++t->exit_round < EXIT_ROUNDS)
		return true;
	if (t->at_exit)
		t->at_exit(t);
	exited = true;
	ksync__self = KSYNC__NO_TASK;
	ksync__raw_lock(&pool.lock);
	record_retire(t);
	ksync__raw_unlock(&pool.lock);
	return false;
}

static KSYNC_COLD struct ksync_task *record_make(void)
{
	struct ksync_task *t;

	ksync__raw_lock(&pool.lock);
	t = record_take();
	if (!t)
		ksync__panic("ksync: no memory for a thread's task record\n");
	KSYNC_WRITE_ONCE(t->tid, ksync__gettid());
	ksync_atomic_set(&t->users, 1);
	ksync_atomic_set(&t->pending, 0);
	t->exit_round = 0;
	t->late = exited;
	t->at_exit = NULL;
	t->rcu_reader = NULL;
	ksync__raw_unlock(&pool.lock);
	/* ORDER task.ref: full. The record comes before each lock's word that
	 * will name it; those words are stored without release. Other end:
	 * ksync__task_of_ref(). */
	ksync_smp_mb();
	ksync__self = t->ref;
	ksync__at_thread_exit(thread_exits, t);
	return t;
}

struct ksync_task *ksync__task_self(void)
{
	if (ksync_likely(ksync__self != KSYNC__NO_TASK))
		return record_at((ksync__self & INDEX_MASK) - 1);
	return record_make();
}

static void at_fork(void)
{
	ksync__raw_lock(&pool.lock);
}

static void at_fork_parent(void)
{
	ksync__raw_unlock(&pool.lock);
}

/*
 * The child has one thread. The others' records are retired, so that locks they
 * held are seen to have lost their owner. Queues that they were in or had
 * locked hold pointers into their stacks: a queue's word of 0 is an empty,
 * unlocked queue. The forking thread waits on a queue only if a signal handler
 * forked; it queues again when it sees that forks has changed.
 */
static void at_fork_child(void)
{
	struct ksync_task *self = ksync__task_of_ref(ksync__self);

	for (unsigned long n = 0; n < pool.used; n++) {
		struct ksync_task *t = record_at(n);

		if (!t->tid)
			continue;
		if (t->waits_on)
			KSYNC_WRITE_ONCE(*t->waits_on, 0ul);
		if (t == self)
			continue;
		if (t->has_locked)
			KSYNC_WRITE_ONCE(*t->has_locked, 0ul);
		t->waits_on = NULL;
		t->has_locked = NULL;
		record_retire(t);
	}
	ksync__raw_unlock(&pool.lock);
	if (!self)
		return;
	self->tid = ksync__gettid();
	self->forks++;
	ksync__unpark(self);
}

__attribute__((constructor)) static void watch_forks(void)
{
	ksync__at_fork(at_fork, at_fork_parent, at_fork_child);
}

void ksync__tasks_each(void (*fn)(struct ksync_task *task))
{
	for (unsigned long n = 0; n < pool.used; n++)
		fn(record_at(n));
}

ksync_task_t *ksync_current(void)
{
	return ksync__task_self();
}

ksync_task_t *ksync_task_get(ksync_task_t *task)
{
	ksync_atomic_inc(&task->users);
	return task;
}

void ksync_task_put(ksync_task_t *task)
{
	/* ORDER task.users: release. Other end: itself, and record_retire(). */
	if (ksync_atomic_dec_return_release(&task->users))
		return;
	/* ORDER task.users: acquire. Nobody uses the record any more. Other
	 * end: ksync_task_put(). */
	(void)ksync_atomic_read_acquire(&task->users);
	ksync__raw_lock(&pool.lock);
	record_free(task);
	ksync__raw_unlock(&pool.lock);
}

static void task_raise(ksync_task_t *task, int bit)
{
	ksync_watch_order_release(&task->pending);
	/* ORDER task.pending: release. What the caller did before is visible
	 * to the call that it ends. Other end: ksync__task_interrupted(). */
	(void)ksync_atomic_fetch_or_release(bit, &task->pending);
	ksync__unpark(task);
}

void ksync_task_interrupt(ksync_task_t *task)
{
	task_raise(task, KSYNC__INTERRUPTED);
}

void ksync_task_kill(ksync_task_t *task)
{
	task_raise(task, KSYNC__KILLED);
}

bool ksync__task_interrupted(struct ksync_task *self, int kind)
{
	/* ORDER task.pending: acquire. Other end: task_raise(). */
	if (!(ksync_atomic_read_acquire(&self->pending) & kind))
		return false;
	ksync_watch_order_acquire(&self->pending);
	return true;
}

void ksync__task_told(void)
{
	ksync_watch_opaque_acquire(&ksync__task_self()->pending);
}

bool ksync_signal_pending(const ksync_task_t *task)
{
	return ksync_atomic_read(&task->pending) != 0;
}

bool ksync_fatal_signal_pending(const ksync_task_t *task)
{
	return (ksync_atomic_read(&task->pending) & KSYNC__KILLED) != 0;
}

bool ksync_task_clear_pending(void)
{
	return ksync_atomic_xchg_relaxed(&ksync__task_self()->pending, 0) != 0;
}

int ksync_task_tid(const ksync_task_t *task)
{
	return KSYNC_READ_ONCE(task->tid);
}
