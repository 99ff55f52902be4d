/* SPDX-License-Identifier: MIT */
/* A jiffy is a millisecond of CLOCK_MONOTONIC. */
#ifndef KSYNC_COMPAT_JIFFIES_H
#define KSYNC_COMPAT_JIFFIES_H

#include <linux/kernel_names.h>

#include <ksync/types.h>

#define HZ KSYNC_HZ
#define MAX_JIFFY_OFFSET KSYNC_MAX_JIFFY_OFFSET

KSYNC__KERNEL_NAME unsigned long ksync__jiffies(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * HZ +
	       (unsigned long)now.tv_nsec / (1000000000ul / HZ);
}

/* A variable in the kernel. */
#define jiffies ksync__jiffies()

KSYNC__KERNEL_NAME unsigned long msecs_to_jiffies(unsigned int m)
{
	return ksync_msecs_to_jiffies(m);
}

KSYNC__KERNEL_NAME unsigned long usecs_to_jiffies(unsigned int u)
{
	return ksync_usecs_to_jiffies(u);
}

KSYNC__KERNEL_NAME unsigned int jiffies_to_msecs(unsigned long j)
{
	return ksync_jiffies_to_msecs(j);
}

/* Is a later than b? Right across the wrap, for times less than half apart. */
#define time_after(a, b) ((long)((unsigned long)(b) - (unsigned long)(a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) (!time_before(a, b))
#define time_before_eq(a, b) (!time_after(a, b))

#endif
