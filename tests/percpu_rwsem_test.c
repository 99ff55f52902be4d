/* SPDX-License-Identifier: MIT */
/*
 * struct percpu_rw_semaphore: who may be in together, results, in threads that
 * migrate, with what it stands on taken away; in wrong use, and across fork.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <sched.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/percpu-rwsem.h>
#include <linux/sched.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/report.h"
#include "support/rwsem_queue.h"
#include "support/sandbox.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(percpu_rwsem, .init = reports_take, .fini = reports_none);
TestSuite(percpu_rwsem_misuse, .init = reports_take, .fini = reports_none);
TestSuite(percpu_rwsem_fork, .init = reports_take, .fini = reports_none);

DEFINE_STATIC_PERCPU_RWSEM(sem);

static const struct timespec past = { 1, 0 };
static const struct timespec bad = { 1, 1000000000 };

static void is_free(void)
{
	cr_assert_not(percpu_is_read_locked(&sem));
	cr_assert_not(percpu_is_write_locked(&sem));
	cr_assert_eq(sem.ksync__writers.count.counter, 0);
	cr_assert_eq(sem.ksync__writers.owner, 0);
	cr_assert_null(sem.ksync__waiter);
}

static bool is_open(void)
{
	return !READ_ONCE(sem.ksync__closed);
}

enum form { PLAIN, INTR, KILL, TIMEOUT, UNTIL, FORMS };

static int read_in(enum form form, const struct timespec *at)
{
	switch (form) {
	case INTR:
		return ksync_percpu_down_read_interruptible(&sem);
	case KILL:
		return ksync_percpu_down_read_killable(&sem);
	case TIMEOUT:
		return ksync_percpu_down_read_timeout(&sem, at ? 0 : 100 * HZ);
	case UNTIL:
		return ksync_percpu_down_read_until(&sem, at);
	default:
		percpu_down_read(&sem);
		return 0;
	}
}

static int write_in(enum form form, const struct timespec *at)
{
	switch (form) {
	case INTR:
		return ksync_percpu_down_write_interruptible(&sem);
	case KILL:
		return ksync_percpu_down_write_killable(&sem);
	case TIMEOUT:
		return ksync_percpu_down_write_timeout(&sem, at ? 0 : 100 * HZ);
	case UNTIL:
		return ksync_percpu_down_write_until(&sem, at);
	default:
		percpu_down_write(&sem);
		return 0;
	}
}

static int take(bool writes, enum form form, const struct timespec *at)
{
	return writes ? write_in(form, at) : read_in(form, at);
}

static void release(bool writes)
{
	if (writes)
		percpu_up_write(&sem);
	else
		percpu_up_read(&sem);
}

static void one_round(void)
{
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	percpu_up_write(&sem);
}

/* ---- one thread ---- */

Test(percpu_rwsem, is_at_most_56_bytes)
{
	cr_assert(KSYNC_CHECKED || sizeof(struct percpu_rw_semaphore) <= 56);
}

Test(percpu_rwsem, is_free_when_it_was_initialised)
{
	struct percpu_rw_semaphore one;

	for (int i = 0; i < 3000; i++) {
		memset(&one, 0xff, sizeof(one));
		cr_assert_eq(percpu_init_rwsem(&one), 0);
		cr_assert_not(percpu_is_read_locked(&one));
		cr_assert_not(percpu_is_write_locked(&one));
		cr_assert(percpu_down_read_trylock(&one));
		percpu_up_read(&one);
		percpu_down_write(&one);
		percpu_up_write(&one);
		percpu_free_rwsem(&one);
	}
	percpu_free_rwsem(&one);
}

Test(percpu_rwsem, a_static_one_is_made_by_its_first_use_and_again)
{
	percpu_free_rwsem(&sem);
	for (int i = 0; i < 3; i++) {
		is_free();
		if (i == 0)
			one_round();
		else if (i == 1)
			cr_assert(percpu_down_read_trylock(&sem));
		else
			percpu_down_write(&sem);
		if (i)
			release(i == 2);
		percpu_free_rwsem(&sem);
	}
}

Test(percpu_rwsem, every_form_takes_what_is_free)
{
	for (enum form form = PLAIN; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &past), 0);
		cr_assert(percpu_is_read_locked(&sem));
		cr_assert_not(percpu_is_write_locked(&sem));
		percpu_up_read(&sem);
		is_free();
		cr_assert_eq(write_in(form, &past), 0);
		cr_assert(percpu_is_write_locked(&sem));
		cr_assert_not(percpu_is_read_locked(&sem));
		percpu_up_write(&sem);
		is_free();
	}
	cr_assert_eq(read_in(UNTIL, &bad), 0);
	percpu_up_read(&sem);
	cr_assert_eq(write_in(UNTIL, &bad), 0);
	percpu_up_write(&sem);
	is_free();
}

Test(percpu_rwsem, the_trylock_says_whether_it_took_it)
{
	for (int i = 0; i < 2; i++) { /* not made yet; made */
		cr_assert(percpu_down_read_trylock(&sem));
		percpu_up_read(&sem);
		percpu_down_write(&sem);
		cr_assert_not(percpu_down_read_trylock(&sem));
		percpu_up_write(&sem);
		cr_assert(percpu_down_read_trylock(&sem));
		percpu_up_read(&sem);
		is_free();
	}
}

Test(percpu_rwsem, guards_hold_to_the_end_of_their_block)
{
	int runs = 0;

	{
		guard(percpu_read)(&sem);
		cr_assert(percpu_is_read_locked(&sem));
	}
	is_free();
	{
		guard(percpu_write)(&sem);
		cr_assert(percpu_is_write_locked(&sem));
	}
	is_free();
	scoped_guard(percpu_read_try, &sem)
		runs++;
	scoped_guard(percpu_read_intr, &sem)
		runs++;
	scoped_guard(percpu_read_kill, &sem)
		runs++;
	scoped_guard(percpu_write_intr, &sem)
		runs++;
	scoped_guard(percpu_write_kill, &sem)
		runs++;
	cr_assert_eq(runs, 5);
	is_free();
}

/* ---- who may be in together ---- */

static struct {
	int inside;
	bool may_go;
	int result;
	ksync_task_t *task;
	enum form form;
	bool writes;
} other;

static void hold(void *arg, int index)
{
	(void)arg;
	(void)index;
	__atomic_store_n(&other.task, ksync_task_get(current),
			 __ATOMIC_RELEASE);
	other.result = take(other.writes, other.form, NULL);
	if (other.result == 0) {
		__atomic_fetch_add(&other.inside, 1, __ATOMIC_ACQ_REL);
		wait_until(__atomic_load_n(&other.may_go, __ATOMIC_ACQUIRE));
		release(other.writes);
	}
	(void)ksync_task_clear_pending();
}

static struct crew holders;

static void others_start(int number, bool writes, enum form form)
{
	other.inside = 0;
	other.may_go = false;
	other.task = NULL;
	other.writes = writes;
	other.form = form;
	crew_start(&holders, number, hold, NULL);
}

static int others_inside(void)
{
	return __atomic_load_n(&other.inside, __ATOMIC_ACQUIRE);
}

static void others_end(void)
{
	__atomic_store_n(&other.may_go, true, __ATOMIC_RELEASE);
	crew_join(&holders);
	if (other.task)
		ksync_task_put(other.task);
}

/* Asleep over readers, and not over another writer. 2 is PARKED. */
static bool a_writer_sleeps(void)
{
	struct ksync_task *waiter = READ_ONCE(sem.ksync__waiter);

	return waiter && READ_ONCE(waiter->park) == 2u;
}

static bool somebody_sleeps(void)
{
	return a_writer_sleeps() || rwsem_sleepers(&sem.ksync__writers) == 1;
}

Test(percpu_rwsem, readers_are_in_together)
{
	others_start(5, false, PLAIN);
	wait_until(others_inside() == 5);
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	cr_assert_eq(write_in(UNTIL, &past), -ETIME);
	cr_assert_eq(write_in(TIMEOUT, &past), -ETIME);
	cr_assert(percpu_is_read_locked(&sem));
	others_end();
	is_free();
}

Test(percpu_rwsem, a_writer_is_alone)
{
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	cr_assert_not(percpu_down_read_trylock(&sem));
	for (enum form form = TIMEOUT; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &past), -ETIME);
		cr_assert_eq(write_in(form, &past), -ETIME);
	}
	others_end();
	is_free();
}

Test(percpu_rwsem, a_bad_time_is_EINVAL_where_it_would_sleep)
{
	for (int writes = 0; writes < 2; writes++) {
		others_start(1, writes, PLAIN);
		wait_until(others_inside() == 1);
		cr_assert_eq(write_in(UNTIL, &bad), -EINVAL);
		if (writes)
			cr_assert_eq(read_in(UNTIL, &bad), -EINVAL);
		others_end();
		is_free();
	}
}

/* held, waits: readers do not wait for readers. */
static const struct {
	bool held, waits;
} waits_for[] = { { false, true }, { true, false }, { true, true } };

#define PAIRS (sizeof(waits_for) / sizeof(waits_for[0]))

Test(percpu_rwsem, sleeper_of_every_form_gets_it)
{
	for (size_t i = 0; i < PAIRS; i++) {
		for (enum form form = PLAIN; form < FORMS; form++) {
			take(waits_for[i].held, PLAIN, NULL);
			others_start(1, waits_for[i].waits, form);
			wait_until(somebody_sleeps());
			cr_assert_eq(others_inside(), 0);
			release(waits_for[i].held);
			wait_until(others_inside() == 1);
			others_end();
			cr_assert_eq(other.result, 0);
			is_free();
		}
	}
}

Test(percpu_rwsem, interrupts_and_kills_end_what_they_should)
{
	static const struct {
		enum form form;
		bool interrupt, kill;
	} ends[] = {
		{ PLAIN, false, false },
		{ INTR, true, true },
		{ KILL, false, true },
		{ TIMEOUT, false, false },
	};

	for (size_t i = 0; i < PAIRS * 4; i++) {
		for (int kill = 0; kill < 2; kill++) {
			size_t pair = i / 4;
			bool ended = kill ? ends[i % 4].kill :
					    ends[i % 4].interrupt;

			take(waits_for[pair].held, PLAIN, NULL);
			others_start(1, waits_for[pair].waits,
				     ends[i % 4].form);
			wait_until(somebody_sleeps());
			if (kill)
				ksync_task_kill(other.task);
			else
				ksync_task_interrupt(other.task);
			if (ended)
				crew_join(&holders);
			else
				nap_ms(2);
			cr_assert_eq(others_inside(), 0);
			if (ended) {
				cr_assert_eq(other.result, -EINTR);
				ksync_task_put(other.task);
				release(waits_for[pair].held);
			} else {
				release(waits_for[pair].held);
				others_end();
				cr_assert_eq(other.result, 0);
			}
			is_free();
		}
	}
}

Test(percpu_rwsem, a_pending_interrupt_ends_only_what_would_sleep)
{
	ksync_task_kill(current);
	for (enum form form = PLAIN; form < FORMS; form++) {
		cr_assert_eq(read_in(form, NULL), 0);
		percpu_up_read(&sem);
		cr_assert_eq(write_in(form, NULL), 0);
		percpu_up_write(&sem);
	}
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	cr_assert_eq(read_in(INTR, NULL), -EINTR);
	cr_assert_eq(read_in(KILL, NULL), -EINTR);
	cr_assert_eq(write_in(INTR, NULL), -EINTR);
	cr_assert_eq(write_in(KILL, NULL), -EINTR);
	others_end();
	others_start(1, false, PLAIN);
	wait_until(others_inside() == 1);
	cr_assert_eq(write_in(INTR, NULL), -EINTR);
	cr_assert_eq(write_in(KILL, NULL), -EINTR);
	ksync_task_clear_pending();
	others_end();
	is_free();
}

Test(percpu_rwsem, a_writer_that_gave_up_lets_readers_in)
{
	percpu_down_read(&sem);
	others_start(1, true, INTR);
	wait_until(a_writer_sleeps());
	cr_assert(percpu_is_write_locked(&sem));
	cr_assert_not(percpu_down_read_trylock(&sem));
	ksync_task_interrupt(other.task);
	crew_join(&holders);
	ksync_task_put(other.task);
	cr_assert_eq(other.result, -EINTR);
	cr_assert(percpu_down_read_trylock(&sem));
	percpu_up_read(&sem);
	percpu_up_read(&sem);
	is_free();
}

static void time_out(void *arg, int index)
{
	struct timespec at;
	long long begin = now_ms();

	if (index)
		must(ksync_percpu_down_write_timeout(&sem, 20) == -ETIME);
	else if (arg)
		must(ksync_percpu_down_read_timeout(&sem, 20) == -ETIME);
	must(now_ms() - begin >= (index || arg ? 19 : 0));
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 20000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	if (index)
		must(ksync_percpu_down_write_until(&sem, &at) == -ETIME);
	else if (arg)
		must(ksync_percpu_down_read_until(&sem, &at) == -ETIME);
}

Test(percpu_rwsem, a_sleep_ends_in_time)
{
	for (int writes = 0; writes < 2; writes++) {
		take(writes, PLAIN, NULL);
		crew_run(2, time_out, writes ? &sem : NULL);
		release(writes);
		is_free();
	}
}

/* ---- open and closed ---- */

/* The library's own number: OPENS_AFTER. */
#define ENOUGH_READS 5000

static void read_often(void)
{
	for (int i = 0; i < ENOUGH_READS; i++) {
		percpu_down_read(&sem);
		percpu_up_read(&sem);
	}
}

Test(percpu_rwsem, a_write_closes_it_and_many_reads_open_it)
{
	bool can_open = ksync__percpu_has_sections();

	percpu_down_read(&sem);
	percpu_up_read(&sem);
	cr_assert_eq(is_open(), can_open, "the first use opens it");
	for (int i = 0; i < 3; i++) {
		percpu_down_write(&sem);
		percpu_up_write(&sem);
		cr_assert_not(is_open());
		for (int reads = 0; reads < 100; reads++) {
			percpu_down_read(&sem);
			percpu_up_read(&sem);
		}
		cr_assert_not(is_open(), "not at once");
		read_often();
		cr_assert_eq(is_open(), can_open);
	}
	is_free();
}

/* ---- many threads ---- */

static void migrate(unsigned int turn)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(turn % (unsigned int)processors, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

static long a, b; /* always the same, for who is inside */

static void use(void *arg, int index)
{
	struct effort e = effort(*(long *)arg, 400);

	for (unsigned int i = 0; effort_more(&e); i++) {
		if ((i + (unsigned int)index * 7) % 50 == 0) {
			percpu_down_write(&sem);
			a++;
			must(READ_ONCE(b) == a - 1);
			b = a;
			percpu_up_write(&sem);
			continue;
		}
		if (index && i % 3 == 0 && !percpu_down_read_trylock(&sem))
			continue;
		if (!index || i % 3)
			percpu_down_read(&sem);
		must(READ_ONCE(a) == READ_ONCE(b));
		if (i % 20 == 0)
			migrate(i / 20 + (unsigned int)index);
		percpu_up_read(&sem);
	}
}

static void used_by_many(long rounds)
{
	a = b = 0;
	watchdog_start();
	crew_run(4, use, &rounds);
	watchdog_stop();
	is_free();
	read_often();
	crew_run(4, use, &rounds);
	is_free();
	cr_assert_eq(a, b);
}

Test(percpu_rwsem, excludes_though_threads_migrate)
{
	used_by_many(10000);
}

Test(percpu_rwsem, excludes_where_membarrier_is_refused_late)
{
	if (!ksync__percpu_has_sections())
		return; /* it is not asked for */
	read_often();
	if (!sandbox_refuse(SYS_membarrier, EPERM))
		cr_skip_test("no seccomp");
	used_by_many(2000);
}

Test(percpu_rwsem, excludes_where_its_fence_naps)
{
	if (!ksync__percpu_has_sections())
		return;
	read_often();
	if (!sandbox_refuse(SYS_membarrier, ENOSYS) ||
	    !sandbox_refuse(SYS_sched_setaffinity, EPERM))
		cr_skip_test("no seccomp");
	used_by_many(200);
}

/* ---- misuse ---- */

#define misuse(words, holder) expect_misuse("percpu_rwsem", words, &sem, holder)

static int my_tid(void)
{
	return ksync_task_tid(current);
}

Test(percpu_rwsem_misuse, up_read_of_one_that_was_never_used)
{
	percpu_up_read(&sem);
	misuse(KSYNC_CHECKED ? "nobody holds it" : "nobody has taken it",
	       KSYNC_HOLDER_NONE);
	one_round();
	is_free();
}

Test(percpu_rwsem_misuse, more_ups_than_downs_are_found_by_the_next_writer)
{
	one_round();
	ksync__percpu_up_read(&sem);
	ksync__percpu_up_read(&sem);
	percpu_down_write(&sem);
	misuse("released by more readers than have taken it",
	       KSYNC_HOLDER_NONE);
	percpu_up_write(&sem);
	one_round();
	is_free();
}

static void up_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	percpu_up_write(&sem);
	barrier();
}

Test(percpu_rwsem_misuse, up_write_by_who_does_not_write_does_nothing)
{
	percpu_up_write(&sem);
	misuse("nobody holds it", KSYNC_HOLDER_NONE);
	percpu_down_write(&sem);
	crew_run(1, up_as_stranger, NULL);
	misuse("does not hold it", my_tid());
	cr_assert_not(percpu_down_read_trylock(&sem));
	percpu_up_write(&sem);
	one_round();
	is_free();
}

Test(percpu_rwsem_misuse, an_assertion_of_what_is_not_so_is_reported)
{
	percpu_rwsem_assert_held(&sem);
	misuse("asserted to be held", KSYNC_HOLDER_NONE);
	percpu_down_read(&sem);
	percpu_rwsem_assert_held(&sem);
	cr_assert(percpu_rwsem_is_held(&sem));
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	percpu_rwsem_assert_held(&sem);
	percpu_up_write(&sem);
	cr_assert_eq(percpu_rwsem_is_held(&sem), !KSYNC_CHECKED);
}

Test(percpu_rwsem_misuse, one_that_is_held_is_not_freed)
{
	percpu_down_read(&sem);
	percpu_free_rwsem(&sem);
	misuse("freed while it is read", KSYNC_HOLDER_NONE);
	percpu_up_read(&sem);
	percpu_down_write(&sem);
	percpu_free_rwsem(&sem);
	misuse("destroyed while it is held", my_tid());
	percpu_up_write(&sem);
	one_round();
	percpu_free_rwsem(&sem);
}

static void take_to_death(void *arg)
{
	without_core();
	ksync_report_hook_set(NULL);
	(void)take(arg, PLAIN, NULL);
	_exit(EXIT_FAILED);
}

Test(percpu_rwsem_misuse, a_writer_that_takes_it_again_is_told)
{
	percpu_down_write(&sem);
	/* The checked library looks before the call does, and aborts. */
	if (!KSYNC_CHECKED) {
		cr_assert_eq(read_in(KILL, NULL), -EDEADLK);
		misuse("locked again by its holder", my_tid());
		cr_assert_eq(read_in(TIMEOUT, NULL), -EDEADLK);
		misuse("locked again by its holder", my_tid());
		cr_assert_eq(write_in(INTR, NULL), -EDEADLK);
		misuse("locked again by its holder", my_tid());
		cr_assert_eq(write_in(UNTIL, NULL), -EDEADLK);
		misuse("locked again by its holder", my_tid());
	}
	child_aborts(take_to_death, NULL);
	child_aborts(take_to_death, &sem);
	percpu_up_write(&sem);
	one_round();
	is_free();
}

static void exit_writing(void *arg, int index)
{
	(void)arg;
	(void)index;
	percpu_down_write(&sem);
}

Test(percpu_rwsem_misuse, a_writer_that_exits_is_told)
{
	crew_run(1, exit_writing, NULL);
	cr_assert_eq(read_in(KILL, NULL), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_eq(write_in(KILL, NULL), -EDEADLK);
	misuse("a thread that is gone", KSYNC_HOLDER_GONE);
	cr_assert_not(percpu_down_read_trylock(&sem));
}

static void wait_to_write(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(ksync_percpu_down_write_timeout(&sem, 600 * HZ) == 0);
	percpu_up_write(&sem);
}

Test(percpu_rwsem_misuse, a_writer_tells_after_10_s_that_readers_may_be_gone)
{
	struct crew crew;

	percpu_down_read(&sem);
	long_sleeps_are_right = true;
	clock_put_forward_ms(-9900);
	crew_start(&crew, 1, wait_to_write, NULL);
	wait_until(a_writer_sleeps());
	clock_put_forward_ms(0);
	wait_until(reports_count() == 1);
	misuse("readers may be gone", KSYNC_HOLDER_NONE);
	/* It is only a suspicion: the wait goes on. */
	wait_until(a_writer_sleeps());
	percpu_up_read(&sem);
	crew_join(&crew);
	is_free();
}

/* ---- fork ---- */

static void child_ends_its_own(void *arg)
{
	release(arg);
	must(!percpu_is_read_locked(&sem) && !percpu_is_write_locked(&sem));
	one_round();
	read_often();
	one_round();
	must(!percpu_is_read_locked(&sem) && !percpu_is_write_locked(&sem));
}

Test(percpu_rwsem_fork, the_child_has_what_the_forking_thread_had)
{
	for (int writes = 0; writes < 2; writes++) {
		take(writes, PLAIN, NULL);
		child_succeeds(child_ends_its_own, writes ? &sem : NULL);
		release(writes);
		is_free();
	}
}

static void child_is_told(void *arg)
{
	must(!percpu_down_read_trylock(&sem));
	must(read_in(KILL, NULL) == -EDEADLK);
	must(write_in(KILL, NULL) == -EDEADLK);
	must(reports_count() == 2);
	(void)arg;
}

Test(percpu_rwsem_fork, a_writer_that_was_not_copied_is_told)
{
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	child_succeeds(child_is_told, NULL);
	others_end();
	is_free();
}

static void child_takes_it(void *arg)
{
	percpu_up_read(&sem);
	if (arg) {
		must(percpu_down_read_trylock(&sem));
		percpu_up_read(&sem);
	}
	must(write_in(KILL, NULL) == 0);
	percpu_up_write(&sem);
	one_round();
	must(reports_count() == 0);
}

Test(percpu_rwsem_fork, a_writer_that_waited_is_not_in_the_child)
{
	percpu_down_read(&sem);
	others_start(1, true, PLAIN);
	wait_until(a_writer_sleeps());
	child_succeeds(child_takes_it, NULL);
	child_succeeds(child_takes_it, &sem);
	percpu_up_read(&sem);
	others_end();
	is_free();
}

static void child_cannot_write(void *arg)
{
	(void)arg;
	must(percpu_is_read_locked(&sem));
	must(write_in(UNTIL, &past) == -ETIME);
	must(percpu_down_read_trylock(&sem));
	percpu_up_read(&sem);
}

Test(percpu_rwsem_fork, what_others_read_stays_read_in_the_child)
{
	others_start(2, false, PLAIN);
	wait_until(others_inside() == 2);
	child_succeeds(child_cannot_write, NULL);
	others_end();
	is_free();
}

static bool over;

static void read_until_over(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!READ_ONCE(over))
		read_often();
}

static void child_reads(void *arg)
{
	(void)arg;
	read_often();
	must(percpu_down_read_trylock(&sem));
	percpu_up_read(&sem);
}

Test(percpu_rwsem_fork, the_child_reads_though_another_thread_did)
{
	struct crew crew;

	crew_start(&crew, 1, read_until_over, NULL);
	for (int i = 0; i < 20; i++) {
		one_round();
		child_succeeds(child_reads, NULL);
	}
	WRITE_ONCE(over, true);
	crew_join(&crew);
	is_free();
}
