/* SPDX-License-Identifier: MIT */
/*
 * The links of the kernel's lists, for types that kernel code reaches into;
 * what is done with them is in <ksync/list.h> and <ksync/hlist.h>.
 *
 * A port under kernel names that has lists of its own defines KSYNC_LIST_HEADER
 * as the header where its types of these names are, <linux/list.h> say, and
 * uses its functions, not ours.
 */
#ifndef KSYNC_LIST_HEAD_H
#define KSYNC_LIST_HEAD_H

#include <ksync/names.h>

#ifdef KSYNC_LIST_HEADER
#include KSYNC_LIST_HEADER
#else
struct KSYNC_TAG(list_head) {
	struct KSYNC_TAG(list_head) * next;
	struct KSYNC_TAG(list_head) * prev;
};
struct KSYNC_TAG(hlist_node) {
	struct KSYNC_TAG(hlist_node) * next;
	struct KSYNC_TAG(hlist_node) * *pprev; /* NULL: in no list */
};
struct KSYNC_TAG(hlist_head) {
	struct KSYNC_TAG(hlist_node) * first;
};
#endif
typedef struct KSYNC_TAG(list_head) ksync_list_head_t;
typedef struct KSYNC_TAG(hlist_node) ksync_hlist_node_t;
typedef struct KSYNC_TAG(hlist_head) ksync_hlist_head_t;

#endif
