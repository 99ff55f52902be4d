/* SPDX-License-Identifier: MIT */
/* Strings that libc lacks. */
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include <ctype.h>
#include <stdlib.h>

const char hex_asc[] = "0123456789abcdef";

char *kasprintf(gfp_t flags, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = ksync_glue_vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = ksync_glue_alloc((size_t)n + 1, flags);
	if (!text)
		return NULL;
	va_start(args, fmt);
	ksync_glue_vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	return text;
}

ssize_t ksync_glue_strscpy(char *dest, const char *src, size_t count, bool pad)
{
	size_t len = strnlen(src, count);
	size_t kept = len < count ? len : count - 1;

	if (count == 0)
		return -E2BIG;
	memcpy(dest, src, kept);
	memset(dest + kept, 0, pad ? count - kept : 1);
	return len < count ? (ssize_t)len : -E2BIG;
}

char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	s[n] = '\0';
	return skip_spaces(s);
}

char *strreplace(char *s, char old, char new_)
{
	for (char *p = s; *p; p++) {
		if (*p == old)
			*p = new_;
	}
	return s;
}

/* A newline at the end of either does not count. */
bool sysfs_streq(const char *a, const char *b)
{
	size_t m = strcspn(a, "\n"), n = strcspn(b, "\n");

	if (m != n || memcmp(a, b, m))
		return false;
	return (!a[m] || !a[m + 1]) && (!b[n] || !b[n + 1]);
}

int match_string(const char *const *array, size_t n, const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++) {
		if (!strcmp(array[i], string))
			return (int)i;
	}
	return -EINVAL;
}

void *memchr_inv(const void *p, int c, size_t n)
{
	const unsigned char *byte = p;

	for (; n; n--, byte++) {
		if (*byte != (unsigned char)c)
			return (void *)byte;
	}
	return NULL;
}

/* 0: no number; 1: a number; 2: a comma follows; 3: a minus, as of a range. */
int get_option(char **str, int *pint)
{
	char *end;
	long value;

	if (!*str || !**str)
		return 0;
	value = strtol(*str, &end, 0);
	if (end == *str)
		return 0;
	if (pint)
		*pint = (int)value;
	*str = end;
	if (*end == ',') {
		(*str)++;
		return 2;
	}
	return *end == '-' ? 3 : 1;
}

/* ints[0] says how many follow. */
char *get_options(const char *str, int nints, int *ints)
{
	char *at = (char *)str;
	int n = 1;

	while (n < nints) {
		int kind = get_option(&at, &ints[n]);

		if (kind == 0)
			break;
		n++;
		if (kind == 3) {
			int last;

			at++;
			kind = get_option(&at, &last);
			for (int i = ints[n - 1] + 1; i <= last && n < nints;
			     i++)
				ints[n++] = i;
		}
		if (kind != 2)
			break;
	}
	ints[0] = n - 1;
	return at;
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	static const char units[] = "KMGTPE";
	char *end;
	unsigned long long value = strtoull(ptr, &end, 0);
	const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) :
				  NULL;

	if (unit) {
		value <<= 10 * (unit - units + 1);
		end++;
	}
	if (retptr)
		*retptr = end;
	return value;
}
