/* SPDX-License-Identifier: MIT */
/* Atomic operations. */
#ifndef KSYNC_GLUE_ASM_ATOMIC_H
#define KSYNC_GLUE_ASM_ATOMIC_H

#include <linux/atomic.h>

#endif
