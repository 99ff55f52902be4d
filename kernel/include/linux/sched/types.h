/* SPDX-License-Identifier: MIT */
/* The system's header, without the structure that libc has, too. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include <sched.h>
#define sched_param ksync__glue_sched_param
#include_next <linux/sched/types.h>
#undef sched_param
