/* SPDX-License-Identifier: MIT */
/*
 * Arc: shared ownership of an object, as in Rust-for-Linux, for C.
 *
 *	struct config { int port; };
 *	static void config_drop(struct config *c) { ... }
 *
 *	KSYNC_DEFINE_ARC(config, struct config, config_drop)
 *
 * makes four pointer types, which do not convert into each other, and their
 * functions:
 *
 *	struct config_arc *	a shared reference: config_arc_new, _get, _put,
 *				_data, _borrow, _downgrade, _ptr_eq, _count,
 *				_into_unique_or_put, _into_raw, _from_raw
 *	struct config_unique *	the only reference, to fill the object in:
 *				config_unique_new, _data, _share, _put, _discard
 *	struct config_borrow *	somebody else's reference, while that is known
 *				to live: config_borrow_data, _get
 *	struct config_weak *	keeps the memory, not the object:
 *				config_weak_get, _put, _upgrade
 *
 * Rules. One allocation holds counts and object, and the object never moves. A
 * reference is got from a reference; each that was got is put once. The object
 * is dropped (config_drop runs) with the last shared reference, in the thread
 * that put it; the memory goes with the last weak one. Counts saturate: a
 * mistake leaks and is reported (<ksync/refcount.h>).
 *
 * Allocate where sleeping is allowed: config_unique_new(). Fill in and
 * config_unique_share() anywhere. While a reference is unique its strong count
 * is 0, so that no weak reference can share an object that somebody changes.
 *
 *	struct config_arc *c ksync_free(config_arc) = config_arc_get(shared);
 *
 * puts at the end of the scope; likewise config_unique and config_weak. gcc's
 * -fanalyzer sees a double put, a use after put and a leak; give it
 * -DKSYNC_ANALYZE, which hides the bodies that it cannot follow.
 */
#ifndef KSYNC_ARC_H
#define KSYNC_ARC_H

#include <ksync/cleanup.h>
#include <ksync/refcount.h>

typedef struct ksync_arc {
	ksync_refcount_t strong;    /* shared references; 0 while unique */
	ksync_refcount_t weak;	    /* weak ones; all strong ones are one */
	void (*drop)(void *object); /* read-only; may be NULL */
} ksync_arc_t;

/* Where the object begins, behind the counts; as malloc aligns. */
#define KSYNC__ARC_DATA_OFFSET 16

KSYNC_STATIC_ASSERT(sizeof(ksync_arc_t) <= KSYNC__ARC_DATA_OFFSET,
		    "the counts fit in front of the object");

KSYNC_BEGIN_DECLS

/* In src/arc.c. A new object is unique, its bytes are 0. NULL: no memory. */
KSYNC_API ksync_arc_t *ksync__arc_alloc(size_t size, void (*drop)(void *));
/* The last shared reference is gone. */
KSYNC_API void ksync__arc_drop(ksync_arc_t *arc);
/* The last weak reference is gone. */
KSYNC_API void ksync__arc_free(ksync_arc_t *arc);

KSYNC_PRIVATE_INLINE void *ksync__arc_object(ksync_arc_t *arc)
{
	return (char *)arc + KSYNC__ARC_DATA_OFFSET;
}

KSYNC_PRIVATE_INLINE void ksync__arc_weak_put(ksync_arc_t *arc)
{
	if (ksync_refcount_dec_and_test(&arc->weak))
		ksync__arc_free(arc);
}

KSYNC_PRIVATE_INLINE void ksync__arc_put(ksync_arc_t *arc)
{
	if (ksync_refcount_dec_and_test(&arc->strong))
		ksync__arc_drop(arc);
}

/* Whoever upgrades a weak reference sees the filled object: ORDER
 * refcount.reuse. */
KSYNC_PRIVATE_INLINE void ksync__arc_share(ksync_arc_t *arc)
{
	ksync_refcount_set_release(&arc->strong, 1);
}

KSYNC_PRIVATE_INLINE ksync_arc_t *ksync__arc_upgrade(ksync_arc_t *arc)
{
	return ksync_refcount_inc_not_zero_acquire(&arc->strong) ? arc : NULL;
}

/* Unique if it was the last, NULL if others remain. */
KSYNC_PRIVATE_INLINE ksync_arc_t *
ksync__arc_into_unique_or_put(ksync_arc_t *arc)
{
	return ksync_refcount_dec_and_test(&arc->strong) ? arc : NULL;
}

KSYNC_END_DECLS

/* A wrong pointer type is an error where arcs are used, not a warning. */
#ifdef __cplusplus
#define KSYNC__ARC_STRICT
#else
#define KSYNC__ARC_STRICT \
	_Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")
#endif

/*
 * What gcc's analyzer is told: the reference that this function returns is put
 * by that one. It takes that only from declarations without a body (ARC_REF,
 * ARC_FN). Accessors (ARC_BODY) keep theirs and touch what they are given, as
 * gcc 12 does not take an access to a member for a use.
 */
#define KSYNC__ARC_BODY(declaration, ...)                 \
	static inline __attribute__((unused)) declaration \
	{                                                 \
		__VA_ARGS__                               \
	}
#ifdef KSYNC_ANALYZE
#define KSYNC__ARC_SEE(a) (void)*(const volatile char *)(a)
#define KSYNC__ARC_FN(declaration, ...) extern declaration;
#define KSYNC__ARC_REF(put, declaration, ...) \
	extern KSYNC_MUST_CHECK __attribute__((malloc(put, 1))) declaration;
#define KSYNC__ARC_UNIQUE(name, declaration, ...)                            \
	KSYNC__ARC_REF(                                                      \
		name##_unique_put,                                           \
		__attribute__((malloc(name##_unique_discard, 1),             \
			       malloc(name##_unique_share, 1))) declaration, \
		none)
#else
#define KSYNC__ARC_SEE(a) ((void)0)
#define KSYNC__ARC_FN KSYNC__ARC_BODY
#define KSYNC__ARC_REF(put, declaration, ...) \
	KSYNC__ARC_BODY(KSYNC_MUST_CHECK declaration, __VA_ARGS__)
#define KSYNC__ARC_UNIQUE(name, declaration, ...) \
	KSYNC__ARC_REF(name##_unique_put, declaration, __VA_ARGS__)
#endif

/*
 * KSYNC_DEFINE_ARC(name, type, drop_fn): an Arc of type; drop_fn(type *) ends
 * the object, not its memory, and may be NULL.
 */
/* clang-format off */
#define KSYNC_DEFINE_ARC(name, type, drop_fn)                                 \
	KSYNC__ARC_STRICT                                                     \
	struct name##_arc {                                                   \
		ksync_arc_t arc;                                              \
		KSYNC_ALIGNED(KSYNC__ARC_DATA_OFFSET) type data;              \
	};                                                                    \
	struct name##_unique {                                                \
		struct name##_arc a;                                          \
	};                                                                    \
	struct name##_borrow {                                                \
		struct name##_arc a;                                          \
	};                                                                    \
	struct name##_weak {                                                  \
		struct name##_arc a;                                          \
	};                                                                    \
	KSYNC_STATIC_ASSERT(offsetof(struct name##_arc, data) ==              \
				    KSYNC__ARC_DATA_OFFSET,                   \
			    "the type is aligned more than malloc aligns");   \
	KSYNC_PRIVATE_INLINE void ksync__##name##_arc_drop(void *object)      \
	{                                                                     \
		void (*fn)(type *) = drop_fn;                                 \
                                                                              \
		if (fn)                                                       \
			fn((type *)object);                                   \
	}                                                                     \
                                                                              \
	/* Shared. */                                                         \
	KSYNC__ARC_FN(void name##_arc_put(struct name##_arc *a),              \
		if (a)                                                        \
			ksync__arc_put(&a->arc);)                             \
	KSYNC__ARC_REF(name##_arc_put,                                        \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_arc_get(struct name##_arc *a),      \
		ksync_refcount_inc(&a->arc.strong);                           \
		return a;)                                                    \
	KSYNC__ARC_BODY(type *name##_arc_data(struct name##_arc *a),          \
		KSYNC__ARC_SEE(a);                                            \
		return &a->data;)                                             \
	KSYNC__ARC_FN(                                                        \
		unsigned int name##_arc_count(const struct name##_arc *a),    \
		return ksync_refcount_read(&a->arc.strong);)                  \
	KSYNC__ARC_FN(bool name##_arc_ptr_eq(const struct name##_arc *a,      \
					     const struct name##_arc *b),     \
		return a == b;)                                               \
                                                                              \
	/* Unique. put ends the object, discard only its memory. */           \
	KSYNC__ARC_FN(void name##_unique_put(struct name##_unique *u),        \
		if (u)                                                        \
			ksync__arc_drop(&u->a.arc);)                          \
	KSYNC__ARC_FN(void name##_unique_discard(struct name##_unique *u),    \
		if (u)                                                        \
			ksync__arc_weak_put(&u->a.arc);)                      \
	KSYNC__ARC_REF(name##_arc_put,                                        \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_unique_share(                       \
			struct name##_unique *u),                            \
		ksync__arc_share(&u->a.arc);                                  \
		return &u->a;)                                                \
	KSYNC__ARC_UNIQUE(name,                                               \
		struct name##_unique *name##_unique_new(void),                \
		return (struct name##_unique *)(void *)ksync__arc_alloc(      \
			sizeof(struct name##_arc), ksync__##name##_arc_drop);) \
	KSYNC__ARC_UNIQUE(name,                                               \
		struct name##_unique *name##_arc_into_unique_or_put(          \
			struct name##_arc *a),                                \
		return (struct name##_unique *)(void *)                       \
			ksync__arc_into_unique_or_put(&a->arc);)              \
	KSYNC__ARC_BODY(type *name##_unique_data(struct name##_unique *u),    \
		KSYNC__ARC_SEE(u);                                            \
		return &u->a.data;)                                           \
                                                                              \
	/* A shared object from a value; NULL if there is no memory. */       \
	KSYNC__ARC_REF(name##_arc_put,                                        \
		struct name##_arc *name##_arc_new(type value),                \
		struct name##_unique *u = name##_unique_new();                \
                                                                              \
		if (!u)                                                       \
			return NULL;                                          \
		*name##_unique_data(u) = value;                               \
		return name##_unique_share(u);)                               \
                                                                              \
	/* Borrowed: from a reference that outlives the use. */               \
	KSYNC__ARC_BODY(                                                      \
		struct name##_borrow *name##_arc_borrow(struct name##_arc *a), \
		KSYNC__ARC_SEE(a);                                            \
		return (struct name##_borrow *)(void *)a;)                    \
	KSYNC__ARC_BODY(type *name##_borrow_data(struct name##_borrow *b),    \
		KSYNC__ARC_SEE(b);                                            \
		return &b->a.data;)                                           \
	KSYNC__ARC_REF(name##_arc_put,                                        \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_borrow_get(struct name##_borrow *b), \
		ksync_refcount_inc(&b->a.arc.strong);                         \
		return &b->a;)                                                \
                                                                              \
	/* Weak. upgrade: NULL if the object is gone, unique, or full. */     \
	KSYNC__ARC_FN(void name##_weak_put(struct name##_weak *w),            \
		if (w)                                                        \
			ksync__arc_weak_put(&w->a.arc);)                      \
	KSYNC__ARC_REF(name##_weak_put,                                       \
		__attribute__((returns_nonnull))                              \
		struct name##_weak *name##_arc_downgrade(                     \
			struct name##_arc *a),                               \
		ksync_refcount_inc(&a->arc.weak);                             \
		return (struct name##_weak *)(void *)a;)                      \
	KSYNC__ARC_REF(name##_weak_put,                                       \
		__attribute__((returns_nonnull))                              \
		struct name##_weak *name##_weak_get(struct name##_weak *w),   \
		ksync_refcount_inc(&w->a.arc.weak);                           \
		return w;)                                                    \
	KSYNC__ARC_REF(name##_arc_put,                                        \
		struct name##_arc *name##_weak_upgrade(struct name##_weak *w), \
		return (struct name##_arc *)(void *)                          \
			ksync__arc_upgrade(&w->a.arc);)                       \
                                                                              \
	/* Through a void pointer and back; the reference goes along. */      \
	KSYNC__ARC_FN(type *name##_arc_into_raw(struct name##_arc *a),        \
		return &a->data;)                                             \
	KSYNC__ARC_FN(struct name##_arc *name##_arc_from_raw(type *raw),      \
		return ksync_container_of(raw, struct name##_arc, data);)     \
                                                                              \
	KSYNC_DEFINE_FREE(name##_arc, struct name##_arc *, name##_arc_put(_T)) \
	KSYNC_DEFINE_FREE(name##_unique, struct name##_unique *,              \
			  name##_unique_put(_T))                              \
	KSYNC_DEFINE_FREE(name##_weak, struct name##_weak *,                  \
			  name##_weak_put(_T))
/* clang-format on */

#endif
