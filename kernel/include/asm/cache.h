/* SPDX-License-Identifier: MIT */
/* The line of the cache. */
#ifndef KSYNC_GLUE_ASM_CACHE_H
#define KSYNC_GLUE_ASM_CACHE_H

#include <linux/cache.h>

#endif
