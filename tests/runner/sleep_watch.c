/* SPDX-License-Identifier: MIT */
/*
 * No wake-up is lost unseen: see support/sleep.h
 *
 * A lock may look after a while whether there is still somebody who will wake
 * it; with that look it finds a lost wake-up, too, seconds late. So the linker
 * gives us the library's system calls (--wrap), and a futex wait of 5 seconds
 * that ends by its time fails the test.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "../support/sleep.h"

#define LONG_SLEEP_S 5

bool long_sleeps_are_right;
_Thread_local long sleeps_here;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* The kernel's clock, which no test sets; before 2038 a long will do. */
static long seconds_now(void)
{
	struct {
		long sec, nsec;
	} now = { 0 };

	(void)__real_syscall(SYS_clock_gettime, 1L, &now);
	return now.sec;
}

static bool is_futex_wait(long number, long command)
{
	bool futex = number == SYS_futex;

#ifdef SYS_futex_time64
	futex = futex || number == SYS_futex_time64;
#endif
	command &= FUTEX_CMD_MASK;
	return futex && (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET);
}

/* Callers give as many arguments as their call takes; AddressSanitizer would
 * see that the others are read. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
	long a[6], began, ret;
	va_list arguments;
	int saved;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (!is_futex_wait(number, a[1]))
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4],
				      a[5]);
	sleeps_here++;
	began = seconds_now();
	ret = __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	saved = errno;
	if (ret < 0 && saved == ETIMEDOUT && !long_sleeps_are_right &&
	    seconds_now() - began > LONG_SLEEP_S)
		cr_expect(false,
			  "a sleep lasted for more than %d s and ended "
			  "by its time: a lost wake-up?",
			  LONG_SLEEP_S);
	errno = saved;
	return ret;
}
