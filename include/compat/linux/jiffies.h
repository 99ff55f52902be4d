/* SPDX-License-Identifier: MIT */
/* A jiffy is a millisecond of CLOCK_MONOTONIC. */
#ifndef KSYNC_COMPAT_JIFFIES_H
#define KSYNC_COMPAT_JIFFIES_H

#include <linux/kernel_names.h>

#include <ksync/types.h>

/* Another HZ comes with <sys/param.h>. */
#undef HZ
#define HZ KSYNC_HZ
#define MAX_JIFFY_OFFSET KSYNC_MAX_JIFFY_OFFSET

/* A variable in the kernel. */
#define jiffies ksync_jiffies()

KSYNC__KERNEL_NAME unsigned long msecs_to_jiffies(unsigned int m)
{
	return ksync_msecs_to_jiffies(m);
}

KSYNC__KERNEL_NAME unsigned long usecs_to_jiffies(unsigned int u)
{
	return ksync_usecs_to_jiffies(u);
}

/* As in <ksync/types.h>: these fit into a timeout. */
#define msecs_to_jiffies(m) (msecs_to_jiffies(m) & ULONG_MAX >> 1)
#define usecs_to_jiffies(u) (usecs_to_jiffies(u) & ULONG_MAX >> 1)

KSYNC__KERNEL_NAME unsigned int jiffies_to_msecs(unsigned long j)
{
	return ksync_jiffies_to_msecs(j);
}

/* Is a later than b? Right across the wrap, for times less than half apart. */
#define time_after(a, b) ((long)((unsigned long)(b) - (unsigned long)(a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) (!time_before(a, b))
#define time_before_eq(a, b) (!time_after(a, b))
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))

/* Compared with now. */
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(jiffies, a)

#endif
