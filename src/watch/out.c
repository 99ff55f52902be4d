/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "out.h"
#include "port/port.h"

/* A path, or some words, beside what ksync__out() promises. */
#define OUT_PIECE (2 * KSYNC__WORD_MAX + 100)

void ksync__out_begin(struct ksync__out *out, int fd)
{
	out->text = (struct ksync__text){ out->buf, sizeof(out->buf), 0 };
	out->fd = fd;
	out->memory = NULL;
	out->room = 0;
	out->length = 0;
	out->failed = false;
}

void ksync__out_begin_memory(struct ksync__out *out, char *memory, size_t room)
{
	ksync__out_begin(out, -1);
	out->memory = memory;
	out->room = room ? room - 1 : 0;
}

static void out_flush(struct ksync__out *out)
{
	size_t n = out->text.length;

	out->text.length = 0;
	if (out->failed)
		return;
	if (out->fd >= 0) {
		out->failed = !ksync__file_write(out->fd, out->buf, n);
		return;
	}
	if (n > out->room - out->length) {
		n = out->room - out->length;
		out->failed = true;
	}
	memcpy(out->memory + out->length, out->buf, n);
	out->length += n;
}

struct ksync__text *ksync__out(struct ksync__out *out)
{
	if (out->text.room - out->text.length < OUT_PIECE)
		out_flush(out);
	return &out->text;
}

void ksync__out_string(struct ksync__out *out, const char *s)
{
	static const char digits[] = "0123456789abcdef";

	ksync__text_put(ksync__out(out), "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		char one[] = { *s, '\0' };
		char code[] = { '\\',		'u', '0', '0', digits[c >> 4],
				digits[c & 15], '\0' };

		if (c == '"' || c == '\\')
			ksync__text_put(ksync__out(out), "\\");
		ksync__text_put(ksync__out(out), c < ' ' ? code : one);
	}
	ksync__text_put(ksync__out(out), "\"");
}

void ksync__out_address(struct ksync__out *out, const void *addr)
{
	char words[KSYNC__WORD_MAX + 60] = "";
	struct ksync__text t = { words, sizeof(words) - 1, 0 };

	ksync__text_address(&t, addr);
	ksync__out_string(out, words);
}

/* A text's numbers are as wide as a word. */
static void put_number(struct ksync__text *t, ksync_u64 value)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	*--p = '\0';
	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	ksync__text_put(t, p);
}

void ksync__out_number(struct ksync__out *out, const char *name,
		       ksync_u64 value)
{
	ksync__out_string(out, name);
	ksync__text_put(ksync__out(out), ":");
	put_number(ksync__out(out), value);
}

static void put_padded(struct ksync__out *out, const struct ksync__text *t,
		       unsigned int width)
{
	struct ksync__text *to = ksync__out(out);

	for (size_t n = t->length; n < width; n++)
		ksync__text_put(to, " ");
	ksync__text_put(to, t->buf);
}

void ksync__out_column(struct ksync__out *out, ksync_u64 value,
		       unsigned int width)
{
	char digits[24] = "";
	struct ksync__text t = { digits, sizeof(digits) - 1, 0 };

	put_number(&t, value);
	put_padded(out, &t, width);
}

void ksync__out_us(struct ksync__out *out, ksync_u64 ns, unsigned int width)
{
	char digits[28] = "";
	struct ksync__text t = { digits, sizeof(digits) - 1, 0 };
	unsigned int hundredths = (unsigned int)(ns / 10 % 100);

	put_number(&t, ns / 1000);
	ksync__text_put(&t, hundredths < 10 ? ".0" : ".");
	put_number(&t, hundredths);
	put_padded(out, &t, width);
}

bool ksync__out_end(struct ksync__out *out)
{
	out_flush(out);
	if (out->memory && (out->room || out->length))
		out->memory[out->length] = '\0';
	return !out->failed;
}
