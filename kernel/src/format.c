/* SPDX-License-Identifier: MIT */
/*
 * The kernel's printf: libc's for each conversion but %p, whose letters after
 * it
 * say what the pointer is of.
 */
#include <linux/printk.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* As much as fits, and how much there would be. */
struct out {
	char *buf;
	size_t size, len;
};

static void out_add(struct out *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++, out->len++) {
		if (out->len + 1 < out->size)
			out->buf[out->len] = text[i];
	}
}

static void out_text(struct out *out, const char *text)
{
	out_add(out, text, strlen(text));
}

__printf(2, 3) static void out_print(struct out *out, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	(vsnprintf)(text, sizeof(text), fmt, args);
	va_end(args);
	out_text(out, text);
}

static void out_symbol(struct out *out, const void *p, bool offset)
{
	Dl_info info;

	if (!dladdr(p, &info)) {
		out_print(out, "%p", p);
		return;
	}
	if (!info.dli_sname) { /* a static function: its file's address */
		const char *slash = strrchr(info.dli_fname, '/');

		out_print(out, "%s+0x%lx", slash ? slash + 1 : info.dli_fname,
			  (unsigned long)((const char *)p -
					  (const char *)info.dli_fbase));
		return;
	}
	out_text(out, info.dli_sname);
	if (offset) {
		out_print(out, "+0x%lx",
			  (unsigned long)((const char *)p -
					  (const char *)info.dli_saddr));
	}
}

static void out_bytes(struct out *out, const unsigned char *p, int n, char gap)
{
	for (int i = 0; i < n && i < 64; i++) {
		if (i && gap)
			out_add(out, &gap, 1);
		out_print(out, "%02x", p[i]);
	}
}

static bool bit_of(const unsigned long *map, int bit)
{
	return map[bit / (8 * (int)sizeof(long))] >>
		       (bit % (8 * (int)sizeof(long))) &
	       1;
}

/* Runs of set bits: 0-3,5. */
static void out_bits(struct out *out, const unsigned long *map, int nbits)
{
	const char *gap = "";

	for (int bit = 0; bit < nbits; bit++) {
		int first = bit;

		if (!bit_of(map, bit))
			continue;
		while (bit + 1 < nbits && bit_of(map, bit + 1))
			bit++;
		out_print(out, bit > first ? "%s%d-%d" : "%s%d", gap, first,
			  bit);
		gap = ",";
	}
}

/* What follows %p, and how many letters of it were meant. */
static int out_pointer(struct out *out, const char *kind, int width,
		       const void *p)
{
	switch (*kind) {
	case 'S':
	case 'B':
	case 'F':
		out_symbol(out, p, true);
		return kind[1] == 'R' || kind[1] == 'b' ? 2 : 1;
	case 's':
	case 'f':
		out_symbol(out, p, false);
		return 1;
	case 'e': {
		const char *name = strerrorname_np(-(int)(intptr_t)p);

		if (name)
			out_print(out, "-%s", name);
		else
			out_print(out, "%ld", (long)(intptr_t)p);
		return 1;
	}
	case 'h': {
		char gap = kind[1] == 'C' ? ':' : kind[1] == 'D' ? '-' : ' ';

		out_bytes(out, p, width < 0 ? 1 : width,
			  kind[1] == 'N' ? '\0' : gap);
		return strchr("CDN", kind[1]) && kind[1] ? 2 : 1;
	}
	case 'b':
		out_bits(out, p, width < 0 ? 0 : width);
		return kind[1] == 'l' ? 2 : 1;
	case 'V': {
		const struct va_format *inner = p;
		char text[512];
		va_list args;

		va_copy(args, *inner->va);
		ksync_glue_vsnprintf(text, sizeof(text), inner->fmt, args);
		va_end(args);
		out_text(out, text);
		return 1;
	}
	case 'K':
	case 'x':
	case 'd':
		out_print(out, "%p", p);
		return 1;
	default:
		out_print(out, "%p", p);
		return 0;
	}
}

/* One conversion by libc's printf, with the argument that its length says. */
static void out_plain(struct out *out, const char *spec, int longs, char type,
		      va_list *args)
{
	char text[512];

	switch (type) {
	case 's': {
		/* Longer than any buffer of ours. */
		const char *s = va_arg(*args, const char *);
		int n = (snprintf)(text, sizeof(text), spec, s ? s : "(null)");

		if (n < (int)sizeof(text)) {
			out_text(out, text);
		} else {
			out_text(out, s ? s : "(null)");
		}
		return;
	}
	case 'c':
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		if (longs >= 2) {
			(snprintf)(text, sizeof(text), spec,
				   va_arg(*args, long long));
		} else if (longs == 1) {
			(snprintf)(text, sizeof(text), spec,
				   va_arg(*args, long));
		} else {
			(snprintf)(text, sizeof(text), spec,
				   va_arg(*args, int));
		}
		out_text(out, text);
		return;
	case '%':
		out_add(out, "%", 1);
		return;
	default:
		out_text(out, spec);
	}
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

int ksync_glue_vsnprintf(char *buf, size_t size, const char *fmt, va_list all)
{
	struct out out = { buf, size, 0 };
	va_list args;

	va_copy(args, all);
	while (*fmt) {
		char spec[48];
		size_t n = 0;
		int longs = 0, width = -1;

		if (*fmt != '%') {
			out_add(&out, fmt++, 1);
			continue;
		}
		spec[n++] = *fmt++;
		/* Flags, width and precision; a star becomes its number. */
		while (*fmt && strchr("-+ #0123456789.*", *fmt)) {
			if (*fmt == '*') {
				int value = va_arg(args, int);

				if (n < 30) {
					n += (size_t)(sprintf)(spec + n, "%d",
							       value);
				}
				if (width < 0)
					width = value;
				fmt++;
			} else if (n < 30) {
				spec[n++] = *fmt++;
			} else {
				fmt++;
			}
		}
		while (*fmt && strchr("hlLqztj", *fmt)) {
			longs += *fmt == 'h' ? 0 : 1;
			longs += *fmt == 'L' || *fmt == 'q' ? 1 : 0;
			if (n < 40)
				spec[n++] = *fmt == 'L' ? 'l' : *fmt;
			if (*fmt == 'L')
				spec[n++] = 'l';
			fmt++;
		}
		if (!*fmt)
			break;
		if (*fmt == 'p') {
			const void *p = va_arg(args, const void *);

			fmt++;
			fmt += out_pointer(&out, fmt, width, p);
			continue;
		}
		spec[n++] = *fmt;
		spec[n] = '\0';
		out_plain(&out, spec, longs, *fmt, &args);
		fmt++;
	}
	va_end(args);
	if (size)
		buf[out.len < size ? out.len : size - 1] = '\0';
	return (int)out.len;
}

int ksync_glue_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = ksync_glue_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = ksync_glue_vsnprintf(buf, size, fmt, args);

	return size == 0 ? 0 : n < (int)size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
