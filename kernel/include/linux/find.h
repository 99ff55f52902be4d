/* SPDX-License-Identifier: MIT */
/* The next set, or clear, bit of many. */
#ifndef KSYNC_GLUE_FIND_H
#define KSYNC_GLUE_FIND_H

#include <linux/bitops.h>

/* `invert` is all ones to look for clear bits; `mask` may be NULL. */
static inline unsigned long
ksync__glue_find(const unsigned long *addr, const unsigned long *mask,
		 unsigned long size, unsigned long start, unsigned long invert)
{
	while (start < size) {
		unsigned long i = start / BITS_PER_LONG;
		unsigned long word = KSYNC_READ_ONCE(addr[i]) ^ invert;

		if (mask)
			word &= mask[i];
		word &= ~0UL << (start % BITS_PER_LONG);
		if (word) {
			start = i * BITS_PER_LONG + __ffs(word);
			return start < size ? start : size;
		}
		start = (i + 1) * BITS_PER_LONG;
	}
	return size;
}

#define find_next_bit(addr, size, start) \
	ksync__glue_find(addr, NULL, size, start, 0)
#define find_next_zero_bit(addr, size, start) \
	ksync__glue_find(addr, NULL, size, start, ~0UL)
#define find_next_and_bit(a, b, size, start) \
	ksync__glue_find(a, b, size, start, 0)
#define find_next_andnot_bit(a, b, size, start) \
	ksync__glue_find(b, a, size, start, ~0UL)
#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define find_first_and_bit(a, b, size) find_next_and_bit(a, b, size, 0)
#define find_next_bit_le(addr, size, start) find_next_bit(addr, size, start)

static inline unsigned long find_last_bit(const unsigned long *addr,
					  unsigned long size)
{
	for (unsigned long bit = size; bit-- > 0;) {
		if (KSYNC_READ_ONCE(addr[bit / BITS_PER_LONG]) >>
			    (bit % BITS_PER_LONG) &
		    1)
			return bit;
	}
	return size;
}

static inline unsigned long find_nth_bit(const unsigned long *addr,
					 unsigned long size, unsigned long n)
{
	unsigned long bit = find_first_bit(addr, size);

	while (n-- > 0 && bit < size)
		bit = find_next_bit(addr, size, bit + 1);
	return bit;
}

#endif
