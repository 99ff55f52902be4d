/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and counting of bits. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/bitops.h>

#ifndef KSYNC_GLUE_BITOPS_H
#define KSYNC_GLUE_BITOPS_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/bits.h>
#include <linux/compiler.h>

#define BITS_PER_TYPE(type) (8 * sizeof(type))
#define BITS_PER_LONG_LONG 64
#define BITS_TO_U64(nr) (((nr) + 63) / 64)
#define BITS_TO_U32(nr) (((nr) + 31) / 32)
#define BITS_TO_BYTES(nr) (((nr) + 7) / 8)

#define hweight_long(w) ((unsigned long)__builtin_popcountl(w))
#define hweight64(w) ((unsigned int)__builtin_popcountll(w))
#define hweight32(w) ((unsigned int)__builtin_popcount(w))
#define hweight16(w) ((unsigned int)__builtin_popcount((u16)(w)))
#define hweight8(w) ((unsigned int)__builtin_popcount((u8)(w)))
#define __ffs(w) ((unsigned long)__builtin_ctzl(w))
#define __fls(w) ((unsigned long)(BITS_PER_LONG - 1 - __builtin_clzl(w)))
#define ffz(w) __ffs(~(unsigned long)(w))
#include <strings.h> /* ffs() */
#define __ffs64(w) ((unsigned long)__builtin_ctzll(w))

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned int fls_long(unsigned long x)
{
	return (unsigned int)fls64(x);
}

/* The number of the nth bit that is set, from 0; BITS_PER_LONG if none is. */
static inline unsigned long fns(unsigned long word, unsigned int n)
{
	while (word && n--)
		word &= word - 1;
	return word ? __ffs(word) : (unsigned long)BITS_PER_LONG;
}

static inline int get_count_order(unsigned int n)
{
	return n ? fls(n - 1) : -1;
}

static inline int get_count_order_long(unsigned long n)
{
	return n ? fls64(n - 1) : -1;
}

#define KSYNC__GLUE_ROTATE(bits)                                   \
	static inline u##bits rol##bits(u##bits w, unsigned int s) \
	{                                                          \
		return (u##bits)(w << (s & (bits - 1)) |           \
				 w >> (-s & (bits - 1)));          \
	}                                                          \
	static inline u##bits ror##bits(u##bits w, unsigned int s) \
	{                                                          \
		return (u##bits)(w >> (s & (bits - 1)) |           \
				 w << (-s & (bits - 1)));          \
	}
KSYNC__GLUE_ROTATE(8)
KSYNC__GLUE_ROTATE(16)
KSYNC__GLUE_ROTATE(32)
KSYNC__GLUE_ROTATE(64)
#undef KSYNC__GLUE_ROTATE

static inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

#define for_each_set_bit(bit, addr, size)                            \
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size); \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_set_bit_from(bit, addr, size)                             \
	for ((bit) = find_next_bit((addr), (size), (bit)); (bit) < (size); \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit(bit, addr, size)                               \
	for ((bit) = find_first_zero_bit((addr), (size)); (bit) < (size); \
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))

#include <linux/find.h>

#endif

#endif
