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

#include <ksync/atomic_access.h>
#include <ksync/err.h>

/*
 * A cleanup action for a variable of this type; the expression calls it _T and
 * should test for NULL first, so that the compiler can drop it. As in the
 * kernel any variable may have it: a pointer freed as void * is of any type.
 */
#define KSYNC_DEFINE_FREE(name, type, expr) \
	KSYNC__DEFINE_FREE(name, type, const void *, expr)
/* The same for variables of this type alone. */
#define KSYNC__DEFINE_FREE_TYPED(name, type, expr) \
	KSYNC__DEFINE_FREE(name, type, type const *, expr)
#define KSYNC__DEFINE_FREE(name, type, pointer, expr)                  \
	KSYNC_PRIVATE_INLINE void ksync__free_##name(pointer ksync__p) \
	{                                                              \
		type _T = *KSYNC__CAST(type const *, ksync__p);        \
                                                                       \
		expr;                                                  \
	}
#define ksync_free(name) KSYNC_CLEANUP(ksync__free_##name)

#ifdef __cplusplus
extern "C++" {
template <class ksync__t>
KSYNC_MUST_CHECK KSYNC_PRIVATE_INLINE typename ksync__plain<ksync__t>::type
ksync__take(ksync__t &p)
{
	typename ksync__plain<ksync__t>::type taken = p;

	p = nullptr;
	return taken;
}
}
/* Take the pointer out of a variable with a cleanup; it becomes NULL. */
#define ksync_no_free_ptr(p) ksync__take(p)
#else
KSYNC_PRIVATE_INLINE KSYNC_MUST_CHECK const volatile void *
ksync__must_use(const volatile void *p)
{
	return p;
}
#define ksync_no_free_ptr(p) \
	KSYNC__TAKE(KSYNC_UNIQUE(ksync__at_), KSYNC_UNIQUE(ksync__taken_), p)
#define KSYNC__TAKE(at, taken, p)                                    \
	((KSYNC__PLAIN(p))(uintptr_t)ksync__must_use(__extension__({ \
		__typeof__(&(p)) at = &(p);                          \
		KSYNC__PLAIN(p) taken = *at;                         \
                                                                     \
		*at = NULL;                                          \
		taken;                                               \
	})))
#endif
#define ksync_return_ptr(p) return ksync_no_free_ptr(p)
/* A callee has taken the pointer over. */
#define ksync_retain_and_null_ptr(p) ((void)((p) = NULL))

/* The number of arguments decides: a macro for 1, or for more. */
#define KSYNC__PICK_10(a, b, c, d, e, f, g, h, i, j, picked, ...) picked

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

/* What a guard that may fail stores: 0 if that is a lock, else the error. */
KSYNC_PRIVATE_INLINE int ksync__guard_error(const volatile void *lock)
{
	intptr_t value = KSYNC__RECAST(intptr_t, lock);

	return value < 0 && value >= -KSYNC_MAX_ERRNO ?
		       KSYNC__CAST(int, value) :
		       0;
}

KSYNC_PRIVATE_INLINE bool ksync__guard_held(const volatile void *lock)
{
	return lock && !ksync__guard_error(lock);
}

/* Was the lock of this guard taken? */
#define KSYNC__GUARD_LOCK(name, conditional, type, expr)                     \
	enum { ksync_class_##name##_is_conditional = (conditional) };        \
	KSYNC_PRIVATE_INLINE const volatile void *ksync_class_##name##_lock( \
		type *_T)                                                    \
	{                                                                    \
		return (expr);                                               \
	}
#define KSYNC__GUARD_HELD(name, var) \
	ksync__guard_held(ksync_class_##name##_lock(var))

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
		if (ksync__guard_held(_T)) {                                \
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
		return KSYNC__CAST(ksync_class_##name##_t,                \
				   KSYNC__COND_ERROR(_RET));              \
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
#define KSYNC_DEFINE_GUARD_COND(...)                                     \
	KSYNC__PICK_10(__VA_ARGS__, 0, 0, 0, 0, 0, 0, KSYNC__GUARD_COND, \
		       KSYNC__GUARD_COND_3, 0, 0)                        \
	(__VA_ARGS__)

/*
 * A guard with state besides the lock: struct { type *lock; the members that
 * follow, if any }, which lock and unlock see as _T, and which begins as zeroes
 * but for its lock. _0 has no lock; _1_COND(name, ext, condlock[, cond]) is to
 * _1 what KSYNC_DEFINE_GUARD_COND is to a plain guard.
 */
#ifdef __cplusplus
#define KSYNC__ZEROED \
	{             \
	}
#define KSYNC__MEMBER_TYPE(type, member) decltype(type::member)
#else
#define KSYNC__ZEROED { 0 }
#define KSYNC__MEMBER_TYPE(type, member) __typeof__(((type *)0)->member)
#endif
#define KSYNC__LOCK_GUARD_1(name, type, lock_, unlock_, ...)                   \
	typedef struct {                                                       \
		type *lock;                                                    \
		__VA_ARGS__                                                    \
	} ksync_class_##name##_t;                                              \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t ksync_class_##name##_init( \
		type *ksync__l)                                                \
	{                                                                      \
		ksync_class_##name##_t ksync__t = KSYNC__ZEROED;               \
		ksync_class_##name##_t *_T = &ksync__t;                        \
                                                                               \
		_T->lock = ksync__l;                                           \
		lock_;                                                         \
		return ksync__t;                                               \
	}                                                                      \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##_exit(                   \
		ksync_class_##name##_t *_T)                                    \
	{                                                                      \
		if (ksync__guard_held(_T->lock)) {                             \
			unlock_;                                               \
		}                                                              \
	}                                                                      \
	KSYNC__GUARD_LOCK(name, 0, ksync_class_##name##_t, _T->lock)
#define KSYNC__LOCK_GUARD_1_NONE(name, type, lock_, unlock_) \
	KSYNC__LOCK_GUARD_1(name, type, lock_, unlock_, )
#define KSYNC__LOCK_GUARD_1_SOME(name, type, lock_, unlock_, ...) \
	KSYNC__LOCK_GUARD_1(name, type, lock_, unlock_, __VA_ARGS__;)
/* KSYNC_DEFINE_LOCK_GUARD_1(name, type, lock, unlock[, members]) */
#define KSYNC_DEFINE_LOCK_GUARD_1(...)                                        \
	KSYNC__PICK_10(__VA_ARGS__, KSYNC__LOCK_GUARD_1_SOME,                 \
		       KSYNC__LOCK_GUARD_1_SOME, KSYNC__LOCK_GUARD_1_SOME,    \
		       KSYNC__LOCK_GUARD_1_SOME, KSYNC__LOCK_GUARD_1_SOME,    \
		       KSYNC__LOCK_GUARD_1_SOME, KSYNC__LOCK_GUARD_1_NONE, 0, \
		       0, 0)                                                  \
	(__VA_ARGS__)
#define KSYNC__LOCK_GUARD_1_COND(name, ext, condlock, cond)              \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t                      \
		ksync_class_##name##ext##_init(KSYNC__MEMBER_TYPE(       \
			ksync_class_##name##_t, lock) ksync__l)          \
	{                                                                \
		ksync_class_##name##_t ksync__t = KSYNC__ZEROED;         \
		ksync_class_##name##_t *_T = &ksync__t;                  \
		long _RET;                                               \
                                                                         \
		_T->lock = ksync__l;                                     \
		_RET = (condlock);                                       \
		if (!(cond))                                             \
			_T->lock = KSYNC__CAST(__typeof__(_T->lock),     \
					       KSYNC__COND_ERROR(_RET)); \
		return ksync__t;                                         \
	}                                                                \
	typedef ksync_class_##name##_t ksync_class_##name##ext##_t;      \
	KSYNC_PRIVATE_INLINE void ksync_class_##name##ext##_exit(        \
		ksync_class_##name##_t *ksync__p)                        \
	{                                                                \
		ksync_class_##name##_exit(ksync__p);                     \
	}                                                                \
	KSYNC__GUARD_LOCK(name##ext, 1, ksync_class_##name##_t, _T->lock)
#define KSYNC__LOCK_GUARD_1_COND_3(name, ext, condlock) \
	KSYNC__LOCK_GUARD_1_COND(name, ext, condlock, _RET)
#define KSYNC_DEFINE_LOCK_GUARD_1_COND(...)                                  \
	KSYNC__PICK_10(__VA_ARGS__, 0, 0, 0, 0, 0, 0,                        \
		       KSYNC__LOCK_GUARD_1_COND, KSYNC__LOCK_GUARD_1_COND_3, \
		       0, 0)                                                 \
	(__VA_ARGS__)

#define KSYNC__LOCK_GUARD_0(name, lock_, unlock_, ...)                         \
	typedef struct {                                                       \
		const void *lock;                                              \
		__VA_ARGS__                                                    \
	} ksync_class_##name##_t;                                              \
	KSYNC_PRIVATE_INLINE ksync_class_##name##_t ksync_class_##name##_init( \
		void)                                                          \
	{                                                                      \
		ksync_class_##name##_t ksync__t = KSYNC__ZEROED;               \
		ksync_class_##name##_t *_T = &ksync__t;                        \
                                                                               \
		_T->lock = "held";                                             \
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
#define KSYNC__LOCK_GUARD_0_NONE(name, lock_, unlock_) \
	KSYNC__LOCK_GUARD_0(name, lock_, unlock_, )
#define KSYNC__LOCK_GUARD_0_SOME(name, lock_, unlock_, ...) \
	KSYNC__LOCK_GUARD_0(name, lock_, unlock_, __VA_ARGS__;)
/* KSYNC_DEFINE_LOCK_GUARD_0(name, lock, unlock[, members]) */
#define KSYNC_DEFINE_LOCK_GUARD_0(...)                                     \
	KSYNC__PICK_10(__VA_ARGS__, KSYNC__LOCK_GUARD_0_SOME,              \
		       KSYNC__LOCK_GUARD_0_SOME, KSYNC__LOCK_GUARD_0_SOME, \
		       KSYNC__LOCK_GUARD_0_SOME, KSYNC__LOCK_GUARD_0_SOME, \
		       KSYNC__LOCK_GUARD_0_SOME, KSYNC__LOCK_GUARD_0_SOME, \
		       KSYNC__LOCK_GUARD_0_NONE, 0, 0)                     \
	(__VA_ARGS__)

/* The lock is held to the end of the block. Not for locks that may fail. */
#define ksync_guard(name)                                                \
	KSYNC_STATIC_ASSERT(!ksync_class_##name##_is_conditional,        \
			    "guard() cannot say that this lock failed"); \
	KSYNC_CLASS(name, KSYNC_UNIQUE(ksync__guard_))

/* (name, lock): it is held in the statement that follows, skipped if not. */
#define ksync_scoped_guard(...)                                             \
	KSYNC__PICK_10(__VA_ARGS__, KSYNC__SCOPED_WITH, KSYNC__SCOPED_WITH, \
		       KSYNC__SCOPED_WITH, KSYNC__SCOPED_WITH,              \
		       KSYNC__SCOPED_WITH, KSYNC__SCOPED_WITH,              \
		       KSYNC__SCOPED_WITH, KSYNC__SCOPED_WITH,              \
		       KSYNC__SCOPED_WITH, KSYNC__SCOPED_ALONE, 0)          \
	(KSYNC_UNIQUE(ksync__scope_), KSYNC_UNIQUE(ksync__done_), __VA_ARGS__)
#define KSYNC__SCOPED_ALONE(scope, done, name) \
	KSYNC__SCOPED(scope, done, name, )
#define KSYNC__SCOPED_WITH(scope, done, name, ...) \
	KSYNC__SCOPED(scope, done, name, __VA_ARGS__)
#define KSYNC__SCOPED(scope, done, name, ...)                     \
	for (KSYNC_CLASS(name, scope)(__VA_ARGS__), *done = NULL; \
	     !done && (!ksync_class_##name##_is_conditional ||    \
		       KSYNC__GUARD_HELD(name, &scope));          \
	     done = &scope)

/* The same; if the lock was not taken, the statement "fail" runs instead. */
#define ksync_scoped_cond_guard(name, fail, ...)                   \
	KSYNC__SCOPED_COND(KSYNC_UNIQUE(ksync__scope_),            \
			   KSYNC_UNIQUE(ksync__done_), name, fail, \
			   __VA_ARGS__)
#define KSYNC__SCOPED_COND(scope, done, name, fail, ...)                 \
	for (KSYNC_CLASS(name, scope)(__VA_ARGS__), *done = NULL; !done; \
	     done = &scope)                                              \
		if (!KSYNC__GUARD_HELD(name, &scope)) {                  \
			KSYNC_STATIC_ASSERT(                             \
				ksync_class_##name##_is_conditional,     \
				"this lock does not fail");              \
			fail;                                            \
		} else

/*
 * KSYNC_ACQUIRE(name, var)(args): a named conditional guard.
 * KSYNC_ACQUIRE_ERR(name, &var): 0 if it holds the lock, else the error.
 */
#define KSYNC_ACQUIRE(name, var) KSYNC_CLASS(name, var)
#define KSYNC_ACQUIRE_ERR(name, var) \
	ksync__guard_error(ksync_class_##name##_lock(var))

#endif
