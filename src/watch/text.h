/* SPDX-License-Identifier: MIT */
/*
 * The text of a report, made without memory from the heap, stdio or a lock.
 */
#ifndef KSYNC_SRC_TEXT_H
#define KSYNC_SRC_TEXT_H

#include <stddef.h>

/* What does not fit is left out, from the end. */
struct ksync__text {
	char *buf;
	size_t room;
	size_t length;
};

/* A word that is longer than this is cut, at its beginning if it is a path. */
#define KSYNC__WORD_MAX 200

void ksync__text_put(struct ksync__text *t, const char *s);
void ksync__text_number(struct ksync__text *t, unsigned long value,
			unsigned int base);
/* "0x1234 (./app+0x34)" */
void ksync__text_address(struct ksync__text *t, const void *addr);

#endif
