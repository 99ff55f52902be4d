/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphore: many threads read, or one writes; who has to wait
 * sleeps, in the order in which they came.
 *
 * Three words, 24 bytes on 64-bit machines; no heap, no system call unless
 * threads meet. Uncontended, each function is one atomic operation.
 * src/sleep/rwsem.c has the table of its words, docs/rwsem.md the guide.
 *
 * Rules, as in the kernel: the thread that took it releases it (for readers
 * there is a _non_owner pair); no upgrade from reading to writing; no
 * recursion, not even of readers: one who reads already would wait for a writer
 * that waits for it. Not in signal handlers. ksync_up_read() and
 * ksync_up_write() may still look at the semaphore when the next one has it: do
 * not free it on the grounds that you could take it. Count references to the
 * object that holds it (<ksync/kref.h>).
 *
 * Nobody starves: who came while others waited may go first, but only for a
 * moment. Who is first in the queue, was woken, lost and has waited for a
 * millisecond gets it next.
 */
#ifndef KSYNC_RWSEM_H
#define KSYNC_RWSEM_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/lockdep.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(rw_semaphore) {
	ksync_atomic_long_t count; /* KSYNC__RWSEM_ bits, and readers */
	unsigned long owner;	   /* the writer's task reference; 0 = none */
	unsigned long waitq;	   /* first waiter; 0 = nobody waits */
	KSYNC__DEP_MAP_FIELD
} ksync_rw_semaphore_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_rw_semaphore_t) <= 24,
		    "docs/rwsem.md promises it");

/* count: flags, and a number of readers above them. */
#define KSYNC__RWSEM_WRITER 1l
#define KSYNC__RWSEM_WAITERS 2l
#define KSYNC__RWSEM_HANDOFF 4l
#define KSYNC__RWSEM_WAKING 8l
#define KSYNC__RWSEM_FLAGS 15l
#define KSYNC__RWSEM_READER 16l

#define KSYNC__RWSEM_INIT(name)         \
	{ KSYNC_ATOMIC_LONG_INIT(0), 0, \
	  0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_RWSEM, 0) }
#define KSYNC_RWSEM_INIT KSYNC__RWSEM_INIT("rwsem")
#define KSYNC_DECLARE_RWSEM(name) \
	ksync_rw_semaphore_t name = KSYNC__RWSEM_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__RWSEM(sem) \
	ksync__watched(sem, KSYNC__DEP_MAP(sem), KSYNC_KIND_RWSEM)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/sleep/rwsem.c. */
KSYNC_API void ksync__down_read_slow(ksync_rw_semaphore_t *sem);
KSYNC_API int ksync__down_read_kind_slow(ksync_rw_semaphore_t *sem, int kind);
KSYNC_API int ksync__down_read_timeout_slow(ksync_rw_semaphore_t *sem,
					    long timeout);
KSYNC_API int ksync__down_read_until_slow(ksync_rw_semaphore_t *sem, int kind,
					  ksync_s64 deadline);
KSYNC_API void ksync__up_read_slow(ksync_rw_semaphore_t *sem, long left);
KSYNC_API void ksync__down_write_slow(ksync_rw_semaphore_t *sem);
KSYNC_API int ksync__down_write_kind_slow(ksync_rw_semaphore_t *sem, int kind);
KSYNC_API int ksync__down_write_timeout_slow(ksync_rw_semaphore_t *sem,
					     long timeout);
KSYNC_API int ksync__down_write_until_slow(ksync_rw_semaphore_t *sem, int kind,
					   ksync_s64 deadline);
KSYNC_API void ksync__up_write_slow(ksync_rw_semaphore_t *sem);
KSYNC_API void ksync__up_write_stranger(ksync_rw_semaphore_t *sem);
KSYNC_API bool ksync__rwsem_forked(ksync_rw_semaphore_t *sem);
KSYNC_API void ksync__rwsem_not_held(const ksync_rw_semaphore_t *sem,
				     bool for_writing);

/* False: the caller is counted, and waits for what the flags say. */
KSYNC_PRIVATE_INLINE bool ksync__down_read_fast(ksync_rw_semaphore_t *sem)
{
	/* ORDER rwsem.count: acquire. Sees all that writers did. Other end:
	 * ksync__up_write_fast(). */
	return !(ksync_atomic_long_fetch_add_acquire(KSYNC__RWSEM_READER,
						     &sem->count) &
		 KSYNC__RWSEM_FLAGS);
}

KSYNC_PRIVATE_INLINE void ksync__up_read_fast(ksync_rw_semaphore_t *sem)
{
	/* ORDER rwsem.count: release. What was read was read before others
	 * write. Other end: ksync__down_write_fast(). */
	long left = ksync_atomic_long_sub_return_release(KSYNC__RWSEM_READER,
							 &sem->count);

	if (ksync_unlikely(left != 0 && left < KSYNC__RWSEM_READER))
		ksync__up_read_slow(sem, left);
}

KSYNC_PRIVATE_INLINE bool ksync__down_write_fast(ksync_rw_semaphore_t *sem)
{
	unsigned long self = ksync__self;
	long found = 0;

	/* ORDER rwsem.count: acquire. Sees what other writers did, and comes
	 * after what readers read. Other end: ksync__up_read_fast(). */
	if (ksync_unlikely(self == KSYNC__NO_TASK ||
			   !ksync_atomic_long_try_cmpxchg_acquire(
				   &sem->count, &found, KSYNC__RWSEM_WRITER)))
		return false;
	KSYNC_WRITE_ONCE(sem->owner, self);
	return true;
}

KSYNC_PRIVATE_INLINE void ksync__up_write_fast(ksync_rw_semaphore_t *sem)
{
	long left;

	if (ksync_unlikely(KSYNC_READ_ONCE(sem->owner) != ksync__self)) {
		ksync__up_write_stranger(sem);
		return;
	}
	KSYNC_WRITE_ONCE(sem->owner, 0ul);
	/* ORDER rwsem.count: release. Other end: ksync__down_read_fast(). */
	left = ksync_atomic_long_sub_return_release(KSYNC__RWSEM_WRITER,
						    &sem->count);
	if (ksync_unlikely(
		    (left & (KSYNC__RWSEM_WAITERS | KSYNC__RWSEM_WAKING)) ==
		    KSYNC__RWSEM_WAITERS))
		ksync__up_write_slow(sem);
}

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__rwsem_init(ksync_rw_semaphore_t *sem,
					    const char *name,
					    ksync_lock_class_key_t *key)
{
	ksync_atomic_long_set(&sem->count, 0);
	KSYNC_WRITE_ONCE(sem->owner, 0ul);
	KSYNC_WRITE_ONCE(sem->waitq, 0ul);
	ksync_watch_created(KSYNC__RWSEM(sem), 0, name, key);
}

/**
 * ksync_init_rwsem() - make a reader-writer semaphore ready for use
 * @sem: memory for one that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_rw_semaphore_t sem;
 *
 *	ksync_init_rwsem(&sem);
 */
KSYNC_INLINE void ksync_init_rwsem(ksync_rw_semaphore_t *sem)
{
	ksync__rwsem_init(sem, "rwsem", NULL);
}
#if KSYNC_CHECKED
#define ksync_init_rwsem(sem) KSYNC__INIT_HERE(ksync__rwsem_init, sem)
#endif

/* What each form that may fail does with its slow path's result. */
KSYNC_PRIVATE_INLINE int ksync__rwsem_result(ksync_rw_semaphore_t *sem,
					     unsigned int how, int ret)
{
	if (ksync_likely(!ret)) {
		ksync_watch_acquired(KSYNC__RWSEM(sem), how);
		return 0;
	}
	ksync_watch_abandoned(KSYNC__RWSEM(sem), how);
	if (KSYNC_LOCK_NOTES && ret == -EINTR)
		ksync__task_told();
	return ret;
}

/* "how" and "nest" are for lockdep: ksync_watch_acquire_nest(). */
KSYNC_PRIVATE_INLINE void ksync__down_read(ksync_rw_semaphore_t *sem,
					   unsigned int how, const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RWSEM(sem), how, nest);
	if (ksync_unlikely(!ksync__down_read_fast(sem))) {
		ksync_watch_contended(KSYNC__RWSEM(sem));
		ksync__down_read_slow(sem);
	}
	ksync_watch_acquired(KSYNC__RWSEM(sem), how);
}

KSYNC_PRIVATE_INLINE int ksync__down_read_kind(ksync_rw_semaphore_t *sem,
					       int kind, unsigned int how,
					       const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RWSEM(sem), how, nest);
	return ksync__rwsem_result(
		sem, how,
		ksync_likely(ksync__down_read_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_read_kind_slow(sem, kind)));
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__down_read_until(ksync_rw_semaphore_t *sem, int kind,
		       const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__RWSEM(sem), KSYNC_WATCH_SHARED);
	return ksync__rwsem_result(
		sem, KSYNC_WATCH_SHARED,
		ksync_likely(ksync__down_read_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_read_until_slow(
				 sem, kind, ksync__deadline(deadline))));
}

/**
 * ksync_down_read() - take it for reading
 * @sem: initialised semaphore that the caller does not hold
 *
 * Where somebody waits already, newcomers wait behind. A thread that takes what
 * it writes itself could only hang, and so could one that waits for a writer
 * that is gone: that is reported and aborts.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @sem for reading.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_read(&sem);
 *	ksync_up_read(&sem);
 */
KSYNC_INLINE void ksync_down_read(ksync_rw_semaphore_t *sem)
{
	ksync__down_read(sem, KSYNC_WATCH_SHARED, NULL);
}

/**
 * ksync_down_read_interruptible() - take it for reading, or stop on interrupt
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_interruptible(&sem) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_interruptible(ksync_rw_semaphore_t *sem)
{
	return ksync__down_read_kind(sem, KSYNC__INTERRUPTIBLE,
				     KSYNC_WATCH_SHARED, NULL);
}

/**
 * ksync_down_read_killable() - take it for reading, or stop on a kill
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_killable(&sem) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_killable(ksync_rw_semaphore_t *sem)
{
	return ksync__down_read_kind(sem, KSYNC__KILLABLE, KSYNC_WATCH_SHARED,
				     NULL);
}

/**
 * ksync_down_read_timeout() - take it for reading, or give up after a time
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_timeout(&sem, KSYNC_HZ / 10) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_timeout(ksync_rw_semaphore_t *sem, long timeout)
{
	ksync_watch_acquire(KSYNC__RWSEM(sem), KSYNC_WATCH_SHARED);
	return ksync__rwsem_result(
		sem, KSYNC_WATCH_SHARED,
		ksync_likely(ksync__down_read_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_read_timeout_slow(sem, timeout)));
}

/**
 * ksync_down_read_until() - take it for reading, or give up at a point in time
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_down_read_until(&sem, &at) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_until(ksync_rw_semaphore_t *sem,
		      const struct timespec *deadline)
{
	return ksync__down_read_until(sem, KSYNC__UNINTERRUPTIBLE, deadline);
}

/**
 * ksync_down_read_interruptible_until() - stop on interrupt or in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -ETIME, -EINVAL and -EDEADLK as ksync_down_read_until().
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_interruptible_until(&sem, NULL) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_interruptible_until(ksync_rw_semaphore_t *sem,
				    const struct timespec *deadline)
{
	return ksync__down_read_until(sem, KSYNC__INTERRUPTIBLE, deadline);
}

/**
 * ksync_down_read_killable_until() - stop on a kill or in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @sem for reading if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-ETIME, -EINVAL and -EDEADLK as ksync_down_read_until().
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_killable_until(&sem, NULL) == 0)
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_killable_until(ksync_rw_semaphore_t *sem,
			       const struct timespec *deadline)
{
	return ksync__down_read_until(sem, KSYNC__KILLABLE, deadline);
}

/*
 * Flags over a queue that a fork's child found emptied go away; else they mean
 * that somebody waits.
 */
KSYNC_PRIVATE_INLINE bool ksync__rwsem_refuses(ksync_rw_semaphore_t *sem,
					       long count)
{
	return (count & KSYNC__RWSEM_WRITER) ||
	       KSYNC_READ_ONCE(sem->waitq) != 0 || !ksync__rwsem_forked(sem);
}

/**
 * ksync_down_read_trylock() - take it for reading if that needs no waiting
 * @sem: initialised semaphore
 *
 * Where somebody waits it fails, as in the kernel, even if others read.
 *
 * Context: Any but signal handlers.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @sem for reading if it returns 1.
 * Return: 1 if it took it, 0 if not.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_read_trylock(&sem))
 *		ksync_up_read(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_read_trylock(ksync_rw_semaphore_t *sem)
{
	const unsigned int how = KSYNC_WATCH_SHARED | KSYNC_WATCH_TRY;
	long count = ksync_atomic_long_read(&sem->count);
	bool taken = false;

	ksync_watch_acquire(KSYNC__RWSEM(sem), how);
	while (!taken) {
		if (ksync_likely(!(count & KSYNC__RWSEM_FLAGS)))
			/* ORDER rwsem.count: acquire. Other end:
			 * ksync__up_write_fast(). */
			taken = ksync_atomic_long_try_cmpxchg_acquire(
				&sem->count, &count,
				count + KSYNC__RWSEM_READER);
		else if (ksync__rwsem_refuses(sem, count))
			break;
		else
			count = ksync_atomic_long_read(&sem->count);
	}
	if (taken)
		ksync_watch_acquired(KSYNC__RWSEM(sem), how);
	else
		ksync_watch_abandoned(KSYNC__RWSEM(sem), how);
	return taken;
}

/**
 * ksync_up_read() - end reading
 * @sem: semaphore that the calling thread holds for reading
 *
 * Where nobody reads this is reported and does nothing. The semaphore must live
 * until this has returned.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Releases @sem.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_read(&sem);
 *	ksync_up_read(&sem);
 */
KSYNC_INLINE void ksync_up_read(ksync_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__RWSEM(sem),
						KSYNC_WATCH_SHARED)))
		return;
	ksync__up_read_fast(sem);
	ksync_watch_released(KSYNC__RWSEM(sem), KSYNC_WATCH_SHARED);
}

/**
 * ksync_down_read_non_owner() - take it for reading; another will end it
 * @sem: initialised semaphore that the caller does not hold
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: @sem is held for reading, by no thread in particular.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_read_non_owner(&sem);
 *	ksync_up_read_non_owner(&sem);
 */
KSYNC_INLINE void ksync_down_read_non_owner(ksync_rw_semaphore_t *sem)
{
	ksync_watch_might_sleep();
	if (ksync_unlikely(!ksync__down_read_fast(sem))) {
		ksync_watch_contended(KSYNC__RWSEM(sem));
		ksync__down_read_slow(sem);
	}
}

/**
 * ksync_up_read_non_owner() - end what ksync_down_read_non_owner() began
 * @sem: semaphore that is held for reading so
 *
 * Context: Any thread; not in signal handlers.
 * Order: Release.
 * Locks: Releases @sem.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_read_non_owner(&sem);
 *	ksync_up_read_non_owner(&sem);
 */
KSYNC_INLINE void ksync_up_read_non_owner(ksync_rw_semaphore_t *sem)
{
	ksync__up_read_fast(sem);
}

/* "how" and "nest" are for lockdep: ksync_watch_acquire_nest(). */
KSYNC_PRIVATE_INLINE void ksync__down_write(ksync_rw_semaphore_t *sem,
					    unsigned int how, const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RWSEM(sem), how, nest);
	if (ksync_unlikely(!ksync__down_write_fast(sem))) {
		ksync_watch_contended(KSYNC__RWSEM(sem));
		ksync__down_write_slow(sem);
	}
	ksync_watch_acquired(KSYNC__RWSEM(sem), how);
}

KSYNC_PRIVATE_INLINE int ksync__down_write_kind(ksync_rw_semaphore_t *sem,
						int kind, unsigned int how,
						const void *nest)
{
	ksync_watch_acquire_nest(KSYNC__RWSEM(sem), how, nest);
	return ksync__rwsem_result(
		sem, how,
		ksync_likely(ksync__down_write_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_write_kind_slow(sem, kind)));
}

KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE int
ksync__down_write_until(ksync_rw_semaphore_t *sem, int kind,
			const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	return ksync__rwsem_result(
		sem, KSYNC_WATCH_EXCLUSIVE,
		ksync_likely(ksync__down_write_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_write_until_slow(
				 sem, kind, ksync__deadline(deadline))));
}

/**
 * ksync_down_write() - take it for writing
 * @sem: initialised semaphore that the caller does not hold
 *
 * A thread that takes what it writes itself could only hang, and so could one
 * that waits for a writer that is gone: that is reported and aborts. One that
 * reads it itself is told after 10 seconds; by the checked library at once.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Locks: Holds @sem for writing.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_write(&sem);
 *	ksync_up_write(&sem);
 */
KSYNC_INLINE void ksync_down_write(ksync_rw_semaphore_t *sem)
{
	ksync__down_write(sem, KSYNC_WATCH_EXCLUSIVE, NULL);
}

/**
 * ksync_down_write_interruptible() - take it for writing, or stop on interrupt
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_interruptible(&sem) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_interruptible(ksync_rw_semaphore_t *sem)
{
	return ksync__down_write_kind(sem, KSYNC__INTERRUPTIBLE,
				      KSYNC_WATCH_EXCLUSIVE, NULL);
}

/**
 * ksync_down_write_killable() - take it for writing, or stop on a kill
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_killable(&sem) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_killable(ksync_rw_semaphore_t *sem)
{
	return ksync__down_write_kind(sem, KSYNC__KILLABLE,
				      KSYNC_WATCH_EXCLUSIVE, NULL);
}

/**
 * ksync_down_write_timeout() - take it for writing, or give up after a time
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_timeout(&sem, KSYNC_HZ / 10) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_timeout(ksync_rw_semaphore_t *sem, long timeout)
{
	ksync_watch_acquire(KSYNC__RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
	return ksync__rwsem_result(
		sem, KSYNC_WATCH_EXCLUSIVE,
		ksync_likely(ksync__down_write_fast(sem)) ?
			0 :
			(ksync_watch_contended(KSYNC__RWSEM(sem)),
			 ksync__down_write_timeout_slow(sem, timeout)));
}

/**
 * ksync_down_write_until() - take it for writing, or give up at a point in time
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	at.tv_sec += 2;
 *	if (ksync_down_write_until(&sem, &at) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_until(ksync_rw_semaphore_t *sem,
		       const struct timespec *deadline)
{
	return ksync__down_write_until(sem, KSYNC__UNINTERRUPTIBLE, deadline);
}

/**
 * ksync_down_write_interruptible_until() - stop on interrupt or in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and an interrupt or a kill is
 *	pending; -ETIME, -EINVAL and -EDEADLK as ksync_down_write_until().
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_interruptible_until(&sem, NULL) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_interruptible_until(ksync_rw_semaphore_t *sem,
				     const struct timespec *deadline)
{
	return ksync__down_write_until(sem, KSYNC__INTERRUPTIBLE, deadline);
}

/**
 * ksync_down_write_killable_until() - stop on a kill or in time
 * @sem: initialised semaphore that the caller does not hold
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Locks: Holds @sem for writing if it returns 0.
 * Return: 0; -EINTR if it would have had to sleep and a kill is pending;
 *	-ETIME, -EINVAL and -EDEADLK as ksync_down_write_until().
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_killable_until(&sem, NULL) == 0)
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_killable_until(ksync_rw_semaphore_t *sem,
				const struct timespec *deadline)
{
	return ksync__down_write_until(sem, KSYNC__KILLABLE, deadline);
}

/**
 * ksync_down_write_trylock() - take it for writing if that needs no waiting
 * @sem: initialised semaphore
 *
 * Context: Any but signal handlers.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds @sem for writing if it returns 1.
 * Return: 1 if it took it, 0 if somebody, perhaps the caller, has it or waits.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	if (ksync_down_write_trylock(&sem))
 *		ksync_up_write(&sem);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_down_write_trylock(ksync_rw_semaphore_t *sem)
{
	bool taken = false;
	long count;

	if (ksync_unlikely(ksync__self == KSYNC__NO_TASK))
		(void)ksync_current();
	ksync_watch_acquire(KSYNC__RWSEM(sem), KSYNC_WATCH_TRY);
	/* A read first: do not take the cache line from who has it. */
	do {
		count = ksync_atomic_long_read(&sem->count);
		if (ksync_likely(!count))
			taken = ksync__down_write_fast(sem);
		else if (count >= KSYNC__RWSEM_READER ||
			 ksync__rwsem_refuses(sem, count))
			break;
	} while (!taken && count);
	if (taken)
		ksync_watch_acquired(KSYNC__RWSEM(sem), KSYNC_WATCH_TRY);
	else
		ksync_watch_abandoned(KSYNC__RWSEM(sem), KSYNC_WATCH_TRY);
	return taken;
}

/**
 * ksync_up_write() - end writing
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
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_write(&sem);
 *	ksync_up_write(&sem);
 */
KSYNC_INLINE void ksync_up_write(ksync_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync_watch_release(KSYNC__RWSEM(sem),
						KSYNC_WATCH_EXCLUSIVE)))
		return;
	ksync__up_write_fast(sem);
	ksync_watch_released(KSYNC__RWSEM(sem), KSYNC_WATCH_EXCLUSIVE);
}

/**
 * ksync_downgrade_write() - go on as a reader
 * @sem: semaphore that the calling thread holds for writing
 *
 * No writer comes in between; readers may come in at once. ksync_up_read() ends
 * it. Where another thread writes, or nobody, this is reported and does
 * nothing.
 *
 * Context: Any but signal handlers.
 * Order: Release.
 * Locks: Holds @sem for reading.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_write(&sem);
 *	ksync_downgrade_write(&sem);
 *	ksync_up_read(&sem);
 */
KSYNC_INLINE void ksync_downgrade_write(ksync_rw_semaphore_t *sem)
{
	long left;

	if (ksync_unlikely(KSYNC_READ_ONCE(sem->owner) != ksync__self)) {
		ksync__up_write_stranger(sem);
		return;
	}
	ksync_watch_downgrade(KSYNC__RWSEM(sem));
	KSYNC_WRITE_ONCE(sem->owner, 0ul);
	/* ORDER rwsem.count: release. Other end: ksync__down_read_fast(). */
	left = ksync_atomic_long_add_return_release(
		KSYNC__RWSEM_READER - KSYNC__RWSEM_WRITER, &sem->count);
	if (ksync_unlikely(left & KSYNC__RWSEM_WAITERS))
		ksync__up_write_slow(sem);
}

/**
 * ksync_rwsem_is_locked() - does anybody read or write?
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if it is held. A reader that is about to find that it has to
 *	wait may count as one that has it.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *	bool busy = ksync_rwsem_is_locked(&sem);
 */
KSYNC_INLINE bool ksync_rwsem_is_locked(const ksync_rw_semaphore_t *sem)
{
	return (ksync_atomic_long_read(&sem->count) &
		~(KSYNC__RWSEM_FLAGS & ~KSYNC__RWSEM_WRITER)) != 0;
}

/**
 * ksync_rwsem_is_contended() - does anybody wait in its queue?
 * @sem: initialised semaphore
 *
 * For a holder that may let others go first.
 *
 * Context: Any.
 * Order: None: the answer may be old when it arrives.
 * Return: true if somebody waits.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *	bool let_others = ksync_rwsem_is_contended(&sem);
 */
KSYNC_INLINE bool ksync_rwsem_is_contended(const ksync_rw_semaphore_t *sem)
{
	return (ksync_atomic_long_read(&sem->count) & KSYNC__RWSEM_WAITERS) !=
	       0;
}

/**
 * ksync_rwsem_assert_held_nolockdep() - somebody reads or writes, or a report
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_read(&sem);
 *	ksync_rwsem_assert_held_nolockdep(&sem);
 *	ksync_up_read(&sem);
 */
KSYNC_INLINE void
ksync_rwsem_assert_held_nolockdep(const ksync_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!ksync_rwsem_is_locked(sem)))
		ksync__rwsem_not_held(sem, false);
}

/**
 * ksync_rwsem_assert_held_write_nolockdep() - somebody writes, or a report
 * @sem: initialised semaphore
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DECLARE_RWSEM(sem);
 *
 *	ksync_down_write(&sem);
 *	ksync_rwsem_assert_held_write_nolockdep(&sem);
 *	ksync_up_write(&sem);
 */
KSYNC_INLINE void
ksync_rwsem_assert_held_write_nolockdep(const ksync_rw_semaphore_t *sem)
{
	if (ksync_unlikely(!(ksync_atomic_long_read(&sem->count) &
			     KSYNC__RWSEM_WRITER)))
		ksync__rwsem_not_held(sem, true);
}

/*
 * The caller reads or writes (or writes): so says the checked library. In the
 * release library anybody does, which is looked at there, too.
 */
#if KSYNC_CHECKED
#define ksync_rwsem_assert_held(sem) ksync_lockdep_assert_held(sem)
#define ksync_rwsem_assert_held_write(sem) ksync_lockdep_assert_held_write(sem)
#else
#define ksync_rwsem_assert_held(sem) ksync_rwsem_assert_held_nolockdep(sem)
#define ksync_rwsem_assert_held_write(sem) \
	ksync_rwsem_assert_held_write_nolockdep(sem)
#endif

/*
 * Lockdep's forms: the subclass, or the outer lock, tells the checked library
 * why two locks of one class may be held.
 */
#define ksync_down_read_nested(sem, subclass) \
	ksync__down_read(sem, KSYNC__RWSEM_SHARED(subclass), NULL)
#define ksync_down_read_killable_nested(sem, subclass) \
	ksync__down_read_kind(sem, KSYNC__KILLABLE,    \
			      KSYNC__RWSEM_SHARED(subclass), NULL)
#define ksync_down_write_nested(sem, subclass) \
	ksync__down_write(sem, KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_down_write_killable_nested(sem, subclass) \
	ksync__down_write_kind(sem, KSYNC__KILLABLE,    \
			       KSYNC_WATCH_SUBCLASS(subclass), NULL)
#define ksync_down_write_nest_lock(sem, nest_lock) \
	ksync__down_write(sem, 0, KSYNC__DEP_NEST(nest_lock))
#define KSYNC__RWSEM_SHARED(subclass) \
	(KSYNC_WATCH_SHARED | KSYNC_WATCH_SUBCLASS(subclass))

/* ksync_guard(rwsem_read)(&sem), ksync_guard(rwsem_write)(&sem); and _try,
 * _intr, _kill of both for the scoped_ forms. */
KSYNC_DEFINE_GUARD(rwsem_read, ksync_rw_semaphore_t *, ksync_down_read(_T),
		   ksync_up_read(_T))
KSYNC_DEFINE_GUARD_COND(rwsem_read, _try, ksync_down_read_trylock(_T))
KSYNC_DEFINE_GUARD_COND(rwsem_read, _intr, ksync_down_read_interruptible(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD_COND(rwsem_read, _kill, ksync_down_read_killable(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD(rwsem_write, ksync_rw_semaphore_t *, ksync_down_write(_T),
		   ksync_up_write(_T))
KSYNC_DEFINE_GUARD_COND(rwsem_write, _try, ksync_down_write_trylock(_T))
KSYNC_DEFINE_GUARD_COND(rwsem_write, _intr, ksync_down_write_interruptible(_T),
			_RET == 0)
KSYNC_DEFINE_GUARD_COND(rwsem_write, _kill, ksync_down_write_killable(_T),
			_RET == 0)

KSYNC_END_DECLS

#endif
