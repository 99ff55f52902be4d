/* SPDX-License-Identifier: MIT */
/* Division of 64 bits. */
#ifndef KSYNC_GLUE_MATH64_H
#define KSYNC_GLUE_MATH64_H

#include <linux/math.h>

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline s64 div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = (s32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

#define div64_ul(x, y) div64_u64((x), (y))
#define div64_long(x, y) div64_s64((x), (y))
/* Divides *n in place; gives the rest. */
#define do_div(n, base)                                          \
	__extension__({                                          \
		u32 ksync__base = (base);                        \
		u32 ksync__rest = (u32)((u64)(n) % ksync__base); \
		(n) = (u64)(n) / ksync__base;                    \
		ksync__rest;                                     \
	})
#define mul_u64_u32_shr(a, mul, shift) \
	((u64)(((unsigned __int128)(a) * (mul)) >> (shift)))
#define mul_u64_u64_shr(a, mul, shift) mul_u64_u32_shr(a, mul, shift)
#define mul_u64_u64_div_u64(a, b, c) ((u64)((unsigned __int128)(a) * (b) / (c)))

#endif
