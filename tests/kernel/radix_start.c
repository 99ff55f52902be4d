/* SPDX-License-Identifier: MIT */
/* The nodes of XArrays have a cache that the kernel makes when it starts. */
#include <linux/init.h>

void radix_tree_init(void);

static int __init start(void)
{
	radix_tree_init();
	return 0;
}
core_initcall(start);
