/* SPDX-License-Identifier: MIT */
/* The tree by which the kernel's RCU counts CPUs: here it would be its root. */
#ifndef KSYNC_GLUE_RCU_NODE_TREE_H
#define KSYNC_GLUE_RCU_NODE_TREE_H

#include <linux/rcupdate.h>

#define RCU_FANOUT 64
#define RCU_FANOUT_LEAF 16
#define RCU_NUM_LVLS 1
#define NUM_RCU_NODES 1

#endif
