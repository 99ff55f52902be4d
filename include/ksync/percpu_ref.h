/* SPDX-License-Identifier: MIT */
/*
 * A reference count that scales: while its object lives, each processor counts
 * for itself, and getting and putting touch no memory of another. Once it is
 * killed all count in one place, so that the last put is noticed.
 *
 *	struct pool {
 *		struct ksync_percpu_ref refs;
 *		...
 *	};
 *
 *	ksync_percpu_ref_init(&pool->refs, pool_release, 0);
 *	if (ksync_percpu_ref_tryget_live(&pool->refs)) {
 *		...
 *		ksync_percpu_ref_put(&pool->refs);
 *	}
 *	ksync_percpu_ref_kill(&pool->refs);
 *
 * Until then nobody notices if the count comes to zero, so the owner has a
 * reference, which ksync_percpu_ref_init() makes and ksync_percpu_ref_kill()
 * puts. A thread may put what another one got.
 *
 * Where there are no restartable sections (ksync_status() says so) all count in
 * one place from the start.
 */
#ifndef KSYNC_PERCPU_REF_H
#define KSYNC_PERCPU_REF_H

#include <ksync/atomic.h>
#include <ksync/percpu.h>

/* Begin as after ksync_percpu_ref_switch_to_atomic(). */
#define KSYNC_PERCPU_REF_INIT_ATOMIC (1u << 0)
/* Begin as after ksync_percpu_ref_kill(), with no reference. */
#define KSYNC_PERCPU_REF_INIT_DEAD (1u << 1)
/* It may count per processor again after it was killed, or switched. The other
 * two imply it. */
#define KSYNC_PERCPU_REF_ALLOW_REINIT (1u << 2)

struct KSYNC_TAG(percpu_ref);
/**
 * typedef ksync_percpu_ref_func_t - called with a count
 * @ref: the count
 */
typedef void ksync_percpu_ref_func_t(struct KSYNC_TAG(percpu_ref) * ref);

struct KSYNC_TAG(percpu_ref) {
	long *ksync__copies;	 /* read-only; NULL if there are none */
	ksync_u32 ksync__shared; /* SHARED; percpu.h, under the lock */
	ksync_u32 ksync__how;	 /* under the lock */
	ksync_atomic_long_t ksync__count;
	ksync_percpu_ref_func_t *ksync__release; /* read-only */
	unsigned long ksync__lock;		 /* a wait queue's, empty */
};
typedef struct KSYNC_TAG(percpu_ref) ksync_percpu_ref_t;

/* src/object/percpu_ref.c has the word's table. */
#define KSYNC__PERCPU_REF_SHARED 1u
#define KSYNC__PERCPU_REF_DEAD 1l
#define KSYNC__PERCPU_REF_ONE 2l

KSYNC_BEGIN_DECLS

KSYNC_API void ksync__percpu_ref_last(ksync_percpu_ref_t *ref, long left,
				      unsigned long nr);

/**
 * ksync_percpu_ref_init() - begin with one reference
 * @ref: the count, in a new object
 * @release: called by the thread that puts the last reference, once; it may
 *	sleep if whoever puts may. May be NULL
 * @flags: KSYNC_PERCPU_REF_INIT_ATOMIC, KSYNC_PERCPU_REF_INIT_DEAD,
 *	KSYNC_PERCPU_REF_ALLOW_REINIT, or 0
 *
 * Context: May allocate; before anybody else knows the object.
 * Return: 0, or -ENOMEM.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	if (ksync_percpu_ref_init(&refs, NULL, 0))
 *		return;
 */
KSYNC_MUST_CHECK KSYNC_API int
ksync_percpu_ref_init(ksync_percpu_ref_t *ref, ksync_percpu_ref_func_t *release,
		      unsigned int flags);

/**
 * ksync_percpu_ref_exit() - give back what init allocated
 * @ref: the count, of which nobody has a reference, or will get one
 *
 * Also of one that was never killed, and again.
 *
 * Context: Any; may be called in the release function.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_exit(&refs);
 */
KSYNC_API void ksync_percpu_ref_exit(ksync_percpu_ref_t *ref);

/**
 * ksync_percpu_ref_get_many() - get references
 * @ref: the count of an object to which the caller has a reference
 * @nr: how many
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_get_many(&refs, 2);
 */
KSYNC_INLINE void ksync_percpu_ref_get_many(ksync_percpu_ref_t *ref,
					    unsigned long nr)
{
	if (!ksync__percpu_add_unless(ref->ksync__copies, KSYNC__CAST(long, nr),
				      &ref->ksync__shared,
				      KSYNC__PERCPU_REF_SHARED))
		ksync_atomic_long_add(KSYNC__CAST(long, nr) *
					      KSYNC__PERCPU_REF_ONE,
				      &ref->ksync__count);
}

/**
 * ksync_percpu_ref_get() - get a reference
 * @ref: the count of an object to which the caller has a reference
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_get(&refs);
 */
KSYNC_INLINE void ksync_percpu_ref_get(ksync_percpu_ref_t *ref)
{
	ksync_percpu_ref_get_many(ref, 1);
}

/* In the one place, if the count has no bit of "unless" and is not zero. */
KSYNC_PRIVATE_INLINE bool ksync__percpu_ref_add(ksync_percpu_ref_t *ref,
						unsigned long nr, long unless)
{
	long count = ksync_atomic_long_read(&ref->ksync__count);

	do {
		if ((count & unless) || count < KSYNC__PERCPU_REF_ONE)
			return false;
		/* ORDER percpu_ref.live: acquire. Who finds it alive again sees
		 * what was done before that. Other end: ref_revive(). */
	} while (!ksync_atomic_long_try_cmpxchg_acquire(
		&ref->ksync__count, &count,
		count + KSYNC__CAST(long, nr) * KSYNC__PERCPU_REF_ONE));
	return true;
}

/**
 * ksync_percpu_ref_tryget_many() - get references unless there is none
 * @ref: the count of an object whose memory is kept by other means
 * @nr: how many
 *
 * Context: Any.
 * Order: Acquire, if true, of what came before a reinit or resurrect.
 * Return: true if it got them; it does so until the last one is put.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *	bool got = ksync_percpu_ref_tryget_many(&refs, 2);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_percpu_ref_tryget_many(ksync_percpu_ref_t *ref, unsigned long nr)
{
	return ksync__percpu_add_unless(ref->ksync__copies,
					KSYNC__CAST(long, nr),
					&ref->ksync__shared,
					KSYNC__PERCPU_REF_SHARED) ||
	       ksync__percpu_ref_add(ref, nr, 0);
}

/**
 * ksync_percpu_ref_tryget() - get a reference unless there is none
 * @ref: the count of an object whose memory is kept by other means
 *
 * Context: Any.
 * Order: Acquire, if true, of what came before a reinit or resurrect.
 * Return: true if it got one; it does so until the last one is put.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *	bool got = ksync_percpu_ref_tryget(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_percpu_ref_tryget(ksync_percpu_ref_t *ref)
{
	return ksync_percpu_ref_tryget_many(ref, 1);
}

/**
 * ksync_percpu_ref_tryget_live() - get a reference unless it was killed
 * @ref: the count of an object whose memory is kept by other means
 *
 * Context: Any.
 * Order: Acquire, if true, of what came before a reinit or resurrect.
 * Return: true if it got one; never after ksync_percpu_ref_kill() has returned,
 *	or the function given to ksync_percpu_ref_kill_and_confirm() was called.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *	bool got = ksync_percpu_ref_tryget_live(&refs);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_percpu_ref_tryget_live(ksync_percpu_ref_t *ref)
{
	/* Who counts per processor is alive. */
	return ksync__percpu_add_unless(ref->ksync__copies, 1,
					&ref->ksync__shared,
					KSYNC__PERCPU_REF_SHARED) ||
	       ksync__percpu_ref_add(ref, 1, KSYNC__PERCPU_REF_DEAD);
}

/**
 * ksync_percpu_ref_put_many() - put references
 * @ref: the count
 * @nr: how many
 *
 * Context: Any, if the release function is for it.
 * Order: Release; the release function comes after all puts.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_put_many(&refs, 2);
 */
KSYNC_INLINE void ksync_percpu_ref_put_many(ksync_percpu_ref_t *ref,
					    unsigned long nr)
{
	long left;

	if (ksync__percpu_add_unless(ref->ksync__copies, -KSYNC__CAST(long, nr),
				     &ref->ksync__shared,
				     KSYNC__PERCPU_REF_SHARED))
		return;
	/* ORDER percpu_ref.put: release. The last one sees all that was done
	 * with the object. Other end: ksync__percpu_ref_last(). */
	left = ksync_atomic_long_sub_return_release(
		KSYNC__CAST(long, nr) * KSYNC__PERCPU_REF_ONE,
		&ref->ksync__count);
	if (ksync_unlikely(left < KSYNC__PERCPU_REF_ONE))
		ksync__percpu_ref_last(ref, left, nr);
}

/**
 * ksync_percpu_ref_put() - put a reference
 * @ref: the count
 *
 * Context: Any, if the release function is for it.
 * Order: Release; the release function comes after all puts.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_put(&refs);
 */
KSYNC_INLINE void ksync_percpu_ref_put(ksync_percpu_ref_t *ref)
{
	ksync_percpu_ref_put_many(ref, 1);
}

/**
 * ksync_percpu_ref_is_dying() - was it killed?
 * @ref: the count
 *
 * Context: Any.
 * Order: None.
 * Return: true between a kill and the next reinit or resurrect.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *	bool dying = ksync_percpu_ref_is_dying(&refs);
 */
KSYNC_INLINE bool ksync_percpu_ref_is_dying(const ksync_percpu_ref_t *ref)
{
	return ksync_atomic_long_read(&ref->ksync__count) &
	       KSYNC__PERCPU_REF_DEAD;
}

/**
 * ksync_percpu_ref_is_zero() - is there no reference?
 * @ref: the count
 *
 * Context: Any.
 * Order: None.
 * Return: true if there is none; false as long as it counts per processor.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *	bool gone = ksync_percpu_ref_is_zero(&refs);
 */
KSYNC_INLINE bool ksync_percpu_ref_is_zero(const ksync_percpu_ref_t *ref)
{
	return ksync_atomic_long_read(&ref->ksync__count) <
	       KSYNC__PERCPU_REF_ONE;
}

/**
 * ksync_percpu_ref_kill_and_confirm() - put the owner's reference, for ever
 * @ref: the count, not killed before
 * @confirm: called when ksync_percpu_ref_tryget_live() fails for all, before
 *	the reference is put; or NULL
 *
 * All count in one place from now on. Interrupts the other threads of the
 * process: some 10 us, longer where membarrier(2) is refused.
 *
 * Context: Any but a signal handler. The release function may be called.
 * Order: As a put.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_kill_and_confirm(&refs, NULL);
 */
KSYNC_API void
ksync_percpu_ref_kill_and_confirm(ksync_percpu_ref_t *ref,
				  ksync_percpu_ref_func_t *confirm);

/**
 * ksync_percpu_ref_kill() - put the owner's reference, for ever
 * @ref: the count, not killed before
 *
 * Context: Any but a signal handler. The release function may be called.
 * Order: As a put.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_kill(&refs);
 */
KSYNC_API void ksync_percpu_ref_kill(ksync_percpu_ref_t *ref);

/**
 * ksync_percpu_ref_switch_to_atomic() - count in one place, until told again
 * @ref: the count, to which the caller has a reference
 * @confirm: called when all do so, before this returns; or NULL
 *
 * Without KSYNC_PERCPU_REF_ALLOW_REINIT for ever.
 *
 * Context: Any but a signal handler.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_switch_to_atomic(&refs, NULL);
 */
KSYNC_API void
ksync_percpu_ref_switch_to_atomic(ksync_percpu_ref_t *ref,
				  ksync_percpu_ref_func_t *confirm);

/**
 * ksync_percpu_ref_switch_to_atomic_sync() - count in one place, and wait
 * @ref: the count, to which the caller has a reference
 *
 * Context: May sleep.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_switch_to_atomic_sync(&refs);
 */
KSYNC_API void ksync_percpu_ref_switch_to_atomic_sync(ksync_percpu_ref_t *ref);

/**
 * ksync_percpu_ref_switch_to_percpu() - count per processor again
 * @ref: the count, with KSYNC_PERCPU_REF_ALLOW_REINIT
 *
 * One that was killed does so when it is made alive again.
 *
 * Context: Any but a signal handler.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_switch_to_percpu(&refs);
 */
KSYNC_API void ksync_percpu_ref_switch_to_percpu(ksync_percpu_ref_t *ref);

/**
 * ksync_percpu_ref_resurrect() - make it alive again
 * @ref: the count: killed, with KSYNC_PERCPU_REF_ALLOW_REINIT
 *
 * The owner has a reference again, whatever others have.
 *
 * Context: Any but a signal handler.
 * Order: Release; pairs with the tryget functions.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_resurrect(&refs);
 */
KSYNC_API void ksync_percpu_ref_resurrect(ksync_percpu_ref_t *ref);

/**
 * ksync_percpu_ref_reinit() - begin anew
 * @ref: the count: killed, and without a reference
 *
 * Context: Any but a signal handler.
 * Order: Release; pairs with the tryget functions.
 * Example::
 *
 *	static ksync_percpu_ref_t refs;
 *
 *	ksync_percpu_ref_reinit(&refs);
 */
KSYNC_API void ksync_percpu_ref_reinit(ksync_percpu_ref_t *ref);

KSYNC_END_DECLS

#endif
