/* SPDX-License-Identifier: MIT */
/*
 * The system's header, and the kernel's short names of integers. libc's own
 * headers include this, so it brings nothing else.
 */
#include_next <linux/types.h>

#ifndef KSYNC_COMPAT_TYPES_H
#define KSYNC_COMPAT_TYPES_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <stdbool.h>
#include <stddef.h>

typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;

#endif

#endif
