/* SPDX-License-Identifier: MIT */
/*
 * ARef: references to objects that count them themselves, as in Rust-for-Linux:
 * a reference has a type of its own, so that what is borrowed is not put, and
 * what is owned is not forgotten.
 *
 *	struct file { ksync_refcount_t refs; ... };
 *	static void file_release(struct file *f) { ... free(f); }
 *
 *	KSYNC_DEFINE_AREF(file, struct file, refs, file_release)
 *
 * makes struct file_aref *, one reference, and
 *
 *	file_aref_from_raw(f)	the reference that the caller has: a new object
 *				begins with one
 *	file_aref_get(f)	one more, of any object that is known to live
 *	file_aref_get_not_zero(f)	the same, unless the last was put: NULL;
 *				for what is found in an RCU reader
 *	file_aref_clone(a)	one more
 *	file_aref_put(a)	one less; the last one calls file_release
 *	file_aref_data(a)	the object
 *	file_aref_into_raw(a)	the object, whose reference the caller has
 *	file_aref_ptr_eq(a, b)	the same object?
 *
 *	struct file_aref *a ksync_free(file_aref) = file_aref_get(f);
 *
 * puts at the end of the scope. KSYNC_DEFINE_AREF_WITH() is for objects that
 * count in any other way: a percpu_ref, a handle of another library.
 */
#ifndef KSYNC_AREF_H
#define KSYNC_AREF_H

#include <ksync/cleanup.h>
#include <ksync/refcount.h>
#include <ksync/typed.h>

/*
 * KSYNC_DEFINE_AREF(name, type, member, release): references to a type that has
 * a ksync_refcount_t; release(type *) ends the object and frees it.
 */
/* clang-format off */
#define KSYNC_DEFINE_AREF(name, type, member, release)                        \
	KSYNC_PRIVATE_INLINE void ksync__##name##_aref_inc(                   \
		type *ksync__o)                                               \
	{                                                                     \
		ksync_refcount_inc(&ksync__o->member);                        \
	}                                                                     \
	KSYNC_PRIVATE_INLINE void ksync__##name##_aref_dec(                   \
		type *ksync__o)                                               \
	{                                                                     \
		if (ksync_refcount_dec_and_test(&ksync__o->member))           \
			release(ksync__o);                                    \
	}                                                                     \
	KSYNC_DEFINE_AREF_WITH(name, type, ksync__##name##_aref_inc,          \
			       ksync__##name##_aref_dec)                      \
	KSYNC__TYPED_REF(name##_aref_put,                                     \
		struct name##_aref *name##_aref_get_not_zero(                 \
			type *ksync__o),                                      \
		return ksync_refcount_inc_not_zero(&ksync__o->member) ?       \
			       KSYNC__TYPED_AS(struct name##_aref,            \
					       ksync__o) :                    \
			       NULL;)

/*
 * KSYNC_DEFINE_AREF_WITH(name, type, inc_ref, dec_ref): inc_ref(type *) gets a
 * reference of an object that has one, dec_ref(type *) puts one.
 */
#define KSYNC_DEFINE_AREF_WITH(name, type, inc_ref, dec_ref)                  \
	KSYNC__TYPED_STRICT                                                   \
	struct name##_aref; /* the object's own address */                    \
	KSYNC__TYPED_FN(void name##_aref_put(struct name##_aref *ksync__a),   \
		if (ksync__a)                                                 \
			dec_ref(KSYNC__TYPED_AS(type, ksync__a));)            \
	KSYNC__TYPED_REF(name##_aref_put,                                     \
		__attribute__((returns_nonnull))                              \
		struct name##_aref *name##_aref_get(type *ksync__o),          \
		inc_ref(ksync__o);                                            \
		return KSYNC__TYPED_AS(struct name##_aref, ksync__o);)        \
	KSYNC__TYPED_REF(name##_aref_put,                                     \
		__attribute__((returns_nonnull))                              \
		struct name##_aref *name##_aref_clone(                        \
			struct name##_aref *ksync__a),                        \
		inc_ref(KSYNC__TYPED_AS(type, ksync__a));                     \
		return ksync__a;)                                             \
	KSYNC__TYPED_BODY(                                                    \
		type *name##_aref_data(struct name##_aref *ksync__a),         \
		KSYNC__TYPED_SEE(ksync__a);                                   \
		return KSYNC__TYPED_AS(type, ksync__a);)                      \
	KSYNC__TYPED_FN(bool name##_aref_ptr_eq(                              \
				const struct name##_aref *ksync__a,           \
				const struct name##_aref *ksync__b),          \
		return ksync__a == ksync__b;)                                 \
	/* The reference goes along. */                                       \
	KSYNC__TYPED_FN(KSYNC_MUST_CHECK type *name##_aref_into_raw(          \
				struct name##_aref *ksync__a),                \
		return KSYNC__TYPED_AS(type, ksync__a);)                      \
	KSYNC__TYPED_REF(name##_aref_put,                                     \
		struct name##_aref *name##_aref_from_raw(type *ksync__o),     \
		return KSYNC__TYPED_AS(struct name##_aref, ksync__o);)        \
	KSYNC__DEFINE_FREE_TYPED(name##_aref, struct name##_aref *,           \
				 name##_aref_put(_T))
/* clang-format on */

#endif
