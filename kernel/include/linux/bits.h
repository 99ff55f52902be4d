/* SPDX-License-Identifier: MIT */
/* Masks of bits. */
#ifndef KSYNC_GLUE_BITS_H
#define KSYNC_GLUE_BITS_H

#include <linux/bitops.h>

#define BIT_ULL(nr) (1ULL << (nr))
#define BIT_ULL_MASK(nr) (1ULL << ((nr) % 64))
#define BIT_ULL_WORD(nr) ((nr) / 64)
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))

#endif
