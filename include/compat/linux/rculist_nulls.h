/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCULIST_NULLS_H
#define KSYNC_COMPAT_RCULIST_NULLS_H

#include <linux/list_nulls.h>
#include <linux/rcupdate.h>

KSYNC__KERNEL_NAME void hlist_nulls_del_init_rcu(struct hlist_nulls_node *n)
{
	ksync_hlist_nulls_del_init_rcu(n);
}

KSYNC__KERNEL_NAME void hlist_nulls_del_rcu(struct hlist_nulls_node *n)
{
	ksync_hlist_nulls_del_rcu(n);
}

KSYNC__KERNEL_NAME void hlist_nulls_add_head_rcu(struct hlist_nulls_node *n,
						 struct hlist_nulls_head *h)
{
	ksync_hlist_nulls_add_head_rcu(n, h);
}

KSYNC__KERNEL_NAME void hlist_nulls_add_tail_rcu(struct hlist_nulls_node *n,
						 struct hlist_nulls_head *h)
{
	ksync_hlist_nulls_add_tail_rcu(n, h);
}

KSYNC__KERNEL_NAME void hlist_nulls_add_fake(struct hlist_nulls_node *n)
{
	ksync_hlist_nulls_add_fake(n);
}

#define hlist_nulls_first_rcu(head) \
	(*(struct hlist_nulls_node **)&(head)->first)
#define hlist_nulls_next_rcu(node) (*(struct hlist_nulls_node **)&(node)->next)
#define hlist_nulls_pprev_rcu(node) (*(struct hlist_nulls_node **)(node)->pprev)
#define hlist_nulls_for_each_entry_rcu(tpos, pos, head, member) \
	ksync_hlist_nulls_for_each_entry_rcu(tpos, pos, head, member)
#define hlist_nulls_for_each_entry_safe(tpos, pos, head, member) \
	ksync_hlist_nulls_for_each_entry_safe(tpos, pos, head, member)

#endif
