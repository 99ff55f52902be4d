/* SPDX-License-Identifier: MIT */
/* Division that rounds, and roots. */
#ifndef KSYNC_GLUE_MATH_H
#define KSYNC_GLUE_MATH_H

#include <linux/types.h>

#define __round_mask(x, y) ((__typeof__(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(ll, d) ((unsigned long long)(ll) / (d))
#define DIV_ROUND_UP_ULL(ll, d) \
	DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d) - 1, d)
#define DIV_ROUND_UP_SECTOR_T(ll, d) DIV_ROUND_UP_ULL(ll, d)
#define roundup(x, y)                                           \
	__extension__({                                         \
		__typeof__(y) ksync__y = (y);                   \
		(((x) + (ksync__y - 1)) / ksync__y) * ksync__y; \
	})
#define rounddown(x, y)                       \
	__extension__({                       \
		__typeof__(x) ksync__x = (x); \
		ksync__x - (ksync__x % (y));  \
	})

/* To the nearest; halves away from zero. */
#define DIV_ROUND_CLOSEST(x, divisor)                                        \
	__extension__({                                                      \
		__typeof__(x) ksync__x = (x);                                \
		__typeof__(divisor) ksync__d = (divisor);                    \
		(((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 || \
		 ((ksync__x > 0) == (ksync__d > 0))) ?                       \
			((ksync__x + ksync__d / 2) / ksync__d) :             \
			((ksync__x - ksync__d / 2) / ksync__d);              \
	})
#define DIV_ROUND_CLOSEST_ULL(x, divisor)                \
	__extension__({                                  \
		unsigned long long ksync__x = (x);       \
		unsigned long long ksync__d = (divisor); \
		(ksync__x + ksync__d / 2) / ksync__d;    \
	})
#define mult_frac(x, n, d)                                                    \
	__extension__({                                                       \
		__typeof__(x) ksync__x = (x), ksync__n = (n), ksync__d = (d); \
		ksync__x / ksync__d *ksync__n +                               \
			ksync__x % ksync__d *ksync__n / ksync__d;             \
	})
#define sector_div(a, b)                            \
	__extension__({                             \
		u32 ksync__rest = (u32)((a) % (b)); \
		(a) /= (b);                         \
		ksync__rest;                        \
	})
/* libc declares a function of that name. */
#include <stdlib.h>
#undef abs
#define abs(x)                                                          \
	__builtin_choose_expr(                                          \
		__builtin_types_compatible_p(__typeof__(x), long long), \
		ksync__glue_abs(x),                                     \
		(__typeof__(_Generic((x),                               \
				    char: (signed char)0,               \
				    default: (x))))ksync__glue_abs(x))
#define abs_diff(a, b)                                      \
	__extension__({                                     \
		__typeof__(a) ksync__a = (a);               \
		__typeof__(b) ksync__b = (b);               \
		ksync__a > ksync__b ? ksync__a - ksync__b : \
				      ksync__b - ksync__a;  \
	})

static inline long long ksync__glue_abs(long long x)
{
	return x < 0 ? -x : x;
}

/* The root, rounded down; bit by bit, as the library needs no libm. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << (8 * sizeof(long) / 2 - 1); bit;
	     bit >>= 1) {
		if ((root | bit) <= x / (root | bit))
			root |= bit;
	}
	return root;
}

static inline u32 int_sqrt64(u64 x)
{
	u64 root = 0;

	for (u64 bit = 1ULL << 31; bit; bit >>= 1) {
		if ((root | bit) <= x / (root | bit))
			root |= bit;
	}
	return (u32)root;
}

static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

#endif
