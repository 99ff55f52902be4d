/* SPDX-License-Identifier: MIT */
/* There is one node of memory. */
#ifndef KSYNC_GLUE_NODEMASK_H
#define KSYNC_GLUE_NODEMASK_H

#include <linux/numa.h>

#define num_online_nodes() 1
#define for_each_online_node(node) for ((node) = 0; (node) < 1; (node)++)
#define first_online_node 0

#endif
