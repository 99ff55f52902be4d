// SPDX-License-Identifier: MIT
/* A module that leaves behind what it should not: ksync-insmod says what. */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static DEFINE_MUTEX(left_locked);
static void *left_allocated;

static int __init leaks_init(void)
{
	pr_info("leaves things behind\n");
	left_allocated = kmalloc(100, GFP_KERNEL);
	return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}
module_init(leaks_init);

static void __exit leaks_exit(void)
{
	mutex_lock(&left_locked);
}
module_exit(leaks_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("What is left behind");
