/* SPDX-License-Identifier: MIT */
/*
 * What the lock headers bring along, and what the kernel's bring besides. Do
 * not include it.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/kernel_common.h>

#ifndef KSYNC_GLUE_KERNEL_COMMON_H
#define KSYNC_GLUE_KERNEL_COMMON_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <asm/barrier.h>
#include <linux/bits.h>
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/string.h>
#include <linux/threads.h>

#endif

#endif
