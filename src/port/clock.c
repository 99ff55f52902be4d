/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
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

int ksync__deadline_of_timespec(const struct timespec *ts, ksync_s64 *deadline)
{
	ksync_s64 seconds; /* time_t may be too narrow to compare */

	*deadline = KSYNC__NEVER;
	if (!ts)
		return 0;
	seconds = ts->tv_sec;
	if (ts->tv_nsec < 0 || ts->tv_nsec >= NS_PER_SEC)
		return -EINVAL;
	if (seconds < 0)
		*deadline = 0;
	else if (seconds < KSYNC__NEVER / NS_PER_SEC)
		*deadline = seconds * NS_PER_SEC + ts->tv_nsec;
	return 0;
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

void ksync__nap(ksync_s64 ns)
{
	struct timespec length = { .tv_sec = (time_t)(ns / NS_PER_SEC),
				   .tv_nsec = (long)(ns % NS_PER_SEC) };
	int saved = errno;

	nanosleep(&length, NULL);
	errno = saved;
}

void ksync__yield(void)
{
	sched_yield();
}
