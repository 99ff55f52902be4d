/* SPDX-License-Identifier: MIT */
/*
 * A clock that tests can set. This defines clock_gettime() for the whole
 * program, so one source may include it. With the clock set back, a wait until
 * "ten seconds from now" ends as much earlier, because the kernel sleeps by its
 * own clock; with the clock put forward while it waits, a loop that looks at
 * the time sees its deadline pass.
 */
#ifndef TESTS_SUPPORT_CLOCK_H
#define TESTS_SUPPORT_CLOCK_H

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long clock_ahead_s;

static inline void clock_put_forward(long seconds)
{
	__atomic_store_n(&clock_ahead_s, seconds, __ATOMIC_RELAXED);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long ret = syscall(SYS_clock_gettime, id, ts);

	if (ret == 0)
		ts->tv_sec += __atomic_load_n(&clock_ahead_s, __ATOMIC_RELAXED);
	return (int)ret;
}

#endif
