/* SPDX-License-Identifier: MIT */
/*
 * Word: a task reference, unsigned long
 *
 *	generation | copy | index	index: INDEX_BITS low bits, never 0
 *
 *  record's ref  event                   to        by          order
 *  g, no thread  a thread needs a task   g         the thread
 *  g             its thread exits        g + 1     the thread  release
 *  g             its thread is found     g + 1     the finder  release
 *                to have ended
 *  g             fork, in another thread g + 1     the child   (alone)
 *
 *  I1  A record's memory is never returned: a late unpark() is harmless.
 *  I2  A reference is used once. So if a lock's word still holds one after its
 *      record moved on, that thread was gone while it held the lock.
 *  I3  A record goes back to the pool when nobody keeps it: its thread is one
 *      user, each ksync_task_get() another. Who brings users to 0 does it.
 *  I4  The pool's list can be told from the records: so a process may be copied
 *      at any moment, and waits for nobody. What a copy may find half done is
 *      read and written whole (ONCE).
 *  I5  Signals are blocked under the pool's lock: no handler waits for it in
 *      vain, nor sees half a record.
 */
#include <ksync/atomic.h>
#include <ksync/raw_lock.h>
#include <ksync/watch.h>

#include "port/life.h"
#include "park.h"
#include "chunks.h"
#include "task.h"
#include "waitq.h"

/*
 * The copy is the number of this library in the process: a program may have one
 * of its own and a plugin another, and a lock that both use names no thread of
 * the other's. 1024 in 64 bits; in 32 bits 16, which repeat.
 */
#define INDEX_BITS (sizeof(long) == 8 ? 24 : 14)
#define COPY_BITS (sizeof(long) == 8 ? 10 : 4)
#define INDEX_MASK ((1UL << INDEX_BITS) - 1)
#define COPY_MASK (((1UL << COPY_BITS) - 1) << INDEX_BITS)
#define GENERATION (1UL << (INDEX_BITS + COPY_BITS))

/* users: the thread's own use, beside those who keep the record. */
#define THREAD_USE (1 << 30)

/* Enough of them to fill the index. */
#define CHUNKS KSYNC__CHUNKS(INDEX_BITS)
#define RECORDS KSYNC__CHUNK_ENTRIES(INDEX_BITS)

KSYNC_TLS unsigned long ksync__self = KSYNC__NO_TASK;

static struct ksync_task first_chunk[KSYNC__CHUNK_FIRST];
static struct {
	ksync__raw_lock_t lock;
	struct ksync_task *chunks[CHUNKS]; /* ORDER task.chunk */
	unsigned long used;		   /* records handed out so far. ONCE */
	struct ksync_task *free;	   /* under the lock. ONCE */
} pool = { .chunks = { first_chunk } };

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
	unsigned int chunk = ksync__chunk_of(n);

	return chunk_at(chunk) + ksync__chunk_place(n, chunk);
}

static unsigned long pool_copy(void)
{
	return ((unsigned long)ksync__life_copy() << INDEX_BITS) & COPY_MASK;
}

/* The pool's lock; returns what pool_unlock() is given. */
static ksync_u64 pool_lock(void)
{
	ksync_u64 signals = ksync__signals_block();

	ksync__life_see_fork();
	ksync__raw_lock(&pool.lock);
	return signals;
}

static void pool_unlock(ksync_u64 signals)
{
	ksync__raw_unlock(&pool.lock);
	ksync__signals_restore(signals);
}

/* Under the pool's lock. */
static void record_free(struct ksync_task *t)
{
	KSYNC_WRITE_ONCE(t->next_free, KSYNC_READ_ONCE(pool.free));
	KSYNC_WRITE_ONCE(pool.free, t);
}

/* The thread is gone, or going: its own use is over. True if it was the last.
 */
static bool record_leave(struct ksync_task *t)
{
	/* ORDER task.exit: release. All that the thread did is visible to
	 * those who find it gone. Other end: record_of_ref(). */
	ksync_smp_store_release(&t->ref, KSYNC_READ_ONCE(t->ref) + GENERATION);
	KSYNC_WRITE_ONCE(t->tid, 0);
	/* The thread's own use needs no release: the pool's lock orders it. */
	if (ksync_atomic_sub_return_relaxed(THREAD_USE, &t->users))
		return false;
	/* ORDER task.users: acquire. Nobody uses the record any more. Other
	 * end: ksync_task_put(). */
	(void)ksync_atomic_read_acquire(&t->users);
	return true;
}

/* Under the pool's lock. */
static void record_retire(struct ksync_task *t)
{
	if (record_leave(t))
		record_free(t);
}

/*
 * Under the pool's lock. A thread that uses a lock in the very last of its
 * exit's destructors has a record that no destructor retires, and so has one
 * whose end could not be watched.
 */
static bool record_reap(struct ksync_task *t)
{
	if (!t->tid || !ksync__thread_is_gone(t->tid))
		return false;
	record_retire(t);
	return true;
}

/* NULL for a reference that another copy of the library gave out. */
static struct ksync_task *record_of_ref(unsigned long ref)
{
	unsigned long n = (ref & INDEX_MASK) - 1;
	struct ksync_task *t;

	ksync__life_see_fork();
	/* ORDER task.ref: full. A reference that was found in a lock's word
	 * finds its record; a missing one would look like a thread that is
	 * gone. Other end: record_make(). */
	ksync_smp_mb();
	t = n < RECORDS && chunk_at(ksync__chunk_of(n)) ? record_at(n) : NULL;
	/* ORDER task.exit: acquire. If the thread is gone, so is its last
	 * unlock. Other end: record_leave(). */
	if (!t || ksync_smp_load_acquire(&t->ref) != ref)
		return NULL;
	return t;
}

struct ksync_task *ksync__task_of_ref_surely(unsigned long ref)
{
	struct ksync_task *t = record_of_ref(ref);
	ksync_u64 signals;

	if (!t || ref == ksync__self)
		return t;
	signals = pool_lock();
	if (t->ref != ref || record_reap(t))
		t = NULL;
	pool_unlock(signals);
	return t;
}

struct ksync_task *ksync__task_of_ref(unsigned long ref)
{
	struct ksync_task *t = record_of_ref(ref);

	if (t && ksync_unlikely(KSYNC_READ_ONCE(t->late)))
		return ksync__task_of_ref_surely(ref);
	return t;
}

/* For other copies of the library, too: its id, or -1 if it is gone; 0 if it is
 * just leaving, which orders nothing. */
static int holder_here(unsigned long ref)
{
	struct ksync_task *t = ksync__task_of_ref(ref);

	return t ? KSYNC_READ_ONCE(t->tid) : -1;
}

bool ksync__ref_is_foreign(unsigned long ref)
{
	return (ref & INDEX_MASK) && (ref & COPY_MASK) != pool_copy();
}

int ksync__holder_of_ref(unsigned long ref)
{
	if (!ref)
		return 0;
	if (ksync_likely(!ksync__ref_is_foreign(ref)))
		return holder_here(ref);
	return ksync__copies_ask((unsigned int)((ref & COPY_MASK) >>
						INDEX_BITS),
				 (unsigned int)(COPY_MASK >> INDEX_BITS), ref);
}

/* Under the pool's lock. */
static void pool_reap(void)
{
	for (unsigned long n = 0; n < pool.used; n++)
		(void)record_reap(record_at(n));
}

/* Under the pool's lock. */
static struct ksync_task *pool_grow(void)
{
	unsigned long n = pool.used;
	unsigned int chunk = ksync__chunk_of(n);
	struct ksync_task *t;

	if (n >= RECORDS)
		return NULL;
	if (!pool.chunks[chunk]) {
		t = ksync__pages_alloc(sizeof(*t) * ksync__chunk_length(chunk));
		if (!t)
			return NULL;
		/* ORDER task.chunk: release. Other end: chunk_at(). */
		ksync_smp_store_release(&pool.chunks[chunk], t);
	}
	t = record_at(n);
	KSYNC_WRITE_ONCE(t->ref, (n + 1) | pool_copy());
	KSYNC_WRITE_ONCE(pool.used, n + 1);
	return t;
}

/* Under the pool's lock. */
static struct ksync_task *record_take(void)
{
	struct ksync_task *t;

	if (!KSYNC_READ_ONCE(pool.free) && (pool.used & (pool.used + 1)) == 0)
		pool_reap();
	t = KSYNC_READ_ONCE(pool.free);
	if (t)
		KSYNC_WRITE_ONCE(pool.free, KSYNC_READ_ONCE(t->next_free));
	else
		t = pool_grow();
	return t;
}

static void task_thread_exit(bool last)
{
	struct ksync_task *self = record_of_ref(ksync__self);
	ksync_u64 signals;

	if (!self)
		return;
	/* Nobody may call again, if its first use was in a destructor. */
	KSYNC_WRITE_ONCE(self->late, true);
	if (!last)
		return;
	ksync__self = KSYNC__NO_TASK;
	signals = pool_lock();
	record_retire(self);
	pool_unlock(signals);
}

static KSYNC_COLD struct ksync_task *record_make(void)
{
	struct ksync_task *t;
	ksync_u64 signals;

	ksync__life_start();
	signals = pool_lock();
	/* A signal handler may have needed it first. */
	if (ksync__self != KSYNC__NO_TASK) {
		pool_unlock(signals);
		return record_of_ref(ksync__self);
	}
	t = record_take();
	if (!t)
		ksync__panic("ksync: no memory for a thread's task record\n");
	ksync_atomic_set(&t->users, THREAD_USE);
	KSYNC_WRITE_ONCE(t->tid, ksync__gettid());
	t->thread = ksync__thread_self();
	ksync_atomic_set(&t->pending, 0);
	KSYNC_WRITE_ONCE(t->state, KSYNC_TASK_RUNNING);
	KSYNC_WRITE_ONCE(t->late, true);
	KSYNC_WRITE_ONCE(t->rcu_counter, (unsigned long *)NULL);
	t->rcu_count = 0;
	t->rcu_barrier = 0;
	ksync_atomic_set(&t->kthread_told, 0);
	/* ORDER task.ref: full. The record comes before each lock's word that
	 * will name it; those words are stored without release. Other end:
	 * record_of_ref(). */
	ksync_smp_mb();
	ksync__self = t->ref;
	pool_unlock(signals);
	if (ksync__life_watch_thread())
		KSYNC_WRITE_ONCE(t->late, false);
	return t;
}

struct ksync_task *ksync__task_self(void)
{
	if (ksync_likely(ksync__self != KSYNC__NO_TASK))
		return record_at((ksync__self & INDEX_MASK) - 1);
	return record_make();
}

/* What a record says of a queue that its thread was in, or had locked: these
 * hold pointers into its stack. A queue's word of 0 is an empty, unlocked one.
 */
static void record_clear_queues(struct ksync_task *t)
{
	if (t->waits_on)
		ksync__waitq_forget(t->waits_on);
	if (t->has_locked)
		ksync__waitq_forget(t->has_locked);
	t->waits_on = NULL;
	t->has_locked = NULL;
}

/*
 * The child has one thread. The others' records are retired, so that locks they
 * held are seen to have lost their owner, and the list is made anew (I4). The
 * forking thread waits on a queue only if a signal handler forked; it queues
 * again when it sees that forks has changed.
 */
static void task_child(bool prepared)
{
	struct ksync_task *self = record_of_ref(ksync__self);

	(void)prepared;
	KSYNC_WRITE_ONCE(pool.lock.word, KSYNC__RAW_FREE);
	KSYNC_WRITE_ONCE(pool.free, (struct ksync_task *)NULL);
	for (unsigned long n = 0; n < KSYNC_READ_ONCE(pool.used); n++) {
		struct ksync_task *t = record_at(n);

		if (t == self)
			continue;
		record_clear_queues(t);
		if (ksync_atomic_read(&t->users) & THREAD_USE)
			(void)record_leave(t);
		if (!ksync_atomic_read(&t->users))
			record_free(t);
	}
	if (!self)
		return;
	if (self->waits_on)
		ksync__waitq_forget(self->waits_on);
	self->tid = ksync__gettid();
	self->forks++;
	ksync__unpark(self);
}

/* Nobody is in the library, whose code goes away with this data. */
static void task_unload(void)
{
	for (unsigned int i = 1; i < CHUNKS; i++)
		if (pool.chunks[i])
			ksync__pages_free(pool.chunks[i],
					  sizeof(struct ksync_task) *
						  ksync__chunk_length(i));
}

static const struct ksync__life_part task_life = {
	.floor = KSYNC__FLOOR_TASK,
	.holder = holder_here,
	.child = task_child,
	.thread_exit = task_thread_exit,
	.unload = task_unload,
};
KSYNC__LIFE_PART(task_life);

struct ksync_task *ksync__tasks_find(bool (*fn)(struct ksync_task *task))
{
	unsigned long used = KSYNC_READ_ONCE(pool.used);

	/* Whoever has to be found made a full barrier after its record, and the
	 * caller one before this: of others a chunk may be missing yet. */
	for (unsigned long n = 0; n < used && chunk_at(ksync__chunk_of(n)); n++)
		if (fn(record_at(n)))
			return record_at(n);
	return NULL;
}

ksync_task_t *ksync_current(void)
{
	return ksync__task_self();
}

/*
 * Under the pool's lock a record with a tid has its thread as a user. One that
 * was made in the very last destructors may outlive its thread: its handle may
 * be a newer thread's by now.
 */
ksync_task_t *ksync_task_of_pthread(ksync__thread_t thread)
{
	ksync_task_t *found = NULL;
	ksync_u64 signals;

	signals = pool_lock();
	for (unsigned long n = 0; n < pool.used && !found; n++) {
		struct ksync_task *t = record_at(n);

		if (t->tid && ksync__thread_equal(t->thread, thread) &&
		    !ksync__thread_is_gone(t->tid))
			found = ksync_task_get(t);
	}
	pool_unlock(signals);
	return found;
}

bool ksync__task_keep(ksync_task_t *task)
{
	int users = ksync_atomic_read(&task->users);

	while (users && !ksync_atomic_try_cmpxchg_relaxed(&task->users, &users,
							  users + 1))
		;
	return users != 0;
}

/* One that nobody uses is in the pool: it can't be kept, nor given back. */
ksync_task_t *ksync_task_get(ksync_task_t *task)
{
	(void)ksync__task_keep(task);
	return task;
}

void ksync_task_put(ksync_task_t *task)
{
	ksync_u64 signals;

	if (ksync_unlikely(!ksync_atomic_read(&task->users)))
		return;
	/* ORDER task.users: release. Other end: itself, and record_leave(). */
	if (ksync_atomic_dec_return_release(&task->users))
		return;
	/* ORDER task.users: acquire. Nobody uses the record any more. Other
	 * end: ksync_task_put(). */
	(void)ksync_atomic_read_acquire(&task->users);
	signals = pool_lock();
	record_free(task);
	pool_unlock(signals);
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
