/* SPDX-License-Identifier: MIT */
/*
 * struct rw_semaphore in wrong use: each row of docs/rwsem.md, "Misuse"; and
 * across fork.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <pthread.h>

#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/rwsem.h>
#include <linux/sched.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/report.h"
#include "support/rwsem_queue.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(rwsem_misuse, .init = reports_take, .fini = reports_none);
TestSuite(rwsem_vanished, .init = reports_take, .fini = reports_none);
TestSuite(rwsem_fork, .init = reports_take, .fini = reports_none);

static DECLARE_RWSEM(sem);

#define misuse(words, holder) expect_misuse("rwsem", words, &sem, holder)

static int my_tid(void)
{
	return ksync_task_tid(current);
}

static void still_works(void)
{
	cr_assert_not(rwsem_is_locked(&sem));
	down_write(&sem);
	downgrade_write(&sem);
	down_read_non_owner(&sem);
	up_read_non_owner(&sem);
	up_read(&sem);
	cr_assert_eq(down_write_trylock(&sem), 1);
	up_write(&sem);
	cr_assert_not(rwsem_is_locked(&sem));
}

/* ---- released by who does not hold it ---- */

Test(rwsem_misuse, up_read_of_a_free_one_is_reported_and_does_nothing)
{
	up_read(&sem);
	misuse(KSYNC_CHECKED ? "nobody holds it" : "nobody reads",
	       KSYNC_HOLDER_NONE);
	still_works();
	up_read_non_owner(&sem);
	misuse("nobody reads", KSYNC_HOLDER_NONE);
	still_works();
}

Test(rwsem_misuse, up_write_of_a_free_one_is_reported_and_does_nothing)
{
	up_write(&sem);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	downgrade_write(&sem);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	still_works();
}

Test(rwsem_misuse, up_write_of_what_is_read_is_reported_and_does_nothing)
{
	down_read_non_owner(&sem);
	up_write(&sem);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	cr_assert(rwsem_is_locked(&sem));
	up_read_non_owner(&sem);
	still_works();
}

Test(rwsem_misuse, up_read_of_what_is_written_is_reported_and_does_nothing)
{
	down_write(&sem);
	up_read_non_owner(&sem);
	misuse("nobody reads", my_tid());
	cr_assert_eq(down_read_trylock(&sem), 0);
	up_write(&sem);
	still_works();
}

/* A call at a function's end may be a jump, and two be made one: then both had
 * one place in the program, at which a misuse is told once. */
static void up_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	up_write(&sem);
	barrier();
}

static void downgrade_as_stranger(void *arg, int index)
{
	(void)index;
	downgrade_write(&sem);
	WRITE_ONCE(*(bool *)arg, true);
}

Test(rwsem_misuse, a_strangers_up_write_and_downgrade_do_nothing)
{
	bool came_back = false;

	down_write(&sem);
	crew_run(1, up_as_stranger, NULL);
	misuse("does not hold it", my_tid());
	crew_run(1, downgrade_as_stranger, &came_back);
	cr_assert(came_back);
	misuse("does not hold it", my_tid());
	cr_assert_eq(down_read_trylock(&sem), 0);
	up_write(&sem);
	still_works();
}

Test(rwsem_misuse, assertions_of_what_is_not_so_are_reported)
{
	rwsem_assert_held_nolockdep(&sem);
	misuse("asserted to be held, but it is free", KSYNC_HOLDER_NONE);
	rwsem_assert_held(&sem);
	misuse("asserted to be held", KSYNC_HOLDER_NONE);
	rwsem_assert_held_write(&sem);
	misuse("asserted to be held for writing", KSYNC_HOLDER_NONE);
	down_read(&sem);
	rwsem_assert_held_write_nolockdep(&sem);
	misuse("asserted to be held for writing, but", KSYNC_HOLDER_NONE);
	up_read(&sem);
}

/* ---- recursion ---- */

static struct {
	bool writes;
	const char *words;
	int holder;
} death;

/* The report comes first, then the process aborts. */
static void check_deadlock(const struct ksync_report *report)
{
	if (report_is(report, KSYNC_REPORT_DEADLOCK, "rwsem", death.words, &sem,
		      death.holder) &&
	    report->tid == my_tid())
		return;
	ksync_report_print(report);
	_exit(EXIT_FAILED);
}

static void take_to_death(void *arg)
{
	(void)arg;
	without_core();
	if (death.holder != KSYNC_HOLDER_GONE)
		death.holder = my_tid();
	ksync_report_hook_set(check_deadlock);
	if (death.writes)
		down_write(&sem);
	else
		down_read(&sem);
	_exit(EXIT_FAILED);
}

static void all_that_can_fail_say_EDEADLK(const char *words, int holder)
{
	struct timespec later;

	cr_assert_eq(down_read_interruptible(&sem), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(down_read_killable(&sem), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(ksync_down_read_timeout(&sem, 60 * HZ), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(ksync_down_write_interruptible(&sem), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(down_write_killable(&sem), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(ksync_down_write_timeout(&sem, 0), -EDEADLK);
	misuse(words, holder);
	clock_gettime(CLOCK_MONOTONIC, &later);
	later.tv_sec += 60;
	cr_assert_eq(ksync_down_write_until(&sem, &later), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(ksync_down_read_until(&sem, &later), -EDEADLK);
	misuse(words, holder);
	cr_assert_eq(down_write_trylock(&sem), 0);
	cr_assert_eq(down_read_trylock(&sem), 0);
}

Test(rwsem_misuse, a_writer_that_takes_it_again_is_told)
{
	down_write(&sem);
	/* The checked library looks before the call does, and aborts. */
	if (!KSYNC_CHECKED)
		all_that_can_fail_say_EDEADLK("locked again by its holder",
					      my_tid());
	cr_assert_eq(ksync_atomic_long_read(&sem.count), 1,
		     "no count is left behind");
	death.words = "locked again by its holder";
	for (int writes = 0; writes < 2; writes++) {
		death.writes = writes;
		child_aborts(take_to_death, NULL);
	}
	up_write(&sem);
	still_works();
}

/* ---- a writer that is gone ---- */

static void exit_writing(void *arg, int index)
{
	(void)arg;
	(void)index;
	down_write(&sem);
}

Test(rwsem_vanished, a_writer_that_exits_is_told)
{
	crew_run(1, exit_writing, NULL);
	cr_assert(rwsem_is_locked(&sem));
	all_that_can_fail_say_EDEADLK("a thread that is gone",
				      KSYNC_HOLDER_GONE);
	death.words = "a thread that is gone";
	death.holder = KSYNC_HOLDER_GONE;
	for (int writes = 0; writes < 2; writes++) {
		death.writes = writes;
		child_aborts(take_to_death, NULL);
	}
	init_rwsem(&sem);
	still_works();
}

/* Queued, and not told while it is. */
static void exit_later(void *arg, int index)
{
	(void)arg;
	(void)index;
	down_write(&sem);
	wait_until(rwsem_sleepers(&sem) == 2);
}

static void wait_for_the_vanished(void *arg, int index)
{
	wait_until(rwsem_is_locked(&sem));
	if (index == 0)
		must(down_write_killable(&sem) == -EDEADLK);
	else
		must(down_read_killable(&sem) == -EDEADLK);
	(void)arg;
}

Test(rwsem_vanished, who_waits_when_the_writer_exits_is_told_within_10_s)
{
	struct crew waiters, writer;

	long_sleeps_are_right = true;
	/* They will think so within 100 ms. */
	clock_put_forward_ms(-9900);
	crew_start(&writer, 1, exit_later, NULL);
	crew_start(&waiters, 2, wait_for_the_vanished, NULL);
	crew_join(&writer);
	clock_put_forward_ms(0);
	crew_join(&waiters);
	cr_assert_eq(reports_count(), 2);
	reports_forget();
	init_rwsem(&sem);
	still_works();
}

/* ---- readers that are gone ---- */

static void exit_reading(void *arg, int index)
{
	(void)arg;
	(void)index;
	down_read_non_owner(&sem);
}

static void wait_to_write(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(ksync_down_write_timeout(&sem, 600 * HZ) == 0);
	up_write(&sem);
}

Test(rwsem_vanished, readers_that_are_gone_are_told_by_who_waits_for_10_s)
{
	struct crew crew;

	crew_run(1, exit_reading, NULL);
	long_sleeps_are_right = true;
	clock_put_forward_ms(-9900);
	crew_start(&crew, 1, wait_to_write, NULL);
	wait_until(rwsem_sleepers(&sem) == 1);
	clock_put_forward_ms(0);
	wait_until(reports_count() == 1);
	misuse("readers may be gone", KSYNC_HOLDER_NONE);
	/* It is only a suspicion: the wait goes on. */
	wait_until(rwsem_sleepers(&sem) == 1);
	up_read_non_owner(&sem);
	crew_join(&crew);
	still_works();
}

/* ---- fork ---- */

static bool may_go;
static int ready;

static void arrive(void)
{
	__atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
}

static void hold_until_told(void *arg, int index)
{
	(void)index;
	if (arg)
		down_write(&sem);
	else
		down_read(&sem);
	arrive();
	wait_until(READ_ONCE(may_go));
	if (arg)
		up_write(&sem);
	else
		up_read(&sem);
}

static void take_once(void *arg, int index)
{
	(void)arg;
	if (index % 2) {
		down_write(&sem);
		up_write(&sem);
	} else {
		down_read(&sem);
		up_read(&sem);
	}
}

static void use_freely(void)
{
	must(rwsem_waiters(&sem) == 0);
	must(down_write_trylock(&sem) == 1);
	must(rwsem_is_contended(&sem) == 0);
	up_write(&sem);
	must(down_read_trylock(&sem) == 1);
	up_read(&sem);
	down_write(&sem);
	downgrade_write(&sem);
	up_read(&sem);
	must(!rwsem_is_locked(&sem));
	must(reports_count() == 0);
}

static void release_writing(void *arg)
{
	(void)arg;
	must(rwsem_is_locked(&sem));
	up_write(&sem);
	use_freely();
}

static void release_reading(void *arg)
{
	(void)arg;
	must(rwsem_is_locked(&sem));
	up_read(&sem);
	use_freely();
}

Test(rwsem_fork, the_child_has_what_the_forking_thread_had_and_no_waiters)
{
	struct crew crew;

	down_write(&sem);
	crew_start(&crew, 4, take_once, NULL);
	wait_until(rwsem_sleepers(&sem) == 4);
	child_succeeds(release_writing, NULL);
	cr_assert_eq(rwsem_waiters(&sem), 4, "the parent's queue is untouched");
	up_write(&sem);
	crew_join(&crew);

	down_read(&sem);
	crew_start(&crew, 1, hold_until_told, &sem);
	wait_until(rwsem_sleepers(&sem) == 1);
	child_succeeds(release_reading, NULL);
	WRITE_ONCE(may_go, true);
	up_read(&sem);
	crew_join(&crew);
	still_works();
}

/* The child finds flags of waiters that are gone, over a free count. */
static void try_first(void *arg)
{
	must(ksync_atomic_long_read(&sem.count) == 2);
	if (arg)
		must(down_write_trylock(&sem) == 1);
	else
		must(down_read_trylock(&sem) == 1);
	if (arg)
		up_write(&sem);
	else
		up_read(&sem);
	must(ksync_atomic_long_read(&sem.count) == 0);
	use_freely();
}

Test(rwsem_fork,
     a_trylock_in_the_child_is_not_refused_for_waiters_that_are_gone)
{
	/* As it is when the first of them was about to be woken. */
	ksync_atomic_long_set(&sem.count, 2);
	child_succeeds(try_first, NULL);
	child_succeeds(try_first, &sem);
	init_rwsem(&sem);
}

static void find_writer_gone(void *arg)
{
	(void)arg;
	must(down_read_trylock(&sem) == 0);
	must(down_write_killable(&sem) == -EDEADLK);
	must(reports_count() == 1);
	reports_forget();
	must(down_read_killable(&sem) == -EDEADLK);
	must(reports_count() == 1);
	reports_forget();
	init_rwsem(&sem);
	use_freely();
}

Test(rwsem_fork, a_writer_that_is_not_in_the_child_is_gone_there)
{
	struct crew crew;

	crew_start(&crew, 1, hold_until_told, &sem);
	wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == 1);
	child_succeeds(find_writer_gone, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	still_works();
}

static void find_readers_gone(void)
{
	long_sleeps_are_right = true;
	clock_put_forward_ms(-9900);
	/* By the clock as it is when it begins, 10 s and some more. */
	must(ksync_down_write_timeout(&sem, 10500) == -ETIME);
	must(reports_count() == 1);
	must(report_is(reports.kept, KSYNC_REPORT_MISUSE, "rwsem",
		       "readers may be gone", &sem, KSYNC_HOLDER_NONE));
	reports_forget();
	down_read(&sem);
	up_read(&sem);
	must(reports_count() == 0);
}

static void forward_later(void *arg, int index)
{
	(void)arg;
	(void)index;
	wait_until(rwsem_sleepers(&sem) == 1);
	clock_put_forward_ms(0);
}

static void find_readers_gone_in_time(void *arg)
{
	struct crew crew;

	(void)arg;
	crew_start(&crew, 1, forward_later, NULL);
	find_readers_gone();
	crew_join(&crew);
}

Test(rwsem_fork, readers_that_are_not_in_the_child_are_told_by_who_waits_10_s)
{
	struct crew crew;

	crew_start(&crew, 2, hold_until_told, NULL);
	wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == 2);
	child_succeeds(find_readers_gone_in_time, NULL);
	WRITE_ONCE(may_go, true);
	crew_join(&crew);
	still_works();
}

/* In a signal handler of a thread that waits. */

static bool in_handler;
static bool may_fork;

static void fork_when_told(int signal)
{
	(void)signal;
	WRITE_ONCE(in_handler, true);
	wait_until(READ_ONCE(may_fork));
	fork_in_handler();
}

static void take_and_fork(void *arg, int index)
{
	(void)index;
	if (arg)
		down_write(&sem);
	else
		down_read(&sem);
	must(down_write_trylock(&sem) == 0);
	if (arg)
		up_write(&sem);
	else
		up_read(&sem);
	use_freely();
	if (handlers_child == 0)
		end_handlers_child();
}

/* The lock becomes free while the first waiter is in a signal handler, which
 * forks: it is woken, or finds an empty queue, on both sides. */
Test(rwsem_fork, who_waited_and_forked_gets_it_in_parent_and_child)
{
	signal(SIGUSR1, fork_when_told);
	for (int writes = 0; writes < 2; writes++) {
		struct crew crew;

		in_handler = false;
		may_fork = false;
		handlers_status = -1;
		handlers_child = -1;
		down_write(&sem);
		crew_start(&crew, 1, take_and_fork, writes ? &sem : NULL);
		wait_until(rwsem_sleepers(&sem) == 1);
		pthread_kill(crew.members[0].thread, SIGUSR1);
		wait_until(READ_ONCE(in_handler));
		up_write(&sem);
		WRITE_ONCE(may_fork, true);
		crew_join(&crew);
		cr_assert_eq(handlers_status, 0,
			     "the child ended with status 0x%x",
			     (unsigned int)handlers_status);
	}
	still_works();
}

/* ---- what the checked library alone says ---- */

static void write_as_reader(void *arg)
{
	(void)arg;
	without_core();
	down_read(&sem);
	(void)!down_write_killable(&sem);
}

Test(rwsem_misuse, a_reader_that_takes_it_again_is_told_by_the_checked_library)
{
	down_read(&sem);
	cr_assert_eq(down_read_killable(&sem), 0);
	if (KSYNC_CHECKED)
		misuse("read again by its reader", KSYNC_HOLDER_NONE);
	up_read(&sem);
	up_read(&sem);
	if (KSYNC_CHECKED)
		child_aborts(write_as_reader, NULL);
	still_works();
}

Test(rwsem_misuse, the_checked_library_knows_who_reads)
{
	if (!KSYNC_CHECKED)
		return;
	down_read(&sem);
	cr_assert_eq(lockdep_is_held(&sem), 1);
	cr_assert_eq(lockdep_is_held_type(&sem, 1), 1);
	cr_assert_eq(lockdep_is_held_type(&sem, 0), 0);
	up_write(&sem);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	cr_assert_eq(lockdep_is_held(&sem), 1);
	up_read(&sem);
	down_write(&sem);
	cr_assert_eq(lockdep_is_held_type(&sem, 0), 1);
	up_read(&sem);
	misuse("does not hold it", my_tid());
	downgrade_write(&sem);
	cr_assert_eq(lockdep_is_held_type(&sem, 0), 0);
	cr_assert_eq(lockdep_is_held_type(&sem, 1), 1);
	up_read(&sem);
	cr_assert_eq(lockdep_is_held(&sem), 0);
	still_works();
}
