/* SPDX-License-Identifier: MIT */
/*
 * Lists whose links are in the objects: a ring of which one link is the head.
 *
 *	struct job {
 *		ksync_list_head_t node;
 *		int number;
 *	};
 *	static KSYNC_LIST_HEAD(jobs);
 *
 *	ksync_list_add_tail(&job->node, &jobs);
 *	ksync_list_for_each_entry(job, &jobs, node)
 *		printf("%d\n", job->number);
 *
 * An object may be in several lists, by a link for each. Nothing is allocated,
 * and nothing here is a lock: who changes a list excludes all others, and who
 * reads it excludes who changes it; <ksync/rculist.h> is for readers that do
 * not. Each operation takes the same time whatever the length, but those that
 * say that they count or look at each.
 *
 * A node is the head or in a list, or it was initialised alone, or it is
 * nothing yet; a deleted one is poison. What a macro names @pos is a variable
 * of the caller's, a pointer to the object; after a loop without break it
 * points to no object. Arguments of macros but @pos are evaluated several
 * times.
 */
#ifndef KSYNC_LIST_H
#define KSYNC_LIST_H

#include <ksync/atomic.h>
#include <ksync/list_head.h>

/*
 * Where the links of a deleted node point: nowhere, and not to NULL, so that
 * who follows one faults at an address that tells why.
 */
#if UINTPTR_MAX > 0xFFFFFFFFu
#define KSYNC__LIST_POISON 0xDEAD000000000000u
#else
#define KSYNC__LIST_POISON 0u
#endif
#define KSYNC_LIST_POISON1    \
	KSYNC__RECAST(void *, \
		      KSYNC__CAST(uintptr_t, KSYNC__LIST_POISON + 0x100))
#define KSYNC_LIST_POISON2    \
	KSYNC__RECAST(void *, \
		      KSYNC__CAST(uintptr_t, KSYNC__LIST_POISON + 0x122))

#define KSYNC_LIST_HEAD_INIT(name) { &(name), &(name) }
#define KSYNC_LIST_HEAD(name) \
	ksync_list_head_t name = KSYNC_LIST_HEAD_INIT(name)

/*
 * Examples use::
 *
 *	#include <ksync/list.h>
 *	static KSYNC_LIST_HEAD(list);
 *	static KSYNC_LIST_HEAD(other);
 *	static ksync_list_head_t one, two;
 */

KSYNC_BEGIN_DECLS

/**
 * ksync_list_head_init() - make a link a list without entries
 * @list: a head; or a node that is in no list
 *
 * Context: Any; nobody else uses @list.
 * Example::
 *
 *	ksync_list_head_init(&list);
 */
KSYNC_INLINE void ksync_list_head_init(ksync_list_head_t *list)
{
	KSYNC_WRITE_ONCE(list->next, list);
	KSYNC_WRITE_ONCE(list->prev, list);
}

/* Between two links that are neighbours. */
KSYNC_PRIVATE_INLINE void ksync__list_put(ksync_list_head_t *node,
					  ksync_list_head_t *prev,
					  ksync_list_head_t *next)
{
	next->prev = node;
	node->next = next;
	node->prev = prev;
	KSYNC_WRITE_ONCE(prev->next, node);
}

/* Make two links neighbours: what was between them is out. */
KSYNC_PRIVATE_INLINE void ksync__list_join(ksync_list_head_t *prev,
					   ksync_list_head_t *next)
{
	next->prev = prev;
	KSYNC_WRITE_ONCE(prev->next, next);
}

/* The node keeps its own links. */
KSYNC_PRIVATE_INLINE void ksync__list_cut(ksync_list_head_t *node)
{
	ksync__list_join(node->prev, node->next);
}

/**
 * ksync_list_add() - put a node in front
 * @node: a node in no list
 * @head: the list; or the node that it goes behind
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 */
KSYNC_INLINE void ksync_list_add(ksync_list_head_t *node,
				 ksync_list_head_t *head)
{
	ksync__list_put(node, head, head->next);
}

/**
 * ksync_list_add_tail() - put a node at the end
 * @node: a node in no list
 * @head: the list; or the node that it goes before
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add_tail(&one, &list);
 */
KSYNC_INLINE void ksync_list_add_tail(ksync_list_head_t *node,
				      ksync_list_head_t *head)
{
	ksync__list_put(node, head->prev, head);
}

/**
 * ksync_list_del() - take a node out
 * @node: a node in a list; poison afterwards
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_del(&one);
 */
KSYNC_INLINE void ksync_list_del(ksync_list_head_t *node)
{
	ksync__list_cut(node);
	node->next = KSYNC__CAST(ksync_list_head_t *, KSYNC_LIST_POISON1);
	node->prev = KSYNC__CAST(ksync_list_head_t *, KSYNC_LIST_POISON2);
}

/**
 * ksync_list_del_init() - take a node out, if it is in a list
 * @node: an initialised node; initialised, and alone, afterwards
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_head_init(&one);
 *	ksync_list_del_init(&one);
 */
KSYNC_INLINE void ksync_list_del_init(ksync_list_head_t *node)
{
	ksync__list_cut(node);
	ksync_list_head_init(node);
}

/**
 * ksync_list_del_init_careful() - take a node out, for who looks without a lock
 * @node: a node in a list; initialised, and alone, afterwards
 *
 * Context: Any; who else may change the list is excluded.
 * Order: Release.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_del_init_careful(&one);
 */
KSYNC_INLINE void ksync_list_del_init_careful(ksync_list_head_t *node)
{
	ksync__list_cut(node);
	KSYNC_WRITE_ONCE(node->prev, node);
	/* ORDER list.careful: release. Who finds the node alone sees what was
	 * done before, and may free it: this is the last access. Other end:
	 * ksync_list_empty_careful(). */
	ksync_smp_store_release(&node->next, node);
}

/**
 * ksync_list_empty_careful() - is a node alone, and will stay so?
 * @head: a node that others take out by ksync_list_del_init_careful(), and
 *	nobody adds again; or a head
 *
 * Context: Any, without the lock that excludes writers.
 * Order: Acquire if it returns true.
 * Return: true if so.
 * Example::
 *
 *	bool alone = ksync_list_empty_careful(&one);
 */
KSYNC_INLINE bool ksync_list_empty_careful(const ksync_list_head_t *head)
{
	/* ORDER list.careful: acquire. Other end:
	 * ksync_list_del_init_careful(). */
	const ksync_list_head_t *next = ksync_smp_load_acquire(&head->next);

	return next == head && next == KSYNC_READ_ONCE(head->prev);
}

/**
 * ksync_list_replace() - put a node in another one's place
 * @old: a node in a list, or the head of one; keeps its links
 * @node: a node in no list
 *
 * A head without entries cannot be replaced so: ksync_list_replace_init().
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_replace(&one, &two);
 */
KSYNC_INLINE void ksync_list_replace(ksync_list_head_t *old,
				     ksync_list_head_t *node)
{
	node->next = old->next;
	node->next->prev = node;
	node->prev = old->prev;
	KSYNC_WRITE_ONCE(node->prev->next, node);
}

/**
 * ksync_list_replace_init() - the same; the other is alone then
 * @old: a node in a list, or a head; initialised afterwards
 * @node: a node in no list
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_replace_init(&list, &other);
 */
KSYNC_INLINE void ksync_list_replace_init(ksync_list_head_t *old,
					  ksync_list_head_t *node)
{
	ksync_list_replace(old, node);
	ksync_list_head_init(old);
}

/**
 * ksync_list_swap() - let two nodes change places
 * @a: a node in a list
 * @b: a node in that list or another; not @a
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_add(&two, &list);
 *	ksync_list_swap(&one, &two);
 */
KSYNC_INLINE void ksync_list_swap(ksync_list_head_t *a, ksync_list_head_t *b)
{
	ksync_list_head_t *before = b->prev;

	ksync__list_cut(b);
	ksync_list_replace(a, b);
	if (before == a)
		before = b;
	ksync_list_add(a, before);
}

/**
 * ksync_list_move() - take a node out, and put it in front
 * @node: a node in a list
 * @head: that list or another
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_move(&one, &other);
 */
KSYNC_INLINE void ksync_list_move(ksync_list_head_t *node,
				  ksync_list_head_t *head)
{
	ksync__list_cut(node);
	ksync_list_add(node, head);
}

/**
 * ksync_list_move_tail() - take a node out, and put it at the end
 * @node: a node in a list
 * @head: that list or another
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_move_tail(&one, &list);
 */
KSYNC_INLINE void ksync_list_move_tail(ksync_list_head_t *node,
				       ksync_list_head_t *head)
{
	ksync__list_cut(node);
	ksync_list_add_tail(node, head);
}

/**
 * ksync_list_bulk_move_tail() - move a part of a list to the end
 * @head: the list, outside of that part
 * @first: the first node of the part
 * @last: its last; the same node, or one behind it
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_bulk_move_tail(&list, &one, &one);
 */
KSYNC_INLINE void ksync_list_bulk_move_tail(ksync_list_head_t *head,
					    ksync_list_head_t *first,
					    ksync_list_head_t *last)
{
	ksync__list_join(first->prev, last->next);
	ksync__list_join(head->prev, first);
	ksync__list_join(last, head);
}

/**
 * ksync_list_is_first() - is a node the first of its list?
 * @node: a node in the list
 * @head: the list
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if so.
 * Example::
 *
 *	bool is = ksync_list_is_first(&list, &list);
 */
KSYNC_INLINE bool ksync_list_is_first(const ksync_list_head_t *node,
				      const ksync_list_head_t *head)
{
	return node->prev == head;
}

/**
 * ksync_list_is_last() - is a node the last of its list?
 * @node: a node in the list
 * @head: the list
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if so.
 * Example::
 *
 *	bool is = ksync_list_is_last(&list, &list);
 */
KSYNC_INLINE bool ksync_list_is_last(const ksync_list_head_t *node,
				     const ksync_list_head_t *head)
{
	return node->next == head;
}

/**
 * ksync_list_is_head() - is a node the list's head?
 * @node: a node in the list, or its head
 * @head: the list
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if so.
 * Example::
 *
 *	bool is = ksync_list_is_head(&list, &list);
 */
KSYNC_INLINE bool ksync_list_is_head(const ksync_list_head_t *node,
				     const ksync_list_head_t *head)
{
	return node == head;
}

/**
 * ksync_list_empty() - has a list no entries?
 * @head: the list; or a node, for: is it alone?
 *
 * Context: Any; also while another thread changes the list: then it was so at
 *	some point in time.
 * Order: None.
 * Return: true if so.
 * Example::
 *
 *	bool empty = ksync_list_empty(&list);
 */
KSYNC_INLINE bool ksync_list_empty(const ksync_list_head_t *head)
{
	return KSYNC_READ_ONCE(head->next) == head;
}

/**
 * ksync_list_is_singular() - has a list one entry?
 * @head: the list
 *
 * Context: Any; who else may change the list is excluded.
 * Return: true if it has exactly one.
 * Example::
 *
 *	bool one_left = ksync_list_is_singular(&list);
 */
KSYNC_INLINE bool ksync_list_is_singular(const ksync_list_head_t *head)
{
	return !ksync_list_empty(head) && head->next == head->prev;
}

/**
 * ksync_list_count_nodes() - how many entries has a list?
 * @head: the list
 *
 * Looks at each.
 *
 * Context: Any; who else may change the list is excluded.
 * Return: their number.
 * Example::
 *
 *	size_t entries = ksync_list_count_nodes(&list);
 */
KSYNC_INLINE size_t ksync_list_count_nodes(const ksync_list_head_t *head)
{
	const ksync_list_head_t *at;
	size_t count = 0;

	for (at = head->next; at != head; at = at->next)
		count++;
	return count;
}

/**
 * ksync_list_rotate_left() - make the first entry the last
 * @head: the list, with entries or without
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_rotate_left(&list);
 */
KSYNC_INLINE void ksync_list_rotate_left(ksync_list_head_t *head)
{
	if (!ksync_list_empty(head))
		ksync_list_move_tail(head->next, head);
}

/**
 * ksync_list_rotate_to_front() - turn a list until a node is the first
 * @node: a node in the list
 * @head: the list
 *
 * What was before @node comes behind the last, in the same order.
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_rotate_to_front(&one, &list);
 */
KSYNC_INLINE void ksync_list_rotate_to_front(ksync_list_head_t *node,
					     ksync_list_head_t *head)
{
	ksync_list_move_tail(head, node);
}

/* What follows head up to the node is "list"; what is behind stays. */
KSYNC_PRIVATE_INLINE void ksync__list_cut_position(ksync_list_head_t *list,
						   ksync_list_head_t *head,
						   ksync_list_head_t *last)
{
	ksync_list_head_t *rest = last->next;

	ksync__list_join(list, head->next);
	ksync__list_join(last, list);
	ksync__list_join(head, rest);
}

/**
 * ksync_list_cut_position() - cut a list behind a node
 * @list: becomes a list of the entries up to @node; what was in it is lost
 * @head: the list; keeps the entries behind @node
 * @node: a node in the list; or @head: no entry is cut off
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_cut_position(&other, &list, &one);
 */
KSYNC_INLINE void ksync_list_cut_position(ksync_list_head_t *list,
					  ksync_list_head_t *head,
					  ksync_list_head_t *node)
{
	if (node == head || ksync_list_empty(head))
		ksync_list_head_init(list);
	else
		ksync__list_cut_position(list, head, node);
}

/**
 * ksync_list_cut_before() - cut a list before a node
 * @list: becomes a list of the entries before @node; what was in it is lost
 * @head: the list; keeps @node and what is behind it
 * @node: a node in the list; or @head: all are cut off
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_add(&one, &list);
 *	ksync_list_cut_before(&other, &list, &one);
 */
KSYNC_INLINE void ksync_list_cut_before(ksync_list_head_t *list,
					ksync_list_head_t *head,
					ksync_list_head_t *node)
{
	if (head->next == node)
		ksync_list_head_init(list);
	else
		ksync__list_cut_position(list, head, node->prev);
}

/* All entries of a list that has some, between two links. */
KSYNC_PRIVATE_INLINE void ksync__list_splice(const ksync_list_head_t *list,
					     ksync_list_head_t *prev,
					     ksync_list_head_t *next)
{
	ksync_list_head_t *first = list->next, *last = list->prev;

	ksync__list_join(last, next);
	ksync__list_join(prev, first);
}

/**
 * ksync_list_splice() - put a list's entries in front of another's
 * @list: the list that gives; has to be initialised before it is used again
 * @head: the list that gets
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_splice(&other, &list);
 */
KSYNC_INLINE void ksync_list_splice(const ksync_list_head_t *list,
				    ksync_list_head_t *head)
{
	if (!ksync_list_empty(list))
		ksync__list_splice(list, head, head->next);
}

/**
 * ksync_list_splice_tail() - put a list's entries behind another's
 * @list: the list that gives; has to be initialised before it is used again
 * @head: the list that gets
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_splice_tail(&other, &list);
 */
KSYNC_INLINE void ksync_list_splice_tail(const ksync_list_head_t *list,
					 ksync_list_head_t *head)
{
	if (!ksync_list_empty(list))
		ksync__list_splice(list, head->prev, head);
}

/**
 * ksync_list_splice_init() - put a list's entries in front of another's
 * @list: the list that gives; has no entries afterwards
 * @head: the list that gets
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_splice_init(&other, &list);
 */
KSYNC_INLINE void ksync_list_splice_init(ksync_list_head_t *list,
					 ksync_list_head_t *head)
{
	ksync_list_splice(list, head);
	ksync_list_head_init(list);
}

/**
 * ksync_list_splice_tail_init() - put a list's entries behind another's
 * @list: the list that gives; has no entries afterwards
 * @head: the list that gets
 *
 * Context: Any; who else may change the list is excluded.
 * Example::
 *
 *	ksync_list_splice_tail_init(&other, &list);
 */
KSYNC_INLINE void ksync_list_splice_tail_init(ksync_list_head_t *list,
					      ksync_list_head_t *head)
{
	ksync_list_splice_tail(list, head);
	ksync_list_head_init(list);
}

KSYNC_END_DECLS

/* The object that a link is in. */
#define ksync_list_entry(link, type, member) \
	ksync_container_of(link, type, member)
/* Of a list that has entries: the first, the last. */
#define ksync_list_first_entry(head, type, member) \
	ksync_list_entry((head)->next, type, member)
#define ksync_list_last_entry(head, type, member) \
	ksync_list_entry((head)->prev, type, member)
/* Of any list: NULL if it has none. */
#define ksync_list_first_entry_or_null(head, type, member) \
	(ksync_list_empty(head) ? NULL :                   \
				  ksync_list_first_entry(head, type, member))
#define ksync_list_last_entry_or_null(head, type, member) \
	(ksync_list_empty(head) ? NULL :                  \
				  ksync_list_last_entry(head, type, member))
/* The neighbours of an entry that has them. */
#define ksync_list_next_entry(pos, member) \
	ksync_list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define ksync_list_prev_entry(pos, member) \
	ksync_list_entry((pos)->member.prev, __typeof__(*(pos)), member)
/* The first follows the last. */
#define ksync_list_next_entry_circular(pos, head, member)                   \
	(ksync_list_is_last(&(pos)->member, head) ?                         \
		 ksync_list_first_entry(head, __typeof__(*(pos)), member) : \
		 ksync_list_next_entry(pos, member))
#define ksync_list_prev_entry_circular(pos, head, member)                  \
	(ksync_list_is_first(&(pos)->member, head) ?                       \
		 ksync_list_last_entry(head, __typeof__(*(pos)), member) : \
		 ksync_list_prev_entry(pos, member))
/* Did a loop end, whose pos is this? */
#define ksync_list_entry_is_head(pos, head, member) \
	ksync_list_is_head(&(pos)->member, head)

/* Each link, first to last or last to first. */
#define ksync_list_for_each(link, head)                                  \
	for ((link) = (head)->next; !ksync_list_is_head((link), (head)); \
	     (link) = (link)->next)
#define ksync_list_for_each_prev(link, head)                             \
	for ((link) = (head)->prev; !ksync_list_is_head((link), (head)); \
	     (link) = (link)->prev)
/* Go on behind this link. */
#define ksync_list_for_each_continue(link, head)                         \
	for ((link) = (link)->next; !ksync_list_is_head((link), (head)); \
	     (link) = (link)->next)
/* The link may be taken out, or freed, meanwhile; "then" is for the loop. */
#define ksync_list_for_each_safe(link, then, head)         \
	for ((link) = (head)->next, (then) = (link)->next; \
	     !ksync_list_is_head((link), (head));          \
	     (link) = (then), (then) = (link)->next)
#define ksync_list_for_each_prev_safe(link, then, head)    \
	for ((link) = (head)->prev, (then) = (link)->prev; \
	     !ksync_list_is_head((link), (head));          \
	     (link) = (then), (then) = (link)->prev)

#define KSYNC__LIST_WALK(pos, head, member, way)        \
	(!ksync_list_entry_is_head(pos, head, member)); \
	(pos) = ksync_list_##way##_entry(pos, member)
/* Each entry, first to last or last to first. */
#define ksync_list_for_each_entry(pos, head, member)                           \
	for ((pos) = ksync_list_first_entry(head, __typeof__(*(pos)), member); \
	     KSYNC__LIST_WALK(pos, head, member, next))
#define ksync_list_for_each_entry_reverse(pos, head, member)                  \
	for ((pos) = ksync_list_last_entry(head, __typeof__(*(pos)), member); \
	     KSYNC__LIST_WALK(pos, head, member, prev))
/* An entry for _continue: this one; for NULL what is before the first. */
#define ksync_list_prepare_entry(pos, head, member) \
	((pos) ? (pos) : ksync_list_entry(head, __typeof__(*(pos)), member))
/* Go on behind this entry, or before it. */
#define ksync_list_for_each_entry_continue(pos, head, member) \
	for ((pos) = ksync_list_next_entry(pos, member);      \
	     KSYNC__LIST_WALK(pos, head, member, next))
#define ksync_list_for_each_entry_continue_reverse(pos, head, member) \
	for ((pos) = ksync_list_prev_entry(pos, member);              \
	     KSYNC__LIST_WALK(pos, head, member, prev))
/* Begin with this entry. */
#define ksync_list_for_each_entry_from(pos, head, member) \
	for (; KSYNC__LIST_WALK(pos, head, member, next))
#define ksync_list_for_each_entry_from_reverse(pos, head, member) \
	for (; KSYNC__LIST_WALK(pos, head, member, prev))

#define KSYNC__LIST_WALK_SAFE(pos, then, head, member, way) \
	(!ksync_list_entry_is_head(pos, head, member));     \
	(pos) = (then), (then) = ksync_list_##way##_entry(then, member)
/*
 * The same, where the entry may be taken out, or freed, meanwhile, and no
 * other: "then" is a pointer like pos, for the loop.
 */
#define ksync_list_for_each_entry_safe(pos, then, head, member)                \
	for ((pos) = ksync_list_first_entry(head, __typeof__(*(pos)), member), \
	    (then) = ksync_list_next_entry(pos, member);                       \
	     KSYNC__LIST_WALK_SAFE(pos, then, head, member, next))
#define ksync_list_for_each_entry_safe_reverse(pos, then, head, member)       \
	for ((pos) = ksync_list_last_entry(head, __typeof__(*(pos)), member), \
	    (then) = ksync_list_prev_entry(pos, member);                      \
	     KSYNC__LIST_WALK_SAFE(pos, then, head, member, prev))
#define ksync_list_for_each_entry_safe_continue(pos, then, head, member) \
	for ((pos) = ksync_list_next_entry(pos, member),                 \
	    (then) = ksync_list_next_entry(pos, member);                 \
	     KSYNC__LIST_WALK_SAFE(pos, then, head, member, next))
#define ksync_list_for_each_entry_safe_from(pos, then, head, member) \
	for ((then) = ksync_list_next_entry(pos, member);            \
	     KSYNC__LIST_WALK_SAFE(pos, then, head, member, next))
/* The list was changed behind pos: look again what comes next. */
#define ksync_list_safe_reset_next(pos, then, member) \
	((then) = ksync_list_next_entry(pos, member))

#endif
