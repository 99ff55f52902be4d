/* SPDX-License-Identifier: MIT */
/*
 * What the checked library (KSYNC_CHECKED, set by the target ksync::checked)
 * knows of one lock, and what kinds of locks there are. In the release library
 * locks have no such part, and the macros here are empty.
 *
 * Locks that are initialised at one place form a class. Orders are learned, and
 * reported, for classes: so a deadlock of any two locks is found when any two
 * of their classes are taken in both orders, in whatever thread.
 */
#ifndef KSYNC_DEP_MAP_H
#define KSYNC_DEP_MAP_H

#include <ksync/types.h>

/*
 * A class by its address: a static object, zero at first. Where it is in memory
 * that is unmapped (a plugin's), the class stays and is never used again.
 */
struct KSYNC_TAG(lock_class_key) {
	ksync_u32 id; /* the class of subclass 0; 0: not used yet */
};
typedef struct KSYNC_TAG(lock_class_key) ksync_lock_class_key_t;

/* Subclasses: why several locks of one class may be held, in this order. */
#define KSYNC_SUBCLASSES 8u
#define KSYNC_SINGLE_DEPTH_NESTING 1u

/* Says of two locks of a class which is to be taken first: below 0, if "a". */
typedef int (*ksync_lock_cmp_fn)(const void *a, const void *b);

/*
 * Kinds of locks, and whether ThreadSanitizer is told of one as a mutex: others
 * have no owner, or no order among each other. What the checked library knows
 * of a kind is its row in src/watch/kinds.c.
 */
/* clang-format off */
#define KSYNC__LOCK_KINDS(row)                                               \
	row(NONE, 1) /* memory that was never initialised */                 \
	row(MAP, 1) /* of the program's own */                               \
	row(MUTEX, 1)                                                        \
	row(SEMAPHORE, 0)                                                    \
	row(SPINLOCK, 1)                                                     \
	row(RAW_SPINLOCK, 1)                                                 \
	row(RWLOCK, 1)                                                       \
	row(RWSEM, 1)                                                        \
	row(RCU, 0)                                                          \
	row(SEQCOUNT, 0)                                                     \
	row(ONCE, 0)                                                         \
	row(COMPLETION, 0)                                                   \
	row(RT_MUTEX, 1)                                                     \
	row(WW_MUTEX, 0)                                                     \
	row(WW_ACQUIRE, 0)                                                   \
	row(BIT_SPINLOCK, 0)                                                 \
	row(SRCU, 0)                                                         \
	row(PERCPU_RWSEM, 1)                                                 \
	row(KTHREAD, 0) /* a thread, whose end is waited for */              \
	row(SIGNAL, 0) /* no lock: the handler of a signal */
/* clang-format on */

#define KSYNC__LOCK_KIND(name, noted) KSYNC_KIND_##name,
enum ksync_lock_kind { KSYNC__LOCK_KINDS(KSYNC__LOCK_KIND) KSYNC_KINDS };

struct ksync__dep_map {
	const char *name;	     /* a string literal */
	ksync_lock_class_key_t *key; /* NULL: own, or none */
	ksync_lock_class_key_t own;  /* of a static lock without a key */
	unsigned char kind;
	unsigned char subclass; /* added to the one that an acquisition says */
	unsigned char flags;	/* KSYNC__DEP_ */
	int holder;		/* thread that took it last; 0 when it gave it
				 * back. For reports alone */
	const void *where;	/* and where in the program it did */
	unsigned int processor; /* on which it was taken last, + 1; or 0 */
	const void *home;	/* itself; NULL: not used yet */
};

#define KSYNC__DEP_NO_ORDER 1u /* its orders are not looked at */
#define KSYNC__DEP_NO_TRACK 2u /* nor is it known as held */
#define KSYNC__DEP_DECLARED 4u /* who is to end the wait for it says so */

KSYNC_BEGIN_DECLS
/* All of RCU's readers, and all locks of one bit, which have no room for more;
 * the checked library alone has them. */
extern KSYNC_CHECKED_API struct ksync__dep_map ksync__rcu_map;
extern KSYNC_CHECKED_API struct ksync__dep_map ksync__bit_map;
KSYNC_END_DECLS

#if KSYNC_CHECKED
#define KSYNC__RCU_MAP (&ksync__rcu_map)
#define KSYNC__BIT_MAP (&ksync__bit_map)
#define KSYNC__DEP_MAP_FIELD struct ksync__dep_map dep_map;
#define KSYNC__DEP_MAP_INIT(name, kind, flags)                      \
	,                                                           \
	{                                                           \
		name, NULL, { 0 }, kind, 0, flags, 0, NULL, 0, NULL \
	}
#define KSYNC__DEP_MAP(lock) (&(lock)->dep_map)
#define KSYNC__DEP_NEST(lock) KSYNC__CAST(const void *, KSYNC__DEP_MAP(lock))
/* init(lock, name, key), with a class of its own for each place that says it.
 * (In a C99 inline function that is not static, gcc dislikes the key.) */
#define KSYNC__INIT_HERE(init, lock)                       \
	__extension__({                                    \
		static ksync_lock_class_key_t ksync__here; \
		init(lock, #lock, &ksync__here);           \
	})
#else
#define KSYNC__RCU_MAP KSYNC__CAST(struct ksync__dep_map *, NULL)
#define KSYNC__BIT_MAP KSYNC__CAST(struct ksync__dep_map *, NULL)
#define KSYNC__DEP_MAP_FIELD
#define KSYNC__DEP_MAP_INIT(name, kind, flags)
#define KSYNC__DEP_MAP(lock) KSYNC__CAST(struct ksync__dep_map *, NULL)
#define KSYNC__DEP_NEST(lock) ((void)(lock), KSYNC__CAST(const void *, NULL))
#endif

#endif
