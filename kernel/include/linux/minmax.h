/* SPDX-License-Identifier: MIT */
/* The smaller and the larger: arguments are evaluated once. */
#ifndef KSYNC_GLUE_MINMAX_H
#define KSYNC_GLUE_MINMAX_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Of constants a constant, also at file scope. The kernel refuses signed with
 * unsigned; here the compiler's -Wsign-compare says so.
 */
#define KSYNC__CHOOSE(x, op, y)                                         \
	__builtin_choose_expr(__builtin_constant_p((x)op(y)),           \
			      ((x)op(y) ? (x) : (y)), __extension__({   \
				      __auto_type ksync__x = (x);       \
				      __auto_type ksync__y = (y);       \
				      ksync__x op ksync__y ? ksync__x : \
							     ksync__y;  \
			      }))
#define min(x, y) KSYNC__CHOOSE(x, <, y)
#define max(x, y) KSYNC__CHOOSE(x, >, y)
#define umin(x, y) min((x) + 0ULL, (y) + 0ULL)
#define umax(x, y) max((x) + 0ULL, (y) + 0ULL)
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
#define min_t(type, x, y) min((type)(x), (type)(y))
#define max_t(type, x, y) max((type)(x), (type)(y))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))
#define min_not_zero(x, y)                                  \
	__extension__({                                     \
		__auto_type ksync__nx = (x);                \
		__auto_type ksync__ny = (y);                \
		ksync__nx == 0 ? ksync__ny :                \
		ksync__ny == 0 ? ksync__nx :                \
				 min(ksync__nx, ksync__ny); \
	})
#define clamp(val, lo, hi)                                                    \
	__extension__({                                                       \
		__auto_type ksync__v = (val);                                 \
		__auto_type ksync__lo = (lo);                                 \
		__auto_type ksync__hi = (hi);                                 \
		ksync__v<ksync__lo ? (__typeof__(ksync__v))ksync__lo :        \
				     ksync__v>                                \
				ksync__hi ? (__typeof__(ksync__v))ksync__hi : \
					    ksync__v;                         \
	})
#define clamp_t(type, val, lo, hi) clamp((type)(val), (type)(lo), (type)(hi))
#define clamp_val(val, lo, hi) clamp_t(__typeof__(val), val, lo, hi)
#define in_range(val, start, len)                                  \
	((unsigned long long)(val) - (unsigned long long)(start) < \
	 (unsigned long long)(len))
#define in_range32(val, start, len) ((u32)((val) - (start)) < (len))
#define in_range64(val, start, len) ((u64)((val) - (start)) < (len))
#define swap(a, b)                               \
	do {                                     \
		__typeof__(a) ksync__swap = (a); \
		(a) = (b);                       \
		(b) = ksync__swap;               \
	} while (0)
#define min_array(array, len)                                          \
	__extension__({                                                \
		size_t ksync__n = (len);                               \
		__typeof__((array)[0]) ksync__m = (array)[--ksync__n]; \
		while (ksync__n--)                                     \
			ksync__m = min(ksync__m, (array)[ksync__n]);   \
		ksync__m;                                              \
	})
#define max_array(array, len)                                          \
	__extension__({                                                \
		size_t ksync__n = (len);                               \
		__typeof__((array)[0]) ksync__m = (array)[--ksync__n]; \
		while (ksync__n--)                                     \
			ksync__m = max(ksync__m, (array)[ksync__n]);   \
		ksync__m;                                              \
	})

#endif
