/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and what the kernel's initialisers are made of. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/srcu.h>

#ifndef KSYNC_GLUE_SRCU_H
#define KSYNC_GLUE_SRCU_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

/* A domain has it all in one. */
struct srcu_usage {
};
#define __SRCU_USAGE_INIT(name) \
	{                       \
	}
#define __SRCU_STRUCT_INIT(name, usage, pcpu) KSYNC__SRCU_INIT(#name)
#define __SRCU_DEP_MAP_INIT(name)

#endif

#endif
