/* SPDX-License-Identifier: MIT */
/*
 * Numbers from strings: the whole string is one, but for a newline at its
 * end.
 */
#include <linux/kstrtox.h>
#include <linux/kernel.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A sign other than `minus` was looked at; the rest begins with a digit. */
static int number(const char *s, unsigned int base, unsigned long long *res)
{
	int before = errno;
	char *end;
	int range;

	if (*s == '+')
		s++;
	if (!isxdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	*res = strtoull(s, &end, (int)base);
	range = errno == ERANGE;
	errno = before;
	if (*end == '\n')
		end++;
	return *end ? -EINVAL : range ? -ERANGE : 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	int err = number(s, base, &value);

	if (!err)
		*res = value;
	return err;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool minus = *s == '-';
	unsigned long long value;
	int err = number(s + minus, base, &value);

	if (err || (minus && s[1] == '+'))
		return err ? err : -EINVAL;
	if (value > (unsigned long long)LLONG_MAX + minus)
		return -ERANGE;
	*res = (long long)(minus ? -value : value);
	return 0;
}

#define NARROW(name, type, wide, read)                        \
	int name(const char *s, unsigned int base, type *res) \
	{                                                     \
		wide value;                                   \
		int err = read(s, base, &value);              \
		if (err)                                      \
			return err;                           \
		if (value != (type)value)                     \
			return -ERANGE;                       \
		*res = (type)value;                           \
		return 0;                                     \
	}
NARROW(kstrtoul, unsigned long, unsigned long long, kstrtoull)
NARROW(kstrtouint, unsigned int, unsigned long long, kstrtoull)
NARROW(kstrtou16, u16, unsigned long long, kstrtoull)
NARROW(kstrtou8, u8, unsigned long long, kstrtoull)
NARROW(kstrtol, long, long long, kstrtoll)
NARROW(kstrtoint, int, long long, kstrtoll)
NARROW(kstrtos16, s16, long long, kstrtoll)
NARROW(kstrtos8, s8, long long, kstrtoll)

int kstrtobool(const char *s, bool *res)
{
	if (!s)
		return -EINVAL;
	if (strchr("yYtT1", *s) && *s) {
		*res = true;
		return 0;
	}
	if (strchr("nNfF0", *s) && *s) {
		*res = false;
		return 0;
	}
	if ((*s == 'o' || *s == 'O') && strchr("nNfF", s[1]) && s[1]) {
		*res = s[1] == 'n' || s[1] == 'N';
		return 0;
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	return strtoull(s, end, (int)base);
}

long long simple_strtoll(const char *s, char **end, unsigned int base)
{
	return strtoll(s, end, (int)base);
}

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return strtoul(s, end, (int)base);
}

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return strtol(s, end, (int)base);
}
