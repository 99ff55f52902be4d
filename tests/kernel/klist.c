/* SPDX-License-Identifier: MIT */
/* A node that is removed while somebody looks at it goes when he moves on. */
#include <linux/klist.h>
#include <linux/module.h>
#include <linux/workqueue.h>

static struct klist_node nodes[3];
static DEFINE_KLIST(list, NULL, NULL);
static bool removed;

static void remove_first(struct work_struct *work)
{
	klist_remove(&nodes[0]);
	WRITE_ONCE(removed, true);
}

static DECLARE_WORK(remover, remove_first);

static int __init lists(void)
{
	struct klist_iter iter;
	int n = 0;

	for (int i = 0; i < 3; i++)
		klist_add_tail(&nodes[i], &list);
	klist_iter_init(&list, &iter);
	if (klist_next(&iter) != &nodes[0])
		return -EINVAL;
	schedule_work(&remover);
	if (READ_ONCE(removed))
		return -EBUSY;
	while (klist_next(&iter))
		n++;
	klist_iter_exit(&iter);
	flush_work(&remover);
	return n == 2 && removed && !klist_node_attached(&nodes[0]) ? 0 :
								      -EINVAL;
}
module_init(lists);
