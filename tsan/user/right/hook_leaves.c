/* SPDX-License-Identifier: MIT */
/*
 * A hook that is called inside a lock's call: what it synchronizes counts,
 * and it may jump out of there or end its thread.
 */
#include <semaphore.h>
#include <setjmp.h>

#include <ksync/mutex.h>
#include <ksync/report.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_MUTEX(others);
static jmp_buf back;
static sem_t told;
static int before; /* plain: the thread's until it is told */
static int during;

static void jump(const struct ksync_report *report)
{
	(void)report;
	during = before;
	sem_post(&told);
	longjmp(back, 1);
}

static void *lock_twice(void *unused)
{
	before = 1;
	ksync_mutex_lock(&mutex);
	if (!setjmp(back))
		ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);
	return unused;
}

static void leave(const struct ksync_report *report)
{
	(void)report;
	during = before;
	sem_post(&told);
	pthread_exit(NULL);
}

static void *lock_others_twice(void *unused)
{
	before = 2;
	ksync_mutex_lock(&others);
	ksync_mutex_lock(&others);
	return unused;
}

static void run(ksync_report_fn hook, void *(*fn)(void *), int expected)
{
	pthread_t id;

	ksync_report_hook_set(hook);
	id = start(fn, NULL);
	need(sem_wait(&told) == 0, "a report");
	need(before == expected && during == expected, "what it says");
	finish(id);
}

int main(void)
{
	need(sem_init(&told, 0, 0) == 0, "sem_init");
	run(jump, lock_twice, 1);
	ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);
	run(leave, lock_others_twice, 2);
	return 0;
}
