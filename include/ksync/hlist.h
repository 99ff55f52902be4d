/* SPDX-License-Identifier: MIT */
/*
 * Lists whose head is one pointer, for hash tables: no way to the last entry,
 * but a node can be taken out without knowing its list.
 *
 * All else is as in <ksync/list.h>; the head of a zeroed table is initialised.
 * ksync_hlist_for_each_entry() and the like leave NULL in pos when they end.
 */
#ifndef KSYNC_HLIST_H
#define KSYNC_HLIST_H

#include <ksync/list.h>

#define KSYNC_HLIST_HEAD_INIT { NULL }
#define KSYNC_HLIST_HEAD(name) ksync_hlist_head_t name = KSYNC_HLIST_HEAD_INIT

/*
 * Examples use::
 *
 *	#include <ksync/hlist.h>
 *	static KSYNC_HLIST_HEAD(list);
 *	static KSYNC_HLIST_HEAD(other);
 *	static ksync_hlist_node_t one, two;
 */

KSYNC_BEGIN_DECLS

/**
 * ksync_hlist_head_init() - make a list without entries
 * @head: memory for the head
 *
 * Context: Any; nobody else uses @head.
 * Example::
 *
 *	ksync_hlist_head_init(&list);
 */
KSYNC_INLINE void ksync_hlist_head_init(ksync_hlist_head_t *head)
{
	head->first = NULL;
}

/**
 * ksync_hlist_node_init() - make a node that is in no list
 * @node: memory for the node
 *
 * Context: Any; nobody else uses @node.
 * Example::
 *
 *	ksync_hlist_node_init(&one);
 */
KSYNC_INLINE void ksync_hlist_node_init(ksync_hlist_node_t *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

/**
 * ksync_hlist_unhashed() - is a node in no list?
 * @node: an initialised node
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if so.
 * Example::
 *
 *	bool alone = ksync_hlist_unhashed(&one);
 */
KSYNC_INLINE bool ksync_hlist_unhashed(const ksync_hlist_node_t *node)
{
	return !node->pprev;
}

/**
 * ksync_hlist_unhashed_lockless() - the same, while another may change that
 * @node: an initialised node
 *
 * Context: Any.
 * Order: None.
 * Return: true if it was in none at some point in time.
 * Example::
 *
 *	bool alone = ksync_hlist_unhashed_lockless(&one);
 */
KSYNC_INLINE bool ksync_hlist_unhashed_lockless(const ksync_hlist_node_t *node)
{
	return !KSYNC_READ_ONCE(node->pprev);
}

/**
 * ksync_hlist_empty() - has a list no entries?
 * @head: the list
 *
 * Context: Any; also while another thread changes the list.
 * Order: None.
 * Return: true if so.
 * Example::
 *
 *	bool empty = ksync_hlist_empty(&list);
 */
KSYNC_INLINE bool ksync_hlist_empty(const ksync_hlist_head_t *head)
{
	return !KSYNC_READ_ONCE(head->first);
}

/* Take a node out; it keeps its own links. */
KSYNC_PRIVATE_INLINE void ksync__hlist_cut(ksync_hlist_node_t *node)
{
	ksync_hlist_node_t *next = node->next;
	ksync_hlist_node_t **pprev = node->pprev;

	KSYNC_WRITE_ONCE(*pprev, next);
	if (next)
		KSYNC_WRITE_ONCE(next->pprev, pprev);
}

/**
 * ksync_hlist_del() - take a node out
 * @node: a node in a list; poison afterwards
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_head(&one, &list);
 *	ksync_hlist_del(&one);
 */
KSYNC_INLINE void ksync_hlist_del(ksync_hlist_node_t *node)
{
	ksync__hlist_cut(node);
	node->next = KSYNC__CAST(ksync_hlist_node_t *, KSYNC_LIST_POISON1);
	node->pprev = KSYNC__CAST(ksync_hlist_node_t **, KSYNC_LIST_POISON2);
}

/**
 * ksync_hlist_del_init() - take a node out, if it is in a list
 * @node: an initialised node; in no list afterwards
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_del_init(&one);
 */
KSYNC_INLINE void ksync_hlist_del_init(ksync_hlist_node_t *node)
{
	if (!ksync_hlist_unhashed(node)) {
		ksync__hlist_cut(node);
		ksync_hlist_node_init(node);
	}
}

/**
 * ksync_hlist_add_head() - put a node in front
 * @node: a node in no list
 * @head: the list
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_head(&one, &list);
 */
KSYNC_INLINE void ksync_hlist_add_head(ksync_hlist_node_t *node,
				       ksync_hlist_head_t *head)
{
	ksync_hlist_node_t *first = head->first;

	KSYNC_WRITE_ONCE(node->next, first);
	if (first)
		KSYNC_WRITE_ONCE(first->pprev, &node->next);
	KSYNC_WRITE_ONCE(head->first, node);
	KSYNC_WRITE_ONCE(node->pprev, &head->first);
}

/**
 * ksync_hlist_add_before() - put a node before another
 * @node: a node in no list
 * @next: a node in a list
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_head(&one, &list);
 *	ksync_hlist_add_before(&two, &one);
 */
KSYNC_INLINE void ksync_hlist_add_before(ksync_hlist_node_t *node,
					 ksync_hlist_node_t *next)
{
	KSYNC_WRITE_ONCE(node->pprev, next->pprev);
	KSYNC_WRITE_ONCE(node->next, next);
	KSYNC_WRITE_ONCE(next->pprev, &node->next);
	KSYNC_WRITE_ONCE(*node->pprev, node);
}

/**
 * ksync_hlist_add_behind() - put a node behind another
 * @node: a node in no list
 * @prev: a node in a list
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_head(&one, &list);
 *	ksync_hlist_add_behind(&two, &one);
 */
KSYNC_INLINE void ksync_hlist_add_behind(ksync_hlist_node_t *node,
					 ksync_hlist_node_t *prev)
{
	KSYNC_WRITE_ONCE(node->next, prev->next);
	KSYNC_WRITE_ONCE(prev->next, node);
	KSYNC_WRITE_ONCE(node->pprev, &prev->next);
	if (node->next)
		KSYNC_WRITE_ONCE(node->next->pprev, &node->next);
}

/**
 * ksync_hlist_add_fake() - let a node seem to be in a list
 * @node: a node in no list
 *
 * So that ksync_hlist_del_init() and ksync_hlist_unhashed() take it for one
 * that is; for code that hashes only some.
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_fake(&one);
 */
KSYNC_INLINE void ksync_hlist_add_fake(ksync_hlist_node_t *node)
{
	node->pprev = &node->next;
}

/**
 * ksync_hlist_fake() - does a node only seem to be in a list?
 * @node: an initialised node
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true after ksync_hlist_add_fake().
 * Example::
 *
 *	bool fake = ksync_hlist_fake(&one);
 */
KSYNC_INLINE bool ksync_hlist_fake(const ksync_hlist_node_t *node)
{
	return node->pprev == &node->next;
}

/**
 * ksync_hlist_is_singular_node() - is a node its list's only one?
 * @node: a node in a list
 * @head: the list that it may be alone in
 *
 * Looks at @node alone.
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if so.
 * Example::
 *
 *	bool only = ksync_hlist_is_singular_node(&one, &list);
 */
KSYNC_INLINE bool ksync_hlist_is_singular_node(const ksync_hlist_node_t *node,
					       const ksync_hlist_head_t *head)
{
	return !node->next && node->pprev == &head->first;
}

/**
 * ksync_hlist_move_list() - give a list another head
 * @old: the list; has no entries afterwards
 * @head: gets them; what was in it is lost
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_move_list(&list, &other);
 */
KSYNC_INLINE void ksync_hlist_move_list(ksync_hlist_head_t *old,
					ksync_hlist_head_t *head)
{
	head->first = old->first;
	if (head->first)
		head->first->pprev = &head->first;
	old->first = NULL;
}

/**
 * ksync_hlist_splice_init() - put a list's entries in front of another's
 * @from: a list with entries; has none afterwards
 * @last: its last node
 * @to: the list that gets them
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_hlist_add_head(&one, &other);
 *	ksync_hlist_splice_init(&other, &one, &list);
 */
KSYNC_INLINE void ksync_hlist_splice_init(ksync_hlist_head_t *from,
					  ksync_hlist_node_t *last,
					  ksync_hlist_head_t *to)
{
	if (to->first)
		to->first->pprev = &last->next;
	last->next = to->first;
	to->first = from->first;
	from->first->pprev = &to->first;
	from->first = NULL;
}

/**
 * ksync_hlist_count_nodes() - how many entries has a list?
 * @head: the list
 *
 * Looks at each.
 *
 * Context: Any; who else may change the list is excluded.
 * Return: their number.
 * Example::
 *
 *	size_t entries = ksync_hlist_count_nodes(&list);
 */
KSYNC_INLINE size_t ksync_hlist_count_nodes(const ksync_hlist_head_t *head)
{
	const ksync_hlist_node_t *at;
	size_t count = 0;

	for (at = head->first; at; at = at->next)
		count++;
	return count;
}

KSYNC_END_DECLS

/* The object that a node is in; the second form turns NULL into NULL. */
#define ksync_hlist_entry(node, type, member) \
	ksync_container_of(node, type, member)
#ifdef __cplusplus
extern "C++" {
template <class ksync__t>
KSYNC_PRIVATE_INLINE ksync__t *ksync__hlist_entry_safe(ksync_hlist_node_t *node,
						       uintptr_t offset)
{
	return node ? ksync__container_of<ksync__t, ksync_hlist_node_t>(
			      node, offset) :
		      NULL;
}
}
#define ksync_hlist_entry_safe(node, type, member)                     \
	ksync__hlist_entry_safe<type>(                                 \
		node, reinterpret_cast<uintptr_t>(__builtin_addressof( \
			      KSYNC__MEMBER_AT(type, member))) -       \
			      KSYNC__SOMEWHERE)
#else
#define ksync_hlist_entry_safe(node, type, member) \
	KSYNC__HLIST_ENTRY_SAFE(KSYNC_UNIQUE(ksync__node_), node, type, member)
#define KSYNC__HLIST_ENTRY_SAFE(at, node, type, member)          \
	__extension__({                                          \
		__typeof__(node) at = (node);                    \
		at ? ksync_hlist_entry(at, type, member) : NULL; \
	})
#endif

/* Each node; it may be taken out, or freed, meanwhile: then with "then". */
#define ksync_hlist_for_each(node, head) \
	for ((node) = (head)->first; (node); (node) = (node)->next)
#define ksync_hlist_for_each_safe(node, then, head)                           \
	for ((node) = (head)->first; (node) && ((then) = (node)->next, true); \
	     (node) = (then))

#define KSYNC__HLIST_WALK(pos, member)                                         \
	(pos);                                                                 \
	(pos) = ksync_hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), \
				       member)
/* Each entry; from behind this one; from this one. */
#define ksync_hlist_for_each_entry(pos, head, member)                          \
	for ((pos) = ksync_hlist_entry_safe((head)->first, __typeof__(*(pos)), \
					    member);                           \
	     KSYNC__HLIST_WALK(pos, member))
#define ksync_hlist_for_each_entry_continue(pos, member)                 \
	for ((pos) = ksync_hlist_entry_safe((pos)->member.next,          \
					    __typeof__(*(pos)), member); \
	     KSYNC__HLIST_WALK(pos, member))
#define ksync_hlist_for_each_entry_from(pos, member) \
	for (; KSYNC__HLIST_WALK(pos, member))
/* Each entry, which may be taken out, or freed, meanwhile: "then" is a pointer
 * to a node, for the loop. */
#define ksync_hlist_for_each_entry_safe(pos, then, head, member)               \
	for ((pos) = ksync_hlist_entry_safe((head)->first, __typeof__(*(pos)), \
					    member);                           \
	     (pos) && ((then) = (pos)->member.next, true);                     \
	     (pos) = ksync_hlist_entry_safe(then, __typeof__(*(pos)), member))

#endif
