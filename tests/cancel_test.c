/* SPDX-License-Identifier: MIT */
/*
 * pthread_cancel(): no call of ksync is a cancellation point. A thread that is
 * cancelled while it waits gets what it waits for, and goes on to the next
 * cancellation point of its own.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#if KSYNC_HAVE_RCU
#include <linux/rcupdate.h>
#endif

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(cancel, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);
static DEFINE_SEMAPHORE(units, 0);
static DEFINE_SPINLOCK(spin);

/* ---- a thread that is cancelled in a call ---- */

static struct {
	void (*call)(void);
	struct ksync_task *task;
	bool returned;
	int state; /* of cancelability, after the call */
} one;

static void *one_main(void *arg)
{
	WRITE_ONCE(one.task, ksync__task_self());
	one.call();
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &one.state);
	WRITE_ONCE(one.returned, true);
	pthread_testcancel();
	return arg;
}

static bool one_parked(void)
{
	return READ_ONCE(one.task) && READ_ONCE(one.task->park) == PARK_PARKED;
}

/* It was cancelled in the call, or before, and the call has returned. */
static void one_ends(pthread_t thread)
{
	void *result = NULL;

	cr_assert_eq(pthread_join(thread, &result), 0);
	cr_assert(one.returned, "the call was a cancellation point");
	cr_assert_eq(one.state, PTHREAD_CANCEL_ENABLE);
	cr_assert_eq(result, PTHREAD_CANCELED);
}

/* Cancel it while it waits, then do what it waits for. */
static void cancel_in(void (*call)(void), bool (*waits)(void),
		      void (*release)(void))
{
	pthread_t thread;

	memset(&one, 0, sizeof(one));
	one.call = call;
	cr_assert_eq(pthread_create(&thread, NULL, one_main, NULL), 0);
	if (waits)
		wait_until(waits());
	pthread_cancel(thread);
	nap_ms(5);
	if (release)
		release();
	one_ends(thread);
}

/* Calls that do not wait for long, with the request pending from before. */
static void (*call_when_cancelled)(void);

static void call_cancelled(void)
{
	pthread_cancel(pthread_self());
	call_when_cancelled();
}

static void cancel_before(void (*call)(void))
{
	call_when_cancelled = call;
	cancel_in(call_cancelled, NULL, NULL);
}

/* ---- mutex ---- */

static void take_mutex(void)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}

static void take_mutex_interruptible(void)
{
	must(mutex_lock_interruptible(&m) == 0);
	mutex_unlock(&m);
}

static void take_mutex_killable(void)
{
	must(mutex_lock_killable(&m) == 0);
	mutex_unlock(&m);
}

static void take_mutex_in_time(void)
{
	must(ksync_mutex_lock_timeout(&m, 60 * HZ) == 0);
	mutex_unlock(&m);
}

static void release_mutex(void)
{
	mutex_unlock(&m);
}

Test(cancel, of_a_mutex_waiter_waits_until_it_has_had_the_mutex)
{
	void (*const calls[])(void) = {
		take_mutex,
		take_mutex_interruptible,
		take_mutex_killable,
		take_mutex_in_time,
	};

	for (int i = 0; i < 4; i++) {
		mutex_lock(&m);
		cancel_in(calls[i], one_parked, release_mutex);
		cr_assert_not(mutex_is_locked(&m));
		cr_assert_eq(mutex_waiters(&m), 0);
	}
}

static void fail_to_take_mutex(void)
{
	must(ksync_mutex_lock_timeout(&m, HZ / 50) == -ETIME);
}

Test(cancel, of_a_mutex_waiter_waits_for_its_timeout)
{
	mutex_lock(&m);
	cancel_before(fail_to_take_mutex);
	cr_assert_eq(mutex_waiters(&m), 0);
	mutex_unlock(&m);
}

static void take_mutex_too(void *arg, int index)
{
	(void)arg;
	(void)index;
	wait_until(mutex_is_locked(&m));
	take_mutex();
}

static bool two_sleep(void)
{
	return mutex_sleepers(&m) == 2;
}

static bool may_unlock;

static void hold_mutex(void)
{
	mutex_lock(&m);
	while (!READ_ONCE(may_unlock))
		sched_yield(); /* no cancellation point */
	mutex_unlock(&m);
}

static void let_unlock(void)
{
	WRITE_ONCE(may_unlock, true);
}

Test(cancel, of_the_holder_waits_until_it_has_woken_the_next)
{
	struct crew crew;

	crew_start(&crew, 2, take_mutex_too, NULL);
	cancel_in(hold_mutex, two_sleep, let_unlock);
	crew_join(&crew);
	cr_assert_not(mutex_is_locked(&m));
}

/* ---- semaphore, spinlock ---- */

static void take_unit(void)
{
	down(&units);
}

static void take_unit_interruptible(void)
{
	must(down_interruptible(&units) == 0);
}

static void take_unit_in_time(void)
{
	must(down_timeout(&units, 60 * HZ) == 0);
}

static void give_unit(void)
{
	up(&units);
}

Test(cancel, of_a_semaphores_waiter_waits_for_its_unit)
{
	cancel_in(take_unit, one_parked, give_unit);
	cancel_in(take_unit_interruptible, one_parked, give_unit);
	cancel_in(take_unit_in_time, one_parked, give_unit);
	cr_assert_neq(down_trylock(&units), 0);
}

static void take_spinlock(void)
{
	spin_lock(&spin);
	spin_unlock(&spin);
}

static bool spinning(void)
{
	return spin_is_contended(&spin);
}

/* Long enough that it naps. */
static void release_spinlock(void)
{
	nap_ms(20);
	spin_unlock(&spin);
}

Test(cancel, of_a_spinlocks_waiter_waits_until_it_has_had_it)
{
	spin_lock(&spin);
	cancel_in(take_spinlock, spinning, release_spinlock);
	cr_assert_not(spin_is_locked(&spin));
}

/* ---- reports ---- */

static void misuse(void)
{
	mutex_lock(&m);
	spin_unlock(&spin);
	mutex_unlock(&m);
}

Test(cancel, of_who_is_told_of_a_misuse_waits_until_it_is_printed)
{
	int fd = open("/dev/null", O_WRONLY);

	cr_assert_geq(fd, 0);
	dup2(fd, STDERR_FILENO);
	ksync_report_hook_set(NULL);
	cancel_before(misuse);
	cr_assert_not(mutex_is_locked(&m));
}

/* AddressSanitizer does not see that a cancellation point may not return. */
extern void __asan_handle_no_return(void) __attribute__((weak));

/* The hook is the program's, and may be a cancellation point. */
static void hook_that_cancels(const struct ksync_report *report)
{
	reports_hook(report);
	if (__asan_handle_no_return)
		__asan_handle_no_return();
	pthread_testcancel();
}

static void misuse_with_hook(void *arg, int index)
{
	(void)index;
	pthread_cancel(pthread_self());
	mutex_unlock(arg);
	must(!"the hook has ended this thread");
}

Test(cancel, in_a_hook_ends_the_thread_and_harms_nothing)
{
	ksync_report_hook_set(hook_that_cancels);
	mutex_lock(&m);
	crew_run(1, misuse_with_hook, &m);
	expect_misuse("mutex", "does not hold it", &m, ksync_task_tid(current));
	mutex_unlock(&m);
	take_mutex();
}

/* ---- fork ---- */

static void fork_and_wait(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		take_mutex();
		_exit(0);
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
}

Test(cancel, of_who_forks_waits_until_it_has)
{
	take_mutex();
	cancel_before(fork_and_wait);
}

#if KSYNC_HAVE_RCU

/* ---- rcu ---- */

static struct {
	pthread_t thread;
	bool inside;
	bool leave;
} reader;

static void *reader_main(void *arg)
{
	rcu_read_lock();
	WRITE_ONCE(reader.inside, true);
	wait_until(READ_ONCE(reader.leave));
	rcu_read_unlock();
	return arg;
}

static void reader_begins(void)
{
	memset(&reader, 0, sizeof(reader));
	cr_assert_eq(pthread_create(&reader.thread, NULL, reader_main, NULL),
		     0);
	wait_until(READ_ONCE(reader.inside));
}

static void reader_ends(void)
{
	nap_ms(20);
	WRITE_ONCE(reader.leave, true);
	pthread_join(reader.thread, NULL);
}

static bool called;

static void callback(struct rcu_head *head)
{
	(void)head;
	WRITE_ONCE(called, true);
}

static void call_and_wait(void)
{
	static struct rcu_head head;

	called = false;
	call_rcu(&head, callback);
	rcu_barrier();
	must(READ_ONCE(called));
}

Test(cancel, of_who_waits_for_a_grace_period_waits_for_its_end)
{
	reader_begins();
	cancel_in(synchronize_rcu, NULL, reader_ends);
	synchronize_rcu();
}

Test(cancel, of_who_waits_for_callbacks_waits_until_they_have_run)
{
	reader_begins();
	cancel_in(call_and_wait, NULL, reader_ends);
	synchronize_rcu();
	call_and_wait();
}

/* A thread that is cancelled makes the first use of everything. */
Test(cancel, of_who_uses_rcu_first_harms_nobody)
{
	cancel_before(call_and_wait);
	call_and_wait();
}

/* A grace period waits for a reader; the fork beside it is not cancelled. */
static void *synchronize(void *arg)
{
	synchronize_rcu();
	return arg;
}

Test(cancel, of_who_forks_beside_a_grace_period_comes_after_that)
{
	pthread_t thread;

	reader_begins();
	cr_assert_eq(pthread_create(&thread, NULL, synchronize, NULL), 0);
	nap_ms(20);
	cancel_before(fork_and_wait);
	reader_ends();
	pthread_join(thread, NULL);
	rcu_read_lock();
	rcu_read_unlock();
	synchronize_rcu();
}

#endif
