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
 *
 * The type's size is fixed: no flexible array. In C++ it has neither
 * constructors nor a destructor, which nobody would call.
 */
#ifndef KSYNC_ARC_H
#define KSYNC_ARC_H

#include <ksync/cleanup.h>
#include <ksync/refcount.h>
#include <ksync/typed.h>

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

/* In src/object/arc.c. A new object is unique, its bytes are 0. NULL: no
 * memory. */
KSYNC_API ksync_arc_t *ksync__arc_alloc(size_t size, void (*drop)(void *));
/* The last shared reference is gone. */
KSYNC_API void ksync__arc_drop(ksync_arc_t *arc);
/* The last weak reference is gone. */
KSYNC_API void ksync__arc_free(ksync_arc_t *arc);

KSYNC_PRIVATE_INLINE void *ksync__arc_object(ksync_arc_t *arc)
{
	return KSYNC__RECAST(char *, arc) + KSYNC__ARC_DATA_OFFSET;
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

#ifdef KSYNC_ANALYZE
#define KSYNC__ARC_UNIQUE(name, declaration, ...)                            \
	KSYNC__TYPED_REF(                                                    \
		name##_unique_put,                                           \
		__attribute__((malloc(name##_unique_discard, 1),             \
			       malloc(name##_unique_share, 1))) declaration, \
		none)
#else
#define KSYNC__ARC_UNIQUE(name, declaration, ...) \
	KSYNC__TYPED_REF(name##_unique_put, declaration, __VA_ARGS__)
#endif

/* In C++: an object that is made of zeroes and ends without its destructor. In
 * C it is any; but one with a flexible array would have no room for that. The
 * member after it is what compilers mind, if its name is the user's. */
#ifdef __cplusplus
#define KSYNC__ARC_FITS(name, type)                                           \
	static_assert(__is_trivially_copyable(type) &&                        \
			      __is_trivially_constructible(type),             \
		      "the type has C++ constructors or a destructor, which " \
		      "an Arc does not call");                                \
	struct name##_has_its_size {                                          \
		type ksync__object;                                           \
		char ksync__more;                                             \
	};
#else
/* clang-format off */
#define KSYNC__ARC_FITS(name, type)        \
	_Pragma("GCC diagnostic push")     \
	KSYNC__ARC_FLEXIBLE                \
	struct name##_has_its_size {       \
		type name;                 \
		char ksync__more;          \
	};                                 \
	_Pragma("GCC diagnostic pop")
/* clang-format on */
#ifdef __clang__
#define KSYNC__ARC_FLEXIBLE \
	_Pragma("GCC diagnostic error \"-Wgnu-variable-sized-type-not-at-end\"")
#else
#define KSYNC__ARC_FLEXIBLE _Pragma("GCC diagnostic error \"-Wpedantic\"")
#endif
#endif

/*
 * KSYNC_DEFINE_ARC(name, type, drop_fn): an Arc of type; drop_fn(type *) ends
 * the object, not its memory, and may be NULL.
 */
/* clang-format off */
#define KSYNC_DEFINE_ARC(name, type, drop_fn)                                 \
	KSYNC__TYPED_STRICT                                                   \
	KSYNC__ARC_FITS(name, type)                                           \
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
	KSYNC_STATIC_ASSERT(__alignof__(type) <= KSYNC__ARC_DATA_OFFSET,      \
			    "the type is aligned more than malloc aligns");   \
	KSYNC_PRIVATE_INLINE void ksync__##name##_arc_drop(                   \
		void *ksync__object)                                          \
	{                                                                     \
		void (*ksync__drop)(type *) = drop_fn;                        \
                                                                              \
		if (ksync__drop)                                              \
			ksync__drop(KSYNC__CAST(type *, ksync__object));      \
	}                                                                     \
                                                                              \
	/* Shared. */                                                         \
	KSYNC__TYPED_FN(void name##_arc_put(struct name##_arc *ksync__a),     \
		if (ksync__a)                                                 \
			ksync__arc_put(&ksync__a->arc);)                      \
	KSYNC__TYPED_REF(name##_arc_put,                                      \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_arc_get(                            \
			struct name##_arc *ksync__a),                         \
		ksync_refcount_inc(&ksync__a->arc.strong);                    \
		return ksync__a;)                                             \
	KSYNC__TYPED_BODY(type *name##_arc_data(struct name##_arc *ksync__a), \
		KSYNC__TYPED_SEE(ksync__a);                                   \
		return &ksync__a->data;)                                      \
	KSYNC__TYPED_FN(                                                      \
		unsigned int name##_arc_count(                                \
			const struct name##_arc *ksync__a),                   \
		return ksync_refcount_read(&ksync__a->arc.strong);)           \
	KSYNC__TYPED_FN(bool name##_arc_ptr_eq(                               \
			      const struct name##_arc *ksync__a,              \
			      const struct name##_arc *ksync__b),             \
		return ksync__a == ksync__b;)                                 \
                                                                              \
	/* Unique. put ends the object, discard only its memory. */           \
	KSYNC__TYPED_FN(void name##_unique_put(struct name##_unique *ksync__u),\
		if (ksync__u)                                                 \
			ksync__arc_drop(&ksync__u->a.arc);)                   \
	KSYNC__TYPED_FN(void name##_unique_discard(                           \
			      struct name##_unique *ksync__u),                \
		if (ksync__u)                                                 \
			ksync__arc_weak_put(&ksync__u->a.arc);)               \
	KSYNC__TYPED_REF(name##_arc_put,                                      \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_unique_share(                       \
			struct name##_unique *ksync__u),                      \
		ksync__arc_share(&ksync__u->a.arc);                           \
		return &ksync__u->a;)                                         \
	KSYNC__ARC_UNIQUE(name,                                               \
		struct name##_unique *name##_unique_new(void),                \
		return KSYNC__TYPED_AS(struct name##_unique,                  \
			ksync__arc_alloc(sizeof(struct name##_arc),           \
					 ksync__##name##_arc_drop));)         \
	KSYNC__ARC_UNIQUE(name,                                               \
		struct name##_unique *name##_arc_into_unique_or_put(          \
			struct name##_arc *ksync__a),                         \
		return KSYNC__TYPED_AS(struct name##_unique,                  \
			ksync__arc_into_unique_or_put(&ksync__a->arc));)      \
	KSYNC__TYPED_BODY(type *name##_unique_data(                           \
				struct name##_unique *ksync__u),              \
		KSYNC__TYPED_SEE(ksync__u);                                   \
		return &ksync__u->a.data;)                                    \
                                                                              \
	/* A shared object from a value; NULL if there is no memory. */       \
	KSYNC__TYPED_REF(name##_arc_put,                                      \
		struct name##_arc *name##_arc_new(type ksync__value),         \
		struct name##_unique *ksync__u = name##_unique_new();         \
                                                                              \
		if (!ksync__u)                                                \
			return NULL;                                          \
		*name##_unique_data(ksync__u) = ksync__value;                 \
		return name##_unique_share(ksync__u);)                        \
                                                                              \
	/* Borrowed: from a reference that outlives the use. */               \
	KSYNC__TYPED_BODY(                                                    \
		struct name##_borrow *name##_arc_borrow(                      \
			struct name##_arc *ksync__a),                         \
		KSYNC__TYPED_SEE(ksync__a);                                   \
		return KSYNC__TYPED_AS(struct name##_borrow, ksync__a);)      \
	KSYNC__TYPED_BODY(type *name##_borrow_data(                           \
				struct name##_borrow *ksync__b),              \
		KSYNC__TYPED_SEE(ksync__b);                                   \
		return &ksync__b->a.data;)                                    \
	KSYNC__TYPED_REF(name##_arc_put,                                      \
		__attribute__((returns_nonnull))                              \
		struct name##_arc *name##_borrow_get(                         \
			struct name##_borrow *ksync__b),                      \
		ksync_refcount_inc(&ksync__b->a.arc.strong);                  \
		return &ksync__b->a;)                                         \
                                                                              \
	/* Weak. upgrade: NULL if the object is gone, unique, or full. */     \
	KSYNC__TYPED_FN(void name##_weak_put(struct name##_weak *ksync__w),   \
		if (ksync__w)                                                 \
			ksync__arc_weak_put(&ksync__w->a.arc);)               \
	KSYNC__TYPED_REF(name##_weak_put,                                     \
		__attribute__((returns_nonnull))                              \
		struct name##_weak *name##_arc_downgrade(                     \
			struct name##_arc *ksync__a),                         \
		ksync_refcount_inc(&ksync__a->arc.weak);                      \
		return KSYNC__TYPED_AS(struct name##_weak, ksync__a);)        \
	KSYNC__TYPED_REF(name##_weak_put,                                     \
		__attribute__((returns_nonnull))                              \
		struct name##_weak *name##_weak_get(                          \
			struct name##_weak *ksync__w),                        \
		ksync_refcount_inc(&ksync__w->a.arc.weak);                    \
		return ksync__w;)                                             \
	KSYNC__TYPED_REF(name##_arc_put,                                      \
		struct name##_arc *name##_weak_upgrade(                       \
			struct name##_weak *ksync__w),                        \
		return KSYNC__TYPED_AS(struct name##_arc,                     \
			ksync__arc_upgrade(&ksync__w->a.arc));)               \
                                                                              \
	/* Through a void pointer and back; the reference goes along. */      \
	KSYNC__TYPED_FN(KSYNC_MUST_CHECK type *name##_arc_into_raw(           \
			      struct name##_arc *ksync__a),                   \
		return &ksync__a->data;)                                      \
	KSYNC__TYPED_FN(KSYNC_MUST_CHECK                                      \
			 struct name##_arc *name##_arc_from_raw(              \
			      type *ksync__raw),                              \
		return ksync_container_of(ksync__raw, struct name##_arc,      \
					  data);)                             \
                                                                              \
	KSYNC__DEFINE_FREE_TYPED(name##_arc, struct name##_arc *,             \
			  name##_arc_put(_T))                                 \
	KSYNC__DEFINE_FREE_TYPED(name##_unique, struct name##_unique *,       \
			  name##_unique_put(_T))                              \
	KSYNC__DEFINE_FREE_TYPED(name##_weak, struct name##_weak *,           \
			  name##_weak_put(_T))
/* clang-format on */

#endif
