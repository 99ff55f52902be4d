/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "port.h"

#define NS_PER_SEC 1000000000LL
#define NS_PER_JIFFY (NS_PER_SEC / KSYNC_HZ)

ksync_s64 ksync__clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (ksync_s64)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

unsigned long ksync_jiffies(void)
{
	return (unsigned long)(ksync__clock_ns() / NS_PER_JIFFY);
}

ksync_s64 ksync__deadline_of_jiffies(long timeout)
{
	ksync_s64 now = ksync__clock_ns();

	if (timeout <= 0)
		return now;
	if (timeout == KSYNC_MAX_SCHEDULE_TIMEOUT ||
	    timeout >= (KSYNC__NEVER - now) / NS_PER_JIFFY)
		return KSYNC__NEVER;
	return now + timeout * NS_PER_JIFFY;
}

long ksync__jiffies_until(ksync_s64 deadline)
{
	ksync_s64 left = (deadline - ksync__clock_ns()) / NS_PER_JIFFY;

	if (left < 1)
		return 1;
	return left < LONG_MAX ? (long)left : LONG_MAX;
}
