/* SPDX-License-Identifier: MIT */
/* Elements far apart are there, zeroed, and found in order. */
#include <linux/generic-radix-tree.h>
#include <linux/module.h>

static GENRADIX(long) tree;

static int __init trees(void)
{
	struct genradix_iter iter;
	long sum = 0, *p;

	genradix_init(&tree);
	for (size_t i = 0; i < 100000; i += 9999)
		*genradix_ptr_alloc(&tree, i, GFP_KERNEL) = (long)i;
	genradix_for_each(&tree, iter, p) sum += *p;
	if (genradix_ptr(&tree, 10000000) || *genradix_ptr(&tree, 9999) != 9999)
		return -EINVAL;
	genradix_free(&tree);
	return sum == 9999 * 55 ? 0 : -EINVAL;
}
module_init(trees);
