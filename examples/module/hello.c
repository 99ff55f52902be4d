// SPDX-License-Identifier: MIT
/*
 * A module that says hello and goodbye, and in between lets a few at a time
 * through a semaphore. The same source is a module of the kernel (Kbuild) and
 * of ksync-insmod.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static char *name = "world";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "who is greeted");

static int guests = 3;
module_param(guests, int, 0444);
MODULE_PARM_DESC(guests, "how many come");

struct guest {
	struct work_struct work;
	int number;
};

static struct semaphore chairs;
static struct guest *party;

static void visit(struct work_struct *work)
{
	struct guest *guest = container_of(work, struct guest, work);

	down(&chairs);
	pr_info("guest %d sits down\n", guest->number);
	up(&chairs);
}

static int __init hello_init(void)
{
	int i;

	if (guests < 0)
		return -EINVAL;
	sema_init(&chairs, 2);
	party = kcalloc(guests, sizeof(*party), GFP_KERNEL);
	if (!party)
		return -ENOMEM;
	pr_info("hello, %s\n", name);
	for (i = 0; i < guests; i++) {
		party[i].number = i + 1;
		INIT_WORK(&party[i].work, visit);
		schedule_work(&party[i].work);
	}
	return 0;
}
module_init(hello_init);

static void __exit hello_exit(void)
{
	int i;

	for (i = 0; i < guests; i++)
		cancel_work_sync(&party[i].work);
	kfree(party);
	pr_info("goodbye, %s\n", name);
}
module_exit(hello_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Hello, and a semaphore");
