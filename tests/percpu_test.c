/* SPDX-License-Identifier: MIT */
/*
 * Counts with a copy for each processor (<ksync/percpu.h>): nothing is lost, by
 * sections or without, wherever threads are and whatever interrupts them.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <ksync/percpu.h>
#include <ksync/status.h>

#include "support/process.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(percpu);

static long *count;
static ksync_u32 closed;
static long added[CREW_MAX];

static struct ksync_status status_now(void)
{
	struct ksync_status status;

	ksync_status(&status);
	return status;
}

/* To another processor, if there is one. */
static void migrate(unsigned int turn)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(turn % (unsigned int)processors, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

Test(percpu, memory_is_zero_aligned_and_nobody_elses)
{
	enum { OBJECTS = 300 };
	static char *objects[OBJECTS];

	for (int i = 0; i < OBJECTS; i++) {
		size_t size = (size_t)(i % 7 + 1) * 24;

		objects[i] = ksync__percpu_alloc(size);
		cr_assert_not_null(objects[i]);
		cr_assert_eq((uintptr_t)objects[i] % 16, 0);
		for (size_t at = 0; at + sizeof(long) <= size;
		     at += sizeof(long)) {
			long *p = (long *)(void *)(objects[i] + at);

			cr_assert_eq(ksync__percpu_sum(p), 0);
			ksync__percpu_add(p, i + 1);
		}
	}
	for (int i = 0; i < OBJECTS; i++) {
		size_t size = (size_t)(i % 7 + 1) * 24;

		for (size_t at = 0; at + sizeof(long) <= size;
		     at += sizeof(long))
			cr_assert_eq(ksync__percpu_sum(
					     (long *)(void *)(objects[i] + at)),
				     i + 1);
		ksync__percpu_free(objects[i], size);
	}
	count = ksync__percpu_alloc(24);
	cr_assert_eq(ksync__percpu_sum(count), 0, "freed memory comes clean");
	cr_assert_null(ksync__percpu_alloc(KSYNC__PERCPU_MOST + 1));
	cr_assert_not_null(ksync__percpu_alloc(KSYNC__PERCPU_MOST));
}

static void add_and_migrate(void *arg, int index)
{
	long rounds = *(long *)arg;

	for (long i = 0; i < rounds; i++) {
		if (i % 1000 == 0)
			migrate((unsigned int)(i / 1000 + index));
		ksync__percpu_add(count, index % 2 ? 3 : -1);
	}
}

Test(percpu, threads_that_migrate_lose_nothing)
{
	long rounds = 50000;

	count = ksync__percpu_alloc(sizeof(long));
	crew_run(4, add_and_migrate, &rounds);
	cr_assert_eq(ksync__percpu_sum(count), 2 * rounds * (3 - 1));
}

/* A power of two: 32 bits may overflow. */
#define BY_HANDLER (1l << 16)

static void on_signal(int signal)
{
	(void)signal;
	ksync__percpu_add(count, BY_HANDLER);
}

Test(percpu, a_signal_handler_that_adds_loses_nothing)
{
	struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { 0 };
	long rounds = 0;
	unsigned long sum;

	count = ksync__percpu_alloc(sizeof(long));
	signal(SIGALRM, on_signal);
	setitimer(ITIMER_REAL, &often, NULL);
	for (struct effort e = effort(3000000, 300); effort_more(&e); rounds++)
		ksync__percpu_add(count, 1);
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_IGN);
	sum = (unsigned long)ksync__percpu_sum(count);
	cr_assert_eq(sum % BY_HANDLER, (unsigned long)rounds % BY_HANDLER);
}

static bool over;

static void add_unless_closed(void *arg, int index)
{
	(void)arg;
	for (unsigned int i = 0; !__atomic_load_n(&over, __ATOMIC_RELAXED);
	     i++) {
		if (i % 5000 == 0)
			migrate(i / 5000 + (unsigned int)index);
		if (ksync__percpu_add_unless(count, 1, &closed, 1))
			added[index]++;
	}
}

/* Close, look twice, open. */
static void close_often(int times)
{
	for (int i = 0; i < times; i++) {
		long sum;

		__atomic_store_n(&closed, 1, __ATOMIC_RELAXED);
		ksync__percpu_fence();
		sum = ksync__percpu_sum(count);
		sched_yield();
		must(sum == ksync__percpu_sum(count));
		__atomic_store_n(&closed, 2, __ATOMIC_RELEASE);
		sched_yield();
	}
}

static void closer(void *arg, int index)
{
	if (index) {
		add_unless_closed(arg, index);
		return;
	}
	close_often(*(int *)arg);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
}

static void closed_and_nothing_comes_later(int times)
{
	long all = 0;

	over = false;
	closed = 0;
	memset(added, 0, sizeof(added));
	count = ksync__percpu_alloc(sizeof(long));
	crew_run(4, closer, &times);
	for (int i = 0; i < CREW_MAX; i++)
		all += added[i];
	must(ksync__percpu_sum(count) == all);
	must_have_held();
}

Test(percpu, after_flag_and_fence_the_sum_stays)
{
	closed_and_nothing_comes_later(300);
	if (!ksync__percpu_has_sections())
		cr_assert_eq(ksync__percpu_sum(count), 0,
			     "without sections all are refused");
}

Test(percpu, where_membarrier_is_refused_late_the_fence_visits_processors)
{
	cpu_set_t before, after;

	if (!ksync__percpu_has_sections())
		return; /* nothing that could be taken away */
	sched_getaffinity(0, sizeof(before), &before);
	if (!sandbox_refuse(SYS_membarrier, EPERM))
		cr_skip_test("no seccomp");
	closed_and_nothing_comes_later(50);
	cr_assert_str_eq(status_now().percpu, "rseq");
	cr_assert_str_eq(status_now().percpu_fence, "visits");
	sched_getaffinity(0, sizeof(after), &after);
	cr_assert(CPU_EQUAL(&before, &after), "and goes home");
}

Test(percpu, where_that_is_refused_too_it_naps)
{
	if (!ksync__percpu_has_sections())
		return; /* nothing that could be taken away */
	if (!sandbox_refuse(SYS_membarrier, ENOSYS) ||
	    !sandbox_refuse(SYS_sched_setaffinity, EPERM))
		cr_skip_test("no seccomp");
	closed_and_nothing_comes_later(3);
	cr_assert_str_eq(status_now().percpu_fence, "naps");
}

/* As if libc had not registered it, or it had been taken away. */
static bool rseq_leave(void)
{
#ifdef __x86_64__
	extern const ptrdiff_t __rseq_offset __attribute__((weak));
	/* The size that libc registers may be more than it says. */
	const unsigned int size = 32;

	return &__rseq_offset &&
	       syscall(SYS_rseq,
		       (char *)__builtin_thread_pointer() + __rseq_offset, size,
		       1, 0x53053053) == 0;
#else
	return true;
#endif
}

static void leave_and_add(void *arg, int index)
{
	if (index % 2)
		must(rseq_leave());
	add_and_migrate(arg, index);
}

Test(percpu, threads_that_have_no_rseq_are_counted)
{
	long rounds = 20000;

	if (!ksync__percpu_has_sections())
		return; /* nothing that could be taken away */
	count = ksync__percpu_alloc(sizeof(long));
	ksync__percpu_add(count, 7);
	crew_run(4, leave_and_add, &rounds);
	must(rseq_leave());
	cr_assert_eq(ksync__percpu_sum(count), 7 + 2 * rounds * (3 - 1));
}

static void child_adds(void *arg)
{
	(void)arg;
	must(ksync__percpu_sum(count) == 5);
	ksync__percpu_add(count, 5);
	must(ksync__percpu_sum(count) == 10);
	closed_and_nothing_comes_later(20);
}

Test(percpu, a_forks_child_goes_on)
{
	count = ksync__percpu_alloc(sizeof(long));
	ksync__percpu_add(count, 5);
	cr_assert_eq(in_child(child_adds, NULL), 0);
	cr_assert_eq(ksync__percpu_sum(count), 5);
}

Test(percpu, the_status_says_how)
{
	struct ksync_status status = status_now();

	cr_assert_str_eq(status.percpu,
			 ksync__percpu_has_sections() ? "rseq" : "atomic");
	cr_assert_str_eq(status.percpu_fence,
			 ksync__percpu_has_sections() ? "membarrier" : "none");
	if (!status.rseq_size)
		cr_assert_not(ksync__percpu_has_sections());
}
