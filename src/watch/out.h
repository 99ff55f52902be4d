/* SPDX-License-Identifier: MIT */
/*
 * Text of any length, written to a file or into memory piece by piece: without
 * memory from the heap, stdio or a lock.
 */
#ifndef KSYNC_SRC_OUT_H
#define KSYNC_SRC_OUT_H

#include <ksync/inspect.h>

#include "text.h"

#define KSYNC__OUT_ROOM 1024

struct ksync__out {
	struct ksync__text text; /* what was not written yet */
	int fd;			 /* -1: into memory */
	char *memory;
	size_t room; /* in memory */
	size_t length;
	bool failed; /* not all of it got there */
	char buf[KSYNC__OUT_ROOM];
};

void ksync__out_begin(struct ksync__out *out, int fd);
/* What does not fit is left out; it ends with a 0. */
void ksync__out_begin_memory(struct ksync__out *out, char *memory, size_t room);

/* Where to put the next words: there is room for some two. */
struct ksync__text *ksync__out(struct ksync__out *out);

/* A string of JSON, in quotes. */
void ksync__out_string(struct ksync__out *out, const char *s);
/* An address, in quotes. */
void ksync__out_address(struct ksync__out *out, const void *addr);
/* "name":value */
void ksync__out_number(struct ksync__out *out, const char *name,
		       ksync_u64 value);
/* Right-aligned; and in microseconds with two places, of ns. */
void ksync__out_column(struct ksync__out *out, ksync_u64 value,
		       unsigned int width);
void ksync__out_us(struct ksync__out *out, ksync_u64 ns, unsigned int width);

/* The rest. Was all of it written? */
bool ksync__out_end(struct ksync__out *out);

#endif
