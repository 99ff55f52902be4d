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
 * library's exported copies of the inlines (src/api/ffi.c) the functions are
 * weak and present only when the program brings ThreadSanitizer.
 *
 * KSYNC_CHECKED: the checked library listens, too (dep_map.h). A family says
 * which lock of which kind, in how it is taken; src/watch/ and a row in its
 * kinds.c do the rest.
 *
 * KSYNC_STEPS: call ksync__step_hook at places where being stopped is
 * interesting, for stress tests that inject delays.
 */
#ifndef KSYNC_WATCH_H
#define KSYNC_WATCH_H

#include <ksync/dep_map.h>

#ifndef KSYNC_LOCK_NOTES
#define KSYNC_LOCK_NOTES KSYNC_THREAD_SANITIZER
#endif
#ifndef KSYNC_STEPS
#define KSYNC_STEPS 0
#endif

/*
 * How a lock is taken: these bits are ThreadSanitizer's, ...
 */
#define KSYNC_WATCH_EXCLUSIVE 0u
#define KSYNC_WATCH_SHARED (1u << 3)
#define KSYNC_WATCH_TRY (1u << 4)
#define KSYNC__WATCH_TSAN (KSYNC_WATCH_SHARED | KSYNC_WATCH_TRY)
/* ... and these are not: a reader that may read again meanwhile; a subclass. */
#define KSYNC_WATCH_RECURSIVE (1u << 12)
#define KSYNC_WATCH_SUBCLASS(n) (KSYNC__CAST(unsigned int, n) << 16)
#define KSYNC_WATCH_SUBCLASS_OF(how) ((how) >> 16)

/* A lock, as the verbs are told of it. */
struct ksync_watched {
	void *lock;
	struct ksync__dep_map *map; /* NULL in the release library */
	unsigned int kind;	    /* enum ksync_lock_kind */
};

KSYNC_PRIVATE_INLINE struct ksync_watched
ksync__watched(void *lock, struct ksync__dep_map *map, unsigned int kind)
{
	struct ksync_watched w = { lock, map, kind };

	return w;
}

KSYNC_BEGIN_DECLS

/* The listeners of the checked library, in src/watch/. */
KSYNC_CHECKED_API void ksync__dep_created(struct ksync__dep_map *map,
					  void *lock, unsigned int kind,
					  unsigned int flags, const char *name,
					  ksync_lock_class_key_t *key);
KSYNC_CHECKED_API void ksync__dep_gone(struct ksync__dep_map *map,
				       const void *lock);
KSYNC_CHECKED_API void ksync__dep_acquire(struct ksync__dep_map *map,
					  const void *lock, unsigned int kind,
					  unsigned int how, const void *nest);
KSYNC_CHECKED_API void ksync__dep_sync_at(struct ksync__dep_map *map,
					  const void *lock, unsigned int kind,
					  const void *where);
KSYNC_CHECKED_API void ksync__dep_acquired(struct ksync__dep_map *map,
					   const void *lock, unsigned int kind,
					   unsigned int how);
KSYNC_CHECKED_API bool ksync__dep_release(struct ksync__dep_map *map,
					  const void *lock, unsigned int kind,
					  unsigned int how);
KSYNC_CHECKED_API void
ksync__dep_thread_begin(struct ksync__dep_map *map, const void *lock,
			unsigned int kind, const char *name, const void *fn);
KSYNC_CHECKED_API void ksync__dep_thread_end(void);
KSYNC_CHECKED_API void ksync__dep_contended(struct ksync__dep_map *map,
					    const void *lock, unsigned int kind,
					    const void *where);
KSYNC_CHECKED_API void ksync__dep_abandoned(void);
KSYNC_CHECKED_API void ksync__dep_downgrade(struct ksync__dep_map *map,
					    const void *lock,
					    unsigned int kind);
KSYNC_CHECKED_API void ksync__dep_read_begin(const struct ksync__dep_map *map,
					     const void *object);
KSYNC_CHECKED_API void ksync__dep_read_end(const struct ksync__dep_map *map);
KSYNC_CHECKED_API void ksync__dep_no_reader(void);
KSYNC_CHECKED_API void ksync__dep_not_protected(void);
KSYNC_CHECKED_API void ksync__dep_might_sleep(void);
KSYNC_CHECKED_API void ksync__dep_might_sleep_at(const void *where);
KSYNC_CHECKED_API void ksync__dep_schedules_at(const void *where);
KSYNC_CHECKED_API void ksync__dep_sleeps_at(const void *where);
KSYNC_CHECKED_API void ksync__dep_woken(void);
KSYNC_CHECKED_API void ksync__dep_atomic_enter(void);
KSYNC_CHECKED_API void ksync__dep_atomic_exit(void);

/* The runtime's side of the notes; <sanitizer/tsan_interface.h> has them. */
extern void __tsan_mutex_create(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_destroy(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_pre_lock(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_post_lock(void *, unsigned, int) __attribute__((weak));
extern int __tsan_mutex_pre_unlock(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_post_unlock(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_pre_divert(void *, unsigned) __attribute__((weak));
extern void __tsan_mutex_post_divert(void *, unsigned) __attribute__((weak));

/*
 * How many notes the thread has begun and not ended. ThreadSanitizer ignores
 * what it does meanwhile.
 */
extern KSYNC_API KSYNC_TLS unsigned int ksync__notes;

/* A lock without an initialiser call is announced by its first use. */
#define KSYNC__TSAN_LINKER_INIT (1u << 0)
#define KSYNC__TSAN_TRY_FAILED (1u << 5)
#define KSYNC__TSAN_NOT_STATIC (1u << 8)

/* Is ThreadSanitizer told of the lock w? */
#define KSYNC__NOTES_KIND(name, noted) \
	&&((noted) || w.kind != KSYNC_KIND_##name)
#define KSYNC__NOTES(w) (KSYNC_LOCK_NOTES KSYNC__LOCK_KINDS(KSYNC__NOTES_KIND))

/* The lock begins to exist, under this name; its class is the key's. */
KSYNC_PRIVATE_INLINE void ksync_watch_created(struct ksync_watched w,
					      unsigned int flags,
					      const char *name,
					      ksync_lock_class_key_t *key)
{
	if (KSYNC_CHECKED)
		ksync__dep_created(w.map, w.lock, w.kind, flags, name, key);
	if (KSYNC__NOTES(w) && __tsan_mutex_create)
		__tsan_mutex_create(w.lock, KSYNC__TSAN_NOT_STATIC);
}

/* The lock ends to exist; nobody holds it. */
KSYNC_PRIVATE_INLINE void ksync_watch_gone(struct ksync_watched w)
{
	if (KSYNC_CHECKED)
		ksync__dep_gone(w.map, w.lock);
	if (KSYNC__NOTES(w) && __tsan_mutex_destroy)
		__tsan_mutex_destroy(w.lock, 0);
}

/*
 * About to take the lock, in this way; "nest" is the map of a lock that the
 * caller holds and that orders all of this lock's class, or NULL.
 */
KSYNC_PRIVATE_INLINE void ksync_watch_acquire_nest(struct ksync_watched w,
						   unsigned int how,
						   const void *nest)
{
	if (KSYNC_CHECKED)
		ksync__dep_acquire(w.map, w.lock, w.kind, how, nest);
	if (KSYNC__NOTES(w) && __tsan_mutex_pre_lock) {
		ksync__notes++;
		__tsan_mutex_pre_lock(w.lock, (how & KSYNC__WATCH_TSAN) |
						      KSYNC__TSAN_LINKER_INIT);
	}
}

KSYNC_PRIVATE_INLINE void ksync_watch_acquire(struct ksync_watched w,
					      unsigned int how)
{
	ksync_watch_acquire_nest(w, how, NULL);
}

/* It is not free: the caller waits for it now. */
KSYNC_PRIVATE_INLINE void ksync_watch_contended(struct ksync_watched w)
{
	if (KSYNC_CHECKED)
		ksync__dep_contended(w.map, w.lock, w.kind, NULL);
}

/* The same in the library: of the caller that "where" is in. */
KSYNC_PRIVATE_INLINE void ksync_watch_contended_at(struct ksync_watched w,
						   const void *where)
{
	if (KSYNC_CHECKED)
		ksync__dep_contended(w.map, w.lock, w.kind, where);
}

/* Took it. */
KSYNC_PRIVATE_INLINE void ksync_watch_acquired(struct ksync_watched w,
					       unsigned int how)
{
	if (KSYNC_CHECKED)
		ksync__dep_acquired(w.map, w.lock, w.kind, how);
	if (KSYNC__NOTES(w) && __tsan_mutex_post_lock) {
		__tsan_mutex_post_lock(
			w.lock,
			(how & KSYNC__WATCH_TSAN) | KSYNC__TSAN_LINKER_INIT, 0);
		ksync__notes--;
	}
}

/* Did not take it: busy, interrupted, or too late. */
KSYNC_PRIVATE_INLINE void ksync_watch_abandoned(struct ksync_watched w,
						unsigned int how)
{
	if (KSYNC_CHECKED)
		ksync__dep_abandoned();
	if (KSYNC__NOTES(w) && __tsan_mutex_post_lock) {
		__tsan_mutex_post_lock(
			w.lock,
			(how & KSYNC__WATCH_TSAN) | KSYNC__TSAN_LINKER_INIT |
				KSYNC_WATCH_TRY | KSYNC__TSAN_TRY_FAILED,
			0);
		ksync__notes--;
	}
}

/* About to release it. False: it is not the caller's, as was reported. */
KSYNC_PRIVATE_INLINE bool ksync_watch_release(struct ksync_watched w,
					      unsigned int how)
{
	if (KSYNC_CHECKED && !ksync__dep_release(w.map, w.lock, w.kind, how))
		return false;
	if (KSYNC__NOTES(w) && __tsan_mutex_pre_unlock) {
		ksync__notes++;
		(void)__tsan_mutex_pre_unlock(w.lock, how & KSYNC__WATCH_TSAN);
	}
	return true;
}

/* Released it; it may belong to somebody else by now. */
KSYNC_PRIVATE_INLINE void ksync_watch_released(struct ksync_watched w,
					       unsigned int how)
{
	if (KSYNC__NOTES(w) && __tsan_mutex_post_unlock) {
		__tsan_mutex_post_unlock(w.lock, how & KSYNC__WATCH_TSAN);
		ksync__notes--;
	}
}

/* About to hold on as one of its readers to what the caller holds alone. */
KSYNC_PRIVATE_INLINE void ksync_watch_downgrade(struct ksync_watched w)
{
	if (KSYNC_CHECKED)
		ksync__dep_downgrade(w.map, w.lock, w.kind);
	if (KSYNC__NOTES(w) && __tsan_mutex_pre_lock) {
		unsigned int how = KSYNC_WATCH_SHARED | KSYNC_WATCH_TRY;

		(void)__tsan_mutex_pre_unlock(w.lock, KSYNC_WATCH_EXCLUSIVE);
		__tsan_mutex_post_unlock(w.lock, KSYNC_WATCH_EXCLUSIVE);
		__tsan_mutex_pre_lock(w.lock, how);
		__tsan_mutex_post_lock(w.lock, how, 0);
	}
}

/*
 * By names of our own: programs may have declared theirs in another way. Only
 * reads are meant, but all accesses are ignored.
 */
extern void ksync__tsan_ignore_begin(const char *file, int line) __asm__(
	"AnnotateIgnoreReadsBegin") __attribute__((weak));
extern void ksync__tsan_ignore_end(const char *file,
				   int line) __asm__("AnnotateIgnoreReadsEnd")
	__attribute__((weak));

/* How many sections of such reads ThreadSanitizer was told of. */
extern KSYNC_API KSYNC_TLS unsigned int ksync__reads;

/*
 * The calling thread begins to read what may change meanwhile, and will look
 * whether it did. To ThreadSanitizer such reads are no races; each section has
 * to end, or it says so when the thread exits.
 */
KSYNC_PRIVATE_INLINE void ksync_watch_raw_read_begin(void)
{
	if (KSYNC_LOCK_NOTES && ksync__tsan_ignore_begin) {
		ksync__reads++;
		ksync__tsan_ignore_begin("", 0);
	}
}

/* The same, also for the checked library: a section has to be ended before it
 * is begun again. To begin may mean to wait for who changes it. */
KSYNC_PRIVATE_INLINE void ksync_watch_read_begin(struct ksync_watched w)
{
	if (KSYNC_CHECKED) {
		ksync__dep_acquire(w.map, w.lock, w.kind, KSYNC_WATCH_RECURSIVE,
				   NULL);
		ksync__dep_read_begin(w.map, w.lock);
	}
	ksync_watch_raw_read_begin();
}

/* It looked, or takes nothing of it. A second look is allowed. */
KSYNC_PRIVATE_INLINE void ksync_watch_read_end(struct ksync_watched w)
{
	if (KSYNC_CHECKED)
		ksync__dep_read_end(w.map);
	if (KSYNC_LOCK_NOTES && ksync__tsan_ignore_end && ksync__reads) {
		ksync__tsan_ignore_end("", 0);
		ksync__reads--;
	}
}

/*
 * The program's code runs within a call of ours: what it does counts again,
 * until ksync_watch_resume() is given what this returned. That is not called
 * if the code does not return.
 */
KSYNC_PRIVATE_INLINE unsigned int ksync_watch_divert(void)
{
	unsigned int notes = 0;

	if (__tsan_mutex_pre_divert) {
		notes = ksync__notes;
		ksync__notes = 0;
		for (unsigned int i = 0; i < notes; i++)
			__tsan_mutex_pre_divert(NULL, 0);
	}
	return notes;
}

KSYNC_PRIVATE_INLINE void ksync_watch_resume(unsigned int notes)
{
	if (!__tsan_mutex_post_divert)
		return;
	for (unsigned int i = 0; i < notes; i++)
		__tsan_mutex_post_divert(NULL, 0);
	ksync__notes = notes;
}

/* The caller may sleep here, whether it does this time or not. */
KSYNC_PRIVATE_INLINE void ksync_watch_might_sleep(void)
{
	if (KSYNC_CHECKED)
		ksync__dep_might_sleep();
}

/* The same in an exported function: its caller. */
#define ksync_watch_caller_might_sleep()                      \
	do {                                                  \
		if (KSYNC_CHECKED)                            \
			ksync__dep_might_sleep_at(            \
				__builtin_return_address(0)); \
	} while (0)

/* The sleep for which the task's state was set: that forbids all others. */
#define ksync_watch_caller_schedules()                                        \
	do {                                                                  \
		if (KSYNC_CHECKED)                                            \
			ksync__dep_schedules_at(__builtin_return_address(0)); \
	} while (0)

/* The caller of an exported function sleeps until it is woken; and it was. */
#define ksync_watch_caller_sleeps()                                        \
	do {                                                               \
		if (KSYNC_CHECKED)                                         \
			ksync__dep_sleeps_at(__builtin_return_address(0)); \
	} while (0)

KSYNC_PRIVATE_INLINE void ksync_watch_woken(void)
{
	if (KSYNC_CHECKED)
		ksync__dep_woken();
}

/* In an exported function: its caller waits until all who hold "watched" have
 * given it back, and does not take it. */
#define ksync_watch_caller_syncs(watched)                                \
	do {                                                             \
		struct ksync_watched ksync__w = (watched);               \
                                                                         \
		if (KSYNC_CHECKED)                                       \
			ksync__dep_sync_at(ksync__w.map, ksync__w.lock,  \
					   ksync__w.kind,                \
					   __builtin_return_address(0)); \
	} while (0)

/* The calling thread begins to be what others wait for in that way, as one of
 * the class of its function; until it ends, or says that it is no more. */
KSYNC_PRIVATE_INLINE void ksync_watch_thread_begin(struct ksync_watched w,
						   const char *name,
						   const void *fn)
{
	if (KSYNC_CHECKED)
		ksync__dep_thread_begin(w.map, w.lock, w.kind, name, fn);
}

KSYNC_PRIVATE_INLINE void ksync_watch_thread_end(void)
{
	if (KSYNC_CHECKED)
		ksync__dep_thread_end();
}

/* From here to the exit the calling thread must not sleep. */
KSYNC_PRIVATE_INLINE void ksync_watch_atomic_enter(void)
{
	if (KSYNC_CHECKED)
		ksync__dep_atomic_enter();
}

KSYNC_PRIVATE_INLINE void ksync_watch_atomic_exit(void)
{
	if (KSYNC_CHECKED)
		ksync__dep_atomic_exit();
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
