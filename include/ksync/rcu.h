/* SPDX-License-Identifier: MIT */
/*
 * RCU: readers that wait for nobody; who removes an object waits for them.
 *
 *	reader				updater, under its lock
 *	ksync_guard(rcu)();		old = ksync_rcu_replace_pointer(cfg,
 *	c = ksync_rcu_dereference(cfg);		new, 1);
 *	use(c);				ksync_synchronize_rcu();
 *					free(old);
 *
 * Grace periods are liburcu's; what ksync adds is said in docs/rcu.md: threads
 * register by themselves, fork works, ThreadSanitizer understands it.
 *
 * Rules. Readers nest and do not wait for anything that waits for a grace
 * period. What a reader got by ksync_rcu_dereference() is valid until its
 * outermost unlock. ksync_synchronize_rcu() and ksync_rcu_barrier() are not for
 * readers: that is reported as a deadlock. Callbacks must not wait for grace
 * periods; they run in a thread of ksync's. Unlike in a kernel without
 * preemption, holding a spinlock does not make a reader.
 */
#ifndef KSYNC_RCU_H
#define KSYNC_RCU_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/rcu_pointer.h>
#include <ksync/watch.h>

#if !KSYNC_HAVE_RCU
#error "this build of ksync has no RCU: it was configured without liburcu"
#endif

/**
 * typedef ksync_rcu_callback_fn - runs after a grace period
 * @head: the head that was given to ksync_call_rcu()
 *
 * Context: A thread of ksync's, with 256 KiB of stack. May use RCU readers,
 *	locks and ksync_call_rcu(); must not wait for a grace period or for
 *	long.
 */
typedef void (*ksync_rcu_callback_fn)(ksync_rcu_head_t *head);

KSYNC_BEGIN_DECLS

/* Half a word counts the nesting; the other half is the grace period's. */
#define KSYNC__RCU_NEST_MASK ((1ul << (sizeof(long) * 4)) - 1)

/* The beginning of liburcu's grace-period record: rcu_urcu.h checks it. */
struct ksync__rcu_gp {
	unsigned long ctr;
	ksync_s32 futex;
};

/*
 * The calling thread's reader counter and the grace-period record, both
 * liburcu's. NULL: out of line, because the thread is not registered yet or
 * the inline form does not fit this machine.
 */
struct ksync__rcu_reader {
	unsigned long *counter;
	const struct ksync__rcu_gp *gp;
};
extern KSYNC_API KSYNC_TLS struct ksync__rcu_reader ksync__rcu;

/* A reader, as the verbs are told of it. The slow forms are part of it. */
#define KSYNC__RCU_READER \
	ksync__watched(KSYNC__RCU_MAP, KSYNC__RCU_MAP, KSYNC_KIND_RCU)
#define KSYNC__RCU_HOW (KSYNC_WATCH_SHARED | KSYNC_WATCH_RECURSIVE)

KSYNC_API void ksync__rcu_read_lock_slow(void);
KSYNC_API void ksync__rcu_read_unlock_slow(void);
KSYNC_API void ksync__rcu_wake_gp(void);
KSYNC_API bool ksync__rcu_read_lock_held_slow(void);
KSYNC_API void ksync__rcu_free_now(void *object);
KSYNC_API void ksync__call_kfree(ksync_rcu_head_t *head, unsigned long offset);

KSYNC_PRIVATE_INLINE void ksync__rcu_read_lock(void)
{
	unsigned long *counter = ksync__rcu.counter;
	unsigned long count;

	/* Instrumented code takes the slow path, which tells
	 * ThreadSanitizer. */
	if (KSYNC_THREAD_SANITIZER || ksync_unlikely(!counter)) {
		ksync__rcu_read_lock_slow();
		return;
	}
	count = KSYNC_READ_ONCE(*counter);
	if (ksync_likely(!(count & KSYNC__RCU_NEST_MASK)))
		count = KSYNC_READ_ONCE(ksync__rcu.gp->ctr);
	else
		count++;
	KSYNC_WRITE_ONCE(*counter, count);
	/* ORDER rcu.reader: light. The reader's accesses come after the
	 * counter says so. Other end: gp_synchronize(). */
	ksync_barrier();
}

/**
 * ksync_rcu_read_lock() - begin a reader
 *
 * Context: Any, also signal handlers; without registration. May be nested.
 * Order: A grace period that begins later waits for this reader.
 * Example::
 *
 *	ksync_rcu_read_lock();
 *	ksync_rcu_read_unlock();
 */
KSYNC_INLINE void ksync_rcu_read_lock(void)
{
	ksync_watch_acquire(KSYNC__RCU_READER, KSYNC__RCU_HOW);
	ksync__rcu_read_lock();
	ksync_watch_acquired(KSYNC__RCU_READER, KSYNC__RCU_HOW);
}

KSYNC_PRIVATE_INLINE void ksync__rcu_read_unlock(void)
{
	unsigned long *counter = ksync__rcu.counter;
	unsigned long count;

	if (KSYNC_THREAD_SANITIZER || ksync_unlikely(!counter)) {
		ksync__rcu_read_unlock_slow();
		return;
	}
	count = KSYNC_READ_ONCE(*counter);
	if (ksync_unlikely(!(count & KSYNC__RCU_NEST_MASK))) {
		ksync__rcu_read_unlock_slow();
		return;
	}
	/* ORDER rcu.reader: light. The reader's accesses come before the
	 * counter says that it is over. Other end: gp_synchronize(). */
	ksync_barrier();
	KSYNC_WRITE_ONCE(*counter, count - 1);
	/* ORDER rcu.reader: light. Either this sees that the grace period
	 * sleeps, or that one sees the counter. Other end:
	 * gp_synchronize(). */
	ksync_barrier();
	if (ksync_unlikely(KSYNC_READ_ONCE(ksync__rcu.gp->futex) == -1))
		ksync__rcu_wake_gp();
}

/**
 * ksync_rcu_read_unlock() - end a reader
 *
 * Context: The thread that began it.
 * Order: A grace period that has to wait for this reader ends after it.
 * Example::
 *
 *	ksync_rcu_read_lock();
 *	ksync_rcu_read_unlock();
 */
KSYNC_INLINE void ksync_rcu_read_unlock(void)
{
	(void)ksync_watch_release(KSYNC__RCU_READER, KSYNC__RCU_HOW);
	ksync__rcu_read_unlock();
	ksync_watch_released(KSYNC__RCU_READER, KSYNC__RCU_HOW);
}

/**
 * ksync_rcu_read_lock_held() - is the calling thread a reader?
 *
 * Context: Any.
 * Return: true inside a reader.
 * Example::
 *
 *	bool reader = ksync_rcu_read_lock_held();
 */
KSYNC_INLINE bool ksync_rcu_read_lock_held(void)
{
	unsigned long *counter = ksync__rcu.counter;

	if (ksync_unlikely(!counter))
		return ksync__rcu_read_lock_held_slow();
	return (KSYNC_READ_ONCE(*counter) & KSYNC__RCU_NEST_MASK) != 0;
}

/**
 * ksync_synchronize_rcu() - wait until all present readers are over
 *
 * Context: May sleep. Not in a reader: reported as a deadlock. Not while
 *	holding a lock that a reader waits for.
 * Order: Full, with respect to every reader.
 * Example::
 *
 *	ksync_synchronize_rcu();
 */
KSYNC_API void ksync_synchronize_rcu(void);

/**
 * ksync_synchronize_rcu_expedited() - the same, quickly
 *
 * Grace periods here are always expedited.
 *
 * Context: As ksync_synchronize_rcu().
 * Order: As ksync_synchronize_rcu().
 * Example::
 *
 *	ksync_synchronize_rcu_expedited();
 */
KSYNC_API void ksync_synchronize_rcu_expedited(void);

/* ksync_poll_state_synchronize_rcu() of this is true. */
#define KSYNC_RCU_COMPLETED 1ul

/**
 * ksync_get_state_synchronize_rcu() - which grace period will have been enough
 *
 * For what the caller has removed before; nothing is begun for it.
 *
 * Context: Any.
 * Order: Full.
 * Return: a cookie for ksync_poll_state_synchronize_rcu(). No more than two of
 *	them are not over at a time.
 * Example::
 *
 *	unsigned long cookie = ksync_get_state_synchronize_rcu();
 *
 *	bool over = ksync_poll_state_synchronize_rcu(cookie);
 */
KSYNC_API unsigned long ksync_get_state_synchronize_rcu(void);

/**
 * ksync_start_poll_synchronize_rcu() - the same, and have it made
 *
 * By the thread that runs callbacks, after those that it is at.
 *
 * Context: Any but signal handlers; also in a reader and in a callback. May
 *	make a thread; if there can be none, that is reported, and the grace
 *	period comes with the next one that somebody waits for.
 * Order: Full.
 * Return: a cookie for ksync_poll_state_synchronize_rcu().
 * Example::
 *
 *	unsigned long cookie = ksync_start_poll_synchronize_rcu();
 *
 *	bool over = ksync_poll_state_synchronize_rcu(cookie);
 */
KSYNC_API unsigned long ksync_start_poll_synchronize_rcu(void);

/**
 * ksync_poll_state_synchronize_rcu() - is that grace period over?
 * @cookie: from one of the two functions above, or KSYNC_RCU_COMPLETED
 *
 * Says so until half of all numbers of grace periods have passed: with 64 bits
 * that does not happen, with 32 bits it takes a minute of nothing else.
 *
 * Context: Any but signal handlers; also in a reader.
 * Order: Full if it returns true, with respect to every reader that began
 *	before the cookie.
 * Return: true if it is over.
 * Example::
 *
 *	unsigned long cookie = ksync_start_poll_synchronize_rcu();
 *
 *	bool over = ksync_poll_state_synchronize_rcu(cookie);
 */
KSYNC_API bool ksync_poll_state_synchronize_rcu(unsigned long cookie);

/**
 * ksync_cond_synchronize_rcu() - wait for one, unless that one is over
 * @cookie: as for ksync_poll_state_synchronize_rcu()
 *
 * Context: As ksync_synchronize_rcu(), also if it need not wait.
 * Order: As ksync_synchronize_rcu().
 * Example::
 *
 *	unsigned long cookie = ksync_get_state_synchronize_rcu();
 *
 *	ksync_cond_synchronize_rcu(cookie);
 */
KSYNC_API void ksync_cond_synchronize_rcu(unsigned long cookie);

/**
 * ksync_call_rcu() - have a function called after a grace period
 * @head: in the object that was removed; unused until @func runs. Need not be
 *	initialised. One that is still queued is reported, and stays as it is
 * @func: called with @head; not NULL
 *
 * Callbacks run in the order of their calls, one at a time. Their number is not
 * limited: an updater in a loop should call ksync_rcu_barrier() now and then.
 *
 * Context: Any but signal handlers; also in a reader and in a callback. May
 *	make a thread; if there can be none, that is reported, and the callback
 *	waits for the next call or for ksync_rcu_barrier().
 * Order: What the caller did before is visible to @func, and what every reader
 *	did that the grace period waited for.
 * Example::
 *
 *	static void callback(ksync_rcu_head_t *head)
 *	{
 *		(void)head;
 *	}
 *
 *	static void retire(ksync_rcu_head_t *head)
 *	{
 *		ksync_call_rcu(head, callback);
 *	}
 */
KSYNC_API void ksync_call_rcu(ksync_rcu_head_t *head,
			      ksync_rcu_callback_fn func);

/**
 * ksync_call_rcu_hurry() - the same; no call is delayed to save power here
 * @head: as for ksync_call_rcu()
 * @func: as for ksync_call_rcu()
 *
 * Context: As ksync_call_rcu().
 * Order: As ksync_call_rcu().
 * Example::
 *
 *	static void callback(ksync_rcu_head_t *head)
 *	{
 *		(void)head;
 *	}
 *
 *	static void retire(ksync_rcu_head_t *head)
 *	{
 *		ksync_call_rcu_hurry(head, callback);
 *	}
 */
KSYNC_INLINE void ksync_call_rcu_hurry(ksync_rcu_head_t *head,
				       ksync_rcu_callback_fn func)
{
	ksync_call_rcu(head, func);
}

/**
 * ksync_rcu_barrier() - wait until every callback called so far has run
 *
 * Before code goes that callbacks are in (dlclose), and before exit by programs
 * that want every object freed.
 *
 * Context: May sleep. Not in a reader and not in a callback: reported as a
 *	deadlock.
 * Order: What the callbacks did is visible.
 * Example::
 *
 *	ksync_rcu_barrier();
 */
KSYNC_API void ksync_rcu_barrier(void);

/* A "function" below this is the head's offset in an object to be freed. */
#define KSYNC__RCU_FREE_LIMIT 4096ul

/*
 * Free an object after a grace period; member is its ksync_rcu_head_t, within
 * the first 4096 bytes. Waits for nothing.
 */
#define ksync_kfree_rcu(ptr, member) \
	KSYNC__KFREE_RCU(KSYNC_UNIQUE(ksync__p_), ptr, member)
#ifdef __cplusplus
#define KSYNC__RCU_OFFSET_OF_BASES \
	_Pragma("GCC diagnostic ignored \"-Winvalid-offsetof\"")
#else
#define KSYNC__RCU_OFFSET_OF_BASES
#endif
/* clang-format off */
#define KSYNC__KFREE_RCU(p, ptr, member)                              \
	do {                                                          \
		__typeof__(ptr) p = (ptr);                            \
                                                                      \
		_Pragma("GCC diagnostic push")                        \
		KSYNC__RCU_OFFSET_OF_BASES                            \
		KSYNC_STATIC_ASSERT(                                  \
			offsetof(__typeof__(*(ptr)), member) <        \
				KSYNC__RCU_FREE_LIMIT,                \
			"the rcu_head is too far inside the object"); \
		if (p)                                                \
			ksync__kfree_rcu(&p->member,                  \
					 offsetof(__typeof__(*(ptr)), \
						  member));           \
		_Pragma("GCC diagnostic pop")                         \
	} while (0)
/* clang-format on */

KSYNC_PRIVATE_INLINE void ksync__kfree_rcu(ksync_rcu_head_t *head,
					   unsigned long offset)
{
	ksync__call_kfree(head, offset);
}

/**
 * ksync_kfree_rcu_mightsleep() - free an object without a head
 * @object: from malloc(), or NULL
 *
 * Context: May sleep: waits for a grace period. Not in a reader.
 * Order: As ksync_synchronize_rcu().
 * Example::
 *
 *	ksync_kfree_rcu_mightsleep(NULL);
 */
KSYNC_INLINE void ksync_kfree_rcu_mightsleep(void *object)
{
	ksync_watch_might_sleep();
	if (object)
		ksync__rcu_free_now(object);
}

KSYNC_END_DECLS

/* ksync_guard(rcu)(): a reader to the end of the block. */
KSYNC_DEFINE_LOCK_GUARD_0(rcu, ksync_rcu_read_lock(), ksync_rcu_read_unlock())

#endif
