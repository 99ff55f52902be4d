/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphore for what is nearly always read: each processor counts
 * its own readers, so that they touch no memory of another. A write is dear: it
 * interrupts the other threads of the process, and looks at all counts.
 *
 * 56 bytes on 64-bit machines, and 16 for each processor, which
 * ksync_percpu_init_rwsem() allocates; a static one's first use does.
 * src/object/percpu_rwsem.c has the table of its words, docs/percpu_rwsem.md
 * the guide, and from which rate of writes on <ksync/rwsem.h> is the better.
 *
 * Rules, as in the kernel: the thread that took it for writing releases it; no
 * recursion, not even of readers: one who reads already would wait for a writer
 * that waits for it. No upgrade, no downgrade. Not in signal handlers.
 * ksync_percpu_up_read() and ksync_percpu_up_write() may still look at it when
 * the next one has it: do not free it on the grounds that you could take it.
 */
#ifndef KSYNC_PERCPU_RWSEM_H
#define KSYNC_PERCPU_RWSEM_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/lockdep.h>
#include <ksync/percpu.h>
#include <ksync/rwsem.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(percpu_rw_semaphore) {
	ksync_rw_semaphore_t ksync__writers; /* and who waits for them */
	long *ksync__counts;		     /* ORDER percpu_rwsem.counts */
	struct ksync_task *ksync__waiter;    /* ORDER percpu_rwsem.waiter */
	ksync_u32 ksync__closed;	     /* percpu.h */
	ksync_u32 ksync__block;		     /* ORDER percpu_rwsem.block */
	long ksync__written; /* began, at the last write; NEVER */
	KSYNC__DEP_MAP_FIELD
} ksync_percpu_rw_semaphore_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_percpu_rw_semaphore_t) <= 56,
		    "docs/percpu_rwsem.md promises it");

#define KSYNC__PERCPU_RWSEM_CLOSED 1u
/* So long ago that the first reader opens it. */
#define KSYNC__PERCPU_RWSEM_NEVER (-0x40000000l)

/* Of each processor: how many readers began there, and ended. */
#define KSYNC__PERCPU_RWSEM_BEGAN(counts) (counts)
#define KSYNC__PERCPU_RWSEM_ENDED(counts) ((counts) + 1)

#define KSYNC__PERCPU_RWSEM_INIT(name)                   \
	{ KSYNC__RWSEM_INIT(name),                       \
	  NULL,                                          \
	  NULL,                                          \
	  KSYNC__PERCPU_RWSEM_CLOSED,                    \
	  0,                                             \
	  KSYNC__PERCPU_RWSEM_NEVER KSYNC__DEP_MAP_INIT( \
		  name, KSYNC_KIND_PERCPU_RWSEM, 0) }
/* A semaphore. In a plugin: ksync_percpu_free_rwsem() before it goes. */
#define KSYNC_DEFINE_PERCPU_RWSEM(name) \
	ksync_percpu_rw_semaphore_t name = KSYNC__PERCPU_RWSEM_INIT(#name)
#define KSYNC_DEFINE_STATIC_PERCPU_RWSEM(name) \
	static KSYNC_DEFINE_PERCPU_RWSEM(name)

/* What the verbs of the seam are told. */
#define KSYNC__PERCPU_RWSEM(sem) \
	ksync__watched(sem, KSYNC__DEP_MAP(sem), KSYNC_KIND_PERCPU_RWSEM)

KSYNC_BEGIN_DECLS

/* In src/object/percpu_rwsem.c. */
KSYNC_API int ksync__percpu_rwsem_init(ksync_percpu_rw_semaphore_t *sem,
				       const char *name,
				       ksync_lock_class_key_t *key);
KSYNC_API void ksync__percpu_down_read_slow(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API int
ksync__percpu_down_read_kind_slow(ksync_percpu_rw_semaphore_t *sem, int kind);
KSYNC_API int
ksync__percpu_down_read_timeout_slow(ksync_percpu_rw_semaphore_t *sem,
				     long timeout);
KSYNC_API int
ksync__percpu_down_read_until_slow(ksync_percpu_rw_semaphore_t *sem,
				   ksync_s64 deadline);
KSYNC_API bool ksync__percpu_down_read_try(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API void ksync__percpu_up_read_wake(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API void ksync__percpu_up_read_stranger(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API void ksync__percpu_down_write(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API int ksync__percpu_down_write_kind(ksync_percpu_rw_semaphore_t *sem,
					    int kind);
KSYNC_API int ksync__percpu_down_write_timeout(ksync_percpu_rw_semaphore_t *sem,
					       long timeout);
KSYNC_API int ksync__percpu_down_write_until(ksync_percpu_rw_semaphore_t *sem,
					     ksync_s64 deadline);
KSYNC_API void ksync__percpu_up_write(ksync_percpu_rw_semaphore_t *sem);
KSYNC_API void
ksync__percpu_rwsem_assert(const ksync_percpu_rw_semaphore_t *sem);

/* False: it is closed, or is not made yet, or this thread has no sections. */
KSYNC_PRIVATE_INLINE bool
ksync__percpu_down_read_fast(ksync_percpu_rw_semaphore_t *sem)
{
	/* Who opened it knew that they are made, and that is acquired. */
	long *counts = KSYNC_READ_ONCE(sem->ksync__counts);

	return ksync_likely(counts) &&
	       ksync__percpu_add_unless(KSYNC__PERCPU_RWSEM_BEGAN(counts), 1,
					&sem->ksync__closed,
					KSYNC__PERCPU_RWSEM_CLOSED);
}

KSYNC_PRIVATE_INLINE void
ksync__percpu_up_read(ksync_percpu_rw_semaphore_t *sem)
{
	long *counts = KSYNC_READ_ONCE(sem->ksync__counts);

	if (ksync_unlikely(!counts)) {
		ksync__percpu_up_read_stranger(sem);
		return;
	}
	/* ORDER percpu_rwsem.waiter: light. Either this sees that a writer
	 * waits, or that one sees the count. Other end: rwsem_wait(). */
	ksync__percpu_add(KSYNC__PERCPU_RWSEM_ENDED(counts), 1);
	if (ksync_unlikely(KSYNC_READ_ONCE(sem->ksync__waiter) != NULL))
		ksync__percpu_up_read_wake(sem);
}

/* What each form that may fail does with its result. */
KSYNC_PRIVATE_INLINE int
ksync__percpu_rwsem_result(ksync_percpu_rw_semaphore_t *sem, unsigned int how,
			   int ret)
{
	if (ksync_likely(!ret)) {
		ksync_watch_acquired(KSYNC__PERCPU_RWSEM(sem), how);
		return 0;
	}
	ksync_watch_abandoned(KSYNC__PERCPU_RWSEM(sem), how);
	if (KSYNC_LOCK_NOTES && ret == -EINTR)
		ksync__task_told();
	return ret;
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__percpu_down_read_kind(ksync_percpu_rw_semaphore_t *sem, int kind)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
	return ksync__percpu_rwsem_result(
		sem, KSYNC_WATCH_SHARED,
		ksync_likely(ksync__percpu_down_read_fast(sem)) ?
			0 :
			ksync__percpu_down_read_kind_slow(sem, kind));
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__percpu_down_write_form(ksync_percpu_rw_semaphore_t *sem, int kind)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	return ksync__percpu_rwsem_result(sem, KSYNC_WATCH_EXCLUSIVE,
					  ksync__percpu_down_write_kind(sem,
									kind));
}

/**
 * ksync_percpu_init_rwsem() - make one ready for use
 * @sem: memory for one that nobody uses
 *
 * Context: Any but signal handlers. May allocate.
 * Return: 0, or -ENOMEM.
 * Example::
 *
 *	ksync_percpu_rw_semaphore_t sem;
 *
 *	if (ksync_percpu_init_rwsem(&sem) == 0)
 *		ksync_percpu_free_rwsem(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_init_rwsem(ksync_percpu_rw_semaphore_t *sem)
{
	return ksync__percpu_rwsem_init(sem, "percpu_rwsem", NULL);
}
#if KSYNC_CHECKED
#define ksync_percpu_init_rwsem(sem) \
	KSYNC__INIT_HERE(ksync__percpu_rwsem_init, sem)
#endif

/**
 * ksync_percpu_free_rwsem() - give back what init, or the first use, allocated
 * @sem: semaphore that nobody holds or will take
 *
 * Also of one that was not used, and again. Where somebody reads or writes that
 * is reported, and nothing is given back.
 *
 * Context: Any but signal handlers.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	ksync_percpu_free_rwsem(&sem);
 */
KSYNC_API void ksync_percpu_free_rwsem(ksync_percpu_rw_semaphore_t *sem);

/**
 * ksync_percpu_down_read() - take it for reading
 * @sem: initialised semaphore that the caller does not hold
 *
 * Sleeps only where somebody writes, or waits to. A thread that takes what it
 * writes itself could only hang, and so could one that waits for a writer that
 * is gone: that is reported and aborts.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @sem for reading.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	ksync_percpu_down_read(&sem);
 *	ksync_percpu_up_read(&sem);
 */
KSYNC_INLINE void ksync_percpu_down_read(ksync_percpu_rw_semaphore_t *sem)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
	if (ksync_unlikely(!ksync__percpu_down_read_fast(sem)))
		ksync__percpu_down_read_slow(sem);
	ksync_watch_acquired(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
}

/**
 * ksync_percpu_down_read_interruptible() - for reading, or stop on interrupt
 * @sem: initialised semaphore that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -EDEADLK, reported, if the caller writes, or the writer is
 *	gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_read_interruptible(&sem) == 0)
 *		ksync_percpu_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_read_interruptible(ksync_percpu_rw_semaphore_t *sem)
{
	return ksync__percpu_down_read_kind(sem, KSYNC__INTERRUPTIBLE);
}

/**
 * ksync_percpu_down_read_killable() - take it for reading, or stop on a kill
 * @sem: initialised semaphore that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-EDEADLK, reported, if the caller writes, or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_read_killable(&sem) == 0)
 *		ksync_percpu_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_read_killable(ksync_percpu_rw_semaphore_t *sem)
{
	return ksync__percpu_down_read_kind(sem, KSYNC__KILLABLE);
}

/**
 * ksync_percpu_down_read_timeout() - for reading, or give up after a time
 * @sem: initialised semaphore that the caller does not hold
 * @timeout: jiffies from now; 0 or less does not sleep
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -ETIME if the time was over; -EDEADLK, reported, if the caller
 *	writes, or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_read_timeout(&sem, KSYNC_HZ / 10) == 0)
 *		ksync_percpu_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_read_timeout(ksync_percpu_rw_semaphore_t *sem, long timeout)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
	return ksync__percpu_rwsem_result(
		sem, KSYNC_WATCH_SHARED,
		ksync_likely(ksync__percpu_down_read_fast(sem)) ?
			0 :
			ksync__percpu_down_read_timeout_slow(sem, timeout));
}

/**
 * ksync_percpu_down_read_until() - for reading, or give up at a point in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -ETIME if the time was over; -EINVAL if it would have had to sleep
 *	and tv_nsec is not below 10^9; -EDEADLK, reported, if the caller writes,
 *	or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_percpu_down_read_until(&sem, &at) == 0)
 *		ksync_percpu_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_read_until(ksync_percpu_rw_semaphore_t *sem,
			     const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
	return ksync__percpu_rwsem_result(
		sem, KSYNC_WATCH_SHARED,
		ksync_likely(ksync__percpu_down_read_fast(sem)) ?
			0 :
			ksync__percpu_down_read_until_slow(
				sem, ksync__deadline(deadline)));
}

/**
 * ksync_percpu_down_read_trylock() - take it for reading unless somebody writes
 * @sem: initialised semaphore
 *
 * Context: Any but signal handlers. The first use of a static one may allocate.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @sem for reading if it returns 1.
 * Return: 1 if it took it; 0 if somebody writes, or waits for readers to end.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_read_trylock(&sem))
 *		ksync_percpu_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_read_trylock(ksync_percpu_rw_semaphore_t *sem)
{
	const unsigned int how = KSYNC_WATCH_SHARED | KSYNC_WATCH_TRY;
	bool taken;

	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), how);
	taken = ksync_likely(ksync__percpu_down_read_fast(sem)) ||
		ksync__percpu_down_read_try(sem);
	if (taken)
		ksync_watch_acquired(KSYNC__PERCPU_RWSEM(sem), how);
	else
		ksync_watch_abandoned(KSYNC__PERCPU_RWSEM(sem), how);
	return taken;
}

/**
 * ksync_percpu_up_read() - end reading
 * @sem: semaphore that the calling thread holds for reading
 *
 * The semaphore must live until this has returned.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @sem.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	ksync_percpu_down_read(&sem);
 *	ksync_percpu_up_read(&sem);
 */
KSYNC_INLINE void ksync_percpu_up_read(ksync_percpu_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__PERCPU_RWSEM(sem),
						KSYNC_WATCH_SHARED)))
		return;
	ksync__percpu_up_read(sem);
	ksync_watch_released(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_SHARED);
}

/**
 * ksync_percpu_down_write() - take it for writing
 * @sem: initialised semaphore that the caller does not hold
 *
 * After a time without writes it interrupts the other threads of the process:
 * 12 us beside a running one, longer where membarrier(2) is refused. A thread
 * that takes what it writes itself could only hang, and so could one that waits
 * for a writer that is gone: that is reported and aborts. One that reads it
 * itself is told after 10 seconds; by the checked library at once.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @sem for writing.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	ksync_percpu_down_write(&sem);
 *	ksync_percpu_up_write(&sem);
 */
KSYNC_INLINE void ksync_percpu_down_write(ksync_percpu_rw_semaphore_t *sem)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	ksync__percpu_down_write(sem);
	ksync_watch_acquired(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_percpu_down_write_interruptible() - for writing, or stop on interrupt
 * @sem: initialised semaphore that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -EDEADLK, reported, if the caller writes, or the writer is
 *	gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_write_interruptible(&sem) == 0)
 *		ksync_percpu_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_write_interruptible(ksync_percpu_rw_semaphore_t *sem)
{
	return ksync__percpu_down_write_form(sem, KSYNC__INTERRUPTIBLE);
}

/**
 * ksync_percpu_down_write_killable() - take it for writing, or stop on a kill
 * @sem: initialised semaphore that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-EDEADLK, reported, if the caller writes, or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_write_killable(&sem) == 0)
 *		ksync_percpu_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_write_killable(ksync_percpu_rw_semaphore_t *sem)
{
	return ksync__percpu_down_write_form(sem, KSYNC__KILLABLE);
}

/**
 * ksync_percpu_down_write_timeout() - for writing, or give up after a time
 * @sem: initialised semaphore that the caller does not hold
 * @timeout: jiffies from now; 0 or less does not sleep
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -ETIME if the time was over; -EDEADLK, reported, if the caller
 *	writes, or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	if (ksync_percpu_down_write_timeout(&sem, KSYNC_HZ / 10) == 0)
 *		ksync_percpu_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_write_timeout(ksync_percpu_rw_semaphore_t *sem, long timeout)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	return ksync__percpu_rwsem_result(
		sem, KSYNC_WATCH_EXCLUSIVE,
		ksync__percpu_down_write_timeout(sem, timeout));
}

/**
 * ksync_percpu_down_write_until() - for writing, or give up at a point in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -ETIME if the time was over; -EINVAL if it would have had to sleep
 *	and tv_nsec is not below 10^9; -EDEADLK, reported, if the caller writes,
 *	or the writer is gone.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_percpu_down_write_until(&sem, &at) == 0)
 *		ksync_percpu_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_percpu_down_write_until(ksync_percpu_rw_semaphore_t *sem,
			      const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	return ksync__percpu_rwsem_result(
		sem, KSYNC_WATCH_EXCLUSIVE,
		ksync__percpu_down_write_until(sem, ksync__deadline(deadline)));
}

/**
 * ksync_percpu_up_write() - end writing
 * @sem: semaphore that the calling thread holds for writing
 *
 * Where another thread writes, or nobody, this is reported and does nothing.
 * The semaphore must live until this has returned.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @sem.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *
 *	ksync_percpu_down_write(&sem);
 *	ksync_percpu_up_write(&sem);
 */
KSYNC_INLINE void ksync_percpu_up_write(ksync_percpu_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__PERCPU_RWSEM(sem),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	ksync__percpu_up_write(sem);
	ksync_watch_released(KSYNC__PERCPU_RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_percpu_is_read_locked() - does anybody read?
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if somebody reads and nobody waits to write.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *	bool busy = ksync_percpu_is_read_locked(&sem);
 */
KSYNC_API bool
ksync_percpu_is_read_locked(const ksync_percpu_rw_semaphore_t *sem);

/**
 * ksync_percpu_is_write_locked() - does anybody write?
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if somebody writes, or waits for readers to end.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *	bool busy = ksync_percpu_is_write_locked(&sem);
 */
KSYNC_INLINE bool
ksync_percpu_is_write_locked(const ksync_percpu_rw_semaphore_t *sem)
{
	return KSYNC_READ_ONCE(sem->ksync__block) != 0;
}

/**
 * ksync_percpu_rwsem_is_held() - does the calling thread hold it?
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Return: what the checked library knows; true in the other, which keeps no
 *	list, as in a kernel without lockdep.
 * Example::
 *
 *	static KSYNC_DEFINE_PERCPU_RWSEM(sem);
 *	bool perhaps = ksync_percpu_rwsem_is_held(&sem);
 */
KSYNC_INLINE bool
ksync_percpu_rwsem_is_held(const ksync_percpu_rw_semaphore_t *sem)
{
	return ksync_lockdep_is_held(sem) != KSYNC_LOCK_STATE_NOT_HELD;
}

/*
 * The caller reads or writes: so says the checked library. In the release
 * library anybody does, which is looked at there, too.
 */
#if KSYNC_CHECKED
#define ksync_percpu_rwsem_assert_held(sem) ksync_lockdep_assert_held(sem)
#else
#define ksync_percpu_rwsem_assert_held(sem) ksync__percpu_rwsem_assert(sem)
#endif

/* ksync_guard(percpu_read)(&sem), ksync_guard(percpu_write)(&sem); and _try,
 * _intr, _kill for the scoped_ forms. */
KSYNC_DEFINE_GUARD(percpu_read, ksync_percpu_rw_semaphore_t *,
		   ksync_percpu_down_read(_T), ksync_percpu_up_read(_T))
KSYNC_DEFINE_GUARD_COND(percpu_read, _try, ksync_percpu_down_read_trylock(_T))
KSYNC_DEFINE_GUARD_COND(percpu_read, _intr,
			ksync_percpu_down_read_interruptible(_T), _RET == 0)
KSYNC_DEFINE_GUARD_COND(percpu_read, _kill, ksync_percpu_down_read_killable(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD(percpu_write, ksync_percpu_rw_semaphore_t *,
		   ksync_percpu_down_write(_T), ksync_percpu_up_write(_T))
KSYNC_DEFINE_GUARD_COND(percpu_write, _intr,
			ksync_percpu_down_write_interruptible(_T), _RET == 0)
KSYNC_DEFINE_GUARD_COND(percpu_write, _kill,
			ksync_percpu_down_write_killable(_T), _RET == 0)

KSYNC_END_DECLS

#endif
