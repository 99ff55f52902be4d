/* SPDX-License-Identifier: MIT */
/* What workers add, a taker finds once, the last first. */
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#define EACH 2000

struct item {
	struct llist_node node;
	struct work_struct *from;
};

static LLIST_HEAD(list);

static void add(struct work_struct *work)
{
	for (int i = 0; i < EACH; i++) {
		struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

		item->from = work;
		llist_add(&item->node, &list);
	}
}

static int __init lists(void)
{
	struct work_struct works[3];
	struct item *item, *next;
	int n = 0;

	for (int i = 0; i < 3; i++) {
		INIT_WORK_ONSTACK(&works[i], add);
		schedule_work(&works[i]);
	}
	for (int i = 0; i < 3; i++)
		flush_work(&works[i]);
	llist_for_each_entry_safe(item, next, llist_del_all(&list), node)
	{
		n++;
		kfree(item);
	}
	return n == 3 * EACH && llist_empty(&list) ? 0 : -EINVAL;
}
module_init(lists);
