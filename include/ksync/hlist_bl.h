/* SPDX-License-Identifier: MIT */
/*
 * A list whose head is one pointer and whose lock is that pointer's lowest bit,
 * as for a hash table with a lock for each bucket that costs no memory:
 * <ksync/bit_spinlock.h> says what waiting is.
 *
 * A bucket's list changes under its lock alone; the head is read with
 * ksync_hlist_bl_first(), which hides the bit.
 */
#ifndef KSYNC_HLIST_BL_H
#define KSYNC_HLIST_BL_H

#include <ksync/bit_spinlock.h>
#include <ksync/cleanup.h>

struct KSYNC_TAG(hlist_bl_node);
typedef struct KSYNC_TAG(hlist_bl_head) {
	struct KSYNC_TAG(hlist_bl_node) * first; /* and the lock */
} ksync_hlist_bl_head_t;
typedef struct KSYNC_TAG(hlist_bl_node) {
	struct KSYNC_TAG(hlist_bl_node) * next;	  /* under the lock */
	struct KSYNC_TAG(hlist_bl_node) * *pprev; /* NULL: in no list */
} ksync_hlist_bl_node_t;

#define KSYNC_HLIST_BL_HEAD_INIT { NULL }
#define KSYNC__HLIST_BL_LOCK 0
#define KSYNC__HLIST_BL_LOCKED KSYNC__CAST(uintptr_t, 1)

KSYNC_BEGIN_DECLS

/*
 * The pointer as a word. Compilers may think that accesses of the one type do
 * not concern the other, so lock and unlock are barriers for them.
 */
KSYNC_PRIVATE_INLINE unsigned long *
ksync__hlist_bl_word(const ksync_hlist_bl_head_t *head)
{
	return KSYNC__RECAST(unsigned long *,
			     KSYNC__RECAST(uintptr_t, &head->first));
}

/* A pointer with these bits. */
KSYNC_PRIVATE_INLINE ksync_hlist_bl_node_t *ksync__hlist_bl_node(uintptr_t bits)
{
	return KSYNC__RECAST(ksync_hlist_bl_node_t *, bits);
}

KSYNC_PRIVATE_INLINE uintptr_t
ksync__hlist_bl_bits(const ksync_hlist_bl_node_t *node)
{
	return KSYNC__RECAST(uintptr_t, node);
}

KSYNC_STATIC_ASSERT(sizeof(unsigned long) == sizeof(void *),
		    "a bucket's lock is a bit of its pointer");

/**
 * ksync_hlist_bl_head_init() - make an empty, free list
 * @head: memory for the head
 *
 * Context: Any.
 * Example::
 *
 *	ksync_hlist_bl_head_t bucket;
 *
 *	ksync_hlist_bl_head_init(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_head_init(ksync_hlist_bl_head_t *head)
{
	KSYNC_WRITE_ONCE(head->first, ksync__hlist_bl_node(0));
}

/**
 * ksync_hlist_bl_node_init() - make a node that is in no list
 * @node: memory for the node
 *
 * Context: Any.
 * Example::
 *
 *	ksync_hlist_bl_node_t node;
 *
 *	ksync_hlist_bl_node_init(&node);
 */
KSYNC_INLINE void ksync_hlist_bl_node_init(ksync_hlist_bl_node_t *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

/**
 * ksync_hlist_bl_lock() - take the list's lock
 * @head: the list
 *
 * Context: Any but signal handlers. What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds the list's bit.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_lock(ksync_hlist_bl_head_t *head)
{
	ksync_bit_spin_lock(KSYNC__HLIST_BL_LOCK, ksync__hlist_bl_word(head));
	ksync_barrier();
}

/**
 * ksync_hlist_bl_unlock() - release the list's lock
 * @head: the list
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases the list's bit.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_unlock(ksync_hlist_bl_head_t *head)
{
	ksync_barrier();
	ksync___bit_spin_unlock(KSYNC__HLIST_BL_LOCK,
				ksync__hlist_bl_word(head));
}

/**
 * ksync_hlist_bl_is_locked() - does anybody hold the list's lock?
 * @head: the list
 *
 * Context: Any.
 * Order: None.
 * Return: true if so.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *	bool busy = ksync_hlist_bl_is_locked(&bucket);
 */
KSYNC_INLINE bool ksync_hlist_bl_is_locked(const ksync_hlist_bl_head_t *head)
{
	return ksync_bit_spin_is_locked(KSYNC__HLIST_BL_LOCK,
					ksync__hlist_bl_word(head));
}

/**
 * ksync_hlist_bl_first() - the list's first node
 * @head: the list
 *
 * Context: Any; what it points to is stable under the lock.
 * Order: None.
 * Return: the node, NULL if the list is empty.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *	bool empty = !ksync_hlist_bl_first(&bucket);
 */
KSYNC_INLINE ksync_hlist_bl_node_t *
ksync_hlist_bl_first(const ksync_hlist_bl_head_t *head)
{
	return ksync__hlist_bl_node(
		ksync__hlist_bl_bits(KSYNC_READ_ONCE(head->first)) &
		~KSYNC__HLIST_BL_LOCKED);
}

/**
 * ksync_hlist_bl_set_first() - make a node the list's first
 * @head: the list, locked by the caller
 * @node: the node, NULL for none
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_set_first(&bucket, NULL);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_set_first(ksync_hlist_bl_head_t *head,
					   ksync_hlist_bl_node_t *node)
{
	KSYNC_WRITE_ONCE(head->first,
			 ksync__hlist_bl_node(ksync__hlist_bl_bits(node) |
					      KSYNC__HLIST_BL_LOCKED));
}

/**
 * ksync_hlist_bl_empty() - is nothing in the list?
 * @head: the list
 *
 * Context: Any.
 * Order: None.
 * Return: true if so.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *	bool empty = ksync_hlist_bl_empty(&bucket);
 */
KSYNC_INLINE bool ksync_hlist_bl_empty(const ksync_hlist_bl_head_t *head)
{
	return !ksync_hlist_bl_first(head);
}

/**
 * ksync_hlist_bl_unhashed() - is the node in no list?
 * @node: initialised node
 *
 * Context: Any.
 * Return: true if so.
 * Example::
 *
 *	static ksync_hlist_bl_node_t node;
 *	bool alone = ksync_hlist_bl_unhashed(&node);
 */
KSYNC_INLINE bool ksync_hlist_bl_unhashed(const ksync_hlist_bl_node_t *node)
{
	return !node->pprev;
}

/**
 * ksync_hlist_bl_add_head() - put a node in front
 * @node: a node in no list
 * @head: the list, locked by the caller
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *	static ksync_hlist_bl_node_t node;
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_add_head(&node, &bucket);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_add_head(ksync_hlist_bl_node_t *node,
					  ksync_hlist_bl_head_t *head)
{
	ksync_hlist_bl_node_t *first = ksync_hlist_bl_first(head);

	node->next = first;
	if (first)
		first->pprev = &node->next;
	node->pprev = &head->first;
	ksync_hlist_bl_set_first(head, node);
}

/**
 * ksync_hlist_bl_del_init() - take a node out of its list, if it is in one
 * @node: initialised node; its list is locked by the caller
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_hlist_bl_head_t bucket;
 *	static ksync_hlist_bl_node_t node;
 *
 *	ksync_hlist_bl_lock(&bucket);
 *	ksync_hlist_bl_add_head(&node, &bucket);
 *	ksync_hlist_bl_del_init(&node);
 *	ksync_hlist_bl_unlock(&bucket);
 */
KSYNC_INLINE void ksync_hlist_bl_del_init(ksync_hlist_bl_node_t *node)
{
	ksync_hlist_bl_node_t *next = node->next;
	ksync_hlist_bl_node_t **pprev = node->pprev;

	if (!pprev)
		return;
	/* The head's pointer keeps the lock; another node's has none. */
	KSYNC_WRITE_ONCE(
		*pprev, ksync__hlist_bl_node(
				ksync__hlist_bl_bits(next) |
				(ksync__hlist_bl_bits(KSYNC_READ_ONCE(*pprev)) &
				 KSYNC__HLIST_BL_LOCKED)));
	if (next)
		next->pprev = pprev;
	ksync_hlist_bl_node_init(node);
}

KSYNC_END_DECLS

#define ksync_hlist_bl_entry(node, type, member) \
	ksync_container_of(node, type, member)

/* For each entry: its address in pos; at is a node pointer for the loop. */
#define ksync_hlist_bl_for_each_entry(pos, at, head, member)                \
	for ((at) = ksync_hlist_bl_first(head);                             \
	     (at) &&                                                        \
	     ((pos) = ksync_hlist_bl_entry(at, __typeof__(*(pos)), member), \
	     true);                                                         \
	     (at) = (at)->next)

/* The same, where the entry may be taken out, or freed, meanwhile. */
#define ksync_hlist_bl_for_each_entry_safe(pos, at, then, head, member)    \
	for ((at) = ksync_hlist_bl_first(head);                            \
	     (at) &&                                                       \
	     ((then) = (at)->next,                                         \
	     (pos) = ksync_hlist_bl_entry(at, __typeof__(*(pos)), member), \
	     true);                                                        \
	     (at) = (then))

/* ksync_guard(hlist_bl)(&bucket) */
KSYNC_DEFINE_GUARD(hlist_bl, ksync_hlist_bl_head_t *, ksync_hlist_bl_lock(_T),
		   ksync_hlist_bl_unlock(_T))

#endif
