/* SPDX-License-Identifier: MIT */
/*
 * Kinds of characters, of the ASCII ones: what the kernel calls the letters
 * above is of no kind here, as in the C locale.
 */
#ifndef KSYNC_GLUE_CTYPE_H
#define KSYNC_GLUE_CTYPE_H

#include <ctype.h>

#undef isascii
#undef toascii
#undef _tolower
#define isascii(c) (((unsigned char)(c)) <= 0x7f)
#define toascii(c) (((unsigned char)(c)) & 0x7f)

#define _tolower(c) ((char)((c) | 0x20))

static inline int isodigit(const char c)
{
	return c >= '0' && c <= '7';
}

#endif
