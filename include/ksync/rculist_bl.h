/* SPDX-License-Identifier: MIT */
/*
 * <ksync/hlist_bl.h> with readers of RCU: a writer holds the list's bit, they
 * walk without it. All else is as in <ksync/rculist.h>.
 */
#ifndef KSYNC_RCULIST_BL_H
#define KSYNC_RCULIST_BL_H

#include <ksync/hlist_bl.h>
#include <ksync/list.h>
#include <ksync/rcu.h>

/*
 * Examples use::
 *
 *	#include <ksync/rculist_bl.h>
 *	static ksync_hlist_bl_head_t bucket;
 *	static ksync_hlist_bl_node_t node;
 */

KSYNC_BEGIN_DECLS

/**
 * ksync_hlist_bl_set_first_rcu() - make a node the list's first
 * @head: the list, locked by the caller
 * @node: the node, which is complete
 *
 * Context: Any.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_set_first_rcu(&bucket, &node);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_set_first_rcu(ksync_hlist_bl_head_t *head,
					       ksync_hlist_bl_node_t *node)
{
	ksync_rcu_assign_pointer(
		head->first, ksync__hlist_bl_node(ksync__hlist_bl_bits(node) |
						  KSYNC__HLIST_BL_LOCKED));
}

/**
 * ksync_hlist_bl_first_rcu() - the list's first node
 * @head: the list
 *
 * Context: An RCU reader, or who holds the list's bit.
 * Return: the node, NULL if the list is empty.
 * Example::
 *
 *	ksync_hlist_bl_node_t *first;
 *
 *	ksync_rcu_read_lock();
 *	first = ksync_hlist_bl_first_rcu(&bucket);
 *	ksync_rcu_read_unlock();
 */
KSYNC_INLINE ksync_hlist_bl_node_t *
ksync_hlist_bl_first_rcu(const ksync_hlist_bl_head_t *head)
{
	return ksync__hlist_bl_node(
		ksync__hlist_bl_bits(ksync_rcu_dereference_check(
			head->first, ksync_hlist_bl_is_locked(head))) &
		~KSYNC__HLIST_BL_LOCKED);
}

/**
 * ksync_hlist_bl_add_head_rcu() - put a node in front
 * @node: a node in no list; what it is in is complete
 * @head: the list, locked by the caller
 *
 * Context: Any.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_add_head_rcu(&node, &bucket);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_add_head_rcu(ksync_hlist_bl_node_t *node,
					      ksync_hlist_bl_head_t *head)
{
	ksync_hlist_bl_node_t *first = ksync_hlist_bl_first(head);

	node->next = first;
	if (first)
		first->pprev = &node->next;
	node->pprev = &head->first;
	ksync_hlist_bl_set_first_rcu(head, node);
}

/**
 * ksync_hlist_bl_del_rcu() - take a node out
 * @node: a node in a list that the caller has locked; it still leads readers on
 *
 * Context: Any.
 * Example::
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_add_head_rcu(&node, &bucket);
 *	ksync_hlist_bl_del_rcu(&node);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_del_rcu(ksync_hlist_bl_node_t *node)
{
	ksync_hlist_bl_node_t *next = node->next;
	ksync_hlist_bl_node_t **pprev = node->pprev;

	/* The head's pointer keeps the lock; another node's has none. */
	ksync_rcu_assign_pointer(
		*pprev, ksync__hlist_bl_node(
				ksync__hlist_bl_bits(next) |
				(ksync__hlist_bl_bits(KSYNC_READ_ONCE(*pprev)) &
				 KSYNC__HLIST_BL_LOCKED)));
	if (next)
		next->pprev = pprev;
	node->pprev = KSYNC__CAST(ksync_hlist_bl_node_t **, KSYNC_LIST_POISON2);
}

KSYNC_END_DECLS

/* Each entry, in a reader of RCU: its address in pos; at is a node pointer. */
#define ksync_hlist_bl_for_each_entry_rcu(pos, at, head, member)            \
	for ((at) = ksync_hlist_bl_first_rcu(head);                         \
	     (at) &&                                                        \
	     ((pos) = ksync_hlist_bl_entry(at, __typeof__(*(pos)), member), \
	     true);                                                         \
	     (at) = ksync_rcu_dereference_raw((at)->next))

#endif
