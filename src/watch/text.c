/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "port/port.h"
#include "text.h"

static void put_some(struct ksync__text *t, const char *s, size_t n)
{
	size_t room = t->room - t->length;

	if (n > room)
		n = room;
	memcpy(t->buf + t->length, s, n);
	t->length += n;
}

void ksync__text_put(struct ksync__text *t, const char *s)
{
	size_t n = strlen(s);

	put_some(t, s, n < KSYNC__WORD_MAX ? n : KSYNC__WORD_MAX);
}

void ksync__text_number(struct ksync__text *t, unsigned long value,
			unsigned int base)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	ksync__text_put(t, p);
}

static void put_path(struct ksync__text *t, const char *s)
{
	size_t n = strlen(s);

	ksync__text_put(t, n < KSYNC__WORD_MAX ? s : s + n - KSYNC__WORD_MAX);
}

void ksync__text_address(struct ksync__text *t, const void *addr)
{
	const char *path;
	unsigned long offset;

	ksync__text_put(t, "0x");
	ksync__text_number(t, (unsigned long)addr, 16);
	if (!ksync__module(addr, &path, &offset))
		return;
	ksync__text_put(t, " (");
	put_path(t, path);
	ksync__text_put(t, "+0x");
	ksync__text_number(t, offset, 16);
	ksync__text_put(t, ")");
}
