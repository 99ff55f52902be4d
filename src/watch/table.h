/* SPDX-License-Identifier: MIT */
/*
 * A table that grows and never moves, zeroed. Its owner's lock guards all of
 * it.
 */
#ifndef KSYNC_SRC_TABLE_H
#define KSYNC_SRC_TABLE_H

#include "port/port.h"
#include "task/chunks.h"

#define KSYNC__TABLE_BITS 31u

struct ksync__table {
	size_t entry; /* size of one; set by the initialiser */
	ksync_u32 used;
	char *chunks[KSYNC__CHUNKS(KSYNC__TABLE_BITS)];
};

/* Entry n, which was added. */
static inline void *ksync__table_at(const struct ksync__table *t, ksync_u32 n)
{
	unsigned int chunk = ksync__chunk_of(n);

	return t->chunks[chunk] + ksync__chunk_place(n, chunk) * t->entry;
}

/* A new entry, number t->used before the call; NULL: no memory. */
static inline void *ksync__table_add(struct ksync__table *t)
{
	unsigned int chunk = ksync__chunk_of(t->used);

	if (t->used >= KSYNC__CHUNK_ENTRIES(KSYNC__TABLE_BITS))
		return NULL;
	if (!t->chunks[chunk])
		t->chunks[chunk] = ksync__pages_alloc(
			ksync__chunk_length(chunk) * t->entry);
	return t->chunks[chunk] ? ksync__table_at(t, t->used++) : NULL;
}

#endif
