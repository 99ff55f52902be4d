/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and the rest of the kernel's. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/compiler.h>

#ifndef KSYNC_GLUE_COMPILER_H
#define KSYNC_GLUE_COMPILER_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/compiler_types.h>
#include <linux/kconfig.h>
#include <linux/types.h>

#define KSYNC__GLUE_PASTE_(a, b) a##b
#define KSYNC__GLUE_PASTE(a, b) KSYNC__GLUE_PASTE_(a, b)
#define __PASTE(a, b) KSYNC__GLUE_PASTE(a, b)
#ifndef __UNIQUE_ID
#define __UNIQUE_ID(prefix) \
	KSYNC__GLUE_PASTE(ksync__unique_##prefix, __COUNTER__)
#endif
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define barrier_data(ptr) __asm__ volatile("" : : "r"(ptr) : "memory")
#define barrier_before_unreachable() ((void)0)
#ifndef unreachable
#define unreachable() __builtin_unreachable()
#endif
#define absolute_pointer(val) ((void *)(val))
#define __must_be_array(a) \
	(0 * (int)sizeof(char[1 - 2 * __same_type((a), &(a)[0])]))
#define is_signed_type(type) (((type)(-1)) < (__typeof__((type)1))1)
#define is_unsigned_type(type) (!is_signed_type(type))
#define RELOC_HIDE(ptr, off) \
	((__typeof__(ptr))((unsigned long)(ptr) + (unsigned long)(off)))
#define _THIS_IP_                             \
	__extension__({                       \
		__label__ ksync__here;        \
ksync__here:                                  \
		(unsigned long)&&ksync__here; \
	})
#define __READ_ONCE(x) READ_ONCE(x)
#define __WRITE_ONCE(x, v) WRITE_ONCE(x, v)
#ifndef likely_notrace
#define likely_notrace(x) likely(x)
#define unlikely_notrace(x) unlikely(x)
#endif
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)
#define prevent_tail_call_optimization() smp_mb()

#endif

#endif
