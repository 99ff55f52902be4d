/* SPDX-License-Identifier: MIT */
/*
 * What waits do when a sandbox refuses the futex call, at once or while they
 * sleep: they end in time, are woken, and do not spin.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <time.h>

#include <linux/futex.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>

#include "port/port.h"
#include "support/process.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(futex_refused, .init = reports_take, .fini = reports_none);

static DEFINE_SEMAPHORE(slots, 0);
static DEFINE_MUTEX(lock);

/*
 * The waits of each call that the machine has. glibc aborts where it may not
 * wake, and waits by these only where it meets another thread.
 */
static bool refuse_futex(int error)
{
	static const int calls[] = {
#ifdef SYS_futex_time64
		SYS_futex_time64,
#endif
#ifdef SYS_futex
		SYS_futex,
#endif
	};
	static const int waits[] = { FUTEX_WAIT_PRIVATE,
				     FUTEX_WAIT_BITSET_PRIVATE };
	bool done = true;

	for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
		for (size_t w = 0; w < sizeof(waits) / sizeof(waits[0]); w++)
			done = done &&
			       sandbox_refuse_op(calls[c], waits[w], error);
	return done;
}

static long cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* Not joined: that takes a futex. */
static void *giver(void *arg)
{
	nap_us(50000);
	up(&slots);
	return arg;
}

static void waits_end_without_spinning(void)
{
	long long begin = now_ms();
	long cpu = cpu_ms();
	pthread_t thread;

	must(down_timeout(&slots, msecs_to_jiffies(300)) == -ETIME);
	must(now_ms() - begin >= 300);
	begin = now_ms();
	ksync__nap(300000000);
	must(now_ms() - begin >= 299);
	must(cpu_ms() - cpu < 200);
	must(pthread_create(&thread, NULL, giver, NULL) == 0);
	pthread_detach(thread);
	down(&slots);
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

/* In a process of their own, whose threads are all known. */
static void sandboxed(void *arg)
{
	int error = *(int *)arg;

	must(refuse_futex(error));
	waits_end_without_spinning();
}

Test(futex_refused, by_EPERM_waits_end_without_spinning)
{
	if (!sandbox_exists())
		cr_skip_test("no seccomp");
	child_succeeds(sandboxed, &(int){ EPERM });
}

Test(futex_refused, by_ENOSYS_waits_end_without_spinning)
{
	if (!sandbox_exists())
		cr_skip_test("no seccomp");
	child_succeeds(sandboxed, &(int){ ENOSYS });
}

/* 32-bit machines: a sandbox, or a kernel, that knows only the older call. */
static void with_the_older_call(void *arg)
{
	struct timespec past = { 0, 0 };
	ksync_u32 word = 0;
	pthread_t thread;

	(void)arg;
#ifdef SYS_futex_time64
	must(sandbox_refuse(SYS_futex_time64, ENOSYS));
#endif
	waits_end_without_spinning();
	must(ksync__futex_wait(&word, 1, KSYNC__NEVER) == -EAGAIN);
	must(ksync__futex_wait(&word, 0, 1) == -ETIME);
	must(ksync_down_until(&slots, &past) == -ETIME);
	must(pthread_create(&thread, NULL, giver, NULL) == 0);
	pthread_detach(thread);
	must(down_timeout(&slots, KSYNC_MAX_JIFFY_OFFSET) == 0);
}

Test(futex_refused, where_only_the_older_call_is_left_it_wakes)
{
	if (!sandbox_exists())
		cr_skip_test("no seccomp");
	child_succeeds(with_the_older_call, NULL);
}
