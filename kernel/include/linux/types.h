/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and the kernel's other types. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/types.h>

#ifndef KSYNC_GLUE_TYPES_H
#define KSYNC_GLUE_TYPES_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/compiler_types.h>
#include <stdint.h>
#include <sys/types.h>

typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;
typedef unsigned int fmode_t;
typedef unsigned short umode_t;
typedef u64 sector_t;
typedef u64 blkcnt_kernel_t;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef phys_addr_t resource_size_t;
typedef s64 ktime_t;
typedef s64 time64_t;
typedef unsigned long irq_hw_number_t;
typedef unsigned int isolate_mode_t;
#ifndef __cacheline_group_begin
#define __cacheline_group_begin(name)
#define __cacheline_group_end(name)
#endif

#define DECLARE_BITMAP(name, bits) \
	unsigned long name[((bits) + 8 * sizeof(long) - 1) / (8 * sizeof(long))]

typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
#define UUID_SIZE 16
#define UUID_STRING_LEN 36
typedef struct {
	u8 b[UUID_SIZE];
} guid_t;
typedef struct {
	u8 b[UUID_SIZE];
} uuid_t;

#define pgoff_t unsigned long

typedef void (*call_rcu_func_kind_t)(void);

#endif

#endif
