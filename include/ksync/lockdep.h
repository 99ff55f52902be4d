/* SPDX-License-Identifier: MIT */
/*
 * Lockdep: what a program says of its locks to the checked library, and may ask
 * it. docs/checked.md is the guide.
 *
 * The names are the same in the release library, where they cost nothing:
 * assertions hold, classes are not kept, nobody is told.
 *
 * "lock" is a pointer to any of ksync's locks.
 */
#ifndef KSYNC_LOCKDEP_H
#define KSYNC_LOCKDEP_H

#include <ksync/watch.h>

/* Answers of ksync_lockdep_is_held(). */
#define KSYNC_LOCK_STATE_UNKNOWN (-1)
#define KSYNC_LOCK_STATE_NOT_HELD 0
#define KSYNC_LOCK_STATE_HELD 1

KSYNC_BEGIN_DECLS

KSYNC_CHECKED_API int ksync__dep_is_held(const struct ksync__dep_map *map,
					 int type);
KSYNC_CHECKED_API void
ksync__dep_assert_failed(const struct ksync__dep_map *map, const void *lock,
			 const char *what);
KSYNC_CHECKED_API void ksync__dep_check_freed(const void *start, size_t length);
KSYNC_CHECKED_API void ksync__dep_set_class(struct ksync__dep_map *map,
					    ksync_lock_class_key_t *key,
					    const char *name, int subclass,
					    unsigned int flags);
KSYNC_CHECKED_API void ksync__dep_set_cmp(struct ksync__dep_map *map,
					  ksync_lock_cmp_fn cmp);
KSYNC_CHECKED_API void ksync__dep_owe(struct ksync__dep_map *map,
				      const void *lock);
KSYNC_CHECKED_API void ksync__dep_owe_no_more(struct ksync__dep_map *map);
KSYNC_CHECKED_API void ksync__dep_pin(const struct ksync__dep_map *map,
				      const void *lock);
KSYNC_CHECKED_API void ksync__dep_unpin(const struct ksync__dep_map *map,
					const void *lock);
KSYNC_CHECKED_API void ksync__lockdep_assert_none(void);
KSYNC_CHECKED_API unsigned int ksync__lockdep_spins(void);
KSYNC_CHECKED_API void ksync__lockdep_cant_sleep(void);
KSYNC_CHECKED_API void ksync__lockdep_assert_failed(const char *what);
KSYNC_CHECKED_API void ksync__lockdep_off(void);
KSYNC_CHECKED_API void ksync__lockdep_on(void);
KSYNC_CHECKED_API void
ksync__lockdep_unregister_key(ksync_lock_class_key_t *key);

KSYNC_PRIVATE_INLINE int
ksync__lockdep_is_held(const void *lock, const struct ksync__dep_map *map,
		       int type)
{
	(void)lock;
	return KSYNC_CHECKED ? ksync__dep_is_held(map, type) :
			       KSYNC_LOCK_STATE_UNKNOWN;
}

/* UNKNOWN satisfies every assertion. */
KSYNC_PRIVATE_INLINE void
ksync__lockdep_assert(const void *lock, const struct ksync__dep_map *map,
		      int type, bool held, const char *what)
{
	int state;

	if (!KSYNC_CHECKED)
		return;
	state = ksync__dep_is_held(map, type);
	if (ksync_unlikely(state != KSYNC_LOCK_STATE_UNKNOWN &&
			   (state == KSYNC_LOCK_STATE_HELD) != held))
		ksync__dep_assert_failed(map, lock, what);
}

/**
 * ksync_lockdep_off() - the calling thread's locks are not looked at
 *
 * Nests; ksync_lockdep_on() ends it. What is taken meanwhile may be released
 * afterwards.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_lockdep_off();
 *	ksync_lockdep_on();
 */
KSYNC_INLINE void ksync_lockdep_off(void)
{
	if (KSYNC_CHECKED)
		ksync__lockdep_off();
}

/**
 * ksync_lockdep_on() - end what ksync_lockdep_off() began
 *
 * Context: Any.
 * Example::
 *
 *	ksync_lockdep_off();
 *	ksync_lockdep_on();
 */
KSYNC_INLINE void ksync_lockdep_on(void)
{
	if (KSYNC_CHECKED)
		ksync__lockdep_on();
}

/**
 * ksync_lockdep_register_key() - use memory as the key of a class
 * @key: memory that is no key yet; it need not be static
 *
 * Context: Any but signal handlers.
 * Example::
 *
 *	ksync_lock_class_key_t key;
 *
 *	ksync_lockdep_register_key(&key);
 *	ksync_lockdep_unregister_key(&key);
 */
KSYNC_INLINE void ksync_lockdep_register_key(ksync_lock_class_key_t *key)
{
	key->id = 0;
}

/**
 * ksync_lockdep_unregister_key() - a key's memory goes away
 * @key: registered; no lock of its class is used any more
 *
 * What was learned of its class is forgotten.
 *
 * Context: Any but signal handlers.
 * Example::
 *
 *	ksync_lock_class_key_t key;
 *
 *	ksync_lockdep_register_key(&key);
 *	ksync_lockdep_unregister_key(&key);
 */
KSYNC_INLINE void ksync_lockdep_unregister_key(ksync_lock_class_key_t *key)
{
	if (KSYNC_CHECKED)
		ksync__lockdep_unregister_key(key);
}

/**
 * ksync_debug_check_no_locks_freed() - memory is about to be freed
 * @start: its first byte
 * @length: its length in bytes
 *
 * A lock in it that the caller holds is reported.
 *
 * Context: Any.
 * Example::
 *
 *	char object[64];
 *
 *	ksync_debug_check_no_locks_freed(object, sizeof(object));
 */
KSYNC_INLINE void ksync_debug_check_no_locks_freed(const void *start,
						   size_t length)
{
	if (KSYNC_CHECKED)
		ksync__dep_check_freed(start, length);
}

/**
 * ksync_might_sleep() - what follows may sleep
 *
 * Reported where that is forbidden: under a spinlock, in an RCU reader, in a
 * section of ksync_non_block_start(). Every function of ksync that may sleep
 * calls it.
 *
 * Context: May sleep.
 * Example::
 *
 *	ksync_might_sleep();
 */
KSYNC_INLINE void ksync_might_sleep(void)
{
	ksync_watch_might_sleep();
}

/**
 * ksync_non_block_start() - from here on the calling thread must not sleep
 *
 * Nests; ksync_non_block_end() ends it.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_non_block_start();
 *	ksync_non_block_end();
 */
KSYNC_INLINE void ksync_non_block_start(void)
{
	ksync_watch_atomic_enter();
}

/**
 * ksync_non_block_end() - end what ksync_non_block_start() began
 *
 * Context: Any.
 * Example::
 *
 *	ksync_non_block_start();
 *	ksync_non_block_end();
 */
KSYNC_INLINE void ksync_non_block_end(void)
{
	ksync_watch_atomic_exit();
}

/**
 * ksync_preempt_count() - how many spinning locks does the caller hold?
 *
 * A reader of RCU does not count, as where the kernel preempts one; nor does a
 * section of ksync_non_block_start().
 *
 * Context: Any.
 * Return: their number; 0 in the release library, which does not know.
 * Example::
 *
 *	unsigned int locks = ksync_preempt_count();
 */
KSYNC_INLINE unsigned int ksync_preempt_count(void)
{
	return KSYNC_CHECKED ? ksync__lockdep_spins() : 0;
}

/**
 * ksync_cant_sleep() - what follows relies on a spinning lock
 *
 * Reported unless the caller holds one.
 *
 * Context: Under a spinning lock.
 * Example::
 *
 *	ksync_cant_sleep();
 */
KSYNC_INLINE void ksync_cant_sleep(void)
{
	if (KSYNC_CHECKED)
		ksync__lockdep_cant_sleep();
}

KSYNC_END_DECLS

#define ksync_in_atomic() (ksync_preempt_count() != 0)

#define ksync_might_sleep_if(cond)           \
	do {                                 \
		if (cond)                    \
			ksync_might_sleep(); \
	} while (0)

/*
 * Does the calling thread hold the lock? HELD, NOT_HELD, or UNKNOWN, which is
 * always the release library's answer; _is_held_type() asks for a hold of one
 * sort: 0 exclusive, 1 shared.
 */
#define ksync_lockdep_is_held(lock) \
	ksync__lockdep_is_held(lock, KSYNC__DEP_MAP(lock), -1)
#define ksync_lockdep_is_held_type(lock, type) \
	ksync__lockdep_is_held(lock, KSYNC__DEP_MAP(lock), type)

/* Reported unless it is so. Context: any. */
#define ksync_lockdep_assert_held(lock)                                 \
	ksync__lockdep_assert(lock, KSYNC__DEP_MAP(lock), -1, true,     \
			      "asserted to be held by the caller, who " \
			      "does not")
#define ksync_lockdep_assert_held_write(lock)                       \
	ksync__lockdep_assert(lock, KSYNC__DEP_MAP(lock), 0, true,  \
			      "asserted to be held for writing by " \
			      "the caller, who does not")
#define ksync_lockdep_assert_held_read(lock)                        \
	ksync__lockdep_assert(lock, KSYNC__DEP_MAP(lock), 1, true,  \
			      "asserted to be held for reading by " \
			      "the caller, who does not")
#define ksync_lockdep_assert_held_once(lock) ksync_lockdep_assert_held(lock)
#define ksync_lockdep_assert_not_held(lock)                                 \
	ksync__lockdep_assert(lock, KSYNC__DEP_MAP(lock), -1, false,        \
			      "asserted not to be held by the caller, who " \
			      "does")

#define ksync_lockdep_assert_none_held_once() \
	(KSYNC_CHECKED ? ksync__lockdep_assert_none() : (void)0)
/* Of a condition that ksync_lockdep_is_held() is part of. */
#define ksync_lockdep_assert(cond)                            \
	do {                                                  \
		if (KSYNC_CHECKED && ksync_unlikely(!(cond))) \
			ksync__lockdep_assert_failed(#cond);  \
	} while (0)

/*
 * The lock may be taken here, though perhaps it is not: its order, and whether
 * it may be waited for here, are looked at as if it was.
 */
#define ksync_might_lock(lock) ksync_might_lock_nested(lock, 0)
#define ksync_might_lock_read(lock) \
	ksync__might_lock(lock, KSYNC__DEP_MAP(lock), KSYNC_WATCH_SHARED)
#define ksync_might_lock_nested(lock, subclass)       \
	ksync__might_lock(lock, KSYNC__DEP_MAP(lock), \
			  KSYNC_WATCH_SUBCLASS(subclass))

/*
 * The class of a lock that was just initialised: another key, name or subclass
 * (below KSYNC_SUBCLASSES); or none, for locks without an order.
 */
#define ksync_lockdep_set_class_and_subclass(lock, key, subclass)       \
	ksync__lockdep_set_class(lock, KSYNC__DEP_MAP(lock), key, #key, \
				 subclass, 0)
#define ksync_lockdep_set_class_and_name(lock, key, name) \
	ksync__lockdep_set_class(lock, KSYNC__DEP_MAP(lock), key, name, 0, 0)
#define ksync_lockdep_set_class(lock, key) \
	ksync_lockdep_set_class_and_name(lock, key, #key)
#define ksync_lockdep_set_subclass(lock, subclass)                       \
	ksync__lockdep_set_class(lock, KSYNC__DEP_MAP(lock), NULL, NULL, \
				 subclass, 0)
#define ksync_lockdep_set_novalidate_class(lock)                            \
	ksync__lockdep_set_class(lock, KSYNC__DEP_MAP(lock), NULL, NULL, 0, \
				 KSYNC__DEP_NO_ORDER)
#define ksync_lockdep_set_notrack_class(lock)                               \
	ksync__lockdep_set_class(lock, KSYNC__DEP_MAP(lock), NULL, NULL, 0, \
				 KSYNC__DEP_NO_TRACK)

/*
 * Says, for the class of a lock that was just initialised, which of two of its
 * locks comes first: cmp(a, b), of two pointers to locks, is below 0 if "a" may
 * be held when "b" is taken. It is called with each that is held, and takes no
 * locks. NULL: none, as at first.
 */
#define ksync_lock_set_cmp_fn(lock, cmp) \
	ksync__lock_set_cmp_fn(lock, KSYNC__DEP_MAP(lock), cmp)

/*
 * A completion to which ksync_lockdep_set_class() gave a class: from here until
 * it completes it, or _no_more, the calling thread is the one to do it. What it
 * waits for meanwhile, whoever waits for the completion must not hold. Without
 * a class nothing is known of a completion.
 */
#define ksync_lockdep_owe(completion) \
	ksync__lockdep_owe(completion, KSYNC__DEP_MAP(completion))
#define ksync_lockdep_owe_no_more(completion) \
	ksync__lockdep_owe_no_more(completion, KSYNC__DEP_MAP(completion))

/*
 * Nobody is to give back, from here to the unpin, this lock that the caller
 * holds: a function that does is reported. A pin is undone with its cookie, and
 * made again with it after a release that is meant.
 */
typedef struct KSYNC_TAG(pin_cookie) {
	unsigned int val;
} ksync_pin_cookie_t;
#define ksync_lockdep_pin_lock(lock) \
	ksync__lockdep_pin(lock, KSYNC__DEP_MAP(lock))
#define ksync_lockdep_repin_lock(lock, cookie) \
	((void)(cookie), (void)ksync_lockdep_pin_lock(lock))
#define ksync_lockdep_unpin_lock(lock, cookie) \
	ksync__lockdep_unpin(lock, KSYNC__DEP_MAP(lock), cookie)

/*
 * What is no lock of ksync's and is waited for like one: a queue that is
 * emptied, another program. It is a map alone, of which the caller says when it
 * takes it and gives it back, in the words of the seam: 0 or KSYNC_WATCH_SHARED
 * | KSYNC_WATCH_RECURSIVE and so on.
 */
typedef struct KSYNC_TAG(lockdep_map) {
	unsigned char unused;
	KSYNC__DEP_MAP_FIELD
} ksync_lockdep_map_t;
#define KSYNC_LOCKDEP_MAP_INIT(name) \
	{ 0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_MAP, 0) }
#define ksync_lockdep_init_map(map, name, key, subclass) \
	ksync__lockdep_init_map(map, KSYNC__DEP_MAP(map), name, key, subclass)
#define ksync_lock_map_acquire(map, how) \
	ksync__lock_map_acquire(map, KSYNC__DEP_MAP(map), how, NULL)
#define ksync_lock_map_release(map) \
	ksync__lock_map_release(map, KSYNC__DEP_MAP(map))
/* As if it was taken and given back: it is waited for here. */
#define ksync_lock_map_sync(map) ksync__might_lock(map, KSYNC__DEP_MAP(map), 0)

KSYNC_BEGIN_DECLS

KSYNC_PRIVATE_INLINE void ksync__might_lock(const void *lock,
					    struct ksync__dep_map *map,
					    unsigned int how)
{
	if (KSYNC_CHECKED)
		ksync__dep_acquire(map, lock, map->kind, how, NULL);
}

KSYNC_PRIVATE_INLINE void ksync__lock_set_cmp_fn(const void *lock,
						 struct ksync__dep_map *map,
						 ksync_lock_cmp_fn cmp)
{
	(void)lock;
	if (KSYNC_CHECKED)
		ksync__dep_set_cmp(map, cmp);
}

KSYNC_PRIVATE_INLINE void ksync__lockdep_owe(const void *lock,
					     struct ksync__dep_map *map)
{
	if (KSYNC_CHECKED)
		ksync__dep_owe(map, lock);
}

KSYNC_PRIVATE_INLINE void ksync__lockdep_owe_no_more(const void *lock,
						     struct ksync__dep_map *map)
{
	(void)lock;
	if (KSYNC_CHECKED)
		ksync__dep_owe_no_more(map);
}

KSYNC_PRIVATE_INLINE void ksync__lockdep_init_map(void *lock,
						  struct ksync__dep_map *map,
						  const char *name,
						  ksync_lock_class_key_t *key,
						  int subclass)
{
	if (!KSYNC_CHECKED)
		return;
	ksync__dep_created(map, lock, KSYNC_KIND_MAP, 0, name, key);
	ksync__dep_set_class(map, NULL, NULL, subclass, 0);
}

KSYNC_PRIVATE_INLINE void ksync__lock_map_acquire(void *lock,
						  struct ksync__dep_map *map,
						  unsigned int how,
						  const void *nest)
{
	if (!KSYNC_CHECKED)
		return;
	ksync__dep_acquire(map, lock, KSYNC_KIND_MAP, how, nest);
	ksync__dep_acquired(map, lock, KSYNC_KIND_MAP, how);
}

KSYNC_PRIVATE_INLINE void ksync__lock_map_release(void *lock,
						  struct ksync__dep_map *map)
{
	/* It is not said how it was taken: so as it was. */
	if (KSYNC_CHECKED)
		(void)ksync__dep_release(map, lock, KSYNC_KIND_MAP,
					 ksync__dep_is_held(map, 1) ==
							 KSYNC_LOCK_STATE_HELD ?
						 KSYNC_WATCH_SHARED :
						 0u);
}

KSYNC_PRIVATE_INLINE ksync_pin_cookie_t
ksync__lockdep_pin(const void *lock, const struct ksync__dep_map *map)
{
	ksync_pin_cookie_t cookie = { 1 };

	if (KSYNC_CHECKED)
		ksync__dep_pin(map, lock);
	return cookie;
}

KSYNC_PRIVATE_INLINE void ksync__lockdep_unpin(const void *lock,
					       const struct ksync__dep_map *map,
					       ksync_pin_cookie_t cookie)
{
	(void)cookie;
	if (KSYNC_CHECKED)
		ksync__dep_unpin(map, lock);
}

KSYNC_PRIVATE_INLINE void
ksync__lockdep_set_class(void *lock, struct ksync__dep_map *map,
			 ksync_lock_class_key_t *key, const char *name,
			 int subclass, unsigned int flags)
{
	(void)lock;
	if (KSYNC_CHECKED)
		ksync__dep_set_class(map, key, name, subclass, flags);
}

KSYNC_END_DECLS

#endif
