/* SPDX-License-Identifier: MIT */
/*
 * SetOnce: a variable that is set at most once, by whoever comes first, and
 * read without a lock, as in Rust-for-Linux.
 *
 *	KSYNC_DEFINE_SET_ONCE(limits, struct limits)
 *
 *	static struct limits_set_once limits;		zeroes: not set
 *
 *	limits_set_once_init(&limits)			not set, in new memory
 *	limits_set_once_populate(&limits, value)	set it, or it is set
 *	limits_set_once_get(&limits)			the value, or NULL
 *	limits_set_once_copy(&limits, &mine)		the same, copied
 *
 * Nobody waits: who comes while another sets it does not set it, and finds
 * nothing yet. <ksync/once.h> is for those who wait until it is done.
 */
#ifndef KSYNC_SET_ONCE_H
#define KSYNC_SET_ONCE_H

#include <ksync/atomic.h>
#include <ksync/typed.h>

/*
 * Word: state
 *
 *  from     event        to       by             order
 *  EMPTY    populate     BUSY     the first      relaxed
 *  BUSY     populate     SET      the same       release
 *  SET      -            SET
 *
 *  I1  One thread comes from EMPTY to BUSY: the value is its own until SET.
 *  I2  From SET on nobody writes the value.
 */
typedef struct {
	int state;
} ksync_set_once_t;

#define KSYNC__SET_ONCE_EMPTY 0
#define KSYNC__SET_ONCE_BUSY 1
#define KSYNC__SET_ONCE_SET 2

KSYNC_BEGIN_DECLS

KSYNC_PRIVATE_INLINE void ksync__set_once_init(ksync_set_once_t *s)
{
	KSYNC_WRITE_ONCE(s->state, KSYNC__SET_ONCE_EMPTY);
}

/* True for the one who sets it. */
KSYNC_PRIVATE_INLINE bool ksync__set_once_begin(ksync_set_once_t *s)
{
	return KSYNC_READ_ONCE(s->state) == KSYNC__SET_ONCE_EMPTY &&
	       ksync_cmpxchg_relaxed(&s->state, KSYNC__SET_ONCE_EMPTY,
				     KSYNC__SET_ONCE_BUSY) ==
		       KSYNC__SET_ONCE_EMPTY;
}

KSYNC_PRIVATE_INLINE void ksync__set_once_end(ksync_set_once_t *s)
{
	/* ORDER set_once.set: release. The value is there. Other end:
	 * ksync__set_once_is_set(). */
	ksync_smp_store_release(&s->state, KSYNC__SET_ONCE_SET);
}

KSYNC_PRIVATE_INLINE bool ksync__set_once_is_set(const ksync_set_once_t *s)
{
	/* ORDER set_once.set: acquire. Sees the value. Other end:
	 * ksync__set_once_end(). */
	return ksync_smp_load_acquire(&s->state) == KSYNC__SET_ONCE_SET;
}

KSYNC_END_DECLS

/*
 * KSYNC_DEFINE_SET_ONCE(name, type): a variable of the type that is set once;
 * no array.
 */
/* clang-format off */
#define KSYNC_DEFINE_SET_ONCE(name, type)                                     \
	KSYNC__TYPED_STRICT                                                   \
	struct name##_set_once {                                              \
		ksync_set_once_t once;                                        \
		type value; /* its setter's, then read-only: I1, I2 */        \
	};                                                                    \
	KSYNC__TYPED_BODY(void name##_set_once_init(                          \
				   struct name##_set_once *ksync__s),         \
		ksync__set_once_init(&ksync__s->once);)                       \
	/* True if this call has set it. */                                   \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK bool name##_set_once_populate(     \
				   struct name##_set_once *ksync__s,          \
				   type ksync__value),                        \
		if (!ksync__set_once_begin(&ksync__s->once))                  \
			return false;                                         \
		ksync__s->value = ksync__value;                               \
		ksync__set_once_end(&ksync__s->once);                         \
		return true;)                                                 \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK const type *name##_set_once_get(   \
				   const struct name##_set_once *ksync__s),   \
		return ksync__set_once_is_set(&ksync__s->once) ?              \
			       &ksync__s->value :                             \
			       NULL;)                                         \
	/* False, and nothing is copied, if it is not set. */                 \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK bool name##_set_once_copy(         \
				   const struct name##_set_once *ksync__s,    \
				   type *ksync__to),                          \
		if (!ksync__set_once_is_set(&ksync__s->once))                 \
			return false;                                         \
		*ksync__to = ksync__s->value;                                 \
		return true;)
/* clang-format on */

#endif
