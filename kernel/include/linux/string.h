/* SPDX-License-Identifier: MIT */
/* The system's header, and the kernel's strings; libc has the others. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/string.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_STRING_H
#define KSYNC_GLUE_STRING_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

#include <string.h>
#include <strings.h>

char *ksync_glue_strndup(const char *s, size_t max, gfp_t flags);
void *ksync_glue_memdup(const void *src, size_t len, size_t extra, gfp_t flags);
char *kasprintf(gfp_t flags, const char *fmt, ...) __printf(2, 3);
ssize_t ksync_glue_strscpy(char *dest, const char *src, size_t count, bool pad);
char *skip_spaces(const char *s);
char *strim(char *s);
char *strreplace(char *s, char old, char new_);
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t n, const char *string);
void *memchr_inv(const void *p, int c, size_t n);
int get_option(char **str, int *pint);
char *get_options(const char *str, int nints, int *ints);
unsigned long long memparse(const char *ptr, char **retptr);

#define kstrdup(s, flags) ksync_glue_strndup(s, (size_t)-1, flags)
#define kstrndup(s, max, flags) ksync_glue_strndup(s, max, flags)
#define kstrdup_const(s, flags) kstrdup(s, flags)
#define kmemdup(src, len, flags) ksync_glue_memdup(src, len, 0, flags)
#define kmemdup_nul(s, len, flags) ((char *)ksync_glue_memdup(s, len, 1, flags))
#define kvmemdup(src, len, flags) kmemdup(src, len, flags)
#define kmemdup_array(src, n, size, flags) \
	kmemdup(src, (size_t)(n) * (size), flags)

/* Of an array two arguments will do; gives the length, or -E2BIG. */
#define KSYNC__GLUE_SIZE_OF(dest, size, ...) size
#define strscpy(dest, src, ...) \
	ksync_glue_strscpy(     \
		dest, src,      \
		KSYNC__GLUE_SIZE_OF(dest, ##__VA_ARGS__, sizeof(dest)), false)
#define strscpy_pad(dest, src, ...) \
	ksync_glue_strscpy(         \
		dest, src,          \
		KSYNC__GLUE_SIZE_OF(dest, ##__VA_ARGS__, sizeof(dest)), true)
#define strstrip(s) strim(s)
#define kbasename(path) ksync_glue_basename(path)
#define memzero_explicit(p, n) explicit_bzero(p, n)
#define memset_after(obj, v, member)                                   \
	memset((char *)(obj) + offsetof(__typeof__(*(obj)), member) +  \
		       sizeof((obj)->member),                          \
	       v,                                                      \
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member) - \
		       sizeof((obj)->member))
#define memset_startat(obj, v, member)                                  \
	memset((char *)(obj) + offsetof(__typeof__(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetof(__typeof__(*(obj)), member))
#define memset_p(p, v, n) ksync_glue_memset_p((void **)(p), v, n)

static inline const char *ksync_glue_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static inline void *ksync_glue_memset_p(void **p, void *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline void *memset64(u64 *p, u64 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline void *memset32(u32 *p, u32 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

static inline void *memset_l(unsigned long *p, unsigned long v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

/* The length of the prefix if the string begins with it, 0 otherwise. */
static inline size_t str_has_prefix(const char *str, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(str, prefix, len) == 0 ? len : 0;
}

static inline bool strstarts(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

#endif

#endif
