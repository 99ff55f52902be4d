/* SPDX-License-Identifier: MIT */
/*
 * Raw, because libc's own functions leave out the signal by which it cancels a
 * thread, whose handler may never return.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

#define BIT(number) (1ull << ((number) - 1))

/* A thread gets these for what it does itself; blocked, they would kill. */
#define SYNCHRONOUS                                               \
	(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | \
	 BIT(SIGTRAP) | BIT(SIGSYS) | BIT(SIGABRT))

static void set_mask(ksync_u64 mask, ksync_u64 *old)
{
	int saved = errno;

	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, old,
		      sizeof(mask));
	errno = saved;
}

ksync_u64 ksync__signals_block(void)
{
	ksync_u64 old = 0;

	set_mask(~SYNCHRONOUS, &old);
	return old;
}

ksync_u64 ksync__signals_blocked(void)
{
	ksync_u64 blocked = 0;
	int saved = errno;

	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked,
		      sizeof(blocked));
	errno = saved;
	return blocked;
}

void ksync__signals_restore(ksync_u64 old)
{
	set_mask(old, NULL);
}
