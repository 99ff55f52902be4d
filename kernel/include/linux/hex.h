/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal digits. */
#ifndef KSYNC_GLUE_HEX_H
#define KSYNC_GLUE_HEX_H

#include <linux/types.h>

extern const char hex_asc[];
#define hex_asc_lo(x) hex_asc[(x) & 15]
#define hex_asc_hi(x) hex_asc[((x) & 240) >> 4]

static inline int hex_to_bin(unsigned char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				      -1;
}

#endif
