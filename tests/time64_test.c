/* SPDX-License-Identifier: MIT */
/*
 * Points in time from a program that has asked a 32-bit glibc for its 64-bit
 * time_t, with a library that was built with the default.
 */
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64

#include <criterion/criterion.h>

#include <errno.h>
#include <time.h>

#include <ksync/mutex.h>
#include <ksync/semaphore.h>

#include "support/sandbox.h"

TestSuite(time64);

#define MS 1000000ll

static KSYNC_DEFINE_SEMAPHORE(none, 0);

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (1000 * MS) + now.tv_nsec;
}

static struct timespec in_ms(long long ms)
{
	long long at = now_ns() + ms * MS;
	struct timespec ts = { 0, 0 };

	ts.tv_sec = (time_t)(at / (1000 * MS));
	ts.tv_nsec = (long)(at % (1000 * MS));
	return ts;
}

/* With tv_nsec taken for something else, some of these fail. */
static void deadlines_are_kept(void)
{
	for (int ms = 50; ms < 400; ms += 80) {
		struct timespec at = in_ms(ms);
		long long begin = now_ns();

		cr_assert_eq(ksync_down_until(&none, &at), -ETIME);
		cr_assert_geq(now_ns() - begin, (ms - 1) * MS);
		cr_assert_eq(ksync_down_interruptible_until(&none, &at),
			     -ETIME);
	}
}

Test(time64, deadlines_are_the_programs)
{
	deadlines_are_kept();
}

/* A system that is too old for the call with 64 bits, or a sandbox. */
Test(time64, deadlines_are_the_programs_where_only_the_older_call_is_left)
{
#ifdef SYS_futex_time64
	if (!sandbox_refuse(SYS_futex_time64, ENOSYS))
		cr_skip_test("no seccomp");
#endif
	deadlines_are_kept();
}

Test(time64, every_time_has_a_meaning)
{
	struct timespec past = { -5, 1 };
	struct timespec no_time = { 1, 1000000000 };
	struct timespec negative = { 1, -1 };

	cr_assert_eq(ksync_down_until(&none, &past), -ETIME);
	cr_assert_eq(ksync_down_until(&none, &no_time), -EINVAL);
	cr_assert_eq(ksync_down_until(&none, &negative), -EINVAL);
	cr_assert_eq(ksync_down_interruptible_until(&none, &negative), -EINVAL);
}

Test(time64, a_time_of_the_far_future_is_one)
{
	KSYNC_DEFINE_SEMAPHORE(one, 1);
	ksync_mutex_t m = KSYNC_MUTEX_INIT;
	struct timespec far = { 0, 999999999 };

	/* The largest that time_t has. */
	far.tv_sec = (time_t)(sizeof(far.tv_sec) == 8 ? INT64_MAX : INT32_MAX);
	cr_assert_eq(ksync__deadline(&far) == KSYNC__NEVER,
		     sizeof(far.tv_sec) == 8);
	cr_assert_eq(ksync_down_until(&one, &far), 0);
	cr_assert_eq(ksync_mutex_lock_until(&m, &far), 0);
	ksync_mutex_unlock(&m);
	cr_assert_eq(ksync__deadline(NULL), KSYNC__NEVER);
}
