/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and conversions. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/jiffies.h>

#ifndef KSYNC_GLUE_JIFFIES_H
#define KSYNC_GLUE_JIFFIES_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/time64.h>

#define INITIAL_JIFFIES 0
#define get_jiffies_64() ((u64)jiffies)
#define jiffies_64 ((u64)jiffies)
#define nsecs_to_jiffies(ns) ((unsigned long)((u64)(ns) / (1000000000ULL / HZ)))
#define nsecs_to_jiffies64(ns) ((u64)nsecs_to_jiffies(ns))
#define jiffies_to_usecs(j) ((unsigned int)((j) * (1000000UL / HZ)))
#define jiffies_to_nsecs(j) ((u64)(j) * (1000000000ULL / HZ))
#define jiffies64_to_nsecs(j) jiffies_to_nsecs(j)
#define jiffies64_to_msecs(j) ((u64)(j))
#define secs_to_jiffies(s) ((s) * (unsigned long)HZ)
#define jiffies_delta_to_msecs(delta) \
	((unsigned int)((delta) < 0 ? 0 : (delta)))
#define time_after64(a, b) ((s64)((u64)(b) - (u64)(a)) < 0)
#define time_before64(a, b) time_after64(b, a)

#endif

#endif
