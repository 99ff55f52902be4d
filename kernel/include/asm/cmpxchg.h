/* SPDX-License-Identifier: MIT */
/* Atomic exchanges. */
#ifndef KSYNC_GLUE_ASM_CMPXCHG_H
#define KSYNC_GLUE_ASM_CMPXCHG_H

#include <linux/atomic.h>

#endif
