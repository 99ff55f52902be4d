/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCULIST_BL_H
#define KSYNC_COMPAT_RCULIST_BL_H

#include <linux/list_bl.h>
#include <linux/rcupdate.h>

#include <ksync/rculist_bl.h>

KSYNC__KERNEL_NAME void hlist_bl_set_first_rcu(struct hlist_bl_head *h,
					       struct hlist_bl_node *n)
{
	ksync_hlist_bl_set_first_rcu(h, n);
}

KSYNC__KERNEL_NAME struct hlist_bl_node *
hlist_bl_first_rcu(struct hlist_bl_head *h)
{
	return ksync_hlist_bl_first_rcu(h);
}

KSYNC__KERNEL_NAME void hlist_bl_del_rcu(struct hlist_bl_node *n)
{
	ksync_hlist_bl_del_rcu(n);
}

KSYNC__KERNEL_NAME void hlist_bl_add_head_rcu(struct hlist_bl_node *n,
					      struct hlist_bl_head *h)
{
	ksync_hlist_bl_add_head_rcu(n, h);
}

#define hlist_bl_for_each_entry_rcu(tpos, pos, head, member) \
	ksync_hlist_bl_for_each_entry_rcu(tpos, pos, head, member)

#endif
