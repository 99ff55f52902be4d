/* SPDX-License-Identifier: MIT */
/*
 * Lists for hash tables whose entries move between buckets, or are made anew of
 * the same memory, while readers of RCU walk: the end of each list is a number,
 * its bucket's say. A reader that comes to another number than it began with
 * was led into another list, and begins anew.
 *
 * It has to look at each entry's key, too, after it got a reference to it: the
 * entry may have become another. All else is as in <ksync/rculist.h>.
 */
#ifndef KSYNC_HLIST_NULLS_H
#define KSYNC_HLIST_NULLS_H

#include <ksync/list.h>
#include <ksync/rcu.h>

/* "first" and "next" may be an end: a number with the lowest bit set. */
typedef struct KSYNC_TAG(hlist_nulls_node) {
	struct KSYNC_TAG(hlist_nulls_node) * next;
	struct KSYNC_TAG(hlist_nulls_node) * *pprev; /* NULL: in no list */
} ksync_hlist_nulls_node_t;
typedef struct KSYNC_TAG(hlist_nulls_head) {
	struct KSYNC_TAG(hlist_nulls_node) * first;
} ksync_hlist_nulls_head_t;

/* The end of the list with this number, of one bit less than a word. */
#define KSYNC_NULLS_MARKER(value) (KSYNC__CAST(unsigned long, value) << 1 | 1ul)
#define KSYNC__HLIST_NULLS_END(value)             \
	KSYNC__RECAST(ksync_hlist_nulls_node_t *, \
		      KSYNC__CAST(uintptr_t, KSYNC_NULLS_MARKER(value)))
#define KSYNC_HLIST_NULLS_HEAD_INIT(value) { KSYNC__HLIST_NULLS_END(value) }

/*
 * Examples use::
 *
 *	#include <ksync/hlist_nulls.h>
 *	static ksync_hlist_nulls_head_t bucket;
 *	static ksync_hlist_nulls_node_t one;
 */

KSYNC_BEGIN_DECLS

/**
 * ksync_hlist_nulls_head_init() - make a list without entries
 * @head: memory for the head
 * @value: the list's number
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 */
KSYNC_INLINE void ksync_hlist_nulls_head_init(ksync_hlist_nulls_head_t *head,
					      unsigned long value)
{
	KSYNC_WRITE_ONCE(head->first, KSYNC__HLIST_NULLS_END(value));
}

/**
 * ksync_is_a_nulls() - is this an end?
 * @at: a node's next, or a head's first
 *
 * Context: Any.
 * Return: true for an end, false for a node.
 * Example::
 *
 *	bool empty = ksync_is_a_nulls(bucket.first);
 */
KSYNC_INLINE bool ksync_is_a_nulls(const ksync_hlist_nulls_node_t *at)
{
	return (KSYNC__RECAST(uintptr_t, at) & 1) != 0;
}

/**
 * ksync_get_nulls_value() - the number of an end
 * @at: an end
 *
 * Context: Any.
 * Return: the number of the list that ends so.
 * Example::
 *
 *	unsigned long number = ksync_get_nulls_value(bucket.first);
 */
KSYNC_INLINE unsigned long
ksync_get_nulls_value(const ksync_hlist_nulls_node_t *at)
{
	return KSYNC__CAST(unsigned long, KSYNC__RECAST(uintptr_t, at) >> 1);
}

/**
 * ksync_hlist_nulls_unhashed() - is a node in no list?
 * @node: an initialised node
 *
 * Context: Any; other writers are excluded.
 * Return: true if so.
 * Example::
 *
 *	bool alone = ksync_hlist_nulls_unhashed(&one);
 */
KSYNC_INLINE bool
ksync_hlist_nulls_unhashed(const ksync_hlist_nulls_node_t *node)
{
	return !node->pprev;
}

/**
 * ksync_hlist_nulls_unhashed_lockless() - the same, while others may change it
 * @node: an initialised node
 *
 * Context: Any.
 * Return: true if it was in none at some point in time.
 * Example::
 *
 *	bool alone = ksync_hlist_nulls_unhashed_lockless(&one);
 */
KSYNC_INLINE bool
ksync_hlist_nulls_unhashed_lockless(const ksync_hlist_nulls_node_t *node)
{
	return !KSYNC_READ_ONCE(node->pprev);
}

/**
 * ksync_hlist_nulls_empty() - has a list no entries?
 * @head: the list
 *
 * Context: Any.
 * Return: true if so.
 * Example::
 *
 *	bool empty = ksync_hlist_nulls_empty(&bucket);
 */
KSYNC_INLINE bool ksync_hlist_nulls_empty(const ksync_hlist_nulls_head_t *head)
{
	return ksync_is_a_nulls(KSYNC_READ_ONCE(head->first));
}

/**
 * ksync_hlist_nulls_add_fake() - let a node seem to be in a list
 * @node: a node in no list
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_add_fake(&one);
 */
KSYNC_INLINE void ksync_hlist_nulls_add_fake(ksync_hlist_nulls_node_t *node)
{
	node->pprev = &node->next;
}

/* What was the first knows what leads to it now. */
KSYNC_PRIVATE_INLINE void
ksync__hlist_nulls_back(ksync_hlist_nulls_node_t *first,
			ksync_hlist_nulls_node_t **link)
{
	if (!ksync_is_a_nulls(first))
		KSYNC_WRITE_ONCE(first->pprev, link);
}

/* Take a node out; it keeps its next. */
KSYNC_PRIVATE_INLINE void ksync__hlist_nulls_cut(ksync_hlist_nulls_node_t *node)
{
	ksync_hlist_nulls_node_t *next = node->next;
	ksync_hlist_nulls_node_t **pprev = node->pprev;

	ksync_rcu_assign_pointer(*pprev, next);
	ksync__hlist_nulls_back(next, pprev);
}

/**
 * ksync_hlist_nulls_add_head() - put a node in front, while nobody reads
 * @node: a node in no list
 * @head: the list
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 *	ksync_hlist_nulls_add_head(&one, &bucket);
 */
KSYNC_INLINE void ksync_hlist_nulls_add_head(ksync_hlist_nulls_node_t *node,
					     ksync_hlist_nulls_head_t *head)
{
	ksync_hlist_nulls_node_t *first = head->first;

	node->next = first;
	node->pprev = &head->first;
	head->first = node;
	ksync__hlist_nulls_back(first, &node->next);
}

/**
 * ksync_hlist_nulls_del() - take a node out
 * @node: a node in a list
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 *	ksync_hlist_nulls_add_head(&one, &bucket);
 *	ksync_hlist_nulls_del(&one);
 */
KSYNC_INLINE void ksync_hlist_nulls_del(ksync_hlist_nulls_node_t *node)
{
	ksync__hlist_nulls_cut(node);
	KSYNC_WRITE_ONCE(node->pprev, KSYNC__CAST(ksync_hlist_nulls_node_t **,
						  KSYNC_LIST_POISON2));
}

/**
 * ksync_hlist_nulls_del_rcu() - the same, from a list that readers walk
 * @node: a node in a list; it still leads readers on
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 *	ksync_hlist_nulls_add_head_rcu(&one, &bucket);
 *	ksync_hlist_nulls_del_rcu(&one);
 */
KSYNC_INLINE void ksync_hlist_nulls_del_rcu(ksync_hlist_nulls_node_t *node)
{
	ksync_hlist_nulls_del(node);
}

/**
 * ksync_hlist_nulls_del_init_rcu() - take a node out, if it is in a list
 * @node: an initialised node; it still leads readers on
 *
 * Context: Any; other writers are excluded.
 * Example::
 *
 *	ksync_hlist_nulls_del_init_rcu(&one);
 */
KSYNC_INLINE void ksync_hlist_nulls_del_init_rcu(ksync_hlist_nulls_node_t *node)
{
	if (!ksync_hlist_nulls_unhashed(node)) {
		ksync__hlist_nulls_cut(node);
		KSYNC_WRITE_ONCE(node->pprev,
				 KSYNC__CAST(ksync_hlist_nulls_node_t **,
					     NULL));
	}
}

/**
 * ksync_hlist_nulls_add_head_rcu() - put a node in front
 * @node: a node in no list; what it is in is complete
 * @head: the list
 *
 * Context: Any; other writers are excluded.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 *	ksync_hlist_nulls_add_head_rcu(&one, &bucket);
 */
KSYNC_INLINE void ksync_hlist_nulls_add_head_rcu(ksync_hlist_nulls_node_t *node,
						 ksync_hlist_nulls_head_t *head)
{
	ksync_hlist_nulls_node_t *first = head->first;

	KSYNC_WRITE_ONCE(node->next, first);
	KSYNC_WRITE_ONCE(node->pprev, &head->first);
	ksync_rcu_assign_pointer(head->first, node);
	ksync__hlist_nulls_back(first, &node->next);
}

/**
 * ksync_hlist_nulls_add_tail_rcu() - put a node at the end
 * @node: a node in no list; what it is in is complete
 * @head: the list
 *
 * Looks at each entry.
 *
 * Context: Any; other writers are excluded.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_nulls_head_init(&bucket, 7);
 *	ksync_hlist_nulls_add_tail_rcu(&one, &bucket);
 */
KSYNC_INLINE void ksync_hlist_nulls_add_tail_rcu(ksync_hlist_nulls_node_t *node,
						 ksync_hlist_nulls_head_t *head)
{
	ksync_hlist_nulls_node_t **link = &head->first;

	while (!ksync_is_a_nulls(*link))
		link = &(*link)->next;
	KSYNC_WRITE_ONCE(node->next, *link);
	KSYNC_WRITE_ONCE(node->pprev, link);
	ksync_rcu_assign_pointer(*link, node);
}

KSYNC_END_DECLS

#define ksync_hlist_nulls_entry(node, type, member) \
	ksync_container_of(node, type, member)

#define KSYNC__HLIST_NULLS_FROM(pos, at, from, then, member)                   \
	for ((at) = (from);                                                    \
	     !ksync_is_a_nulls(at) &&                                          \
	     ((pos) = ksync_hlist_nulls_entry(at, __typeof__(*(pos)), member), \
	     true);                                                            \
	     (at) = (then))
/*
 * Each entry, in pos; at is a pointer to a node for the loop, and its end
 * afterwards: ksync_get_nulls_value(at) is the number of the list that it was
 * the end of.
 */
#define ksync_hlist_nulls_for_each_entry(pos, at, head, member) \
	KSYNC__HLIST_NULLS_FROM(pos, at, (head)->first, (at)->next, member)
#define ksync_hlist_nulls_for_each_entry_from(pos, at, member) \
	KSYNC__HLIST_NULLS_FROM(pos, at, at, (at)->next, member)
/* In a reader of RCU. */
#define ksync_hlist_nulls_for_each_entry_rcu(pos, at, head, member)            \
	KSYNC__HLIST_NULLS_FROM(pos, at, ksync_rcu_dereference((head)->first), \
				ksync_rcu_dereference_raw((at)->next), member)
/* The entry may be taken out meanwhile, by the caller. */
#define ksync_hlist_nulls_for_each_entry_safe(pos, at, head, member)           \
	for ((at) = ksync_rcu_dereference_raw((head)->first);                  \
	     !ksync_is_a_nulls(at) &&                                          \
	     ((pos) = ksync_hlist_nulls_entry(at, __typeof__(*(pos)), member), \
	     (at) = ksync_rcu_dereference_raw((at)->next), true);)

#endif
