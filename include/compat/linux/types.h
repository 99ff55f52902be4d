/* SPDX-License-Identifier: MIT */
/*
 * The system's header, the kernel's short names of integers, and its lists'
 * types. libc's own headers include this, so it brings nothing else.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/types.h>

#ifndef KSYNC_COMPAT_TYPES_H
#define KSYNC_COMPAT_TYPES_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <stdbool.h>
#include <stddef.h>

/* Not by way of __s8 and the like: <sys/kd.h> shuts the system's header out. */
typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#ifdef KSYNC_KERNEL_NAMES
#include <ksync/list_head.h>
#endif

#endif

#endif
