/* SPDX-License-Identifier: MIT */
/*
 * Completion: "it is done", said once for each waiter, or for ever.
 *
 * Eight bytes, no heap, no system call unless somebody sleeps. ksync_complete()
 * lets one waiter go, the first that came or the first that will come;
 * ksync_complete_all() lets all go, now and from then on, until
 * ksync_reinit_completion().
 *
 * When a wait has returned 0, or a time that is left, nobody touches the
 * completion any more on account of the ksync_complete() that ended it: it may
 * be on the waiter's stack. A wait that gave up says nothing of the sort:
 * whoever was to complete may still do so. Keep the object until it has, or
 * tell it to stop first.
 *
 * Not in signal handlers: ksync_complete() may have to take the queue's lock.
 */
#ifndef KSYNC_COMPLETION_H
#define KSYNC_COMPLETION_H

#include <ksync/atomic.h>
#include <ksync/task.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(completion) {
	unsigned long word; /* units, or the first waiter: completion.c */
	KSYNC__DEP_MAP_FIELD
} ksync_completion_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_completion_t) <= 8,
		    "docs/completion.md promises it");

/* The most units; from there on it is complete for ever. */
#define KSYNC_COMPLETION_MAX (ULONG_MAX >> 5)

/* A word of units; KSYNC__WAITQ_VALUE in waitq.h. */
#define KSYNC__COMPLETION_VALUE 16ul
#define KSYNC__COMPLETION_UNIT 32ul
#define KSYNC__COMPLETION_ONE (KSYNC__COMPLETION_UNIT | KSYNC__COMPLETION_VALUE)
#define KSYNC__COMPLETION_ALL (ULONG_MAX & ~15ul)

#define KSYNC__COMPLETION_MAP(name) \
	KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_COMPLETION, KSYNC__DEP_NO_TRACK)

/* For a completion of this name; not complete. */
#define KSYNC_COMPLETION_INITIALIZER(name) { 0 KSYNC__COMPLETION_MAP(#name) }
#define KSYNC_DECLARE_COMPLETION(name) \
	ksync_completion_t name = KSYNC_COMPLETION_INITIALIZER(name)
/* The kernel has others for those on a stack; here it makes no difference. */
#define KSYNC_DECLARE_COMPLETION_ONSTACK(name) KSYNC_DECLARE_COMPLETION(name)

/* What the verbs of the seam are told. */
#define KSYNC__COMPLETION(c) \
	ksync__watched(c, KSYNC__DEP_MAP(c), KSYNC_KIND_COMPLETION)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/queue/completion.c. */
KSYNC_API int ksync__completion_wait_slow(ksync_completion_t *c, int kind,
					  ksync_s64 deadline);
KSYNC_API int ksync__completion_wait_state_slow(ksync_completion_t *c,
						unsigned int state);
KSYNC_API long ksync__completion_wait_timeout_slow(ksync_completion_t *c,
						   int kind,
						   unsigned long timeout);
KSYNC_API void ksync__complete_slow(ksync_completion_t *c);

/* Take a unit that is there. */
KSYNC_PRIVATE_INLINE bool ksync__completion_take(ksync_completion_t *c)
{
	/* ORDER completion.unit: acquire. If it is complete for ever: sees what
	 * was done before that. Other end: complete_all_fast(). */
	unsigned long word = ksync_smp_load_acquire(&c->word);
	unsigned long rest;

	do {
		if (!(word & KSYNC__COMPLETION_VALUE))
			return false;
		if (word == KSYNC__COMPLETION_ALL)
			return true;
		rest = word - KSYNC__COMPLETION_UNIT;
		if (rest == KSYNC__COMPLETION_VALUE)
			rest = 0;
		/* ORDER completion.unit: acquire. Sees what was done before
		 * the unit was added. Other end: ksync__complete_fast(). */
	} while (!ksync_try_cmpxchg_acquire(&c->word, &word, rest));
	return true;
}

/*
 * Add a unit where nobody waits, or it is complete for ever. The usual word is
 * guessed, as a load would wait for the operation before (decision 0013). From
 * here on the completion may be gone.
 */
KSYNC_PRIVATE_INLINE bool ksync__complete_fast(ksync_completion_t *c)
{
	unsigned long word = 0;
	unsigned long more = KSYNC__COMPLETION_ONE;

	for (;;) {
		/* ORDER completion.unit: release. Other end:
		 * ksync__completion_take(). */
		if (ksync_likely(
			    ksync_try_cmpxchg_release(&c->word, &word, more)))
			return true;
		if (word == KSYNC__COMPLETION_ALL)
			return true;
		if (word && !(word & KSYNC__COMPLETION_VALUE))
			return false;
		more = word ? word + KSYNC__COMPLETION_UNIT :
			      KSYNC__COMPLETION_ONE;
	}
}

/**
 * ksync_init_completion() - make a completion ready for use
 * @c: memory for a completion that nobody uses
 *
 * It is not complete. To use one again, ksync_reinit_completion(): this one
 * would lose threads that wait, which only the checked library can tell.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_completion_t done;
 *
 *	ksync_init_completion(&done);
 */
KSYNC_API void ksync_init_completion(ksync_completion_t *c);

/**
 * ksync_reinit_completion() - make it incomplete again
 * @c: initialised completion
 *
 * Units that nobody took are gone, and so is what ksync_complete_all() said.
 * Threads that wait go on waiting. Whoever relied on ksync_complete_all() must
 * have returned from its wait.
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete_all(&done);
 *	ksync_reinit_completion(&done);
 */
KSYNC_API void ksync_reinit_completion(ksync_completion_t *c);

/**
 * ksync_wait_for_completion() - wait until it is done
 * @c: initialised completion
 *
 * Cannot be interrupted; new code wants
 * ksync_wait_for_completion_interruptible() or _killable().
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	ksync_wait_for_completion(&done);
 */
KSYNC_INLINE void ksync_wait_for_completion(ksync_completion_t *c)
{
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	if (!ksync__completion_take(c))
		(void)ksync__completion_wait_slow(c, KSYNC__UNINTERRUPTIBLE,
						  KSYNC__NEVER);
}

/**
 * ksync_wait_for_completion_interruptible() - wait, or stop on interrupt
 * @c: initialised completion
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Return: 0 when it is done; -EINTR if it would have had to sleep and an
 *	interrupt or a kill is pending. (The kernel's name: -ERESTARTSYS.)
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	if (ksync_wait_for_completion_interruptible(&done))
 *		puts("told to stop");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_interruptible(ksync_completion_t *c)
{
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	return ksync__completion_take(c) ?
		       0 :
		       ksync__completion_wait_slow(c, KSYNC__INTERRUPTIBLE,
						   KSYNC__NEVER);
}

/**
 * ksync_wait_for_completion_killable() - wait, or stop on a kill
 * @c: initialised completion
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Return: 0 when it is done; -EINTR if it would have had to sleep and a kill is
 *	pending. (The kernel's name returns -ERESTARTSYS.)
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	if (ksync_wait_for_completion_killable(&done))
 *		puts("told to die");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_killable(ksync_completion_t *c)
{
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	return ksync__completion_take(c) ?
		       0 :
		       ksync__completion_wait_slow(c, KSYNC__KILLABLE,
						   KSYNC__NEVER);
}

/**
 * ksync_wait_for_completion_state() - wait in a state that is a value
 * @c: initialised completion
 * @state: KSYNC_TASK_INTERRUPTIBLE, KSYNC_TASK_KILLABLE or
 *	KSYNC_TASK_UNINTERRUPTIBLE
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0.
 * Return: 0 when it is done; -EINTR if it would have had to sleep and something
 *	is pending that ends such a wait. (The kernel's name returns
 *	-ERESTARTSYS.)
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	if (ksync_wait_for_completion_state(&done, KSYNC_TASK_KILLABLE))
 *		puts("told to die");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_state(ksync_completion_t *c, unsigned int state)
{
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	return ksync__completion_take(c) ?
		       0 :
		       ksync__completion_wait_state_slow(c, state);
}

KSYNC_PRIVATE_INLINE long
ksync__wait_for_completion_timeout(ksync_completion_t *c, int kind,
				   unsigned long timeout)
{
	if (timeout > LONG_MAX)
		timeout = LONG_MAX;
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	if (!ksync__completion_take(c))
		return ksync__completion_wait_timeout_slow(c, kind, timeout);
	return timeout ? KSYNC__CAST(long, timeout) : 1;
}

/**
 * ksync_wait_for_completion_timeout() - wait, or give up after a time
 * @c: initialised completion
 * @timeout: jiffies from now; 0 does not sleep; KSYNC_MAX_SCHEDULE_TIMEOUT, and
 *	above, is for ever
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire unless it returns 0.
 * Return: 0 if the time was over, else the jiffies that are left, at least 1.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	if (!ksync_wait_for_completion_timeout(&done, KSYNC_HZ / 100))
 *		puts("too late");
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned long
ksync_wait_for_completion_timeout(ksync_completion_t *c, unsigned long timeout)
{
	return KSYNC__CAST(unsigned long,
			   ksync__wait_for_completion_timeout(
				   c, KSYNC__UNINTERRUPTIBLE, timeout));
}

/**
 * ksync_wait_for_completion_interruptible_timeout() - the same, interruptible
 * @c: initialised completion
 * @timeout: jiffies from now; 0 does not sleep; KSYNC_MAX_SCHEDULE_TIMEOUT, and
 *	above, is for ever
 *
 * Mind that "not 0" includes the error: compare with 0 by > and <.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it is done; after -EINTR what the interrupter did before is
 *	visible.
 * Return: the jiffies that are left, at least 1, when it is done; 0 if the time
 *	was over; -EINTR if it would have had to sleep and an interrupt or a
 *	kill is pending. (The kernel's name: -ERESTARTSYS.)
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *	long left;
 *
 *	left = ksync_wait_for_completion_interruptible_timeout(&done, 10);
 *	if (left == 0)
 *		puts("too late");
 */
KSYNC_MUST_CHECK KSYNC_INLINE long
ksync_wait_for_completion_interruptible_timeout(ksync_completion_t *c,
						unsigned long timeout)
{
	return ksync__wait_for_completion_timeout(c, KSYNC__INTERRUPTIBLE,
						  timeout);
}

/**
 * ksync_wait_for_completion_killable_timeout() - the same, killable
 * @c: initialised completion
 * @timeout: jiffies from now; 0 does not sleep; KSYNC_MAX_SCHEDULE_TIMEOUT, and
 *	above, is for ever
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it is done; after -EINTR what the killer did before is
 *	visible.
 * Return: the jiffies that are left, at least 1, when it is done; 0 if the time
 *	was over; -EINTR if it would have had to sleep and a kill is pending.
 *	(The kernel's name returns -ERESTARTSYS.)
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	if (ksync_wait_for_completion_killable_timeout(&done, 10) > 0)
 *		puts("done");
 */
KSYNC_MUST_CHECK KSYNC_INLINE long
ksync_wait_for_completion_killable_timeout(ksync_completion_t *c,
					   unsigned long timeout)
{
	return ksync__wait_for_completion_timeout(c, KSYNC__KILLABLE, timeout);
}

/**
 * ksync_wait_for_completion_io() - wait for what a device does
 * @c: initialised completion
 *
 * The same as ksync_wait_for_completion(): here nobody counts such waits.
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	ksync_wait_for_completion_io(&done);
 */
KSYNC_INLINE void ksync_wait_for_completion_io(ksync_completion_t *c)
{
	ksync_wait_for_completion(c);
}

/**
 * ksync_wait_for_completion_io_timeout() - the same, or give up after a time
 * @c: initialised completion
 * @timeout: jiffies from now
 *
 * The same as ksync_wait_for_completion_timeout().
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire unless it returns 0.
 * Return: 0 if the time was over, else the jiffies that are left, at least 1.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	if (!ksync_wait_for_completion_io_timeout(&done, 10))
 *		puts("too late");
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned long
ksync_wait_for_completion_io_timeout(ksync_completion_t *c,
				     unsigned long timeout)
{
	return ksync_wait_for_completion_timeout(c, timeout);
}

KSYNC_PRIVATE_INLINE int
ksync__wait_for_completion_until(ksync_completion_t *c, int kind,
				 const struct timespec *deadline)
{
	ksync_watch_acquire(KSYNC__COMPLETION(c), 0);
	return ksync__completion_take(c) ?
		       0 :
		       ksync__completion_wait_slow(c, kind,
						   ksync__deadline(deadline));
}

/**
 * ksync_wait_for_completion_until() - wait, or give up at a point in time
 * @c: initialised completion
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0, none otherwise.
 * Return: 0 when it is done; -ETIME if the time was over; -EINVAL if it would
 *	have had to sleep and tv_nsec is not below 10^9.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *	struct timespec at;
 *
 *	clock_gettime(CLOCK_MONOTONIC, &at);
 *	if (ksync_wait_for_completion_until(&done, &at))
 *		puts("too late");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_until(ksync_completion_t *c,
				const struct timespec *deadline)
{
	return ksync__wait_for_completion_until(c, KSYNC__UNINTERRUPTIBLE,
						deadline);
}

/**
 * ksync_wait_for_completion_interruptible_until() - the same, interruptible
 * @c: initialised completion
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the interrupter did before
 *	is visible.
 * Return: 0 when it is done; -EINTR, -ETIME or -EINVAL as above.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	if (ksync_wait_for_completion_interruptible_until(&done, NULL))
 *		puts("told to stop");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_interruptible_until(ksync_completion_t *c,
					      const struct timespec *deadline)
{
	return ksync__wait_for_completion_until(c, KSYNC__INTERRUPTIBLE,
						deadline);
}

/**
 * ksync_wait_for_completion_killable_until() - the same, killable
 * @c: initialised completion
 * @deadline: absolute time of CLOCK_MONOTONIC; NULL waits without end
 *
 * Context: May sleep. Not under a spinlock, not in an RCU reader.
 * Order: Acquire if it returns 0; after -EINTR what the killer did before is
 *	visible.
 * Return: 0 when it is done; -EINTR, -ETIME or -EINVAL as above.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 *	if (ksync_wait_for_completion_killable_until(&done, NULL))
 *		puts("told to die");
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_wait_for_completion_killable_until(ksync_completion_t *c,
					 const struct timespec *deadline)
{
	return ksync__wait_for_completion_until(c, KSYNC__KILLABLE, deadline);
}

/**
 * ksync_try_wait_for_completion() - take a unit if there is one
 * @c: initialised completion
 *
 * Context: Any.
 * Order: Acquire if it returns true, none otherwise.
 * Return: true if it is done; then a unit was taken, as by a wait.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	if (ksync_try_wait_for_completion(&done))
 *		puts("done");
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_try_wait_for_completion(ksync_completion_t *c)
{
	return ksync__completion_take(c);
}

/**
 * ksync_completion_done() - would a wait return at once?
 * @c: initialised completion
 *
 * After true the ksync_complete() that made it so does not touch @c any more.
 *
 * Context: Any.
 * Order: Acquire if it returns true, none otherwise.
 * Return: true if there is a unit, or it is complete for ever.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *	bool over = ksync_completion_done(&done);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_completion_done(ksync_completion_t *c)
{
	/* ORDER completion.unit: acquire. Other end: ksync__complete_fast(). */
	return (ksync_smp_load_acquire(&c->word) & KSYNC__COMPLETION_VALUE) !=
	       0;
}

/**
 * ksync_complete() - let one waiter go
 * @c: initialised completion
 *
 * The first of those that wait, or else the next that comes. On one that is
 * complete for ever it does nothing.
 *
 * Context: Any thread; not in signal handlers.
 * Order: Release.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete(&done);
 */
KSYNC_INLINE void ksync_complete(ksync_completion_t *c)
{
	(void)ksync_watch_release(KSYNC__COMPLETION(c), 0);
	if (ksync_unlikely(!ksync__complete_fast(c)))
		ksync__complete_slow(c);
}

/**
 * ksync_complete_on_current_cpu() - the same
 * @c: initialised completion
 *
 * In the kernel a hint that the waiter should run where the caller does, which
 * is about to sleep. Here the system decides.
 *
 * Context: Any thread; not in signal handlers.
 * Order: Release.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete_on_current_cpu(&done);
 */
KSYNC_INLINE void ksync_complete_on_current_cpu(ksync_completion_t *c)
{
	ksync_complete(c);
}

/**
 * ksync_complete_all() - let all go, now and from now on
 * @c: initialised completion
 *
 * It stays complete until ksync_reinit_completion().
 *
 * Context: Any thread; not in signal handlers.
 * Order: Release.
 * Example::
 *
 *	static KSYNC_DECLARE_COMPLETION(done);
 *
 *	ksync_complete_all(&done);
 */
KSYNC_API void ksync_complete_all(ksync_completion_t *c);

KSYNC_END_DECLS

#endif
