/* SPDX-License-Identifier: MIT */
/* The system's header, and what all of the kernel's code uses. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/kernel.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_KERNEL_H
#define KSYNC_GLUE_KERNEL_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <asm/byteorder.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define REPEAT_BYTE(x) ((~0ul / 0xff) * (x))
#define PTR_IF(cond, ptr) ((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x) ((void *)(uintptr_t)(x))
#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n) & 0xffff))
#define typecheck(type, x)                      \
	__extension__({                         \
		type ksync__a;                  \
		__typeof__(x) ksync__b;         \
		(void)(&ksync__a == &ksync__b); \
		1;                              \
	})
#define READ 0
#define WRITE 1

enum system_states {
	SYSTEM_BOOTING,
	SYSTEM_SCHEDULING,
	SYSTEM_FREEING_INITMEM,
	SYSTEM_RUNNING,
	SYSTEM_HALT,
	SYSTEM_POWER_OFF,
	SYSTEM_RESTART,
	SYSTEM_SUSPEND,
};
extern enum system_states system_state;
extern int oops_in_progress;
#define early_boot_irqs_disabled false
#define func_ptr_is_kernel_text(ptr) ((void)(ptr), 1)
#define kernel_text_address(addr) ((void)(addr), 1)
#define core_kernel_data(addr) ((void)(addr), 1)

/* No-ops: nothing is traced. */
enum ftrace_dump_mode { DUMP_NONE, DUMP_ALL, DUMP_ORIG };
#define tracing_on() ((void)0)
#define tracing_off() ((void)0)
#define tracing_is_on() 0
#define tracing_snapshot() ((void)0)
#define ftrace_dump(mode) ((void)(mode))
#define trace_printk(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#define trace_puts(s) ((void)(s))
#define trace_dump_stack(skip) ((void)(skip))

#endif

#endif
