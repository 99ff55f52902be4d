/* SPDX-License-Identifier: MIT */
/*
 * The seam between a primitive and what watches it. A primitive says here what
 * happens to it, and knows of no instrument. Each verb is an inline over
 * constants: what is switched off costs nothing and refers to no symbol, but is
 * still compiled and type-checked.
 *
 * KSYNC_LOCK_NOTES: announce each lock to ThreadSanitizer as a mutex, so that
 * it orders what the lock protects and finds lock-order inversions. On where
 * the translation unit is instrumented. Off in ksync's own proof (the tsan
 * preset), because an announced lock hides its own ordering mistakes. In the
 * library's exported copies of the inlines (src/ffi.c) the functions are weak
 * and present only when the program brings ThreadSanitizer.
 *
 * KSYNC_STEPS: call ksync__step_hook at places where being stopped is
 * interesting, for stress tests that inject delays.
 */
#ifndef KSYNC_WATCH_H
#define KSYNC_WATCH_H

#include <ksync/compiler.h>
#include <ksync/types.h>

#ifndef KSYNC_LOCK_NOTES
#define KSYNC_LOCK_NOTES KSYNC_THREAD_SANITIZER
#endif
#ifndef KSYNC_STEPS
#define KSYNC_STEPS 0
#endif

/* How a lock is taken; values are ThreadSanitizer's. */
#define KSYNC_WATCH_EXCLUSIVE 0u
#define KSYNC_WATCH_SHARED (1u << 3)
#define KSYNC_WATCH_TRY (1u << 4)

KSYNC_BEGIN_DECLS

/* The runtime's side of the notes; <sanitizer/tsan_interface.h> has them. */
extern void __tsan_mutex_create(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_destroy(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_pre_lock(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_post_lock(void *, unsigned, int) __attribute__((weak));
extern int __tsan_mutex_pre_unlock(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_post_unlock(void *, unsigned) __attribute__((weak));

/* A lock without an initialiser call is announced by its first use. */
#define KSYNC__TSAN_LINKER_INIT (1u << 0)
#define KSYNC__TSAN_TRY_FAILED (1u << 5)
#define KSYNC__TSAN_NOT_STATIC (1u << 8)

/* The lock begins to exist. */
KSYNC_PRIVATE_INLINE void ksync_watch_created(void *lock)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_create)
		__tsan_mutex_create(lock, KSYNC__TSAN_NOT_STATIC);
}

/* The lock ends to exist; nobody holds it. */
KSYNC_PRIVATE_INLINE void ksync_watch_gone(void *lock)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_destroy)
		__tsan_mutex_destroy(lock, 0);
}

/* About to take the lock, in this mode. */
KSYNC_PRIVATE_INLINE void ksync_watch_acquire(void *lock, unsigned int mode)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_pre_lock)
		__tsan_mutex_pre_lock(lock, mode | KSYNC__TSAN_LINKER_INIT);
}

/* Took it. */
KSYNC_PRIVATE_INLINE void ksync_watch_acquired(void *lock, unsigned int mode)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_post_lock)
		__tsan_mutex_post_lock(lock, mode | KSYNC__TSAN_LINKER_INIT, 0);
}

/* Did not take it: busy, interrupted, or too late. */
KSYNC_PRIVATE_INLINE void ksync_watch_abandoned(void *lock, unsigned int mode)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_post_lock)
		__tsan_mutex_post_lock(lock,
				       mode | KSYNC__TSAN_LINKER_INIT |
					       KSYNC_WATCH_TRY |
					       KSYNC__TSAN_TRY_FAILED,
				       0);
}

/* About to release it. */
KSYNC_PRIVATE_INLINE void ksync_watch_release(void *lock, unsigned int mode)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_pre_unlock)
		(void)__tsan_mutex_pre_unlock(lock, mode);
}

/* Released it; it may belong to somebody else by now. */
KSYNC_PRIVATE_INLINE void ksync_watch_released(void *lock, unsigned int mode)
{
	if (KSYNC_LOCK_NOTES && __tsan_mutex_post_unlock)
		__tsan_mutex_post_unlock(lock, mode);
}

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

/*
 * What happened before order_release(addr) is visible after
 * order_acquire(addr). For an order that ThreadSanitizer cannot see because
 * the code that makes it is not instrumented: the library's own.
 */
KSYNC_PRIVATE_INLINE void ksync_watch_order_release(void *addr)
{
	if (!KSYNC_THREAD_SANITIZER && __tsan_release)
		__tsan_release(addr);
}

KSYNC_PRIVATE_INLINE void ksync_watch_order_acquire(void *addr)
{
	if (!KSYNC_THREAD_SANITIZER && __tsan_acquire)
		__tsan_acquire(addr);
}

/*
 * The same for an order that no instrumentation sees: a membarrier's, or
 * another library's. Also in ksync's own proof.
 */
KSYNC_PRIVATE_INLINE void ksync_watch_opaque_release(void *addr)
{
	if (__tsan_release)
		__tsan_release(addr);
}

KSYNC_PRIVATE_INLINE void ksync_watch_opaque_acquire(void *addr)
{
	if (__tsan_acquire)
		__tsan_acquire(addr);
}

#if KSYNC_STEPS
extern KSYNC_API void (*ksync__step_hook)(const char *place);
#endif

/* A good place to be stopped for a while; place is "stem.where". */
KSYNC_PRIVATE_INLINE void ksync_watch_step(const char *place)
{
#if KSYNC_STEPS
	if (ksync__step_hook)
		ksync__step_hook(place);
#else
	(void)place;
#endif
}

KSYNC_END_DECLS

#endif
