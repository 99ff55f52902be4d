/* SPDX-License-Identifier: MIT */
/* Of memory: what locks and lists ask for. */
#ifndef KSYNC_GLUE_MM_H
#define KSYNC_GLUE_MM_H

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define totalram_pages() ksync_glue_ram_pages()
unsigned long ksync_glue_ram_pages(void);
#define get_order(size) ((int)ksync__glue_order(size))

static inline unsigned int ksync__glue_order(unsigned long size)
{
	unsigned int order = 0;

	while ((PAGE_SIZE << order) < size)
		order++;
	return order;
}

#endif
