/* SPDX-License-Identifier: MIT */
/* Memory that the kernel maps page by page: malloc()'s. */
#ifndef KSYNC_GLUE_VMALLOC_H
#define KSYNC_GLUE_VMALLOC_H

#include <linux/slab.h>

#define vmalloc(size) kmalloc(size, GFP_KERNEL)
#define vzalloc(size) kzalloc(size, GFP_KERNEL)
#define vmalloc_user(size) vzalloc(size)
#define vmalloc_node(size, node) vmalloc(size)
#define vzalloc_node(size, node) vzalloc(size)
#define __vmalloc(size, flags) kmalloc(size, flags)
#define vmalloc_array(n, size) kmalloc_array(n, size, GFP_KERNEL)
#define vcalloc(n, size) kcalloc(n, size, GFP_KERNEL)
#define vfree(p) kfree(p)
#define vfree_atomic(p) kfree(p)
#define is_vmalloc_addr(p) ((void)(p), false)

#endif
