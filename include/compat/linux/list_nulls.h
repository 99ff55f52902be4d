/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LIST_NULLS_H
#define KSYNC_COMPAT_LIST_NULLS_H

#include <linux/compiler.h>
#include <linux/poison.h>

#include <ksync/hlist_nulls.h>

#define NULLS_MARKER(value) KSYNC_NULLS_MARKER(value)
#define INIT_HLIST_NULLS_HEAD(ptr, nulls) \
	ksync_hlist_nulls_head_init(ptr, (unsigned long)(nulls))
#define HLIST_NULLS_HEAD_INIT(nulls) KSYNC_HLIST_NULLS_HEAD_INIT(nulls)

KSYNC__KERNEL_NAME int is_a_nulls(const struct hlist_nulls_node *ptr)
{
	return ksync_is_a_nulls(ptr);
}

KSYNC__KERNEL_NAME unsigned long
get_nulls_value(const struct hlist_nulls_node *ptr)
{
	return ksync_get_nulls_value(ptr);
}

KSYNC__KERNEL_NAME int hlist_nulls_unhashed(const struct hlist_nulls_node *h)
{
	return ksync_hlist_nulls_unhashed(h);
}

KSYNC__KERNEL_NAME int
hlist_nulls_unhashed_lockless(const struct hlist_nulls_node *h)
{
	return ksync_hlist_nulls_unhashed_lockless(h);
}

KSYNC__KERNEL_NAME int hlist_nulls_empty(const struct hlist_nulls_head *h)
{
	return ksync_hlist_nulls_empty(h);
}

KSYNC__KERNEL_NAME void hlist_nulls_add_head(struct hlist_nulls_node *n,
					     struct hlist_nulls_head *h)
{
	ksync_hlist_nulls_add_head(n, h);
}

KSYNC__KERNEL_NAME void hlist_nulls_del(struct hlist_nulls_node *n)
{
	ksync_hlist_nulls_del(n);
}

#define hlist_nulls_entry(ptr, type, member) \
	ksync_hlist_nulls_entry(ptr, type, member)
#define hlist_nulls_for_each_entry(tpos, pos, head, member) \
	ksync_hlist_nulls_for_each_entry(tpos, pos, head, member)
#define hlist_nulls_for_each_entry_from(tpos, pos, member) \
	ksync_hlist_nulls_for_each_entry_from(tpos, pos, member)

#endif
