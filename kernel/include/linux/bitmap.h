/* SPDX-License-Identifier: MIT */
/* Many bits at once; not atomic. */
#ifndef KSYNC_GLUE_BITMAP_H
#define KSYNC_GLUE_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/slab.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits) (~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits) (BITS_TO_LONGS(nbits) * sizeof(long))
#define bitmap_alloc(nbits, flags)                                          \
	((unsigned long *)kmalloc_array(BITS_TO_LONGS(nbits), sizeof(long), \
					flags))
#define bitmap_zalloc(nbits, flags) bitmap_alloc(nbits, (flags) | __GFP_ZERO)
#define bitmap_free(map) kfree(map)

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src,
			       unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

static inline void bitmap_set(unsigned long *map, unsigned int start,
			      unsigned int nbits)
{
	for (unsigned int i = start; i < start + nbits; i++)
		map[i / BITS_PER_LONG] |= 1UL << (i % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start,
				unsigned int nbits)
{
	for (unsigned int i = start; i < start + nbits; i++)
		map[i / BITS_PER_LONG] &= ~(1UL << (i % BITS_PER_LONG));
}

/* "0-3,8": 0, -EINVAL, or -ERANGE if a bit is not among the nbits. */
int bitmap_parselist(const char *text, unsigned long *map, int nbits);

#define bitmap_empty(map, nbits) (find_first_bit(map, nbits) == (nbits))
#define bitmap_full(map, nbits) (find_first_zero_bit(map, nbits) == (nbits))

static inline unsigned int bitmap_weight(const unsigned long *map,
					 unsigned int nbits)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < nbits / BITS_PER_LONG; i++)
		weight += (unsigned int)hweight_long(map[i]);
	if (nbits % BITS_PER_LONG)
		weight += (unsigned int)hweight_long(
			map[nbits / BITS_PER_LONG] &
			BITMAP_LAST_WORD_MASK(nbits));
	return weight;
}

#define KSYNC__GLUE_BITMAP(name, expr)                                      \
	static inline bool name(unsigned long *dst, const unsigned long *a, \
				const unsigned long *b, unsigned int nbits) \
	{                                                                   \
		unsigned long any = 0;                                      \
		for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {   \
			dst[i] = (expr);                                    \
			any |= dst[i] &                                     \
			       (i == nbits / BITS_PER_LONG ?                \
					BITMAP_LAST_WORD_MASK(nbits) :      \
					~0UL);                              \
		}                                                           \
		return any != 0;                                            \
	}
KSYNC__GLUE_BITMAP(bitmap_and, a[i] & b[i])
KSYNC__GLUE_BITMAP(bitmap_or, a[i] | b[i])
KSYNC__GLUE_BITMAP(bitmap_xor, a[i] ^ b[i])
KSYNC__GLUE_BITMAP(bitmap_andnot, a[i] & ~b[i])
#undef KSYNC__GLUE_BITMAP

static inline void bitmap_complement(unsigned long *dst,
				     const unsigned long *src,
				     unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i];
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b,
				unsigned int nbits)
{
	for (unsigned int i = 0; i < nbits / BITS_PER_LONG; i++) {
		if (a[i] != b[i])
			return false;
	}
	return !(nbits % BITS_PER_LONG) ||
	       !((a[nbits / BITS_PER_LONG] ^ b[nbits / BITS_PER_LONG]) &
		 BITMAP_LAST_WORD_MASK(nbits));
}

#define bitmap_intersects(a, b, nbits) \
	(find_next_and_bit(a, b, nbits, 0) < (nbits))
#define bitmap_subset(a, b, nbits) \
	(find_next_andnot_bit(a, b, nbits, 0) >= (nbits))

/* A run of `nr` clear bits whose start is a multiple of mask + 1. */
static inline unsigned long bitmap_find_next_zero_area_off(
	unsigned long *map, unsigned long size, unsigned long start,
	unsigned int nr, unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long at = find_next_zero_bit(map, size, start);
		unsigned long taken;

		at = ((at + align_offset + align_mask) & ~align_mask) -
		     align_offset;
		if (at + nr > size)
			return at + nr;
		taken = find_next_bit(map, at + nr, at);
		if (taken >= at + nr)
			return at;
		start = taken + 1;
	}
}

#define bitmap_find_next_zero_area(map, size, start, nr, mask) \
	bitmap_find_next_zero_area_off(map, size, start, nr, mask, 0)

#endif
