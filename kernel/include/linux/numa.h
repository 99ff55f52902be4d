/* SPDX-License-Identifier: MIT */
/* There is one node of memory. */
#ifndef KSYNC_GLUE_NUMA_H
#define KSYNC_GLUE_NUMA_H

#include <linux/mmzone.h>

#endif
