/* SPDX-License-Identifier: MIT */
/* Hashes of integers and pointers. */
#ifndef KSYNC_GLUE_HASH_H
#define KSYNC_GLUE_HASH_H

#include <linux/types.h>

#define GOLDEN_RATIO_32 0x61C88647U
#define GOLDEN_RATIO_64 0x61C8864680B583EBULL

static inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * GOLDEN_RATIO_32) >> (32 - bits);
}

static inline u32 hash_64(u64 val, unsigned int bits)
{
	return (u32)((val * GOLDEN_RATIO_64) >> (64 - bits));
}

static inline u32 hash32_ptr(const void *ptr)
{
	u64 val = (u64)(uintptr_t)ptr;

	return (u32)(val ^ (val >> 32));
}

#define hash_long(val, bits) hash_64((u64)(val), bits)
#define hash_ptr(ptr, bits) hash_64((u64)(uintptr_t)(ptr), bits)
#define hash_min(val, bits)                             \
	(sizeof(val) <= 4 ? hash_32((u32)(val), bits) : \
			    hash_64((u64)(val), bits))

#endif
