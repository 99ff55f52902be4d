/* SPDX-License-Identifier: MIT */
/* Logarithms to base two, constants of constants. */
#ifndef KSYNC_GLUE_LOG2_H
#define KSYNC_GLUE_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

static inline __attribute__((const)) int ksync__glue_ilog2(u64 n)
{
	return n ? 63 - __builtin_clzll(n) : -1;
}

#define __ilog2_u32(n) ksync__glue_ilog2((u32)(n))
#define __ilog2_u64(n) ksync__glue_ilog2(n)
#define const_ilog2(n) ((n) < 2 ? 0 : 63 - __builtin_clzll((n) + 0ULL))
#define ilog2(n)                                                       \
	__builtin_choose_expr(__builtin_constant_p(n), const_ilog2(n), \
			      ksync__glue_ilog2((n) + 0ULL))

static inline __attribute__((const)) bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long __roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (ksync__glue_ilog2(n - 1) + 1);
}

static inline unsigned long __rounddown_pow_of_two(unsigned long n)
{
	return 1UL << ksync__glue_ilog2(n);
}

#define roundup_pow_of_two(n)                                                 \
	__builtin_choose_expr(__builtin_constant_p(n),                        \
			      ((n) <= 1 ? 1UL :                               \
					  1UL << (const_ilog2((n) - 1) + 1)), \
			      __roundup_pow_of_two(n))
#define rounddown_pow_of_two(n)                        \
	__builtin_choose_expr(__builtin_constant_p(n), \
			      (1UL << const_ilog2(n)), \
			      __rounddown_pow_of_two(n))
/* How many bits number `n` things. */
#define order_base_2(n)                                                  \
	__builtin_choose_expr(__builtin_constant_p(n),                   \
			      ((n) <= 1 ? 0 : const_ilog2((n) - 1) + 1), \
			      ((n) <= 1 ? 0 :                            \
					  ksync__glue_ilog2((n) - 1ULL) + 1))
#define bits_per(n)                                                           \
	__builtin_choose_expr(                                                \
		__builtin_constant_p(n), ((n) <= 1 ? 1 : const_ilog2(n) + 1), \
		((n) <= 1 ? 1 : ksync__glue_ilog2((n) + 0ULL) + 1))

#endif
