/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/atomic.h>

#include "life.h"
#include "port.h"

#define HANG_NS 3600000000000LL

int ksync__gettid(void)
{
	return (int)syscall(SYS_gettid);
}

int ksync__getpid(void)
{
	return (int)syscall(SYS_getpid);
}

ksync__thread_t ksync__thread_self(void)
{
	return pthread_self();
}

bool ksync__thread_equal(ksync__thread_t a, ksync__thread_t b)
{
	return pthread_equal(a, b);
}

_Noreturn void ksync__thread_hang(void)
{
	for (;;)
		ksync__nap(HANG_NS);
}

unsigned int ksync__processor(void)
{
	int saved = errno;
	int number = sched_getcpu();

	errno = saved;
	return number < 0 ? 0 : (unsigned int)number;
}

bool ksync__yield(void)
{
	int saved = errno;
	/* Not the C library's: musl's only says that it is missing. */
	long policy = syscall(SYS_sched_getscheduler, 0);
	bool may = (policy & ~(long)SCHED_RESET_ON_FORK) == SCHED_OTHER;

	if (may)
		(void)sched_yield();
	errno = saved;
	return may;
}

void ksync__thread_yield(void)
{
	int saved = errno;

	(void)syscall(SYS_sched_yield);
	errno = saved;
}

bool ksync__thread_is_gone(int tid)
{
	int saved = errno;
	bool gone = syscall(SYS_tgkill, ksync__getpid(), tid, 0) &&
		    errno == ESRCH;

	errno = saved;
	return gone;
}

/* As many processors as the kernel can be built for. */
#define PROCESSORS 8192

static unsigned long processors[PROCESSORS / 8 / sizeof(long)];
static long processors_size; /* in bytes; negative: not known */

/* What the process was started with: a thread that binds itself later speaks
 * for itself alone. */
static void thread_start(void)
{
	int saved = errno;

	if (!processors_size)
		processors_size = syscall(SYS_sched_getaffinity, getpid(),
					  sizeof(processors), processors);
	errno = saved;
}

static const struct ksync__life_part thread_life = {
	.floor = KSYNC__FLOOR_PORT,
	.start = thread_start,
};
KSYNC__LIFE_PART(thread_life);

/* What cannot be had is done without. */
static void *thread_main(void *arg)
{
	const struct ksync__thread_kind *kind = arg;
	int nice;

	if (processors_size > 0)
		(void)syscall(SYS_sched_setaffinity, 0, processors_size,
			      processors);
	errno = 0;
	nice = getpriority(PRIO_PROCESS, (id_t)getpid());
	if (!errno)
		(void)setpriority(PRIO_PROCESS, (id_t)ksync__gettid(), nice);
	(void)prctl(PR_SET_NAME, kind->name);
	kind->fn(kind->arg);
	return NULL;
}

static int thread_make(const struct ksync__thread_kind *kind,
		       ksync__thread_t *thread, bool explicitly)
{
	static const struct sched_param no_priority;
	pthread_attr_t attr;
	pthread_t detached;
	int err = pthread_attr_init(&attr);

	if (err)
		return err;
	if (!thread)
		(void)pthread_attr_setdetachstate(&attr,
						  PTHREAD_CREATE_DETACHED);
	if (explicitly) {
		if (kind->stack)
			(void)pthread_attr_setstacksize(&attr, kind->stack);
		(void)pthread_attr_setinheritsched(&attr,
						   PTHREAD_EXPLICIT_SCHED);
		(void)pthread_attr_setschedpolicy(&attr, SCHED_OTHER);
		(void)pthread_attr_setschedparam(&attr, &no_priority);
	}
	err = pthread_create(thread ? thread : &detached, &attr, thread_main,
			     (void *)(uintptr_t)kind);
	pthread_attr_destroy(&attr);
	return err;
}

bool ksync__thread_start(const struct ksync__thread_kind *kind,
			 ksync__thread_t *thread)
{
	int saved = errno;
	ksync_u64 signals = ksync__signals_block();
	int err = thread_make(kind, thread, true);

	/* Its stack is too small for all thread-local objects, or a sandbox
	 * lets nobody choose a policy: then as others are. */
	if (err == EINVAL || err == EPERM)
		err = thread_make(kind, thread, false);
	ksync__signals_restore(signals);
	errno = saved;
	return !err;
}

void ksync__thread_join(ksync__thread_t thread)
{
	int old = ksync__cancel_off();

	(void)pthread_join(thread, NULL);
	ksync__cancel_restore(old);
}

void ksync__thread_detach_self(void)
{
	(void)pthread_detach(pthread_self());
}

_Noreturn void ksync__thread_exit(void)
{
	pthread_exit(NULL);
}

void ksync__thread_bind(int tid, unsigned int processor)
{
	unsigned long mask[PROCESSORS / 8 / sizeof(long)] = { 0 };
	const unsigned int bits = 8 * sizeof(long);
	int saved = errno;

	if (processor < PROCESSORS) {
		mask[processor / bits] = 1ul << processor % bits;
		(void)syscall(SYS_sched_setaffinity, tid, sizeof(mask), mask);
	}
	errno = saved;
}

/* Making one takes 30 us. */
#define IDLE_NS 200000000LL

ksync_s64 ksync__thread_idle_until(void)
{
	return ksync__clock_ns() + IDLE_NS;
}

int ksync__cancel_off(void)
{
	int old = PTHREAD_CANCEL_ENABLE;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	return old;
}

void ksync__cancel_restore(int old)
{
	(void)pthread_setcancelstate(old, &old);
}
