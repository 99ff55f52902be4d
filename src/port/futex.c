/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <ksync/watch.h>

#include "port.h"

#define NS_PER_SEC 1000000000

/*
 * The kernel's 64-bit timespec on every machine. 32-bit ones have a system call
 * of their own for it, because libc's struct timespec has either size there.
 */
struct futex_time {
	ksync_s64 sec;
	ksync_s64 nsec;
};

#ifdef SYS_futex_time64
#define FUTEX_CALL SYS_futex_time64
#else
#define FUTEX_CALL SYS_futex
#endif

/*
 * Where the kernel is too old for that call, or a sandbox's list is, there is
 * the one with 32 bits, which end in 68 years from boot.
 */
#if defined(SYS_futex_time64) && defined(SYS_futex)
#define OLD_CALL SYS_futex
struct old_time {
	ksync_s32 sec;
	ksync_s32 nsec;
};
#else
#define OLD_CALL FUTEX_CALL
#define old_time futex_time
#endif

/* Of a futex call: no other error says something of the word or the time. */
static bool refused(long ret)
{
	return ret < 0 && errno != EAGAIN && errno != ETIMEDOUT &&
	       errno != EINTR;
}

static long futex(ksync_u32 *word, int op, ksync_u32 val, ksync_s64 ns,
		  ksync_u32 bits)
{
	ksync_s64 sec = ns / NS_PER_SEC;
	ksync_s64 nsec = ns % NS_PER_SEC;
	struct futex_time at = { sec, nsec };
	long ret = syscall(FUTEX_CALL, word, op | FUTEX_PRIVATE_FLAG, val,
			   ns == KSYNC__NEVER ? NULL : &at, NULL, bits);

	if (OLD_CALL != FUTEX_CALL && refused(ret)) {
		struct old_time old = {
			.sec = sec < INT32_MAX ? (ksync_s32)sec : INT32_MAX,
			.nsec = (ksync_s32)nsec,
		};

		ret = syscall(OLD_CALL, word, op | FUTEX_PRIVATE_FLAG, val,
			      ns == KSYNC__NEVER ? NULL : &old, NULL, bits);
	}
	return ret;
}

/*
 * ThreadSanitizer defers signal handlers until a call that it intercepts, and
 * it does not intercept ours: after an interrupted wait, or when signals were
 * blocked, make one that it does, and that is no cancellation point.
 */
extern void __tsan_init(void) __attribute__((weak));

void ksync__handlers_run(void)
{
	struct timespec now;
	unsigned int notes;

	if (!__tsan_init)
		return;
	notes = ksync_watch_divert();
	clock_gettime(CLOCK_MONOTONIC, &now);
	ksync_watch_resume(notes);
}

/*
 * The sleep of who may not use futexes: a waiter then looks once in a while.
 * The system calls themselves, as libc's functions are cancellation points.
 */
static void sleep_otherwise(ksync_s64 ns)
{
#ifdef SYS_nanosleep
	struct old_time length = { 0, 0 };

	length.sec = ns / NS_PER_SEC < INT32_MAX ? ns / NS_PER_SEC : INT32_MAX;
	length.nsec = ns % NS_PER_SEC;
	if (syscall(SYS_nanosleep, &length, NULL) == 0 || errno == EINTR)
		return;
#endif
	(void)ns;
	sched_yield();
}

#define OTHERWISE_NS 1000000

static int wait_otherwise(ksync_s64 deadline)
{
	ksync_s64 now = ksync__clock_ns();

	if (now >= deadline)
		return -ETIME;
	sleep_otherwise(deadline - now < OTHERWISE_NS ? deadline - now :
							OTHERWISE_NS);
	return 0;
}

int ksync__futex_wait(ksync_u32 *word, ksync_u32 val, ksync_s64 deadline)
{
	int saved = errno;
	long got = futex(word, FUTEX_WAIT_BITSET, val, deadline,
			 FUTEX_BITSET_MATCH_ANY);
	int ret = 0;

	if (refused(got))
		ret = wait_otherwise(deadline);
	else if (got < 0)
		ret = errno == ETIMEDOUT ? -ETIME : -errno;
	if (ret == -EINTR)
		ksync__handlers_run();
	errno = saved;
	return ret;
}

/*
 * Not nanosleep(): that is a cancellation point. By the kernel's clock alone,
 * as the program may have replaced the other.
 */
void ksync__nap(ksync_s64 ns)
{
	ksync_u32 nobody_wakes = 0;
	int saved = errno;
	long got = futex(&nobody_wakes, FUTEX_WAIT, 0, ns, 0);

	if (refused(got))
		sleep_otherwise(ns);
	else if (got < 0 && errno == EINTR)
		ksync__handlers_run();
	errno = saved;
}

void ksync__futex_wake(ksync_u32 *word, int count)
{
	int saved = errno;

	(void)futex(word, FUTEX_WAKE, (ksync_u32)count, KSYNC__NEVER, 0);
	errno = saved;
}

/* Since Linux 5.14; before, the deadline is one of CLOCK_REALTIME. */
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static ksync_s64 real_time_of(ksync_s64 deadline)
{
	struct timespec now;

	if (deadline == KSYNC__NEVER || clock_gettime(CLOCK_REALTIME, &now))
		return deadline;
	return now.tv_sec * (ksync_s64)NS_PER_SEC + now.tv_nsec + deadline -
	       ksync__clock_ns();
}

/* Who unlocks is the system then, and orders what both do. */
int ksync__futex_lock_pi(ksync_u32 *word, ksync_s64 deadline)
{
	int saved = errno;
	int ret = 0;

	if (futex(word, FUTEX_LOCK_PI2, 0, deadline, 0) < 0)
		ret = -errno;
	if ((ret == -ENOSYS || ret == -EINVAL) &&
	    futex(word, FUTEX_LOCK_PI, 0, real_time_of(deadline), 0) == 0)
		ret = 0;
	else if (ret == -ENOSYS || ret == -EINVAL)
		ret = -errno;
	if (!ret)
		ksync_watch_opaque_acquire(word);
	ksync__handlers_run();
	errno = saved;
	return ret == -ETIMEDOUT ? -ETIME : ret;
}

int ksync__futex_unlock_pi(ksync_u32 *word)
{
	int saved = errno;
	int ret = 0;

	ksync_watch_opaque_release(word);
	if (futex(word, FUTEX_UNLOCK_PI, 0, KSYNC__NEVER, 0) < 0)
		ret = -errno;
	errno = saved;
	return ret;
}
