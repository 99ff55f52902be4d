/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LIST_H
#define KSYNC_COMPAT_LIST_H

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/poison.h>
#include <linux/types.h>

#include <ksync/hlist.h>
#include <ksync/list.h>

#define LIST_HEAD_INIT(name) KSYNC_LIST_HEAD_INIT(name)
/* <sys/queue.h> has one, too: of the two, the last that is included counts. */
#undef LIST_HEAD
#define LIST_HEAD(name) struct list_head name = KSYNC_LIST_HEAD_INIT(name)

KSYNC__KERNEL_NAME void INIT_LIST_HEAD(struct list_head *list)
{
	ksync_list_head_init(list);
}

KSYNC__KERNEL_NAME void list_add(struct list_head *node, struct list_head *head)
{
	ksync_list_add(node, head);
}

KSYNC__KERNEL_NAME void list_add_tail(struct list_head *node,
				      struct list_head *head)
{
	ksync_list_add_tail(node, head);
}

KSYNC__KERNEL_NAME void list_del(struct list_head *entry)
{
	ksync_list_del(entry);
}

KSYNC__KERNEL_NAME void list_del_init(struct list_head *entry)
{
	ksync_list_del_init(entry);
}

KSYNC__KERNEL_NAME void list_del_init_careful(struct list_head *entry)
{
	ksync_list_del_init_careful(entry);
}

KSYNC__KERNEL_NAME int list_empty_careful(const struct list_head *head)
{
	return ksync_list_empty_careful(head);
}

KSYNC__KERNEL_NAME void list_replace(struct list_head *old,
				     struct list_head *node)
{
	ksync_list_replace(old, node);
}

KSYNC__KERNEL_NAME void list_replace_init(struct list_head *old,
					  struct list_head *node)
{
	ksync_list_replace_init(old, node);
}

KSYNC__KERNEL_NAME void list_swap(struct list_head *a, struct list_head *b)
{
	ksync_list_swap(a, b);
}

KSYNC__KERNEL_NAME void list_move(struct list_head *list,
				  struct list_head *head)
{
	ksync_list_move(list, head);
}

KSYNC__KERNEL_NAME void list_move_tail(struct list_head *list,
				       struct list_head *head)
{
	ksync_list_move_tail(list, head);
}

KSYNC__KERNEL_NAME void list_bulk_move_tail(struct list_head *head,
					    struct list_head *first,
					    struct list_head *last)
{
	ksync_list_bulk_move_tail(head, first, last);
}

KSYNC__KERNEL_NAME int list_is_first(const struct list_head *list,
				     const struct list_head *head)
{
	return ksync_list_is_first(list, head);
}

KSYNC__KERNEL_NAME int list_is_last(const struct list_head *list,
				    const struct list_head *head)
{
	return ksync_list_is_last(list, head);
}

KSYNC__KERNEL_NAME int list_is_head(const struct list_head *list,
				    const struct list_head *head)
{
	return ksync_list_is_head(list, head);
}

KSYNC__KERNEL_NAME int list_empty(const struct list_head *head)
{
	return ksync_list_empty(head);
}

KSYNC__KERNEL_NAME int list_is_singular(const struct list_head *head)
{
	return ksync_list_is_singular(head);
}

KSYNC__KERNEL_NAME size_t list_count_nodes(struct list_head *head)
{
	return ksync_list_count_nodes(head);
}

KSYNC__KERNEL_NAME void list_rotate_left(struct list_head *head)
{
	ksync_list_rotate_left(head);
}

KSYNC__KERNEL_NAME void list_rotate_to_front(struct list_head *list,
					     struct list_head *head)
{
	ksync_list_rotate_to_front(list, head);
}

KSYNC__KERNEL_NAME void list_cut_position(struct list_head *list,
					  struct list_head *head,
					  struct list_head *entry)
{
	ksync_list_cut_position(list, head, entry);
}

KSYNC__KERNEL_NAME void list_cut_before(struct list_head *list,
					struct list_head *head,
					struct list_head *entry)
{
	ksync_list_cut_before(list, head, entry);
}

KSYNC__KERNEL_NAME void list_splice(const struct list_head *list,
				    struct list_head *head)
{
	ksync_list_splice(list, head);
}

KSYNC__KERNEL_NAME void list_splice_tail(struct list_head *list,
					 struct list_head *head)
{
	ksync_list_splice_tail(list, head);
}

KSYNC__KERNEL_NAME void list_splice_init(struct list_head *list,
					 struct list_head *head)
{
	ksync_list_splice_init(list, head);
}

KSYNC__KERNEL_NAME void list_splice_tail_init(struct list_head *list,
					      struct list_head *head)
{
	ksync_list_splice_tail_init(list, head);
}

#define list_entry(link, type, member) ksync_list_entry(link, type, member)
#define list_first_entry(head, type, member) \
	ksync_list_first_entry(head, type, member)
#define list_last_entry(head, type, member) \
	ksync_list_last_entry(head, type, member)
#define list_first_entry_or_null(head, type, member) \
	ksync_list_first_entry_or_null(head, type, member)
#define list_last_entry_or_null(head, type, member) \
	ksync_list_last_entry_or_null(head, type, member)
#define list_next_entry(pos, member) ksync_list_next_entry(pos, member)
#define list_prev_entry(pos, member) ksync_list_prev_entry(pos, member)
#define list_next_entry_circular(pos, head, member) \
	ksync_list_next_entry_circular(pos, head, member)
#define list_prev_entry_circular(pos, head, member) \
	ksync_list_prev_entry_circular(pos, head, member)
#define list_entry_is_head(pos, head, member) \
	ksync_list_entry_is_head(pos, head, member)
#define list_for_each(pos, head) ksync_list_for_each(pos, head)
#define list_for_each_prev(pos, head) ksync_list_for_each_prev(pos, head)
#define list_for_each_continue(pos, head) \
	ksync_list_for_each_continue(pos, head)
#define list_for_each_safe(pos, n, head) ksync_list_for_each_safe(pos, n, head)
#define list_for_each_prev_safe(pos, n, head) \
	ksync_list_for_each_prev_safe(pos, n, head)
#define list_for_each_entry(pos, head, member) \
	ksync_list_for_each_entry(pos, head, member)
#define list_for_each_entry_reverse(pos, head, member) \
	ksync_list_for_each_entry_reverse(pos, head, member)
#define list_prepare_entry(pos, head, member) \
	ksync_list_prepare_entry(pos, head, member)
#define list_for_each_entry_continue(pos, head, member) \
	ksync_list_for_each_entry_continue(pos, head, member)
#define list_for_each_entry_continue_reverse(pos, head, member) \
	ksync_list_for_each_entry_continue_reverse(pos, head, member)
#define list_for_each_entry_from(pos, head, member) \
	ksync_list_for_each_entry_from(pos, head, member)
#define list_for_each_entry_from_reverse(pos, head, member) \
	ksync_list_for_each_entry_from_reverse(pos, head, member)
#define list_for_each_entry_safe(pos, n, head, member) \
	ksync_list_for_each_entry_safe(pos, n, head, member)
#define list_for_each_entry_safe_continue(pos, n, head, member) \
	ksync_list_for_each_entry_safe_continue(pos, n, head, member)
#define list_for_each_entry_safe_from(pos, n, head, member) \
	ksync_list_for_each_entry_safe_from(pos, n, head, member)
#define list_for_each_entry_safe_reverse(pos, n, head, member) \
	ksync_list_for_each_entry_safe_reverse(pos, n, head, member)
#define list_safe_reset_next(pos, n, member) \
	ksync_list_safe_reset_next(pos, n, member)

#define HLIST_HEAD_INIT KSYNC_HLIST_HEAD_INIT
#define HLIST_HEAD(name) struct hlist_head name = KSYNC_HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ksync_hlist_head_init(head)

KSYNC__KERNEL_NAME void INIT_HLIST_NODE(struct hlist_node *h)
{
	ksync_hlist_node_init(h);
}

KSYNC__KERNEL_NAME int hlist_unhashed(const struct hlist_node *h)
{
	return ksync_hlist_unhashed(h);
}

KSYNC__KERNEL_NAME int hlist_unhashed_lockless(const struct hlist_node *h)
{
	return ksync_hlist_unhashed_lockless(h);
}

KSYNC__KERNEL_NAME int hlist_empty(const struct hlist_head *h)
{
	return ksync_hlist_empty(h);
}

KSYNC__KERNEL_NAME void hlist_del(struct hlist_node *n)
{
	ksync_hlist_del(n);
}

KSYNC__KERNEL_NAME void hlist_del_init(struct hlist_node *n)
{
	ksync_hlist_del_init(n);
}

KSYNC__KERNEL_NAME void hlist_add_head(struct hlist_node *n,
				       struct hlist_head *h)
{
	ksync_hlist_add_head(n, h);
}

KSYNC__KERNEL_NAME void hlist_add_before(struct hlist_node *n,
					 struct hlist_node *next)
{
	ksync_hlist_add_before(n, next);
}

KSYNC__KERNEL_NAME void hlist_add_behind(struct hlist_node *n,
					 struct hlist_node *prev)
{
	ksync_hlist_add_behind(n, prev);
}

KSYNC__KERNEL_NAME void hlist_add_fake(struct hlist_node *n)
{
	ksync_hlist_add_fake(n);
}

KSYNC__KERNEL_NAME bool hlist_fake(struct hlist_node *h)
{
	return ksync_hlist_fake(h);
}

KSYNC__KERNEL_NAME bool hlist_is_singular_node(struct hlist_node *n,
					       struct hlist_head *h)
{
	return ksync_hlist_is_singular_node(n, h);
}

KSYNC__KERNEL_NAME void hlist_move_list(struct hlist_head *old,
					struct hlist_head *to)
{
	ksync_hlist_move_list(old, to);
}

KSYNC__KERNEL_NAME void hlist_splice_init(struct hlist_head *from,
					  struct hlist_node *last,
					  struct hlist_head *to)
{
	ksync_hlist_splice_init(from, last, to);
}

KSYNC__KERNEL_NAME size_t hlist_count_nodes(struct hlist_head *head)
{
	return ksync_hlist_count_nodes(head);
}

#define hlist_entry(ptr, type, member) ksync_hlist_entry(ptr, type, member)
#define hlist_entry_safe(ptr, type, member) \
	ksync_hlist_entry_safe(ptr, type, member)
#define hlist_for_each(pos, head) ksync_hlist_for_each(pos, head)
#define hlist_for_each_safe(pos, n, head) \
	ksync_hlist_for_each_safe(pos, n, head)
#define hlist_for_each_entry(pos, head, member) \
	ksync_hlist_for_each_entry(pos, head, member)
#define hlist_for_each_entry_continue(pos, member) \
	ksync_hlist_for_each_entry_continue(pos, member)
#define hlist_for_each_entry_from(pos, member) \
	ksync_hlist_for_each_entry_from(pos, member)
#define hlist_for_each_entry_safe(pos, n, head, member) \
	ksync_hlist_for_each_entry_safe(pos, n, head, member)

#endif
