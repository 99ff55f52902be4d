/* SPDX-License-Identifier: MIT */
/*
 * Once: something is initialised by whoever comes first; the others wait until
 * it is done, asleep if it takes long. Afterwards a call is one load.
 *
 *	static KSYNC_DEFINE_ONCE(once);
 *
 *	ksync_once(&once, table_fill, &table);
 *
 * Unlike pthread_once(): the function has an argument, the object may be part
 * of another one and be freed as soon as it is done, an initialisation that
 * calls itself is reported instead of hanging, and one that fails may be said
 * to, and is tried again by the next caller. So it is if its thread was
 * cancelled in it, if the function threw, and if its thread is gone: in a
 * fork's child, for example.
 *
 * KSYNC_DO_ONCE() and its relatives are the kernel's, once for each place in
 * the source.
 */
#ifndef KSYNC_ONCE_H
#define KSYNC_ONCE_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/watch.h>

typedef struct ksync_once_words {
	unsigned long owner; /* who initialises. src/sleep/once.c */
	ksync_atomic_t word;
	KSYNC__DEP_MAP_FIELD
} ksync_once_t;

#define KSYNC__ONCE_DONE 1

#define KSYNC__ONCE_INIT(name) \
	{ 0,                   \
	  KSYNC_ATOMIC_INIT(0) KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_ONCE, 0) }
#define KSYNC_ONCE_INIT KSYNC__ONCE_INIT("once")
#define KSYNC_DEFINE_ONCE(name) ksync_once_t name = KSYNC__ONCE_INIT(#name)

/* What the verbs of the seam are told. */
#define KSYNC__ONCE(o) ksync__watched(o, KSYNC__DEP_MAP(o), KSYNC_KIND_ONCE)

KSYNC_BEGIN_DECLS

/* The slow paths, in src/sleep/once.c. */
KSYNC_API bool ksync__once_begin_slow(ksync_once_t *o);
KSYNC_API void ksync__once_call(ksync_once_t *o, void (*fn)(void *arg),
				void *arg);

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__once_init(ksync_once_t *o, const char *name,
					   ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(o->owner, 0ul);
	ksync_atomic_set(&o->word, 0);
	ksync_watch_created(KSYNC__ONCE(o), 0, name, key);
}

/**
 * ksync_once_init() - make a once ready for use
 * @o: memory for a once that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_once_t o;
 *
 *	ksync_once_init(&o);
 */
KSYNC_INLINE void ksync_once_init(ksync_once_t *o)
{
	ksync__once_init(o, "once", NULL);
}
#if KSYNC_CHECKED
#define ksync_once_init(o) KSYNC__INIT_HERE(ksync__once_init, o)
#endif

/**
 * ksync_once_is_done() - is it initialised?
 * @o: initialised once
 *
 * Context: Any.
 * Order: Acquire if it returns true: what was initialised is visible.
 * Return: true if somebody has ended it.
 * Example::
 *
 *	static KSYNC_DEFINE_ONCE(o);
 *	bool done = ksync_once_is_done(&o);
 */
KSYNC_INLINE bool ksync_once_is_done(const ksync_once_t *o)
{
	/* ORDER once.done: acquire. Sees what was initialised. Other end:
	 * once_end(). */
	return ksync_atomic_read_acquire(&o->word) & KSYNC__ONCE_DONE;
}

/* For those who may not sleep, though others may have to be waited for. */
KSYNC_PRIVATE_INLINE bool ksync__once_begin(ksync_once_t *o)
{
	bool begun;

	if (ksync_likely(ksync_once_is_done(o)))
		return false;
	ksync_watch_acquire(KSYNC__ONCE(o), 0);
	ksync_watch_contended(KSYNC__ONCE(o));
	begun = ksync__once_begin_slow(o);
	if (begun)
		ksync_watch_acquired(KSYNC__ONCE(o), 0);
	else
		ksync_watch_abandoned(KSYNC__ONCE(o), 0);
	return begun;
}

/**
 * ksync_once_begin() - initialise, or wait until somebody has
 * @o: initialised once
 *
 * If the caller is the one, it ends with ksync_once_end(), or with
 * ksync_once_abandon() if it failed. One that it has begun already is
 * reported as a deadlock.
 *
 * Context: May sleep. Not inside an RCU reader, not under a spinlock.
 * Order: Acquire.
 * Locks: Initialises @o if it returns true.
 * Return: true if the caller has to initialise, false if it is done.
 * Example::
 *
 *	static KSYNC_DEFINE_ONCE(o);
 *
 *	if (ksync_once_begin(&o))
 *		ksync_once_end(&o);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_once_begin(ksync_once_t *o)
{
	ksync_watch_might_sleep();
	return ksync__once_begin(o);
}

/**
 * ksync_once_end() - it is initialised
 * @o: once that the caller has begun
 *
 * Context: Any.
 * Order: Release.
 * Locks: @o is done, and may be freed by the time this returns.
 * Example::
 *
 *	static KSYNC_DEFINE_ONCE(o);
 *
 *	if (ksync_once_begin(&o))
 *		ksync_once_end(&o);
 */
KSYNC_API void ksync_once_end(ksync_once_t *o);

/**
 * ksync_once_abandon() - it could not be initialised
 * @o: once that the caller has begun
 *
 * Another caller, one that waits if there is one, begins anew.
 *
 * Context: Any.
 * Order: Release: it sees what was done so far.
 * Locks: @o is as if it had not been begun.
 * Example::
 *
 *	static KSYNC_DEFINE_ONCE(o);
 *
 *	if (ksync_once_begin(&o))
 *		ksync_once_abandon(&o);
 */
KSYNC_API void ksync_once_abandon(ksync_once_t *o);

/* Left without an end: by cancellation, an exception or longjmp's unwinding. */
KSYNC_PRIVATE_INLINE void ksync__once_left(ksync_once_t **begun)
{
	if (*begun)
		ksync_once_abandon(*begun);
}

/**
 * ksync_once() - call a function if nobody has yet, and wait for its end
 * @o: initialised once
 * @fn: initialises; may sleep, and use other onces
 * @arg: for @fn
 *
 * If @fn throws, or its thread is cancelled or ends in it, it counts as not
 * called, and the next caller's is.
 *
 * Context: May sleep. Not inside an RCU reader, not under a spinlock.
 * Order: Acquire: what was initialised is visible.
 * Return: true if this call has called @fn.
 * Example::
 *
 *	extern void table_fill(void *table);
 *	static KSYNC_DEFINE_ONCE(o);
 *	static int table[16];
 *
 *	ksync_once(&o, table_fill, table);
 */
KSYNC_INLINE bool ksync_once(ksync_once_t *o, void (*fn)(void *arg), void *arg)
{
	if (ksync_likely(!ksync_once_begin(o)))
		return false;
	ksync__once_call(o, fn, arg);
	return true;
}

KSYNC_END_DECLS

/* func(args...), given as (func, args...). */
#define KSYNC__CALL(...)                                                     \
	KSYNC__PICK_10(__VA_ARGS__, KSYNC__CALL_WITH, KSYNC__CALL_WITH,      \
		       KSYNC__CALL_WITH, KSYNC__CALL_WITH, KSYNC__CALL_WITH, \
		       KSYNC__CALL_WITH, KSYNC__CALL_WITH, KSYNC__CALL_WITH, \
		       KSYNC__CALL_WITH, KSYNC__CALL_ALONE, 0)               \
	(__VA_ARGS__)
#define KSYNC__CALL_ALONE(func) func()
#define KSYNC__CALL_WITH(func, ...) func(__VA_ARGS__)

/*
 * (func, args...): calls it once in the life of the process, for this place.
 * Who comes meanwhile waits. True in the call that called it. As in the kernel
 * it may be used where nobody may sleep, and func must not; in _SLEEPABLE()
 * both may.
 */
#define KSYNC_DO_ONCE(...)                                                    \
	KSYNC__DO_ONCE(KSYNC_UNIQUE(ksync__once_), KSYNC_UNIQUE(ksync__ran_), \
		       KSYNC_UNIQUE(ksync__left_), ksync__once_begin,         \
		       ksync_watch_atomic_enter(), ksync_watch_atomic_exit(), \
		       __VA_ARGS__)
#define KSYNC_DO_ONCE_SLEEPABLE(...)                                          \
	KSYNC__DO_ONCE(KSYNC_UNIQUE(ksync__once_), KSYNC_UNIQUE(ksync__ran_), \
		       KSYNC_UNIQUE(ksync__left_), ksync_once_begin, (void)0, \
		       (void)0, __VA_ARGS__)
#define KSYNC__DO_ONCE(once, ran, left, begin, enter, leave, ...)            \
	__extension__({                                                      \
		static KSYNC_DEFINE_ONCE(once);                              \
		bool ran = begin(&once);                                     \
                                                                             \
		if (ksync_unlikely(ran)) {                                   \
			ksync_once_t *left KSYNC_CLEANUP(ksync__once_left) = \
				&once;                                       \
                                                                             \
			enter;                                               \
			KSYNC__CALL(__VA_ARGS__);                            \
			leave;                                               \
			left = NULL;                                         \
			ksync_once_end(&once);                               \
		}                                                            \
		ran;                                                         \
	})

/*
 * The same, but nobody waits: threads that come at once may find it called, and
 * not yet done. _IF(condition, func, args...): at the first time that the
 * condition is true; its value is the condition.
 */
#define KSYNC_DO_ONCE_LITE(...) KSYNC_DO_ONCE_LITE_IF(true, __VA_ARGS__)
#define KSYNC_DO_ONCE_LITE_IF(condition, ...) \
	KSYNC__DO_ONCE_LITE_IF(KSYNC_UNIQUE(ksync__is_), condition, __VA_ARGS__)
#define KSYNC__DO_ONCE_LITE_IF(is, condition, ...) \
	__extension__({                            \
		bool is = !!(condition);           \
                                                   \
		if (KSYNC___ONCE_LITE_IF(is))      \
			KSYNC__CALL(__VA_ARGS__);  \
		ksync_unlikely(is);                \
	})
/* True at the first time that the condition is, at this place. */
#define KSYNC___ONCE_LITE_IF(condition) \
	KSYNC__ONCE_LITE_IF_AS(KSYNC_UNIQUE(ksync__already_), condition)
#define KSYNC__ONCE_LITE_IF_AS(already, condition)                         \
	__extension__({                                                    \
		static bool already;                                       \
                                                                           \
		ksync_unlikely((condition) && !KSYNC_READ_ONCE(already) && \
			       !ksync_xchg_relaxed(&already, true));       \
	})

#endif
