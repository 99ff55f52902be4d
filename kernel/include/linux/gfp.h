/* SPDX-License-Identifier: MIT */
/*
 * Flags of allocations, of which those that say what may be done on failure
 * count.
 */
#ifndef KSYNC_GLUE_GFP_H
#define KSYNC_GLUE_GFP_H

#include <linux/gfp_types.h>
#include <linux/mmzone.h>

static inline bool gfpflags_allow_blocking(gfp_t flags)
{
	return !!(flags & __GFP_DIRECT_RECLAIM);
}

struct page;
unsigned long __get_free_pages(gfp_t flags, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
#define __get_free_page(flags) __get_free_pages(flags, 0)
#define get_zeroed_page(flags) __get_free_pages((flags) | __GFP_ZERO, 0)
#define free_page(addr) free_pages(addr, 0)

#endif
