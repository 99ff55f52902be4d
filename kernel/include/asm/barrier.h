/* SPDX-License-Identifier: MIT */
/* Barriers, of which those for devices are those for processors. */
#ifndef KSYNC_GLUE_ASM_BARRIER_H
#define KSYNC_GLUE_ASM_BARRIER_H

#include <linux/atomic.h>

#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()
#define dma_rmb() smp_rmb()
#define dma_wmb() smp_wmb()
#define dma_mb() smp_mb()
#define __smp_mb() smp_mb()
#ifndef smp_acquire__after_ctrl_dep
#define smp_acquire__after_ctrl_dep() smp_rmb()
#endif

#endif
