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

static long clock_ahead_ms;

static inline void clock_put_forward_ms(long ms)
{
	__atomic_store_n(&clock_ahead_ms, ms, __ATOMIC_RELAXED);
}

static inline void clock_put_forward(long seconds)
{
	clock_put_forward_ms(seconds * 1000);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long ret = syscall(SYS_clock_gettime, id, ts);
	long ahead = __atomic_load_n(&clock_ahead_ms, __ATOMIC_RELAXED);

	if (ret)
		return (int)ret;
	ts->tv_sec += ahead / 1000;
	ts->tv_nsec += ahead % 1000 * 1000000;
	if (ts->tv_nsec < 0) {
		ts->tv_sec--;
		ts->tv_nsec += 1000000000;
	} else if (ts->tv_nsec >= 1000000000) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000;
	}
	return 0;
}

#endif
