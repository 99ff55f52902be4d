/* SPDX-License-Identifier: MIT */
/*
 * SRCU: RCU whose readers may sleep. Each ksync_srcu_struct_t is a domain of
 * its own: its grace periods wait for its readers alone.
 *
 *	reader				updater, under its lock
 *	idx = ksync_srcu_read_lock(&d);	old = ksync_rcu_replace_pointer(cfg,
 *	c = ksync_srcu_dereference(	new, 1);
 *		cfg, &d);		ksync_synchronize_srcu(&d);
 *	use(c); perhaps sleep		free(old);
 *	ksync_srcu_read_unlock(&d, idx);
 *
 * One pointer; its state has counters for each processor (<ksync/percpu.h>) and
 * is made by the first reader, or by ksync_init_srcu_struct(). src/defer/srcu.c
 * has its words' tables, docs/srcu.md the guide. Needs no liburcu.
 *
 * Rules, as in the kernel: what ksync_srcu_read_lock() returned is given to the
 * unlock, in the same thread; ksync_srcu_down_read() may be ended by another.
 * Readers nest, also of several domains. A reader must not wait for a grace
 * period of its own domain, nor for who does: that hangs, and the checked
 * library reports it. All forms of readers may be mixed, and are for signal
 * handlers, too. Unlock does not touch the domain once it is over: who has
 * waited for it may free it after ksync_cleanup_srcu_struct().
 */
#ifndef KSYNC_SRCU_H
#define KSYNC_SRCU_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/lockdep.h>
#include <ksync/percpu.h>
#include <ksync/rcu_pointer.h>
#include <ksync/watch.h>

/* Of each processor: how many readers of an index began, and ended, there. The
 * second two of each are for a fork's child: srcu.c, I5. */
struct ksync__srcu_counts {
	long locks[4];
	long unlocks[4];
};

/* What readers need of a state; src/defer/srcu.h has the rest. */
struct ksync__srcu {
	unsigned int idx; /* srcu.c, "idx" */
	ksync_u32 wanted; /* srcu.c, "wanted" */
	struct ksync__srcu_counts *counts;
};

typedef struct KSYNC_TAG(srcu_struct) {
	struct ksync__srcu *state; /* NULL: not made yet. ORDER srcu.state */
	KSYNC__DEP_MAP_FIELD
} ksync_srcu_struct_t;

#define KSYNC__SRCU_INIT(name) \
	{ NULL KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_SRCU, 0) }
#define KSYNC_SRCU_INIT KSYNC__SRCU_INIT("srcu")
/* A domain. In a plugin: ksync_cleanup_srcu_struct() before it goes. */
#define KSYNC_DEFINE_SRCU(name) \
	ksync_srcu_struct_t name = KSYNC__SRCU_INIT(#name)
#define KSYNC_DEFINE_STATIC_SRCU(name) static KSYNC_DEFINE_SRCU(name)

/* Of an index: which counters. */
#define KSYNC__SRCU_SET 3u
/* Of wanted: which counters, plus 1; 0: nobody waits. */
#define KSYNC__SRCU_WANTED 7u

/* What ksync_srcu_read_lock_fast() returns. */
struct ksync_srcu_ctr;

/**
 * typedef ksync_srcu_callback_fn - runs after a grace period
 * @head: the head that was given to ksync_call_srcu()
 *
 * Context: A thread of ksync's, with 256 KiB of stack. May use readers, locks
 *	and ksync_call_srcu(); should not sleep for long: all domains' callbacks
 *	run one after the other.
 */
typedef void (*ksync_srcu_callback_fn)(ksync_rcu_head_t *head);

#define KSYNC__SRCU(ssp) \
	ksync__watched(ssp, KSYNC__DEP_MAP(ssp), KSYNC_KIND_SRCU)
#define KSYNC__SRCU_HOW (KSYNC_WATCH_SHARED | KSYNC_WATCH_RECURSIVE)

KSYNC_BEGIN_DECLS

KSYNC_API int ksync__srcu_read_lock_slow(ksync_srcu_struct_t *ssp);
KSYNC_API void ksync__srcu_read_unlock_slow(ksync_srcu_struct_t *ssp, int idx);
KSYNC_API void ksync__srcu_wake(struct ksync__srcu *s);
KSYNC_API int ksync__srcu_init(ksync_srcu_struct_t *ssp, const char *name,
			       ksync_lock_class_key_t *key);

KSYNC_PRIVATE_INLINE int ksync__srcu_enter(struct ksync__srcu *s)
{
	unsigned int idx = KSYNC_READ_ONCE(s->idx);

	/* ORDER srcu.reader: light. The reader's accesses come after it is
	 * counted. Other end: indices_free(). */
	ksync__percpu_add(&s->counts->locks[idx & KSYNC__SRCU_SET], 1);
	return KSYNC__CAST(int, idx);
}

/* False: no reader of this state has such an index. */
KSYNC_PRIVATE_INLINE bool ksync__srcu_leave(struct ksync__srcu *s, int i)
{
	unsigned int idx = KSYNC__CAST(unsigned int, i);

	if (ksync_unlikely((idx ^ KSYNC_READ_ONCE(s->idx)) & ~1u))
		return false;
	idx &= KSYNC__SRCU_SET;
	/* ORDER srcu.reader: light. The reader's accesses come before its end
	 * is counted. Other end: indices_free(). */
	/* ORDER srcu.wanted: light. Either this sees that somebody waits, or
	 * that one sees the count. Other end: gp_want(). */
	ksync__percpu_add(&s->counts->unlocks[idx], 1);
	if (ksync_unlikely((KSYNC_READ_ONCE(s->wanted) & KSYNC__SRCU_WANTED) ==
			   idx + 1))
		ksync__srcu_wake(s);
	return true;
}

KSYNC_PRIVATE_INLINE int ksync__srcu_read_lock(ksync_srcu_struct_t *ssp)
{
	/* ORDER srcu.state: acquire. It is made. Other end: state_make(). */
	struct ksync__srcu *s = ksync_smp_load_acquire(&ssp->state);

	/* Instrumented code goes where ThreadSanitizer is told. */
	if (KSYNC_THREAD_SANITIZER || ksync_unlikely(!s))
		return ksync__srcu_read_lock_slow(ssp);
	return ksync__srcu_enter(s);
}

KSYNC_PRIVATE_INLINE void ksync__srcu_read_unlock(ksync_srcu_struct_t *ssp,
						  int idx)
{
	struct ksync__srcu *s = KSYNC_READ_ONCE(ssp->state);

	if (KSYNC_THREAD_SANITIZER || ksync_unlikely(!s) ||
	    ksync_unlikely(!ksync__srcu_leave(s, idx)))
		ksync__srcu_read_unlock_slow(ssp, idx);
}

/* The index plus 1. */
KSYNC_PRIVATE_INLINE struct ksync_srcu_ctr *ksync__srcu_cookie(int idx)
{
	union {
		uintptr_t number;
		struct ksync_srcu_ctr *pointer;
	} cookie;

	cookie.number = KSYNC__CAST(uintptr_t, idx) + 1;
	return cookie.pointer;
}

KSYNC_PRIVATE_INLINE int ksync__srcu_index(struct ksync_srcu_ctr *scp)
{
	union {
		struct ksync_srcu_ctr *pointer;
		uintptr_t number;
	} cookie;

	cookie.pointer = scp;
	return KSYNC__CAST(int, cookie.number - 1);
}

/**
 * ksync_init_srcu_struct() - make a domain
 * @ssp: memory for one that nobody uses
 *
 * Context: Any but signal handlers. May allocate.
 * Return: 0, or -ENOMEM.
 * Example::
 *
 *	ksync_srcu_struct_t domain;
 *
 *	if (ksync_init_srcu_struct(&domain) == 0)
 *		ksync_cleanup_srcu_struct(&domain);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_init_srcu_struct(ksync_srcu_struct_t *ssp)
{
	return ksync__srcu_init(ssp, "srcu", NULL);
}
#if KSYNC_CHECKED
#define ksync_init_srcu_struct(ssp) KSYNC__INIT_HERE(ksync__srcu_init, ssp)
#endif

/**
 * ksync_cleanup_srcu_struct() - end a domain
 * @ssp: domain that nobody uses any more
 *
 * With a reader in it, or callbacks that have not run, that is reported and
 * what belongs to the domain stays, so that they may end.
 *
 * Context: May sleep. After ksync_srcu_barrier() if there were callbacks.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *
 *	ksync_cleanup_srcu_struct(&domain);
 */
KSYNC_API void ksync_cleanup_srcu_struct(ksync_srcu_struct_t *ssp);

/**
 * ksync_srcu_read_lock() - begin a reader
 * @ssp: initialised domain
 *
 * Context: Any, also signal handlers. May be nested.
 * Order: A grace period of @ssp that begins later waits for this reader.
 * Return: what ksync_srcu_read_unlock() has to be given.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_read_lock(&domain);
 *
 *	ksync_srcu_read_unlock(&domain, idx);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_srcu_read_lock(ksync_srcu_struct_t *ssp)
{
	int idx;

	ksync_watch_acquire(KSYNC__SRCU(ssp), KSYNC__SRCU_HOW);
	idx = ksync__srcu_read_lock(ssp);
	ksync_watch_acquired(KSYNC__SRCU(ssp), KSYNC__SRCU_HOW);
	return idx;
}

/**
 * ksync_srcu_read_unlock() - end a reader
 * @ssp: the domain that it is in
 * @idx: what ksync_srcu_read_lock() returned
 *
 * Context: The thread that began it.
 * Order: A grace period that has to wait for this reader ends after it.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_read_lock(&domain);
 *
 *	ksync_srcu_read_unlock(&domain, idx);
 */
KSYNC_INLINE void ksync_srcu_read_unlock(ksync_srcu_struct_t *ssp, int idx)
{
	(void)ksync_watch_release(KSYNC__SRCU(ssp), KSYNC__SRCU_HOW);
	ksync__srcu_read_unlock(ssp, idx);
	ksync_watch_released(KSYNC__SRCU(ssp), KSYNC__SRCU_HOW);
}

/**
 * ksync_srcu_read_lock_nmisafe() - the same; every reader here is for handlers
 * @ssp: initialised domain
 *
 * Context: As ksync_srcu_read_lock().
 * Order: As ksync_srcu_read_lock().
 * Return: what ksync_srcu_read_unlock_nmisafe() has to be given.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_read_lock_nmisafe(&domain);
 *
 *	ksync_srcu_read_unlock_nmisafe(&domain, idx);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int
ksync_srcu_read_lock_nmisafe(ksync_srcu_struct_t *ssp)
{
	return ksync_srcu_read_lock(ssp);
}

/**
 * ksync_srcu_read_unlock_nmisafe() - end such a reader
 * @ssp: the domain that it is in
 * @idx: what ksync_srcu_read_lock_nmisafe() returned
 *
 * Context: As ksync_srcu_read_unlock().
 * Order: As ksync_srcu_read_unlock().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_read_lock_nmisafe(&domain);
 *
 *	ksync_srcu_read_unlock_nmisafe(&domain, idx);
 */
KSYNC_INLINE void ksync_srcu_read_unlock_nmisafe(ksync_srcu_struct_t *ssp,
						 int idx)
{
	ksync_srcu_read_unlock(ssp, idx);
}

/**
 * ksync_srcu_read_lock_fast() - the same, with a pointer as its cookie
 * @ssp: initialised domain
 *
 * As fast as ksync_srcu_read_lock(), which has no barrier either.
 *
 * Context: As ksync_srcu_read_lock().
 * Order: As ksync_srcu_read_lock().
 * Return: what ksync_srcu_read_unlock_fast() has to be given; not to be
 *	followed.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	struct ksync_srcu_ctr *scp = ksync_srcu_read_lock_fast(&domain);
 *
 *	ksync_srcu_read_unlock_fast(&domain, scp);
 */
KSYNC_MUST_CHECK KSYNC_INLINE struct ksync_srcu_ctr *
ksync_srcu_read_lock_fast(ksync_srcu_struct_t *ssp)
{
	return ksync__srcu_cookie(ksync_srcu_read_lock(ssp));
}

/**
 * ksync_srcu_read_unlock_fast() - end such a reader
 * @ssp: the domain that it is in
 * @scp: what ksync_srcu_read_lock_fast() returned
 *
 * Context: As ksync_srcu_read_unlock().
 * Order: As ksync_srcu_read_unlock().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	struct ksync_srcu_ctr *scp = ksync_srcu_read_lock_fast(&domain);
 *
 *	ksync_srcu_read_unlock_fast(&domain, scp);
 */
KSYNC_INLINE void ksync_srcu_read_unlock_fast(ksync_srcu_struct_t *ssp,
					      struct ksync_srcu_ctr *scp)
{
	ksync_srcu_read_unlock(ssp, ksync__srcu_index(scp));
}

/**
 * ksync_srcu_down_read() - begin a reader that another thread may end
 * @ssp: initialised domain
 *
 * The checked library does not know who is in it.
 *
 * Context: As ksync_srcu_read_lock().
 * Order: As ksync_srcu_read_lock().
 * Return: what ksync_srcu_up_read() has to be given.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_down_read(&domain);
 *
 *	ksync_srcu_up_read(&domain, idx);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_srcu_down_read(ksync_srcu_struct_t *ssp)
{
	return ksync__srcu_read_lock(ssp);
}

/**
 * ksync_srcu_up_read() - end such a reader
 * @ssp: the domain that it is in
 * @idx: what ksync_srcu_down_read() returned
 *
 * Context: Any.
 * Order: As ksync_srcu_read_unlock().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	int idx = ksync_srcu_down_read(&domain);
 *
 *	ksync_srcu_up_read(&domain, idx);
 */
KSYNC_INLINE void ksync_srcu_up_read(ksync_srcu_struct_t *ssp, int idx)
{
	ksync__srcu_read_unlock(ssp, idx);
}

/**
 * ksync_srcu_down_read_fast() - the same, with a pointer as its cookie
 * @ssp: initialised domain
 *
 * Context: As ksync_srcu_read_lock().
 * Order: As ksync_srcu_read_lock().
 * Return: what ksync_srcu_up_read_fast() has to be given; not to be followed.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	struct ksync_srcu_ctr *scp = ksync_srcu_down_read_fast(&domain);
 *
 *	ksync_srcu_up_read_fast(&domain, scp);
 */
KSYNC_MUST_CHECK KSYNC_INLINE struct ksync_srcu_ctr *
ksync_srcu_down_read_fast(ksync_srcu_struct_t *ssp)
{
	return ksync__srcu_cookie(ksync__srcu_read_lock(ssp));
}

/**
 * ksync_srcu_up_read_fast() - end such a reader
 * @ssp: the domain that it is in
 * @scp: what ksync_srcu_down_read_fast() returned
 *
 * Context: Any.
 * Order: As ksync_srcu_read_unlock().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	struct ksync_srcu_ctr *scp = ksync_srcu_down_read_fast(&domain);
 *
 *	ksync_srcu_up_read_fast(&domain, scp);
 */
KSYNC_INLINE void ksync_srcu_up_read_fast(ksync_srcu_struct_t *ssp,
					  struct ksync_srcu_ctr *scp)
{
	ksync__srcu_read_unlock(ssp, ksync__srcu_index(scp));
}

/**
 * ksync_srcu_read_lock_held() - is the calling thread a reader of the domain?
 * @ssp: initialised domain
 *
 * Context: Any.
 * Return: what the checked library knows; true in the other, which keeps no
 *	list, as in a kernel without lockdep.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	bool perhaps = ksync_srcu_read_lock_held(&domain);
 */
KSYNC_INLINE bool ksync_srcu_read_lock_held(const ksync_srcu_struct_t *ssp)
{
	return ksync_lockdep_is_held(ssp) != KSYNC_LOCK_STATE_NOT_HELD;
}

/**
 * ksync_synchronize_srcu() - wait until the domain's present readers are over
 * @ssp: initialised domain
 *
 * Readers that last longer than 10 s are reported.
 *
 * Context: May sleep. Not in a reader of @ssp, and not while holding a lock
 *	that one waits for.
 * Order: Full, with respect to every reader of @ssp.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *
 *	ksync_synchronize_srcu(&domain);
 */
KSYNC_API void ksync_synchronize_srcu(ksync_srcu_struct_t *ssp);

/**
 * ksync_synchronize_srcu_expedited() - the same; none is delayed here
 * @ssp: initialised domain
 *
 * Context: As ksync_synchronize_srcu().
 * Order: As ksync_synchronize_srcu().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *
 *	ksync_synchronize_srcu_expedited(&domain);
 */
KSYNC_API void ksync_synchronize_srcu_expedited(ksync_srcu_struct_t *ssp);

/* ksync_poll_state_synchronize_srcu() of this is true. */
#define KSYNC_SRCU_COMPLETED 1ul

/**
 * ksync_get_state_synchronize_srcu() - which grace period will have been enough
 * @ssp: initialised domain
 *
 * Context: Any.
 * Order: Full.
 * Return: a cookie for ksync_poll_state_synchronize_srcu(). No more than two
 *	of them are not over at a time.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	unsigned long cookie = ksync_get_state_synchronize_srcu(&domain);
 *
 *	bool over = ksync_poll_state_synchronize_srcu(&domain, cookie);
 */
KSYNC_API unsigned long
ksync_get_state_synchronize_srcu(ksync_srcu_struct_t *ssp);

/**
 * ksync_start_poll_synchronize_srcu() - the same, and begin it
 * @ssp: initialised domain
 *
 * Context: Any but signal handlers.
 * Order: Full.
 * Return: a cookie for ksync_poll_state_synchronize_srcu().
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	unsigned long cookie = ksync_start_poll_synchronize_srcu(&domain);
 *
 *	bool over = ksync_poll_state_synchronize_srcu(&domain, cookie);
 */
KSYNC_API unsigned long
ksync_start_poll_synchronize_srcu(ksync_srcu_struct_t *ssp);

/**
 * ksync_poll_state_synchronize_srcu() - is that grace period over?
 * @ssp: the domain that the cookie is of
 * @cookie: from one of the two functions above
 *
 * If not, it is helped on: no thread is needed to end it, only that somebody
 * asks. About a microsecond.
 *
 * Context: Any but signal handlers.
 * Order: Full if it returns true, with respect to every reader of @ssp that
 *	began before the cookie.
 * Return: true if it is over.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *	unsigned long cookie = ksync_start_poll_synchronize_srcu(&domain);
 *
 *	bool over = ksync_poll_state_synchronize_srcu(&domain, cookie);
 */
KSYNC_API bool ksync_poll_state_synchronize_srcu(ksync_srcu_struct_t *ssp,
						 unsigned long cookie);

/**
 * ksync_call_srcu() - have a function called after a grace period
 * @ssp: initialised domain
 * @head: in the object that was removed; unused until @func runs. Need not be
 *	initialised. One that is still queued is reported, and stays as it is
 * @func: called with @head; not NULL
 *
 * Those of a domain run in the order of their calls. A domain's reader that
 * sleeps delays those of its domain alone.
 *
 * Context: Any but signal handlers; also in a reader and in a callback. May
 *	make a thread; if there can be none, that is reported, and the callback
 *	waits for the next call or for ksync_srcu_barrier().
 * Order: What the caller did before is visible to @func, and what every reader
 *	did that the grace period waited for.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *
 *	static void callback(ksync_rcu_head_t *head)
 *	{
 *		(void)head;
 *	}
 *
 *	static void retire(ksync_rcu_head_t *head)
 *	{
 *		ksync_call_srcu(&domain, head, callback);
 *	}
 */
KSYNC_API void ksync_call_srcu(ksync_srcu_struct_t *ssp, ksync_rcu_head_t *head,
			       ksync_srcu_callback_fn func);

/**
 * ksync_srcu_barrier() - wait until the domain's callbacks so far have run
 * @ssp: initialised domain
 *
 * Context: May sleep. Not in a reader of @ssp, and not in a callback: that is
 *	reported as a deadlock.
 * Order: What the callbacks did is visible.
 * Example::
 *
 *	static KSYNC_DEFINE_SRCU(domain);
 *
 *	ksync_srcu_barrier(&domain);
 */
KSYNC_API void ksync_srcu_barrier(ksync_srcu_struct_t *ssp);

KSYNC_END_DECLS

/* ksync_guard(srcu)(&domain): a reader to the end of the block. */
KSYNC_DEFINE_LOCK_GUARD_1(srcu, ksync_srcu_struct_t,
			  _T->idx = ksync_srcu_read_lock(_T->lock),
			  ksync_srcu_read_unlock(_T->lock, _T->idx), int idx)
KSYNC_DEFINE_LOCK_GUARD_1(srcu_fast, ksync_srcu_struct_t,
			  _T->scp = ksync_srcu_read_lock_fast(_T->lock),
			  ksync_srcu_read_unlock_fast(_T->lock, _T->scp),
			  struct ksync_srcu_ctr *scp)

/* The pointer, for use in a reader of the domain. */
#define ksync_srcu_dereference(p, ssp) ksync_srcu_dereference_check(p, ssp, 0)
/* For a reader of it, or where cond says why not. */
#define ksync_srcu_dereference_check(p, ssp, cond) \
	ksync_rcu_dereference_check(p, (cond) || ksync_srcu_read_lock_held(ssp))

#endif
