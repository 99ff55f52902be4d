/* SPDX-License-Identifier: MIT */
/*
 * The names of ksync::linux, and the barriers that the kernel's brings along.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/atomic.h>

#ifndef KSYNC_GLUE_ATOMIC_H
#define KSYNC_GLUE_ATOMIC_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <asm/barrier.h>

#endif

#endif
