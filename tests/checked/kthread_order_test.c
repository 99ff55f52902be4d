/* SPDX-License-Identifier: MIT */
/*
 * The checked library: threads of ksync's, whose end others wait for.
 */
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>

#include "said.h"

SAID_SUITE(kthread_order);

static DEFINE_MUTEX(mutex);
static DECLARE_COMPLETION(done);

static int until_told(void)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop() && !kthread_should_park())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static int takes(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	lockdep_assert_none_held_once();
	complete(&done);
	return until_told();
}

static int takes_nothing(void *unused)
{
	(void)unused;
	complete(&done);
	return until_told();
}

static struct task_struct *begin(int (*fn)(void *))
{
	struct task_struct *k = kthread_run(fn, NULL, "worker");

	cr_assert(!IS_ERR(k));
	wait_for_completion(&done);
	return k;
}

Test(kthread_order, stopped_with_a_lock_that_it_takes)
{
	struct task_struct *k = begin(takes);

	mutex_lock(&mutex);
	cr_expect_eq(kthread_stop(k), 0);
	expect_said("deadlock");
	mutex_unlock(&mutex);
}

Test(kthread_order, parked_with_a_lock_that_it_takes)
{
	struct task_struct *k = begin(takes);

	mutex_lock(&mutex);
	cr_expect_eq(kthread_park(k), 0);
	expect_said("deadlock");
	mutex_unlock(&mutex);
	kthread_unpark(k);
	cr_expect_eq(kthread_stop(k), 0);
}

/* The order is learned of its function: another of that has taken it. */
Test(kthread_order, takes_what_another_was_stopped_with)
{
	struct task_struct *k = kthread_create(takes, NULL, "one");

	cr_assert(!IS_ERR(k));
	mutex_lock(&mutex);
	cr_expect_eq(kthread_stop(k), -EINTR);
	mutex_unlock(&mutex);
	k = begin(takes);
	expect_said("deadlock");
	cr_expect_eq(kthread_stop(k), 0);
}

Test(kthread_order, stopped_without_it_or_with_one_that_it_does_not_take)
{
	struct task_struct *k = begin(takes);

	cr_expect_eq(kthread_stop(k), 0);
	k = begin(takes_nothing);
	mutex_lock(&mutex);
	cr_expect_eq(kthread_stop(k), 0);
	mutex_unlock(&mutex);
}

static void work_takes(struct kthread_work *work)
{
	(void)work;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	lockdep_assert_none_held_once();
}

/* Workers share a function, and not what they do. */
Test(kthread_order, a_worker_is_not_what_its_works_take)
{
	struct kthread_worker *one = kthread_run_worker(0, "one");
	struct kthread_worker *two = kthread_run_worker(0, "two");
	DEFINE_KTHREAD_WORK(work, work_takes);

	cr_assert(!IS_ERR(one) && !IS_ERR(two));
	kthread_queue_work(one, &work);
	kthread_flush_work(&work);
	mutex_lock(&mutex);
	kthread_destroy_worker(two);
	mutex_unlock(&mutex);
	kthread_destroy_worker(one);
}

static int ends(void *unused)
{
	(void)unused;
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	return 7;
}

/* Of a thread that has ended nothing is waited for. */
Test(kthread_order, stopped_when_it_has_ended)
{
	struct task_struct *k = kthread_create(ends, NULL, "ends");
	int tid;

	cr_assert(!IS_ERR(k));
	get_task_struct(k);
	tid = ksync_task_tid(k);
	wake_up_process(k);
	while (!syscall(SYS_tgkill, getpid(), tid, 0))
		sched_yield();
	mutex_lock(&mutex);
	cr_expect_eq(kthread_stop(k), 7);
	mutex_unlock(&mutex);
	put_task_struct(k);
}
