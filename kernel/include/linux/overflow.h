/* SPDX-License-Identifier: MIT */
/* Arithmetic that says when it overflows, and sizes that then are SIZE_MAX. */
#ifndef KSYNC_GLUE_OVERFLOW_H
#define KSYNC_GLUE_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#define type_max(t)                                                      \
	((__typeof__((t)0))(is_signed_type(t) ?                          \
				    ((1ULL << (8 * sizeof(t) - 2)) - 1 + \
				     (1ULL << (8 * sizeof(t) - 2))) :    \
				    ~0ULL))
#define type_min(t) \
	((__typeof__((t)0))(is_signed_type(t) ? -type_max(t) - 1 : 0))

static inline bool KSYNC_MUST_CHECK ksync__glue_overflows(bool overflow)
{
	return ksync_unlikely(overflow);
}

#define check_add_overflow(a, b, d) \
	ksync__glue_overflows(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) \
	ksync__glue_overflows(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) \
	ksync__glue_overflows(__builtin_mul_overflow(a, b, d))
/* The shift is refused if a bit is lost, or the sign would change. */
#define check_shl_overflow(a, s, d)                                          \
	__extension__({                                                      \
		__auto_type ksync__a = (a);                                  \
		unsigned int ksync__s = (unsigned int)(s);                   \
		__auto_type ksync__d = (d);                                  \
		bool ksync__bad = ksync__s >= 8 * sizeof(*ksync__d);         \
		*ksync__d =                                                  \
			(__typeof__(*ksync__d))((u64)ksync__a                \
						<< (ksync__bad ? 0 :         \
								 ksync__s)); \
		ksync__bad || *ksync__d < 0 || ksync__a < 0 ||               \
			(u64)(*ksync__d >> (ksync__bad ? 0 : ksync__s)) !=   \
				(u64)ksync__a;                               \
	})
#define overflows_type(n, t)                                  \
	__extension__({                                       \
		__typeof__((t)0) ksync__into;                 \
		__builtin_add_overflow((n), 0, &ksync__into); \
	})
#define wrapping_add(type, a, b)                                 \
	__extension__({                                          \
		type ksync__val;                                 \
		(void)__builtin_add_overflow(a, b, &ksync__val); \
		ksync__val;                                      \
	})
#define wrapping_sub(type, a, b)                                 \
	__extension__({                                          \
		type ksync__val;                                 \
		(void)__builtin_sub_overflow(a, b, &ksync__val); \
		ksync__val;                                      \
	})
#define wrapping_mul(type, a, b)                                 \
	__extension__({                                          \
		type ksync__val;                                 \
		(void)__builtin_mul_overflow(a, b, &ksync__val); \
		ksync__val;                                      \
	})

static inline size_t KSYNC_MUST_CHECK size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t KSYNC_MUST_CHECK size_add(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t KSYNC_MUST_CHECK size_sub(size_t a, size_t b)
{
	return a == SIZE_MAX || b == SIZE_MAX || a < b ? SIZE_MAX : a - b;
}

#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) size_mul(count, sizeof(*(p)->member))
#define struct_size(p, member, count)                                  \
	__builtin_choose_expr(                                         \
		__builtin_constant_p(count),                           \
		sizeof(*(p)) + (size_t)(count) * sizeof(*(p)->member), \
		size_add(sizeof(*(p)), flex_array_size(p, member, count)))
#define struct_size_t(type, member, count) \
	struct_size((type *)NULL, member, count)

#endif
