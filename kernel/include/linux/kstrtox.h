/* SPDX-License-Identifier: MIT */
/* Numbers from strings: 0, -EINVAL or -ERANGE. */
#ifndef KSYNC_GLUE_KSTRTOX_H
#define KSYNC_GLUE_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

int KSYNC_MUST_CHECK kstrtoull(const char *s, unsigned int base,
			       unsigned long long *res);
int KSYNC_MUST_CHECK kstrtoll(const char *s, unsigned int base, long long *res);
int KSYNC_MUST_CHECK kstrtoul(const char *s, unsigned int base,
			      unsigned long *res);
int KSYNC_MUST_CHECK kstrtol(const char *s, unsigned int base, long *res);
int KSYNC_MUST_CHECK kstrtouint(const char *s, unsigned int base,
				unsigned int *res);
int KSYNC_MUST_CHECK kstrtoint(const char *s, unsigned int base, int *res);
int KSYNC_MUST_CHECK kstrtou16(const char *s, unsigned int base, u16 *res);
int KSYNC_MUST_CHECK kstrtos16(const char *s, unsigned int base, s16 *res);
int KSYNC_MUST_CHECK kstrtou8(const char *s, unsigned int base, u8 *res);
int KSYNC_MUST_CHECK kstrtos8(const char *s, unsigned int base, s8 *res);
int KSYNC_MUST_CHECK kstrtobool(const char *s, bool *res);
#define kstrtou64(s, base, res) kstrtoull(s, base, res)
#define kstrtos64(s, base, res) kstrtoll(s, base, res)
#define kstrtou32(s, base, res) kstrtouint(s, base, res)
#define kstrtos32(s, base, res) kstrtoint(s, base, res)

/* Without a word about what is no number. */
unsigned long simple_strtoul(const char *s, char **end, unsigned int base);
long simple_strtol(const char *s, char **end, unsigned int base);
unsigned long long simple_strtoull(const char *s, char **end,
				   unsigned int base);
long long simple_strtoll(const char *s, char **end, unsigned int base);

#endif
