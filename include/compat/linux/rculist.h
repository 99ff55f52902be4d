/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCULIST_H
#define KSYNC_COMPAT_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include <ksync/rculist.h>

KSYNC__KERNEL_NAME void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	ksync_list_head_init_rcu(list);
}

KSYNC__KERNEL_NAME void list_add_rcu(struct list_head *node,
				     struct list_head *head)
{
	ksync_list_add_rcu(node, head);
}

KSYNC__KERNEL_NAME void list_add_tail_rcu(struct list_head *node,
					  struct list_head *head)
{
	ksync_list_add_tail_rcu(node, head);
}

KSYNC__KERNEL_NAME void list_del_rcu(struct list_head *entry)
{
	ksync_list_del_rcu(entry);
}

KSYNC__KERNEL_NAME void list_bidir_del_rcu(struct list_head *entry)
{
	ksync_list_bidir_del_rcu(entry);
}

KSYNC__KERNEL_NAME void list_replace_rcu(struct list_head *old,
					 struct list_head *node)
{
	ksync_list_replace_rcu(old, node);
}

KSYNC__KERNEL_NAME void list_splice_init_rcu(struct list_head *list,
					     struct list_head *head,
					     void (*sync)(void))
{
	ksync_list_splice_init_rcu(list, head, sync);
}

KSYNC__KERNEL_NAME void list_splice_tail_init_rcu(struct list_head *list,
						  struct list_head *head,
						  void (*sync)(void))
{
	ksync_list_splice_tail_init_rcu(list, head, sync);
}

KSYNC__KERNEL_NAME void hlist_del_rcu(struct hlist_node *n)
{
	ksync_hlist_del_rcu(n);
}

KSYNC__KERNEL_NAME void hlist_del_init_rcu(struct hlist_node *n)
{
	ksync_hlist_del_init_rcu(n);
}

KSYNC__KERNEL_NAME void hlist_replace_rcu(struct hlist_node *old,
					  struct hlist_node *node)
{
	ksync_hlist_replace_rcu(old, node);
}

KSYNC__KERNEL_NAME void hlists_swap_heads_rcu(struct hlist_head *left,
					      struct hlist_head *right)
{
	ksync_hlists_swap_heads_rcu(left, right);
}

KSYNC__KERNEL_NAME void hlist_add_head_rcu(struct hlist_node *n,
					   struct hlist_head *h)
{
	ksync_hlist_add_head_rcu(n, h);
}

KSYNC__KERNEL_NAME void hlist_add_tail_rcu(struct hlist_node *n,
					   struct hlist_head *h)
{
	ksync_hlist_add_tail_rcu(n, h);
}

KSYNC__KERNEL_NAME void hlist_add_before_rcu(struct hlist_node *n,
					     struct hlist_node *next)
{
	ksync_hlist_add_before_rcu(n, next);
}

KSYNC__KERNEL_NAME void hlist_add_behind_rcu(struct hlist_node *n,
					     struct hlist_node *prev)
{
	ksync_hlist_add_behind_rcu(n, prev);
}

/* Links as readers, or writers, read them. */
#define list_next_rcu(list) (*(struct list_head **)&(list)->next)
#define list_tail_rcu(head) (*(struct list_head **)&(head)->prev)
#define list_bidir_prev_rcu(list) (*(struct list_head **)&(list)->prev)
#define hlist_first_rcu(head) (*(struct hlist_node **)&(head)->first)
#define hlist_next_rcu(node) (*(struct hlist_node **)&(node)->next)
#define hlist_pprev_rcu(node) (*(struct hlist_node **)(node)->pprev)

#define list_entry_rcu(ptr, type, member) \
	ksync_list_entry_rcu(ptr, type, member)
#define list_entry_lockless(ptr, type, member) \
	ksync_list_entry_lockless(ptr, type, member)
#define list_first_or_null_rcu(head, type, member) \
	ksync_list_first_or_null_rcu(head, type, member)
#define list_next_or_null_rcu(head, ptr, type, member) \
	ksync_list_next_or_null_rcu(head, ptr, type, member)
#define list_for_each_entry_srcu(pos, head, member, cond) \
	ksync_list_for_each_entry_srcu(pos, head, member, cond)
#define list_for_each_entry_lockless(pos, head, member) \
	ksync_list_for_each_entry_lockless(pos, head, member)
#define list_for_each_entry_continue_rcu(pos, head, member) \
	ksync_list_for_each_entry_continue_rcu(pos, head, member)
#define list_for_each_entry_from_rcu(pos, head, member) \
	ksync_list_for_each_entry_from_rcu(pos, head, member)
#define list_for_each_rcu(pos, head) ksync_list_for_each_rcu(pos, head)
#define hlist_for_each_entry_srcu(pos, head, member, cond) \
	ksync_hlist_for_each_entry_srcu(pos, head, member, cond)
#define hlist_for_each_entry_rcu_notrace(pos, head, member) \
	ksync_hlist_for_each_entry_rcu_notrace(pos, head, member)
#define hlist_for_each_entry_continue_rcu(pos, member) \
	ksync_hlist_for_each_entry_continue_rcu(pos, member)
#define hlist_for_each_entry_from_rcu(pos, member) \
	ksync_hlist_for_each_entry_from_rcu(pos, member)
#define list_for_each_entry_rcu(pos, head, ...) \
	ksync_list_for_each_entry_rcu(pos, head, __VA_ARGS__)
#define hlist_for_each_entry_rcu(pos, head, ...) \
	ksync_hlist_for_each_entry_rcu(pos, head, __VA_ARGS__)
#define hlist_for_each_entry_rcu_bh(pos, head, member) \
	ksync_hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_continue_rcu_bh(pos, member) \
	ksync_hlist_for_each_entry_continue_rcu(pos, member)
#define __hlist_for_each_rcu(pos, head)                             \
	for ((pos) = rcu_dereference(hlist_first_rcu(head)); (pos); \
	     (pos) = rcu_dereference(hlist_next_rcu(pos)))

#endif
