/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LIST_BL_H
#define KSYNC_COMPAT_LIST_BL_H

#include <linux/bit_spinlock.h>

#include <ksync/hlist_bl.h>

#define INIT_HLIST_BL_HEAD(head) ksync_hlist_bl_head_init(head)

KSYNC__KERNEL_NAME void INIT_HLIST_BL_NODE(struct hlist_bl_node *h)
{
	ksync_hlist_bl_node_init(h);
}

#define hlist_bl_entry(node, type, member) \
	ksync_hlist_bl_entry(node, type, member)

KSYNC__KERNEL_NAME bool hlist_bl_unhashed(const struct hlist_bl_node *h)
{
	return ksync_hlist_bl_unhashed(h);
}

KSYNC__KERNEL_NAME struct hlist_bl_node *
hlist_bl_first(const struct hlist_bl_head *h)
{
	return ksync_hlist_bl_first(h);
}

KSYNC__KERNEL_NAME void hlist_bl_set_first(struct hlist_bl_head *h,
					   struct hlist_bl_node *n)
{
	ksync_hlist_bl_set_first(h, n);
}

KSYNC__KERNEL_NAME bool hlist_bl_empty(const struct hlist_bl_head *h)
{
	return ksync_hlist_bl_empty(h);
}

KSYNC__KERNEL_NAME void hlist_bl_add_head(struct hlist_bl_node *n,
					  struct hlist_bl_head *h)
{
	ksync_hlist_bl_add_head(n, h);
}

/* Leaves the node as one that is in no list: what reads it later finds that. */
KSYNC__KERNEL_NAME void hlist_bl_del(struct hlist_bl_node *n)
{
	ksync_hlist_bl_del_init(n);
}

KSYNC__KERNEL_NAME void hlist_bl_del_init(struct hlist_bl_node *n)
{
	ksync_hlist_bl_del_init(n);
}

KSYNC__KERNEL_NAME void hlist_bl_lock(struct hlist_bl_head *b)
{
	ksync_hlist_bl_lock(b);
}

KSYNC__KERNEL_NAME void hlist_bl_unlock(struct hlist_bl_head *b)
{
	ksync_hlist_bl_unlock(b);
}

KSYNC__KERNEL_NAME bool hlist_bl_is_locked(struct hlist_bl_head *b)
{
	return ksync_hlist_bl_is_locked(b);
}

#define hlist_bl_for_each_entry(tpos, pos, head, member) \
	ksync_hlist_bl_for_each_entry(tpos, pos, head, member)
#define hlist_bl_for_each_entry_safe(tpos, pos, n, head, member) \
	ksync_hlist_bl_for_each_entry_safe(tpos, pos, n, head, member)

#endif
