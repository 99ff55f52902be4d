/* SPDX-License-Identifier: MIT */
/*
 * Memory with a copy for each processor. A chunk is a header and then a unit
 * for each processor, and one more; an object is at the same place in each of
 * them.
 *
 *	| header | processor 0 | 1 | 2 | ... | strangers |
 *
 * Memory that nobody has written is not there yet, so there can be a unit for
 * each number that a processor may have. percpu_count.c says who adds where.
 *
 * Word: used, of a chunk: a bit for each 16 bytes of a unit
 *  from   event  to     by                   order
 *  clear  alloc  set    who gets the memory  acquire
 *  set    free   clear  who had it           release
 *
 *  I1  Chunks stay for ever, so the list needs no lock, nor does a fork.
 *  I2  An object's bits are in one word of used, and change at once.
 */
#include <ksync/atomic.h>
#include <ksync/percpu.h>

#include "life.h"
#include "port.h"

#define UNIT (1ul << KSYNC__PERCPU_SHIFT)
#define GRAIN 16u
#define WORD_BITS 64u
#define WORDS (UNIT / GRAIN / WORD_BITS)
/* Objects up to that size lie in one line. */
#define LINE 64u

KSYNC_STATIC_ASSERT(KSYNC__PERCPU_MOST == GRAIN * WORD_BITS, "I2");

struct chunk {
	struct chunk *next; /* read-only once in the list */
	ksync_u64 used[WORDS];
};

static struct chunk *chunks; /* the newest first */

/* So many grains, so that small objects stay in a line. */
static unsigned int step_of(unsigned int grains)
{
	unsigned int step = 1;

	while (step < grains && step < LINE / GRAIN)
		step *= 2;
	return step;
}

static ksync_u64 bits_of(unsigned int grains, unsigned int first)
{
	return (~0ull >> (WORD_BITS - grains)) << first;
}

/* The first grain of a place in this word; WORD_BITS if there is none. */
static unsigned int word_take(ksync_u64 *used, unsigned int grains)
{
	ksync_u64 found = KSYNC_READ_ONCE(*used);
	unsigned int first = 0;

	while (first + grains <= WORD_BITS) {
		ksync_u64 bits = bits_of(grains, first);

		if (found & bits)
			first += step_of(grains);
		/* ORDER percpu.used: acquire. Its last owner is done with it.
		 * Other end: ksync__percpu_free(). */
		else if (ksync_try_cmpxchg_acquire(used, &found, found | bits))
			return first;
	}
	return WORD_BITS;
}

static char *chunk_take(struct chunk *c, unsigned int grains)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		unsigned int first = word_take(&c->used[i], grains);

		if (first < WORD_BITS)
			return (char *)c + UNIT +
			       (size_t)(i * WORD_BITS + first) * GRAIN;
	}
	return NULL;
}

static struct chunk *chunk_make(void)
{
	struct chunk *c =
		ksync__pages_alloc(UNIT * (ksync__percpu_units() + 1ul));
	struct chunk *first;

	if (!c)
		return NULL;
	first = KSYNC_READ_ONCE(chunks);
	do {
		c->next = first;
		/* ORDER percpu.chunk: release. It is empty, and has the rest
		 * of the list behind it. Other end: ksync__percpu_alloc(). */
	} while (!ksync_try_cmpxchg_release(&chunks, &first, c));
	return c;
}

/* Memory that nobody has written is not there yet, and stays so. */
static void copies_clear(char *p, size_t size)
{
	for (unsigned int i = 0; i < ksync__percpu_units(); i++, p += UNIT)
		for (size_t at = 0; at < size; at += sizeof(long))
			if (*(long *)(void *)(p + at))
				*(long *)(void *)(p + at) = 0;
}

static unsigned int grains_of(size_t size)
{
	return size ? (unsigned int)((size + GRAIN - 1) / GRAIN) : 1;
}

void *ksync__percpu_alloc(size_t size)
{
	unsigned int grains = grains_of(size);
	struct chunk *c;
	char *p = NULL;

	if (size > KSYNC__PERCPU_MOST)
		return NULL;
	ksync__life_start();
	/* ORDER percpu.chunk: acquire. Other end: chunk_make(). */
	for (c = ksync_smp_load_acquire(&chunks); c && !p; c = c->next)
		p = chunk_take(c, grains);
	while (!p) {
		c = chunk_make();
		if (!c)
			return NULL;
		p = chunk_take(c, grains);
	}
	copies_clear(p, grains * GRAIN);
	return p;
}

void ksync__percpu_free(void *p, size_t size)
{
	unsigned int grains = grains_of(size);
	struct chunk *c = (struct chunk *)(((uintptr_t)p & ~(UNIT - 1)) - UNIT);
	unsigned int grain = (unsigned int)((uintptr_t)p & (UNIT - 1)) / GRAIN;
	ksync_u64 *used = &c->used[grain / WORD_BITS];
	ksync_u64 bits = bits_of(grains, grain % WORD_BITS);
	ksync_u64 found = KSYNC_READ_ONCE(*used);

	/* ORDER percpu.used: release. Nobody touches it any more. Other end:
	 * word_take(). */
	while (!ksync_try_cmpxchg_release(used, &found, found & ~bits))
		;
}
