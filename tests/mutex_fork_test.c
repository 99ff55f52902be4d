/* SPDX-License-Identifier: MIT */
/*
 * struct mutex across fork. The child has one thread: what that thread held it
 * holds, what others held has lost its holder, and no queue keeps anybody.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include <linux/mutex.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(mutex_fork, .init = reports_take, .fini = reports_none);

static DEFINE_MUTEX(m);
static DEFINE_MUTEX(other);

static bool may_go;
static int ready;

static void arrive(void)
{
	__atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
}

static bool arrived(int n)
{
	return __atomic_load_n(&ready, __ATOMIC_ACQUIRE) == n;
}

static void lock_and_go(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&m);
	mutex_unlock(&m);
}

static void hold_until_told(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&m);
	arrive();
	wait_until(READ_ONCE(may_go));
	mutex_unlock(&m);
}

static void use_freely(struct mutex *lock)
{
	must(!mutex_is_locked(lock));
	must(mutex_waiters(lock) == 0);
	must(mutex_trylock(lock));
	must(mutex_get_owner(lock) == (unsigned long)current);
	mutex_unlock(lock);
	mutex_lock(lock);
	mutex_unlock(lock);
	must(!mutex_is_locked(lock));
	must(reports_count() == 0);
}

/* ---- what the forking thread holds ---- */

static void unlock_own(void *arg)
{
	(void)arg;
	must(mutex_get_owner(&m) == (unsigned long)current);
	must(!mutex_trylock(&m));
	mutex_unlock(&m);
	use_freely(&m);
}

Test(mutex_fork, the_child_keeps_what_the_forking_thread_holds)
{
	mutex_lock(&m);
	child_succeeds(unlock_own, NULL);
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)current);
	mutex_unlock(&m);
}

static void fork_again(void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		unlock_own(arg);
		_exit(must_failures ? EXIT_FAILED : 0);
	}
	must(waitpid(pid, &status, 0) == pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlock_own(arg);
}

Test(mutex_fork, so_does_the_childs_child)
{
	mutex_lock(&m);
	child_succeeds(fork_again, NULL);
	mutex_unlock(&m);
}

Test(mutex_fork, threads_that_wait_in_the_parent_are_not_in_the_childs_queue)
{
	struct crew crew;

	mutex_lock(&m);
	crew_start(&crew, 3, lock_and_go, NULL);
	wait_until(mutex_sleepers(&m) == 3);
	child_succeeds(unlock_own, NULL);
	cr_assert_eq(mutex_waiters(&m), 3, "the parent's queue is untouched");
	mutex_unlock(&m);
	crew_join(&crew);
	cr_assert_not(mutex_is_locked(&m));
}

static void use_free(void *arg)
{
	(void)arg;
	use_freely(&m);
	use_freely(&other);
}

Test(mutex_fork, a_free_mutex_is_free_in_the_child)
{
	child_succeeds(use_free, NULL);
}

/* ---- what others hold ---- */

#define gone(lock)                                                         \
	do {                                                               \
		must(reports_count() == 1);                                \
		must(report_is(reports.kept, KSYNC_REPORT_MISUSE, "mutex", \
			       "a thread that is gone", lock,              \
			       KSYNC_HOLDER_GONE));                        \
		reports_forget();                                          \
	} while (0)

static void find_holder_gone(void *arg)
{
	(void)arg;
	must(mutex_is_locked(&m));
	must(mutex_get_owner(&m) == 0);
	must(!mutex_trylock(&m));
	must(mutex_lock_interruptible(&m) == -EDEADLK);
	gone(&m);
	must(mutex_lock_killable(&m) == -EDEADLK);
	gone(&m);
	must(ksync_mutex_lock_timeout(&m, 60000) == -EDEADLK);
	gone(&m);
	mutex_init(&m);
	use_freely(&m);
}

static void lock_vanished(void *arg)
{
	(void)arg;
	without_core();
	mutex_lock(&m);
}

Test(mutex_fork, a_mutex_of_another_thread_has_lost_its_holder)
{
	struct crew crew;

	crew_start(&crew, 1, hold_until_told, NULL);
	wait_until(arrived(1));
	child_succeeds(find_holder_gone, NULL);
	child_aborts(lock_vanished, NULL);
	cr_assert_neq(mutex_get_owner(&m), 0, "the parent's holder is there");
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	cr_assert_not(mutex_is_locked(&m));
}

Test(mutex_fork, also_if_others_wait_for_it)
{
	struct crew crew;

	crew_start(&crew, 3, hold_until_told, NULL);
	wait_until(mutex_sleepers(&m) == 2);
	child_succeeds(find_holder_gone, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	cr_assert_not(mutex_is_locked(&m));
}

/* ---- in the middle of something ---- */

static void hold_queue_lock(void *arg, int index)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&m.waitq, self);

	(void)arg;
	(void)index;
	arrive();
	wait_until(READ_ONCE(may_go));
	ksync__waitq_unlock(&m.waitq, self, word);
}

Test(mutex_fork, an_empty_queue_that_another_thread_had_locked_is_usable)
{
	struct crew crew;

	mutex_lock(&m);
	crew_start(&crew, 1, hold_queue_lock, NULL);
	wait_until(arrived(1));
	child_succeeds(unlock_own, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	mutex_unlock(&m);
}

Test(mutex_fork, a_queue_with_waiters_that_another_had_locked_is_usable)
{
	struct crew waiters;
	struct crew crew;

	mutex_lock(&m);
	crew_start(&waiters, 2, lock_and_go, NULL);
	wait_until(mutex_sleepers(&m) == 2);
	crew_start(&crew, 1, hold_queue_lock, NULL);
	wait_until(arrived(1));
	child_succeeds(unlock_own, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	cr_assert_eq(mutex_waiters(&m), 2);
	mutex_unlock(&m);
	crew_join(&waiters);
}

static void contend(void *arg, int index)
{
	(void)arg;
	(void)index;
	arrive();
	while (!READ_ONCE(may_go)) {
		mutex_lock(&m);
		mutex_unlock(&m);
		if (ksync_mutex_lock_timeout(&other, 1) == 0)
			mutex_unlock(&other);
	}
}

/* Wherever the others were: either it is free, or its holder is gone. */
static void use_or_find_gone(struct mutex *lock)
{
	int ret = mutex_lock_interruptible(lock);

	if (ret == 0) {
		mutex_unlock(lock);
		use_freely(lock);
	} else {
		must(ret == -EDEADLK);
		must(mutex_get_owner(lock) == 0);
		reports_forget();
	}
}

static void use_contended(void *arg)
{
	(void)arg;
	use_or_find_gone(&m);
	use_or_find_gone(&other);
	put_task_struct(get_task_struct(current));
}

Test(mutex_fork, under_contention_leaves_the_child_nothing_to_wait_for)
{
	struct crew crew;

	crew_start(&crew, 4, contend, NULL);
	wait_until(arrived(4));
	for (struct effort e = effort(300, 1500); effort_more(&e);)
		child_succeeds(use_contended, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_not(mutex_is_locked(&other));
}

/* ---- in a signal handler of a thread that waits ---- */

static struct task_struct *waiter;

static void fork_when_told(int signal)
{
	(void)signal;
	arrive();
	wait_until(READ_ONCE(may_go));
	fork_in_handler();
}

static void lock_and_fork(void *arg, int index)
{
	(void)arg;
	(void)index;
	WRITE_ONCE(waiter, current);
	mutex_lock(&m);
	must(mutex_get_owner(&m) == (unsigned long)current);
	must(mutex_waiters(&m) == 0);
	mutex_unlock(&m);
	if (handlers_child == 0) {
		use_freely(&m);
		end_handlers_child();
	}
}

Test(mutex_fork, who_was_given_the_mutex_and_then_forked_has_it_in_the_child)
{
	struct crew crew;

	signal(SIGUSR1, fork_when_told);
	mutex_lock(&m);
	crew_start(&crew, 1, lock_and_fork, NULL);
	wait_until(mutex_sleepers(&m) == 1);
	/* It wakes up for nothing until it demands the mutex. */
	do {
		ksync_task_interrupt(READ_ONCE(waiter));
		/* Under valgrind one thread runs at a time, and this could be
		 * the one for ever. */
		nap_us(100);
	} while (!mutex_queue_state(&m).handoff);
	wait_until(mutex_sleepers(&m) == 1);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(arrived(1));
	mutex_unlock(&m);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}

/* Threads that begin and end, so that the pool of tasks is busy. */
static void *begin_and_end(void *arg)
{
	return current ? arg : NULL;
}

static void make_threads(void *arg, int index)
{
	pthread_t thread;

	(void)arg;
	(void)index;
	while (!READ_ONCE(may_go)) {
		if (pthread_create(&thread, NULL, begin_and_end, NULL))
			continue;
		pthread_join(thread, NULL);
	}
}

static void take_and_put_records(void *arg)
{
	struct task_struct *kept = arg;

	put_task_struct(kept);
	use_freely(&m);
}

static void *keep_self(void *arg)
{
	*(struct task_struct **)arg = get_task_struct(current);
	return NULL;
}

Test(mutex_fork, while_threads_begin_and_end_leaves_the_pool_usable)
{
	struct task_struct *kept;
	pthread_t thread;
	struct crew crew;

	pthread_create(&thread, NULL, keep_self, &kept);
	pthread_join(thread, NULL);
	crew_start(&crew, 2, make_threads, NULL);
	for (struct effort e = effort(200, 800); effort_more(&e);)
		child_succeeds(take_and_put_records, kept);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	put_task_struct(kept);
}

/* ---- threads of the child ---- */

static long shared;

static void count(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 500; i++) {
		mutex_lock(&m);
		shared++;
		mutex_unlock(&m);
		watchdog_feed();
	}
}

static void contend_in_child(void *arg)
{
	struct crew crew;

	unlock_own(arg);
	watchdog_start();
	for (int round = 0; round < 5; round++) {
		mutex_init(&m);
		crew_start(&crew, 4, count, NULL);
		crew_join(&crew);
	}
	must(shared == 5 * 4 * 500);
}

Test(mutex_fork, the_childs_threads_contend_as_the_parents_did)
{
	mutex_lock(&m);
	child_succeeds(contend_in_child, NULL);
	mutex_unlock(&m);
}
