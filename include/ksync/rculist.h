/* SPDX-License-Identifier: MIT */
/*
 * Lists that RCU readers walk while a writer changes them: <ksync/list.h> and
 * <ksync/hlist.h> with publication.
 *
 *	reader				writer, under its lock
 *	ksync_guard(rcu)();		ksync_list_del_rcu(&old->node);
 *	ksync_list_for_each_entry_rcu(	ksync_kfree_rcu(old, rcu);
 *		pos, &list, node)
 *		use(pos);
 *
 * A reader finds each entry that is in the list all the time, and those that
 * come or go meanwhile or not. What it found stays until its outermost unlock.
 * A node that was taken out still leads on to those behind it, so it is added
 * again, changed or freed only after a grace period. Loops go forwards; there
 * is no _safe form, because no reader takes out anything.
 *
 * Loops have a last argument that may be left out: where the caller is no
 * reader, a condition that says why it may walk, its lock say. The checked
 * library evaluates it, and reports a walk that is neither. Those of the kernel
 * that end with _srcu have to be given one.
 */
#ifndef KSYNC_RCULIST_H
#define KSYNC_RCULIST_H

#include <ksync/hlist.h>
#include <ksync/list.h>
#include <ksync/rcu.h>

/*
 * Examples use::
 *
 *	#include <ksync/rculist.h>
 *	static KSYNC_LIST_HEAD(list);
 *	static KSYNC_LIST_HEAD(other);
 *	static ksync_list_head_t one, two;
 *	static KSYNC_HLIST_HEAD(bucket);
 *	static KSYNC_HLIST_HEAD(second);
 *	static ksync_hlist_node_t first, next;
 */

KSYNC_BEGIN_DECLS

/**
 * ksync_list_head_init_rcu() - empty a head that readers see already
 * @list: a head
 *
 * Readers that are among its former entries find no end there: they have to be
 * over before those are in another list.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_list_head_init_rcu(&list);
 */
KSYNC_INLINE void ksync_list_head_init_rcu(ksync_list_head_t *list)
{
	KSYNC_WRITE_ONCE(list->next, list);
	KSYNC_WRITE_ONCE(list->prev, list);
}

/*
 * Between two links that are neighbours. Both ways to it are publications, for
 * readers that go backwards (ksync_list_bidir_prev_rcu()).
 */
KSYNC_PRIVATE_INLINE void ksync__list_put_rcu(ksync_list_head_t *node,
					      ksync_list_head_t *prev,
					      ksync_list_head_t *next)
{
	node->next = next;
	node->prev = prev;
	ksync_rcu_assign_pointer(prev->next, node);
	ksync_rcu_assign_pointer(next->prev, node);
}

/*
 * Take a node out; it keeps its links. Publications, too: a reader that comes
 * by this way to what is behind may not have seen how that came into the list.
 */
KSYNC_PRIVATE_INLINE void ksync__list_cut_rcu(ksync_list_head_t *node)
{
	ksync_rcu_assign_pointer(node->next->prev, node->prev);
	ksync_rcu_assign_pointer(node->prev->next, node->next);
}

/**
 * ksync_list_add_rcu() - put a node in front
 * @node: a node in no list; what it is in is complete
 * @head: the list; or the node that it goes behind
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_list_add_rcu(&one, &list);
 */
KSYNC_INLINE void ksync_list_add_rcu(ksync_list_head_t *node,
				     ksync_list_head_t *head)
{
	ksync__list_put_rcu(node, head, head->next);
}

/**
 * ksync_list_add_tail_rcu() - put a node at the end
 * @node: a node in no list; what it is in is complete
 * @head: the list; or the node that it goes before
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_list_add_tail_rcu(&one, &list);
 */
KSYNC_INLINE void ksync_list_add_tail_rcu(ksync_list_head_t *node,
					  ksync_list_head_t *head)
{
	ksync__list_put_rcu(node, head->prev, head);
}

/**
 * ksync_list_del_rcu() - take a node out
 * @node: a node in a list; it still leads readers on
 *
 * It may be freed, or added again, after a grace period.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_list_add_rcu(&one, &list);
 *	ksync_list_del_rcu(&one);
 */
KSYNC_INLINE void ksync_list_del_rcu(ksync_list_head_t *node)
{
	ksync__list_cut_rcu(node);
	node->prev = KSYNC__CAST(ksync_list_head_t *, KSYNC_LIST_POISON2);
}

/**
 * ksync_list_bidir_del_rcu() - take a node out that readers leave both ways
 * @node: a node in a list; it keeps both of its links
 *
 * For lists whose readers use ksync_list_bidir_prev_rcu().
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_list_add_rcu(&one, &list);
 *	ksync_list_bidir_del_rcu(&one);
 */
KSYNC_INLINE void ksync_list_bidir_del_rcu(ksync_list_head_t *node)
{
	ksync__list_cut_rcu(node);
}

/**
 * ksync_list_bidir_prev_rcu() - the link before a node
 * @node: a node that the caller found in this reader, or a head
 *
 * Context: An RCU reader, of a list whose nodes are taken out by
 *	ksync_list_bidir_del_rcu() alone.
 * Return: the link.
 * Example::
 *
 *	ksync_list_head_t *last;
 *
 *	ksync_rcu_read_lock();
 *	last = ksync_list_bidir_prev_rcu(&list);
 *	ksync_rcu_read_unlock();
 */
KSYNC_INLINE ksync_list_head_t *
ksync_list_bidir_prev_rcu(ksync_list_head_t *node)
{
	return ksync_rcu_dereference(node->prev);
}

/**
 * ksync_list_replace_rcu() - put a node in another one's place
 * @old: a node in a list; it still leads readers on
 * @node: a node in no list; what it is in is complete
 *
 * Readers find the one or the other.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_list_add_rcu(&one, &list);
 *	ksync_list_replace_rcu(&one, &two);
 */
KSYNC_INLINE void ksync_list_replace_rcu(ksync_list_head_t *old,
					 ksync_list_head_t *node)
{
	node->next = old->next;
	node->prev = old->prev;
	ksync_rcu_assign_pointer(node->prev->next, node);
	ksync_rcu_assign_pointer(node->next->prev, node);
	old->prev = KSYNC__CAST(ksync_list_head_t *, KSYNC_LIST_POISON2);
}

/* All of a list that has some, when none of its readers is left in it. */
KSYNC_PRIVATE_INLINE void ksync__list_splice_rcu(ksync_list_head_t *list,
						 ksync_list_head_t *prev,
						 ksync_list_head_t *next,
						 void (*sync)(void))
{
	ksync_list_head_t *first = list->next, *last = list->prev;

	ksync_list_head_init_rcu(list);
	sync();
	KSYNC_WRITE_ONCE(last->next, next);
	ksync_rcu_assign_pointer(first->prev, prev);
	ksync_rcu_assign_pointer(prev->next, first);
	ksync_rcu_assign_pointer(next->prev, last);
}

/**
 * ksync_list_splice_init_rcu() - put a list's entries in front of another's
 * @list: the list that gives; has no entries afterwards
 * @head: the list that gets
 * @sync: waits for the readers of @list: ksync_synchronize_rcu
 *
 * Context: As @sync: may sleep. Other writers of both are excluded.
 * Example::
 *
 *	ksync_list_splice_init_rcu(&other, &list, ksync_synchronize_rcu);
 */
KSYNC_INLINE void ksync_list_splice_init_rcu(ksync_list_head_t *list,
					     ksync_list_head_t *head,
					     void (*sync)(void))
{
	if (!ksync_list_empty(list))
		ksync__list_splice_rcu(list, head, head->next, sync);
}

/**
 * ksync_list_splice_tail_init_rcu() - put a list's entries behind another's
 * @list: the list that gives; has no entries afterwards
 * @head: the list that gets
 * @sync: waits for the readers of @list: ksync_synchronize_rcu
 *
 * Context: As @sync: may sleep. Other writers of both are excluded.
 * Example::
 *
 *	ksync_list_splice_tail_init_rcu(&other, &list, ksync_synchronize_rcu);
 */
KSYNC_INLINE void ksync_list_splice_tail_init_rcu(ksync_list_head_t *list,
						  ksync_list_head_t *head,
						  void (*sync)(void))
{
	if (!ksync_list_empty(list))
		ksync__list_splice_rcu(list, head->prev, head, sync);
}

/* Take a node out; it keeps its links. */
KSYNC_PRIVATE_INLINE void ksync__hlist_cut_rcu(ksync_hlist_node_t *node)
{
	ksync_hlist_node_t *next = node->next;
	ksync_hlist_node_t **pprev = node->pprev;

	ksync_rcu_assign_pointer(*pprev, next);
	if (next)
		KSYNC_WRITE_ONCE(next->pprev, pprev);
}

/**
 * ksync_hlist_del_rcu() - take a node out
 * @node: a node in a list; it still leads readers on
 *
 * It may be freed, or added again, after a grace period.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 *	ksync_hlist_del_rcu(&first);
 */
KSYNC_INLINE void ksync_hlist_del_rcu(ksync_hlist_node_t *node)
{
	ksync__hlist_cut_rcu(node);
	KSYNC_WRITE_ONCE(node->pprev, KSYNC__CAST(ksync_hlist_node_t **,
						  KSYNC_LIST_POISON2));
}

/**
 * ksync_hlist_del_init_rcu() - take a node out, if it is in a list
 * @node: an initialised node; ksync_hlist_unhashed() is true of it then
 *
 * It still leads readers on.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_hlist_del_init_rcu(&first);
 */
KSYNC_INLINE void ksync_hlist_del_init_rcu(ksync_hlist_node_t *node)
{
	if (!ksync_hlist_unhashed(node)) {
		ksync__hlist_cut_rcu(node);
		KSYNC_WRITE_ONCE(node->pprev,
				 KSYNC__CAST(ksync_hlist_node_t **, NULL));
	}
}

/**
 * ksync_hlist_replace_rcu() - put a node in another one's place
 * @old: a node in a list; it still leads readers on
 * @node: a node in no list; what it is in is complete
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 *	ksync_hlist_replace_rcu(&first, &next);
 */
KSYNC_INLINE void ksync_hlist_replace_rcu(ksync_hlist_node_t *old,
					  ksync_hlist_node_t *node)
{
	node->next = old->next;
	KSYNC_WRITE_ONCE(node->pprev, old->pprev);
	ksync_rcu_assign_pointer(*node->pprev, node);
	if (node->next)
		KSYNC_WRITE_ONCE(node->next->pprev, &node->next);
	KSYNC_WRITE_ONCE(old->pprev, KSYNC__CAST(ksync_hlist_node_t **,
						 KSYNC_LIST_POISON2));
}

/**
 * ksync_hlists_swap_heads_rcu() - let two heads change their entries
 * @left: a list with entries
 * @right: another one with entries
 *
 * A reader finds the one list or the other in a head.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 *	ksync_hlist_add_head_rcu(&next, &second);
 *	ksync_hlists_swap_heads_rcu(&bucket, &second);
 */
KSYNC_INLINE void ksync_hlists_swap_heads_rcu(ksync_hlist_head_t *left,
					      ksync_hlist_head_t *right)
{
	ksync_hlist_node_t *a = left->first, *b = right->first;

	ksync_rcu_assign_pointer(right->first, a);
	ksync_rcu_assign_pointer(left->first, b);
	KSYNC_WRITE_ONCE(b->pprev, &left->first);
	KSYNC_WRITE_ONCE(a->pprev, &right->first);
}

/**
 * ksync_hlist_add_head_rcu() - put a node in front
 * @node: a node in no list; what it is in is complete
 * @head: the list
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release: who finds the entry sees it complete.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 */
KSYNC_INLINE void ksync_hlist_add_head_rcu(ksync_hlist_node_t *node,
					   ksync_hlist_head_t *head)
{
	ksync_hlist_node_t *was = head->first;

	node->next = was;
	KSYNC_WRITE_ONCE(node->pprev, &head->first);
	ksync_rcu_assign_pointer(head->first, node);
	if (was)
		KSYNC_WRITE_ONCE(was->pprev, &node->next);
}

/**
 * ksync_hlist_add_tail_rcu() - put a node at the end
 * @node: a node in no list; what it is in is complete
 * @head: the list
 *
 * Looks at each entry.
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_add_tail_rcu(&first, &bucket);
 */
KSYNC_INLINE void ksync_hlist_add_tail_rcu(ksync_hlist_node_t *node,
					   ksync_hlist_head_t *head)
{
	ksync_hlist_node_t **link = &head->first;

	while (*link)
		link = &(*link)->next;
	node->next = NULL;
	KSYNC_WRITE_ONCE(node->pprev, link);
	ksync_rcu_assign_pointer(*link, node);
}

/**
 * ksync_hlist_add_before_rcu() - put a node before another
 * @node: a node in no list; what it is in is complete
 * @before: a node in a list
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 *	ksync_hlist_add_before_rcu(&next, &first);
 */
KSYNC_INLINE void ksync_hlist_add_before_rcu(ksync_hlist_node_t *node,
					     ksync_hlist_node_t *before)
{
	KSYNC_WRITE_ONCE(node->pprev, before->pprev);
	node->next = before;
	ksync_rcu_assign_pointer(*node->pprev, node);
	KSYNC_WRITE_ONCE(before->pprev, &node->next);
}

/**
 * ksync_hlist_add_behind_rcu() - put a node behind another
 * @node: a node in no list; what it is in is complete
 * @prev: a node in a list
 *
 * Context: Any; other writers are excluded, readers are not.
 * Order: Release.
 * Example::
 *
 *	ksync_hlist_add_head_rcu(&first, &bucket);
 *	ksync_hlist_add_behind_rcu(&next, &first);
 */
KSYNC_INLINE void ksync_hlist_add_behind_rcu(ksync_hlist_node_t *node,
					     ksync_hlist_node_t *prev)
{
	node->next = prev->next;
	KSYNC_WRITE_ONCE(node->pprev, &prev->next);
	ksync_rcu_assign_pointer(prev->next, node);
	if (node->next)
		KSYNC_WRITE_ONCE(node->next->pprev, &node->next);
}

KSYNC_END_DECLS

/* Of the arguments of a loop that may be one or two, member and condition. */
#define KSYNC__LIST_MEMBER(...) KSYNC__LIST_FIRST(__VA_ARGS__, 0)
#define KSYNC__LIST_FIRST(member, ...) member
#define KSYNC__LIST_COND(...) KSYNC__LIST_SECOND(__VA_ARGS__, 0, 0)
#define KSYNC__LIST_SECOND(member, cond, ...) (cond)
#define KSYNC__LIST_READER(...) \
	KSYNC__RCU_READER_OR(KSYNC__LIST_COND(__VA_ARGS__))

/* The object that a link leads to, which is read once. */
#define ksync_list_entry_rcu(link, type, member) \
	ksync_container_of(ksync_rcu_dereference_raw(link), type, member)
#define ksync_list_entry_lockless(link, type, member) \
	ksync_list_entry_rcu(link, type, member)

#ifdef __cplusplus
extern "C++" {
template <class ksync__t>
KSYNC_PRIVATE_INLINE ksync__t *ksync__list_or_null(ksync_list_head_t *link,
						   const ksync_list_head_t *end,
						   uintptr_t offset)
{
	return link == end ?
		       NULL :
		       ksync__container_of<ksync__t, ksync_list_head_t>(link,
									offset);
}
}
#define KSYNC__LIST_OR_NULL(link, end, type, member)                           \
	ksync__list_or_null<type>(                                             \
		ksync_rcu_dereference(link), end,                              \
		reinterpret_cast<uintptr_t>(                                   \
			__builtin_addressof(KSYNC__MEMBER_AT(type, member))) - \
			KSYNC__SOMEWHERE)
#else
#define KSYNC__LIST_OR_NULL(link, end, type, member)                        \
	KSYNC__LIST_OR_NULL_AS(KSYNC_UNIQUE(ksync__link_), link, end, type, \
			       member)
#define KSYNC__LIST_OR_NULL_AS(at, link, end, type, member)              \
	__extension__({                                                  \
		ksync_list_head_t *at = ksync_rcu_dereference(link);     \
                                                                         \
		at == (end) ? NULL : ksync_list_entry(at, type, member); \
	})
#endif
/* A reader's first entry; the one behind a link. NULL if there is none: a list
 * may lose entries between two looks, so this looks once. */
#define ksync_list_first_or_null_rcu(head, type, member) \
	KSYNC__LIST_OR_NULL((head)->next, head, type, member)
#define ksync_list_next_or_null_rcu(head, link, type, member) \
	KSYNC__LIST_OR_NULL((link)->next, head, type, member)

#define KSYNC__LIST_WALK_RCU(pos, head, member)                              \
	!ksync_list_entry_is_head(pos, head, member);                        \
	(pos) = ksync_list_entry_rcu((pos)->member.next, __typeof__(*(pos)), \
				     member)
#define KSYNC__LIST_FROM_HEAD(pos, head, member, check)                       \
	for (check, (pos) = ksync_list_entry_rcu((head)->next,                \
						 __typeof__(*(pos)), member); \
	     KSYNC__LIST_WALK_RCU(pos, head, member))
/* Each entry: pos, head, member and, if the caller is no reader, why not. */
#define ksync_list_for_each_entry_rcu(pos, head, ...)                     \
	KSYNC__LIST_FROM_HEAD(pos, head, KSYNC__LIST_MEMBER(__VA_ARGS__), \
			      KSYNC__LIST_READER(__VA_ARGS__))
/* Where cond says that the caller is a reader of SRCU, or else may walk. */
#define ksync_list_for_each_entry_srcu(pos, head, member, cond) \
	KSYNC__LIST_FROM_HEAD(pos, head, member, KSYNC__RCU_PROTECTED(cond))
/* Nothing is looked at, for lists whose entries are never freed. */
#define ksync_list_for_each_entry_lockless(pos, head, member) \
	KSYNC__LIST_FROM_HEAD(pos, head, member, (void)0)
/* Go on behind an entry that was found in this reader; begin with it. */
#define ksync_list_for_each_entry_continue_rcu(pos, head, member)      \
	for ((pos) = ksync_list_entry_rcu((pos)->member.next,          \
					  __typeof__(*(pos)), member); \
	     KSYNC__LIST_WALK_RCU(pos, head, member))
#define ksync_list_for_each_entry_from_rcu(pos, head, member) \
	for (; KSYNC__LIST_WALK_RCU(pos, head, member))
/* Each link. */
#define ksync_list_for_each_rcu(link, head)                \
	for ((link) = ksync_rcu_dereference((head)->next); \
	     !ksync_list_is_head(link, head);              \
	     (link) = ksync_rcu_dereference_raw((link)->next))

#define KSYNC__HLIST_ENTRY_RCU(link, pos, member)               \
	ksync_hlist_entry_safe(ksync_rcu_dereference_raw(link), \
			       __typeof__(*(pos)), member)
#define KSYNC__HLIST_FROM(pos, link, member, check)                           \
	for (check, (pos) = KSYNC__HLIST_ENTRY_RCU(link, pos, member); (pos); \
	     (pos) = KSYNC__HLIST_ENTRY_RCU((pos)->member.next, pos, member))
/* The same of an hlist, where pos is NULL at the end. */
#define ksync_hlist_for_each_entry_rcu(pos, head, ...)                         \
	KSYNC__HLIST_FROM(pos, (head)->first, KSYNC__LIST_MEMBER(__VA_ARGS__), \
			  KSYNC__LIST_READER(__VA_ARGS__))
#define ksync_hlist_for_each_entry_srcu(pos, head, member, cond) \
	KSYNC__HLIST_FROM(pos, (head)->first, member,            \
			  KSYNC__RCU_PROTECTED(cond))
#define ksync_hlist_for_each_entry_rcu_notrace(pos, head, member) \
	KSYNC__HLIST_FROM(pos, (head)->first, member, (void)0)
#define ksync_hlist_for_each_entry_continue_rcu(pos, member) \
	KSYNC__HLIST_FROM(pos, (pos)->member.next, member, (void)0)
#define ksync_hlist_for_each_entry_from_rcu(pos, member) \
	for (; (pos);                                    \
	     (pos) = KSYNC__HLIST_ENTRY_RCU((pos)->member.next, pos, member))

#endif
