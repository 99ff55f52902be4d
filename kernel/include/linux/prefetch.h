/* SPDX-License-Identifier: MIT */
/* Asking for memory before it is read. */
#ifndef KSYNC_GLUE_PREFETCH_H
#define KSYNC_GLUE_PREFETCH_H

#include <linux/types.h>

#define prefetch(x) __builtin_prefetch(x)
#define prefetchw(x) __builtin_prefetch(x, 1)
#define prefetch_range(addr, len) ((void)(addr))

#endif
