/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

/*
 * The kernel's 64-bit timespec on every machine. 32-bit ones have a system call
 * of their own for it; since libc's struct timespec has either size there,
 * neither libc's type nor the older call is used.
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
 * ThreadSanitizer defers signal handlers until a call that it intercepts, and
 * it does not intercept this one: after an interrupted wait, make a call that
 * lets the handler run.
 */
extern void __tsan_init(void) __attribute__((weak));

static void let_handlers_run(void)
{
	if (__tsan_init)
		ksync__nap(0);
}

int ksync__futex_wait(ksync_u32 *word, ksync_u32 val, ksync_s64 deadline)
{
	struct futex_time at = { deadline / 1000000000, deadline % 1000000000 };
	int saved = errno;
	int ret = 0;

	if (syscall(FUTEX_CALL, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
		    val, deadline == KSYNC__NEVER ? NULL : &at, NULL,
		    FUTEX_BITSET_MATCH_ANY))
		ret = errno == ETIMEDOUT ? -ETIME : -errno;
	if (ret == -EINTR)
		let_handlers_run();
	errno = saved;
	return ret;
}

void ksync__futex_wake(ksync_u32 *word, int count)
{
	int saved = errno;

	syscall(FUTEX_CALL, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL,
		NULL, 0);
	errno = saved;
}
