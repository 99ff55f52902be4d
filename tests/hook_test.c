/* SPDX-License-Identifier: MIT */
/*
 * The report hook is the program's. At each misuse, by each way that a hook can
 * take - end the thread, jump, fork, exit, wait, misuse ksync itself - what the
 * misused call left behind is as its page says, and everything works on.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#if KSYNC_HAVE_RCU
#include <linux/rcupdate.h>
#endif

#include "support/clock.h"
#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(hook, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);
static DEFINE_MUTEX(destroyed);
static DEFINE_MUTEX(orphan);
static DEFINE_MUTEX(others);
static DEFINE_SPINLOCK(spin);
static DEFINE_SEMAPHORE(full, KSYNC_SEMAPHORE_MAX);
static DEFINE_SEMAPHORE(fresh, 5);
static refcount_t refs;

/* ---- the misuses, and what is there afterwards ---- */

static void lock_and_unlock(struct mutex *lock)
{
	mutex_lock(lock);
	mutex_unlock(lock);
}

static void unlock_free(void)
{
	mutex_unlock(&m);
}

static void mutex_works(void)
{
	must(!mutex_is_locked(&m));
	must(mutex_waiters(&m) == 0);
	lock_and_unlock(&m);
}

static void unlock_others(void)
{
	mutex_unlock(&others);
}

static void others_is_held(void)
{
	must(mutex_is_locked(&others));
	must(mutex_get_owner(&others) != 0);
}

/* What the thread holds it holds, until it unlocks. */
static void lock_again(void)
{
	mutex_lock(&m);
	mutex_lock(&m);
}

static void lock_again_interruptible(void)
{
	mutex_lock(&m);
	must(mutex_lock_interruptible(&m) == -EDEADLK);
}

static void end_recursion(void)
{
	if (mutex_get_owner(&m) == (unsigned long)current)
		mutex_unlock(&m);
	else
		mutex_init(&m); /* the thread is gone */
	mutex_works();
}

static void exit_holding(void *arg, int index)
{
	(void)index;
	mutex_lock(arg);
}

static void lose_the_holder(void)
{
	crew_run(1, exit_holding, &orphan);
}

static void lock_orphan(void)
{
	mutex_lock(&orphan);
}

static void lock_orphan_killable(void)
{
	must(mutex_lock_killable(&orphan) == -EDEADLK);
}

/* A place of its own. */
static void wait_killable(void)
{
	must(mutex_lock_killable(&orphan) == -EDEADLK);
}

static void orphan_has_no_waiter(void)
{
	must(mutex_is_locked(&orphan));
	must(mutex_waiters(&orphan) == 0);
	mutex_init(&orphan);
	lock_and_unlock(&orphan);
}

/* Its thread waits for the one that will be gone. */
static void exit_when_awaited(void *arg, int index)
{
	(void)index;
	mutex_lock(arg);
	wait_until(mutex_sleepers(arg) == 1);
}

static struct crew leaver;

static void let_the_holder_leave(void)
{
	/* Who sleeps looks after the owner after ten seconds. */
	clock_put_forward_ms(-9900);
	crew_start(&leaver, 1, exit_when_awaited, &orphan);
	wait_until(mutex_is_locked(&orphan));
}

static void the_holder_has_left(void)
{
	clock_put_forward(0);
	orphan_has_no_waiter();
}

static void destroy(void)
{
	mutex_destroy(&destroyed);
}

static void lock_destroyed(void)
{
	mutex_lock(&destroyed);
	mutex_unlock(&destroyed);
}

static void destroy_twice(void)
{
	mutex_destroy(&destroyed);
}

static void unlock_destroyed(void)
{
	mutex_unlock(&destroyed);
}

static void destroyed_can_be_made_anew(void)
{
	mutex_init(&destroyed);
	lock_and_unlock(&destroyed);
}

static void destroy_others(void)
{
	mutex_destroy(&others);
}

static void unlock_free_spinlock(void)
{
	spin_unlock(&spin);
	/* No tail call: a misuse is known by the place that it returns to, and
	 * the mutex's says the same words. */
	barrier();
}

static void spinlock_works(void)
{
	must(!spin_is_locked(&spin));
	spin_lock(&spin);
	spin_unlock(&spin);
}

static void up_too_often(void)
{
	up(&full);
}

static void full_is_full(void)
{
	must(full.count == KSYNC_SEMAPHORE_MAX);
	down(&full);
	up(&full);
}

static void initialise_with_less_than_nothing(void)
{
	sema_init(&fresh, -1);
}

static void fresh_is_empty(void)
{
	must(down_trylock(&fresh) != 0);
	up(&fresh);
	must(down_trylock(&fresh) == 0);
}

static void get_a_dead_one(void)
{
	refcount_inc(&refs);
}

static void refs_are_saturated(void)
{
	must((int)refcount_read(&refs) < 0);
	refcount_set(&refs, 0);
}

#if KSYNC_HAVE_RCU

static void rcu_works(void)
{
	must(!rcu_read_lock_held());
	rcu_read_lock();
	rcu_read_unlock();
	synchronize_rcu();
	rcu_barrier();
}

static void unlock_no_reader(void)
{
	rcu_read_unlock();
}

static void wait_in_reader(void)
{
	rcu_read_lock();
	synchronize_rcu();
}

static void wait_for_callbacks_in_reader(void)
{
	rcu_read_lock();
	rcu_barrier();
}

static void reader_can_end(void)
{
	/* Unless the thread has ended, and the reader with it. */
	if (rcu_read_lock_held())
		rcu_read_unlock();
	rcu_works();
}

#endif

static const struct misuse {
	const char *name;
	void (*prepare)(void);
	void (*commit)(void);
	void (*after)(void);
} misuses[] = {
	{ "unlock_free", NULL, unlock_free, mutex_works },
	{ "unlock_others", NULL, unlock_others, others_is_held },
	{ "lock_again", NULL, lock_again, end_recursion },
	{ "lock_again_interruptible", NULL, lock_again_interruptible,
	  end_recursion },
	{ "lock_orphan", lose_the_holder, lock_orphan, orphan_has_no_waiter },
	{ "lock_orphan_killable", lose_the_holder, lock_orphan_killable,
	  orphan_has_no_waiter },
	{ "wait_for_orphan", let_the_holder_leave, lock_orphan,
	  the_holder_has_left },
	{ "wait_for_orphan_killable", let_the_holder_leave, wait_killable,
	  the_holder_has_left },
	{ "lock_destroyed", destroy, lock_destroyed,
	  destroyed_can_be_made_anew },
	{ "destroy_twice", destroy, destroy_twice, destroyed_can_be_made_anew },
	{ "unlock_destroyed", destroy, unlock_destroyed,
	  destroyed_can_be_made_anew },
	{ "destroy_others", NULL, destroy_others, others_is_held },
	{ "unlock_free_spinlock", NULL, unlock_free_spinlock, spinlock_works },
	{ "up_too_often", NULL, up_too_often, full_is_full },
	{ "initialise_with_less_than_nothing", NULL,
	  initialise_with_less_than_nothing, fresh_is_empty },
	{ "get_a_dead_one", NULL, get_a_dead_one, refs_are_saturated },
#if KSYNC_HAVE_RCU
	{ "unlock_no_reader", NULL, unlock_no_reader, rcu_works },
	{ "wait_in_reader", NULL, wait_in_reader, reader_can_end },
	{ "wait_for_callbacks_in_reader", NULL, wait_for_callbacks_in_reader,
	  reader_can_end },
#endif
};

/* ---- each misuse, in a thread with this hook ---- */

static const struct misuse *now;
static sigjmp_buf back;
static int committed;

static void commit(void *arg, int index)
{
	(void)arg;
	(void)index;
	if (!sigsetjmp(back, 0)) {
		now->commit();
		committed++;
	}
	now->after();
}

static void end_thread(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	reports_hook(report);
	pthread_exit(NULL);
}

/* after: by the hook's thread, which the hook has not ended. */
static void each_misuse(ksync_report_fn hook, bool after)
{
	int reported = 0;

	mutex_lock(&others);
	ksync_report_hook_set(hook);
	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
		now = &misuses[i];
		if (now->prepare)
			now->prepare();
		crew_run(1, commit, NULL);
		if (now->prepare == let_the_holder_leave)
			crew_join(&leaver);
		reported++;
#if KSYNC_HAVE_RCU
		/* The reader that the thread left behind is told of once. */
		if (hook == end_thread && now->commit == wait_in_reader)
			reported++;
#endif
		cr_assert_eq(reports_count(), reported, "%s", now->name);
		if (after)
			now->after();
	}
	reports_forget();
	mutex_unlock(&others);
	must_have_held();
}

Test(hook, may_end_its_thread)
{
	each_misuse(end_thread, true);
	cr_assert_eq(committed, 0);
}

static void jump(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	reports_hook(report);
	siglongjmp(back, 1);
}

Test(hook, may_jump)
{
	each_misuse(jump, false);
	cr_assert_eq(committed, 0);
}

/* The child sees what the thread would see, and can go on. */
static void fork_in_hook(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	int status = -1;
	pid_t pid;

	reports_hook(report);
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		must_failures = 0;
		/* Others' waiting is over there. */
		if (now->after != others_is_held)
			now->after();
		_exit(must_failures ? EXIT_FAILED : 0);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(status == 0);
	siglongjmp(back, 1);
}

Test(hook, may_fork)
{
	each_misuse(fork_in_hook, false);
}

/* It uses the families, of which the report is, and waits. */
static void use_ksync(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	static DEFINE_MUTEX(own);

	reports_hook(report);
	mutex_lock(&own);
	nap_ms(1);
	mutex_unlock(&own);
	must(down_trylock(&full) == 0);
	up(&full);
#if KSYNC_HAVE_RCU
	if (!rcu_read_lock_held())
		synchronize_rcu();
#endif
	if (report->kind == KSYNC_REPORT_DEADLOCK)
		siglongjmp(back, 1);
}

Test(hook, may_lock_and_sleep)
{
	each_misuse(use_ksync, false);
}

static void exit_in_hook(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	(void)report;
	exit(7);
}

static void commit_with_exit(void *arg)
{
	(void)arg;
	ksync_report_hook_set(exit_in_hook);
	if (now->prepare)
		now->prepare();
	now->commit();
}

Test(hook, may_end_the_process)
{
	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
		int status;

		now = &misuses[i];
		if (now->commit == unlock_others ||
		    now->commit == destroy_others)
			continue; /* there nobody holds it */
		status = in_child(commit_with_exit, NULL);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7,
			  "%s: status 0x%x", now->name, status);
	}
}

/* ---- a hook that misuses ksync ---- */

static int depth;
static int deepest;

/* A deadlock is told each time, so this would never end. */
static void deadlock_in_hook(const struct ksync_report *report)
{
	if (report_is_of_life(report))
		return;
	(void)report;
	if (++depth > deepest)
		deepest = depth;
	mutex_lock(&m);
	must(!"aborts");
}

static void deadlock_in_deadlock(void *arg)
{
	(void)arg;
	without_core();
	ksync_report_hook_set(deadlock_in_hook);
	mutex_lock(&m);
	mutex_lock(&m);
}

Test(hook, that_always_misuses_ksync_comes_to_an_end)
{
	child_aborts(deadlock_in_deadlock, NULL);
}

/* A jump out of a hook is no nesting, however often and from how deep. */
__attribute__((noinline)) static void misuse_deep(int levels)
{
	volatile char stack[256];

	stack[0] = (char)levels;
	if (levels)
		misuse_deep(levels - 1);
	else
		lock_again();
	stack[1] = stack[0];
}

static void jump_from(int levels)
{
	if (!sigsetjmp(back, 0))
		misuse_deep(levels);
	mutex_unlock(&m);
}

Test(hook, is_called_again_after_each_jump)
{
	ksync_report_hook_set(jump);
	for (int i = 0; i < 20; i++) {
		jump_from(i % 3);
		cr_assert_eq(reports_count(), i + 1);
	}
	reports_forget();
}
