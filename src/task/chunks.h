/* SPDX-License-Identifier: MIT */
/*
 * Where entry n is of a table that grows and never moves: in chunks, of which
 * each is twice as long as the one before.
 */
#ifndef KSYNC_SRC_CHUNKS_H
#define KSYNC_SRC_CHUNKS_H

#define KSYNC__CHUNK_FIRST_BITS 6
#define KSYNC__CHUNK_FIRST (1UL << KSYNC__CHUNK_FIRST_BITS)

/* How many chunks there are for entries of which 2^bits could be numbered, and
 * how many entries these hold: all but as many as the first does. */
#define KSYNC__CHUNKS(bits) ((bits) - KSYNC__CHUNK_FIRST_BITS)
#define KSYNC__CHUNK_ENTRIES(bits) ((1UL << (bits)) - KSYNC__CHUNK_FIRST)

static inline unsigned int ksync__chunk_of(unsigned long n)
{
	unsigned int top = (unsigned int)sizeof(long) * 8 - 1;

	return top - KSYNC__CHUNK_FIRST_BITS -
	       (unsigned int)__builtin_clzl(n + KSYNC__CHUNK_FIRST);
}

static inline unsigned long ksync__chunk_length(unsigned int chunk)
{
	return KSYNC__CHUNK_FIRST << chunk;
}

/* The place of entry n in its chunk. */
static inline unsigned long ksync__chunk_place(unsigned long n,
					       unsigned int chunk)
{
	return n + KSYNC__CHUNK_FIRST - ksync__chunk_length(chunk);
}

#endif
