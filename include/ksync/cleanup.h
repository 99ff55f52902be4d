/* SPDX-License-Identifier: MIT */
/*
 * Scope-based forms: what a scope takes it gives back, on every way out.
 *
 *	ksync_guard(mutex)(&account->lock);	held to the end of the block
 *
 *	ksync_scoped_guard(mutex, &account->lock) {
 *		account->cents += 5;		held in these braces
 *	}
 *
 *	ksync_scoped_cond_guard(mutex_intr, return -EINTR, &account->lock) {
 *		account->cents += 5;		held, or -EINTR was returned
 *	}
 *
 *	char *name ksync_free(name_buffer) = name_buffer_new();
 *
 * They run in reverse order of definition. Declare and initialise in one
 * statement; do not mix them with goto in one function. ksync_scoped_guard() is
 * a loop of one turn: break and continue inside it leave the guard.
 *
 * The kernel's names for these (guard, scoped_guard, __free, CLASS, ...) are in
 * <linux/cleanup.h>.
 */
#ifndef KSYNC_CLEANUP_H
#define KSYNC_CLEANUP_H

#include <ksync/err.h>

/*
 * A cleanup action for a variable of this type; the expression calls it _T and
 * should test for NULL first, so that the compiler can drop it.
 */
#define KSYNC_DEFINE_FREE(name, type, expr)                          \
	KSYNC_PRIVATE_INLINE void ksync__free_##name(void *ksync__p) \
	{                                                            \
		type _T = *(type *)ksync__p;                         \
                                                                     \
		expr;                                                \
	}
#define ksync_free(name) KSYNC_CLEANUP(ksync__free_##name)

KSYNC_PRIVATE_INLINE KSYNC_MUST_CHECK const volatile void *
ksync__must_use(const volatile void *p)
{
	return p;
}

/* Take the pointer out of a variable with a cleanup; it becomes NULL. */
#define ksync_no_free_ptr(p)                                       \
	((__typeof__(p))(uintptr_t)ksync__must_use(__extension__({ \
		__typeof__(p) ksync__taken = (p);                  \
		(p) = NULL;                                        \
		ksync__taken;                                      \
	})))
#define ksync_return_ptr(p) return ksync_no_free_ptr(p)
/* A callee has taken the pointer over. */
#define ksync_retain_and_null_ptr(p) ((void)((p) = NULL))

/*
 * A class: a type with a constructor (init, with the parameters that follow)
 * and a destructor (exit, which calls the object _T).
 */
#define KSYNC_DEFINE_CLASS(name, type, exit, init, ...)                     \
	typedef type ksync_class_##name##_t;                                \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##_exit(type *ksync__p) \
	{                                                                   \
		type _T = *ksync__p;                                        \
                                                                            \
		exit;                                                       \
	}                                                                   \
	KSYNC_PRIVATE_INLINE type ksync_class_##name##_init(__VA_ARGS__)    \
	{                                                                   \
		type ksync__t = init;                                       \
                                                                            \
		return ksync__t;                                            \
	}
/* The same class with another constructor. */
#define KSYNC_EXTEND_CLASS(name, ext, init, ...)                    \
	typedef ksync_class_##name##_t ksync_class_##name##ext##_t; \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##ext##_exit(   \
		ksync_class_##name##_t *ksync__p)                   \
	{                                                           \
		ksync_class_##name##_exit(ksync__p);                \
	}                                                           \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t                 \
		ksync_class_##name##ext##_init(__VA_ARGS__)         \
	{                                                           \
		ksync_class_##name##_t ksync__t = init;             \
                                                                    \
		return ksync__t;                                    \
	}
/* KSYNC_CLASS(name, var)(args): an object to the end of the block. */
#define KSYNC_CLASS(name, var)                                                \
	ksync_class_##name##_t var KSYNC_CLEANUP(ksync_class_##name##_exit) = \
		ksync_class_##name##_init

/* Was the lock of this guard taken? An error value says why not. */
#define KSYNC__GUARD_LOCK(name, conditional, type, expr)                     \
	enum { ksync_class_##name##_is_conditional = (conditional) };        \
	KSYNC_PRIVATE_INLINE const volatile void *ksync_class_##name##_lock( \
		type *_T)                                                    \
	{                                                                    \
		return (expr);                                               \
	}
#define KSYNC__GUARD_HELD(name, var) \
	(!ksync_IS_ERR_OR_NULL(      \
		(const void *)(uintptr_t)ksync_class_##name##_lock(var)))

/* A guard whose value is the lock's pointer. */
#define KSYNC_DEFINE_GUARD(name, type, lock, unlock)                        \
	typedef type ksync_class_##name##_t;                                \
	KSYNC_PRIVATE_INLINE type ksync_class_##name##_init(type _T)        \
	{                                                                   \
		lock;                                                       \
		return _T;                                                  \
	}                                                                   \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##_exit(type *ksync__p) \
	{                                                                   \
		type _T = *ksync__p;                                        \
                                                                            \
		if (!ksync_IS_ERR_OR_NULL((const void *)_T)) {              \
			unlock;                                             \
		}                                                           \
	}                                                                   \
	KSYNC__GUARD_LOCK(name, 0, type, *_T)

/*
 * KSYNC_DEFINE_GUARD_COND(name, ext, condlock[, cond]): the same guard with a
 * lock that may fail. cond sees the result as _RET; without it, a result that
 * is not 0 means success. A failure is stored as an error pointer: the negative
 * result, or -EBUSY.
 */
#define KSYNC__COND_ERROR(ret) ksync_ERR_PTR((ret) < 0 ? (ret) : -EBUSY)
#define KSYNC__GUARD_COND(name, ext, condlock, cond)                      \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t                       \
		ksync_class_##name##ext##_init(ksync_class_##name##_t _T) \
	{                                                                 \
		long _RET = (condlock);                                   \
                                                                          \
		if (cond)                                                 \
			return _T;                                        \
		return (ksync_class_##name##_t)KSYNC__COND_ERROR(_RET);   \
	}                                                                 \
	typedef ksync_class_##name##_t ksync_class_##name##ext##_t;       \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##ext##_exit(         \
		ksync_class_##name##_t *ksync__p)                         \
	{                                                                 \
		ksync_class_##name##_exit(ksync__p);                      \
	}                                                                 \
	KSYNC__GUARD_LOCK(name##ext, 1, ksync_class_##name##_t, *_T)
#define KSYNC__GUARD_COND_3(name, ext, condlock) \
	KSYNC__GUARD_COND(name, ext, condlock, _RET)
#define KSYNC__PICK_4(a, b, c, d, picked, ...) picked
#define KSYNC_DEFINE_GUARD_COND(...)                                       \
	KSYNC__PICK_4(__VA_ARGS__, KSYNC__GUARD_COND, KSYNC__GUARD_COND_3, \
		      none, none)                                          \
	(__VA_ARGS__)

/*
 * A guard with state besides the lock: struct { type *lock; the members that
 * follow }, which lock and unlock see as _T. _0 has no lock; _1_COND(name, ext,
 * condlock[, cond]) is to _1 what KSYNC_DEFINE_GUARD_COND is to a plain guard.
 */
#define KSYNC_DEFINE_LOCK_GUARD_1(name, type, lock_, unlock_, ...)             \
	typedef struct {                                                       \
		type *lock;                                                    \
		__VA_ARGS__;                                                   \
	} ksync_class_##name##_t;                                              \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t ksync_class_##name##_init( \
		type *ksync__l)                                                \
	{                                                                      \
		ksync_class_##name##_t ksync__t, *_T = &ksync__t;              \
                                                                               \
		_T->lock = ksync__l;                                           \
		lock_;                                                         \
		return ksync__t;                                               \
	}                                                                      \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##_exit(                   \
		ksync_class_##name##_t *_T)                                    \
	{                                                                      \
		if (!ksync_IS_ERR_OR_NULL((const void *)_T->lock)) {           \
			unlock_;                                               \
		}                                                              \
	}                                                                      \
	KSYNC__GUARD_LOCK(name, 0, ksync_class_##name##_t, _T->lock)
#define KSYNC__LOCK_GUARD_1_COND(name, ext, condlock, cond)                    \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t                            \
		ksync_class_##name##ext##_init(                                \
			__typeof__(((ksync_class_##name##_t *)0)               \
					   ->lock) ksync__l)                   \
	{                                                                      \
		ksync_class_##name##_t ksync__t, *_T = &ksync__t;              \
		long _RET;                                                     \
                                                                               \
		_T->lock = ksync__l;                                           \
		_RET = (condlock);                                             \
		if (!(cond))                                                   \
			_T->lock =                                             \
				(__typeof__(_T->lock))KSYNC__COND_ERROR(_RET); \
		return ksync__t;                                               \
	}                                                                      \
	typedef ksync_class_##name##_t ksync_class_##name##ext##_t;            \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##ext##_exit(              \
		ksync_class_##name##_t *ksync__p)                              \
	{                                                                      \
		ksync_class_##name##_exit(ksync__p);                           \
	}                                                                      \
	KSYNC__GUARD_LOCK(name##ext, 1, ksync_class_##name##_t, _T->lock)
#define KSYNC__LOCK_GUARD_1_COND_3(name, ext, condlock) \
	KSYNC__LOCK_GUARD_1_COND(name, ext, condlock, _RET)
#define KSYNC_DEFINE_LOCK_GUARD_1_COND(...)                   \
	KSYNC__PICK_4(__VA_ARGS__, KSYNC__LOCK_GUARD_1_COND,  \
		      KSYNC__LOCK_GUARD_1_COND_3, none, none) \
	(__VA_ARGS__)

#define KSYNC_DEFINE_LOCK_GUARD_0(name, lock_, unlock_)                        \
	typedef struct {                                                       \
		const void *lock;                                              \
	} ksync_class_##name##_t;                                              \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t ksync_class_##name##_init( \
		void)                                                          \
	{                                                                      \
		ksync_class_##name##_t ksync__t = { "held" };                  \
                                                                               \
		lock_;                                                         \
		return ksync__t;                                               \
	}                                                                      \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##_exit(                   \
		ksync_class_##name##_t *_T)                                    \
	{                                                                      \
		(void)_T;                                                      \
		unlock_;                                                       \
	}                                                                      \
	KSYNC__GUARD_LOCK(name, 0, ksync_class_##name##_t, _T->lock)

/* The lock is held to the end of the block. Not for locks that may fail. */
#define ksync_guard(name)                                                \
	KSYNC_STATIC_ASSERT(!ksync_class_##name##_is_conditional,        \
			    "guard() cannot say that this lock failed"); \
	KSYNC_CLASS(name, KSYNC_UNIQUE(ksync__guard_))

/* The lock is held in the statement that follows, skipped if not taken. */
#define ksync_scoped_guard(name, ...)                                  \
	for (KSYNC_CLASS(name, ksync__scope)(__VA_ARGS__),             \
	     *ksync__done = NULL;                                      \
	     !ksync__done && (!ksync_class_##name##_is_conditional ||  \
			      KSYNC__GUARD_HELD(name, &ksync__scope)); \
	     ksync__done = &ksync__scope)

/* The same; if the lock was not taken, the statement "fail" runs instead. */
#define ksync_scoped_cond_guard(name, fail, ...)                     \
	for (KSYNC_CLASS(name, ksync__scope)(__VA_ARGS__),           \
	     *ksync__done = NULL;                                    \
	     !ksync__done; ksync__done = &ksync__scope)              \
		if (!KSYNC__GUARD_HELD(name, &ksync__scope)) {       \
			KSYNC_STATIC_ASSERT(                         \
				ksync_class_##name##_is_conditional, \
				"this lock does not fail");          \
			fail;                                        \
		} else

/*
 * KSYNC_ACQUIRE(name, var)(args): a named conditional guard.
 * KSYNC_ACQUIRE_ERR(name, &var): 0 if it holds the lock, else the error.
 */
#define KSYNC_ACQUIRE(name, var) KSYNC_CLASS(name, var)
#define KSYNC_ACQUIRE_ERR(name, var) \
	ksync__guard_error(          \
		(const void *)(uintptr_t)ksync_class_##name##_lock(var))

KSYNC_PRIVATE_INLINE int ksync__guard_error(const void *lock)
{
	return ksync_IS_ERR(lock) ? (int)ksync_PTR_ERR(lock) : 0;
}

#endif
