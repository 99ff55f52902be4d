/* SPDX-License-Identifier: MIT */
/*
 * LockedBy: data that is guarded by the lock of another object, as in
 * Rust-for-Linux: an entry's size under its directory's lock. It is accessed
 * by who shows the owner and holds its lock.
 *
 *	struct dir { ksync_mutex_t lock; ... };
 *
 *	KSYNC_DEFINE_LOCKED_BY(size, long, struct dir, lock)
 *
 *	struct entry { struct size_locked_by size; ... };
 *
 * makes struct size_locked_by, and
 *
 *	size_locked_by_init(&e->size, dir, 5)	5, under that dir's lock
 *	size_locked_by_access(&e->size, dir)	to read: const long *
 *	size_locked_by_access_mut(&e->size, dir)	to write: long *
 *
 * The owner's lock is any lock of ksync's; of one with readers, access() wants
 * it held in any way and access_mut() for writing. That it is held is looked at
 * by the checked library. That the owner is the right one is always looked at:
 * a wrong one is reported, and gets NULL.
 */
#ifndef KSYNC_LOCKED_BY_H
#define KSYNC_LOCKED_BY_H

#include <ksync/lockdep.h>
#include <ksync/typed.h>

KSYNC_BEGIN_DECLS

/* In src/object/locked_by.c. */
KSYNC_API void ksync__locked_by_refused(const void *data, const void *owner);

KSYNC_END_DECLS

/*
 * KSYNC_DEFINE_LOCKED_BY(name, type, owner_type, lock): data of a type under
 * the member lock of an owner; no array.
 */
/* clang-format off */
#define KSYNC_DEFINE_LOCKED_BY(name, type, owner_type, lock)                  \
	KSYNC__TYPED_STRICT                                                   \
	struct name##_locked_by {                                             \
		const owner_type *owner; /* read-only after init */           \
		type data; /* under owner->lock */                            \
	};                                                                    \
	/* Before anybody else knows it. */                                   \
	KSYNC__TYPED_BODY(void name##_locked_by_init(                         \
				  struct name##_locked_by *ksync__l,          \
				  const owner_type *ksync__owner,             \
				  type ksync__value),                         \
		ksync__l->owner = ksync__owner;                               \
		ksync__l->data = ksync__value;)                               \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK const type *                       \
				  name##_locked_by_access(                    \
				  const struct name##_locked_by *ksync__l,    \
				  const owner_type *ksync__owner),            \
		if (ksync_unlikely(ksync__l->owner != ksync__owner)) {        \
			ksync__locked_by_refused(ksync__l, ksync__owner);     \
			return NULL;                                          \
		}                                                             \
		ksync_lockdep_assert_held(&ksync__owner->lock);               \
		return &ksync__l->data;)                                      \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK type *name##_locked_by_access_mut( \
				  struct name##_locked_by *ksync__l,          \
				  const owner_type *ksync__owner),            \
		if (ksync_unlikely(ksync__l->owner != ksync__owner)) {        \
			ksync__locked_by_refused(ksync__l, ksync__owner);     \
			return NULL;                                          \
		}                                                             \
		ksync_lockdep_assert_held_write(&ksync__owner->lock);         \
		return &ksync__l->data;)
/* clang-format on */

#endif
