/* SPDX-License-Identifier: MIT */
/*
 * struct rw_semaphore: who may be in together, results, order, hand-off, and
 * that nobody starves.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <linux/rwsem.h>

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "support/process.h"
#include "support/report.h"
#include "support/rwsem_queue.h"
#include "support/threads.h"

TestSuite(rwsem, .init = reports_take, .fini = reports_none);

static DECLARE_RWSEM(sem);

static const struct timespec past = { 1, 0 };
static const struct timespec bad = { 1, 1000000000 };

/* ---- one thread ---- */

static void is_free(void)
{
	cr_assert_not(rwsem_is_locked(&sem));
	cr_assert_not(rwsem_is_contended(&sem));
	cr_assert_eq(sem.owner, 0);
	cr_assert_eq(sem.waitq, 0);
}

Test(rwsem, is_at_most_24_bytes)
{
	cr_assert(KSYNC_CHECKED || sizeof(struct rw_semaphore) <= 24);
}

Test(rwsem, is_free_when_it_was_initialised)
{
	struct rw_semaphore one;

	memset(&one, 0xff, sizeof(one));
	init_rwsem(&one);
	cr_assert_not(rwsem_is_locked(&one));
	cr_assert(down_write_trylock(&one));
	up_write(&one);
	cr_assert(down_read_trylock(&one));
	up_read(&one);
}

enum form { PLAIN, INTR, KILL, TIMEOUT, UNTIL, INTR_UNTIL, KILL_UNTIL, FORMS };

static int read_in(enum form form, const struct timespec *at)
{
	switch (form) {
	case INTR:
		return down_read_interruptible(&sem);
	case KILL:
		return down_read_killable(&sem);
	case TIMEOUT:
		return ksync_down_read_timeout(&sem, at ? 0 : 100 * HZ);
	case UNTIL:
		return ksync_down_read_until(&sem, at);
	case INTR_UNTIL:
		return ksync_down_read_interruptible_until(&sem, at);
	case KILL_UNTIL:
		return ksync_down_read_killable_until(&sem, at);
	default:
		down_read(&sem);
		return 0;
	}
}

static int write_in(enum form form, const struct timespec *at)
{
	switch (form) {
	case INTR:
		return ksync_down_write_interruptible(&sem);
	case KILL:
		return down_write_killable(&sem);
	case TIMEOUT:
		return ksync_down_write_timeout(&sem, at ? 0 : 100 * HZ);
	case UNTIL:
		return ksync_down_write_until(&sem, at);
	case INTR_UNTIL:
		return ksync_down_write_interruptible_until(&sem, at);
	case KILL_UNTIL:
		return ksync_down_write_killable_until(&sem, at);
	default:
		down_write(&sem);
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
		up_write(&sem);
	else
		up_read(&sem);
}

Test(rwsem, every_form_takes_what_is_free)
{
	for (enum form form = PLAIN; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &past), 0);
		cr_assert(rwsem_is_locked(&sem));
		cr_assert_eq(sem.owner, 0);
		up_read(&sem);
		cr_assert_eq(write_in(form, &past), 0);
		cr_assert(rwsem_is_locked(&sem));
		cr_assert_neq(sem.owner, 0);
		up_write(&sem);
		is_free();
	}
}

static void in_the_first_use(void *arg, int index)
{
	(void)arg;
	must(ksync_down_write_until(&sem, index ? &bad : &past) == 0);
	up_write(&sem);
}

Test(rwsem, a_threads_first_use_takes_what_is_free_at_any_time)
{
	crew_run(1, in_the_first_use, NULL);
	crew_run(1, in_the_first_use, NULL);
	cr_assert_eq(ksync_down_write_until(&sem, &bad), 0);
	up_write(&sem);
	cr_assert_eq(ksync_down_read_until(&sem, &bad), 0);
	up_read(&sem);
	is_free();
}

Test(rwsem, trylocks_say_1_for_taken_and_0_for_not)
{
	cr_assert_eq(down_write_trylock(&sem), 1);
	cr_assert_eq(down_write_trylock(&sem), 0);
	cr_assert_eq(down_read_trylock(&sem), 0);
	up_write(&sem);
	cr_assert_eq(down_read_trylock(&sem), 1);
	cr_assert_eq(down_write_trylock(&sem), 0);
	up_read(&sem);
	is_free();
}

Test(rwsem, guards_hold_to_the_end_of_their_block)
{
	int runs = 0;

	{
		guard(rwsem_read)(&sem);
		cr_assert_eq(down_write_trylock(&sem), 0);
	}
	is_free();
	{
		guard(rwsem_write)(&sem);
		cr_assert_eq(down_read_trylock(&sem), 0);
	}
	is_free();
	scoped_guard(rwsem_read_try, &sem)
		runs++;
	scoped_guard(rwsem_read_intr, &sem)
		runs++;
	scoped_guard(rwsem_read_kill, &sem)
		runs++;
	scoped_guard(rwsem_write_try, &sem)
		runs++;
	scoped_guard(rwsem_write_intr, &sem)
		runs++;
	scoped_guard(rwsem_write_kill, &sem)
		runs++;
	cr_assert_eq(runs, 6);
	is_free();
}

Test(rwsem, a_guard_that_failed_releases_nothing)
{
	int refused = 0;

	down_write(&sem);
	scoped_cond_guard(rwsem_read_try, refused++, &sem)
		cr_assert_fail("it is written");
	scoped_cond_guard(rwsem_write_try, refused++, &sem)
		cr_assert_fail("it is written");
	ACQUIRE(rwsem_read_try, other)(&sem);
	cr_assert_eq(ACQUIRE_ERR(rwsem_read_try, &other), -EBUSY);
	cr_assert_eq(refused, 2);
	up_write(&sem);
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

Test(rwsem, readers_are_in_together)
{
	others_start(5, false, PLAIN);
	wait_until(others_inside() == 5);
	down_read(&sem);
	cr_assert_eq(down_write_trylock(&sem), 0);
	up_read(&sem);
	others_end();
	is_free();
}

Test(rwsem, a_writer_is_alone)
{
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	cr_assert_eq(down_write_trylock(&sem), 0);
	cr_assert_eq(down_read_trylock(&sem), 0);
	for (enum form form = TIMEOUT; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &past), -ETIME);
		cr_assert_eq(write_in(form, &past), -ETIME);
	}
	others_end();
	is_free();
}

Test(rwsem, a_bad_time_is_EINVAL_where_it_would_sleep)
{
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	for (enum form form = UNTIL; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &bad), -EINVAL);
		cr_assert_eq(write_in(form, &bad), -EINVAL);
	}
	others_end();
	is_free();
}

Test(rwsem, sleeper_of_every_form_gets_it)
{
	for (int held = 0; held < 2; held++) {
		for (int writes = 0; writes < 2; writes++) {
			if (!held && !writes)
				continue; /* readers do not wait for readers */
			for (enum form form = PLAIN; form < FORMS; form++) {
				take(held, PLAIN, NULL);
				others_start(1, writes, form);
				wait_until(rwsem_sleepers(&sem) == 1);
				cr_assert(rwsem_is_contended(&sem));
				cr_assert_eq(others_inside(), 0);
				release(held);
				wait_until(others_inside() == 1);
				others_end();
				cr_assert_eq(other.result, 0);
				is_free();
			}
		}
	}
}

static void time_out(void *arg, int index)
{
	struct timespec at;
	long long begin = now_ms();

	(void)arg;
	if (index) {
		must(ksync_down_write_timeout(&sem, 20) == -ETIME);
	} else {
		must(ksync_down_read_timeout(&sem, 20) == -ETIME);
		must(ksync_down_read_timeout(&sem, -5) == -ETIME);
	}
	must(now_ms() - begin >= 19);
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 20000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	begin = now_ms();
	if (index)
		must(ksync_down_write_until(&sem, &at) == -ETIME);
	else
		must(ksync_down_read_until(&sem, &at) == -ETIME);
	must(now_ms() - begin >= 18);
}

Test(rwsem, a_sleep_ends_in_time)
{
	down_write(&sem);
	crew_run(2, time_out, NULL);
	cr_assert_eq(rwsem_waiters(&sem), 0);
	up_write(&sem);
	is_free();
}

Test(rwsem, interrupts_and_kills_end_what_they_should)
{
	static const struct {
		enum form form;
		bool interrupt, kill;
	} ends[] = {
		{ PLAIN, false, false },    { INTR, true, true },
		{ KILL, false, true },	    { TIMEOUT, false, false },
		{ INTR_UNTIL, true, true }, { KILL_UNTIL, false, true },
	};

	for (size_t i = 0; i < 2 * sizeof(ends) / sizeof(ends[0]); i++) {
		for (int kill = 0; kill < 2; kill++) {
			enum form form = ends[i / 2].form;
			bool ended = kill ? ends[i / 2].kill :
					    ends[i / 2].interrupt;

			down_write(&sem);
			others_start(1, i % 2, form);
			wait_until(rwsem_sleepers(&sem) == 1);
			if (kill)
				ksync_task_kill(other.task);
			else
				ksync_task_interrupt(other.task);
			if (ended)
				wait_until(rwsem_waiters(&sem) == 0);
			else
				nap_ms(5);
			cr_assert_eq(rwsem_waiters(&sem), !ended);
			up_write(&sem);
			others_end();
			cr_assert_eq(other.result, ended ? -EINTR : 0);
			is_free();
		}
	}
}

Test(rwsem, a_pending_interrupt_ends_only_what_would_sleep)
{
	ksync_task_kill(current);
	for (enum form form = PLAIN; form < FORMS; form++) {
		cr_assert_eq(read_in(form, NULL), 0);
		up_read(&sem);
		cr_assert_eq(write_in(form, NULL), 0);
		up_write(&sem);
	}
	others_start(1, true, PLAIN);
	wait_until(others_inside() == 1);
	cr_assert_eq(down_read_interruptible(&sem), -EINTR);
	cr_assert_eq(down_read_killable(&sem), -EINTR);
	cr_assert_eq(down_write_killable(&sem), -EINTR);
	cr_assert_eq(ksync_down_write_interruptible(&sem), -EINTR);
	ksync_task_clear_pending();
	others_end();
	is_free();
}

/* ---- order ---- */

static struct {
	int came;	     /* into the queue */
	int turns[CREW_MAX]; /* who was in as which */
	int turn;
	const char *who; /* 'r' or 'w' for each */
	bool stay;	 /* readers wait for all of their phase */
	int phase;
} order;

static void in_turn(void *arg, int index)
{
	bool writes = order.who[index] == 'w';

	(void)arg;
	wait_until(__atomic_load_n(&order.came, __ATOMIC_ACQUIRE) == index);
	wait_until(rwsem_waiters(&sem) == index);
	__atomic_store_n(&order.came, index + 1, __ATOMIC_RELEASE);
	if (writes)
		down_write(&sem);
	else
		down_read(&sem);
	order.turns[__atomic_fetch_add(&order.turn, 1, __ATOMIC_ACQ_REL)] =
		index;
	if (!writes && order.stay)
		wait_until(__atomic_load_n(&order.turn, __ATOMIC_ACQUIRE) >=
			   order.phase);
	release(writes);
}

/* They queue in this order behind a writer; then it releases. */
static void queue_up(const char *who, bool stay, int phase)
{
	int number = (int)strlen(who);
	struct crew crew;

	order.came = 0;
	order.turn = 0;
	order.who = who;
	order.stay = stay;
	order.phase = phase;
	down_write(&sem);
	crew_start(&crew, number, in_turn, NULL);
	wait_until(rwsem_sleepers(&sem) == number);
	cr_assert_eq(down_read_trylock(&sem), 0);
	up_write(&sem);
	crew_join(&crew);
	is_free();
}

Test(rwsem, writers_go_in_the_order_in_which_they_came)
{
	queue_up("wwwwwwww", false, 0);
	for (int i = 0; i < 8; i++)
		cr_assert_eq(order.turns[i], i);
}

Test(rwsem, readers_at_the_head_of_the_queue_go_in_together)
{
	/* Each waits inside until all of them are. */
	queue_up("rrrrrrrr", true, 8);
}

Test(rwsem, readers_do_not_pass_a_writer_that_came_before_them)
{
	queue_up("rrwrrw", false, 0);
	cr_assert_lt(order.turns[0], 2);
	cr_assert_lt(order.turns[1], 2);
	cr_assert_eq(order.turns[2], 2);
	cr_assert_geq(order.turns[3], 3);
	cr_assert_geq(order.turns[4], 3);
	cr_assert_eq(order.turns[5], 5);
}

Test(rwsem, a_new_reader_waits_behind_a_waiting_writer)
{
	down_read_non_owner(&sem);
	others_start(1, true, PLAIN);
	wait_until(rwsem_sleepers(&sem) == 1);
	cr_assert_eq(down_read_trylock(&sem), 0);
	cr_assert_eq(ksync_down_read_timeout(&sem, 1), -ETIME);
	cr_assert_eq(ksync_down_read_timeout(&sem, 0), -ETIME);
	cr_assert_eq(rwsem_sleepers(&sem), 1);
	up_read_non_owner(&sem);
	wait_until(others_inside() == 1);
	others_end();
	is_free();
}

static void read_once(void *arg, int index)
{
	(void)index;
	down_read(&sem);
	__atomic_fetch_add((int *)arg, 1, __ATOMIC_ACQ_REL);
	up_read(&sem);
}

Test(rwsem, readers_behind_a_writer_that_gives_up_go_in)
{
	struct crew readers;
	int in = 0;

	down_read(&sem);
	others_start(1, true, INTR);
	wait_until(rwsem_sleepers(&sem) == 1);
	crew_start(&readers, 3, read_once, &in);
	wait_until(rwsem_sleepers(&sem) == 4);
	cr_assert_eq(in, 0);
	ksync_task_interrupt(other.task);
	/* The caller still reads. */
	wait_until(__atomic_load_n(&in, __ATOMIC_ACQUIRE) == 3);
	crew_join(&readers);
	others_end();
	cr_assert_eq(other.result, -EINTR);
	up_read(&sem);
	is_free();
}

/* ---- downgrade ---- */

Test(rwsem, downgrade_lets_readers_in_and_no_writer)
{
	struct crew readers;
	int in = 0;

	down_write(&sem);
	crew_start(&readers, 3, read_once, &in);
	wait_until(rwsem_sleepers(&sem) == 3);
	others_start(1, true, PLAIN);
	wait_until(rwsem_sleepers(&sem) == 4);
	downgrade_write(&sem);
	wait_until(__atomic_load_n(&in, __ATOMIC_ACQUIRE) == 3);
	crew_join(&readers);
	nap_ms(5);
	cr_assert_eq(others_inside(), 0);
	cr_assert_eq(rwsem_waiters(&sem), 1);
	up_read(&sem);
	wait_until(others_inside() == 1);
	others_end();
	is_free();
}

Test(rwsem, downgrade_alone_leaves_a_reader)
{
	down_write(&sem);
	downgrade_write(&sem);
	cr_assert(rwsem_is_locked(&sem));
	cr_assert_eq(sem.owner, 0);
	others_start(1, false, PLAIN);
	wait_until(others_inside() == 1);
	others_end();
	cr_assert_eq(down_write_trylock(&sem), 0);
	up_read(&sem);
	is_free();
}

static struct {
	unsigned long version; /* under sem */
	bool over;
	long downgrades;
	long seen_between;
} steps;

static void write_and_go_on_reading(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (struct effort e = effort(20000, 700); effort_more(&e);) {
		unsigned long mine;

		down_write(&sem);
		mine = ++steps.version;
		downgrade_write(&sem);
		if (steps.version != mine)
			__atomic_fetch_add(&steps.seen_between, 1,
					   __ATOMIC_RELAXED);
		__atomic_fetch_add(&steps.downgrades, 1, __ATOMIC_RELAXED);
		up_read(&sem);
		watchdog_feed();
	}
}

Test(rwsem, no_writer_comes_in_between_the_steps_of_a_downgrade)
{
	watchdog_start();
	crew_run(4, write_and_go_on_reading, NULL);
	watchdog_stop();
	cr_assert_eq(steps.seen_between, 0);
	cr_assert_eq(steps.version, (unsigned long)steps.downgrades);
	is_free();
}

/* ---- hand-off ---- */

static struct {
	bool over;
	long reads;
	long writes;
} race;

static void keep_reading(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!READ_ONCE(race.over)) {
		down_read(&sem);
		__atomic_fetch_add(&race.reads, 1, __ATOMIC_RELAXED);
		up_read(&sem);
		watchdog_feed();
	}
}

static void keep_writing(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!READ_ONCE(race.over)) {
		down_write(&sem);
		__atomic_fetch_add(&race.writes, 1, __ATOMIC_RELAXED);
		up_write(&sem);
		watchdog_feed();
	}
}

Test(rwsem, readers_do_not_starve_a_writer)
{
	struct crew readers;

	watchdog_start();
	crew_start(&readers, 6, keep_reading, NULL);
	wait_until(READ_ONCE(race.reads));
	for (struct effort e = effort(1000, 2000); effort_more(&e);) {
		down_write(&sem);
		up_write(&sem);
	}
	WRITE_ONCE(race.over, true);
	crew_join(&readers);
	watchdog_stop();
	is_free();
}

Test(rwsem, writers_do_not_starve_a_reader)
{
	struct crew writers;

	watchdog_start();
	crew_start(&writers, 6, keep_writing, NULL);
	wait_until(READ_ONCE(race.writes));
	for (struct effort e = effort(1000, 2000); effort_more(&e);) {
		down_read(&sem);
		up_read(&sem);
	}
	WRITE_ONCE(race.over, true);
	crew_join(&writers);
	watchdog_stop();
	is_free();
}

/* ---- a crowd, in every form, where many give up ---- */

static struct {
	long writes; /* under sem */
	int writing; /* under sem */
	int reading; /* atomic */
	long entered;
	long gave_up;
} crowd;

static int enter(unsigned int *dice, bool writes)
{
	struct timespec at;

	*dice = *dice * 1664525u + 1013904223u;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += (*dice >> 8) % 60000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	if (*dice % 16 == 0)
		ksync_task_interrupt(current);
	if (*dice % 31 == 0)
		return writes ? (down_write_trylock(&sem) ? 0 : -EBUSY) :
				(down_read_trylock(&sem) ? 0 : -EBUSY);
	return take(writes, INTR_UNTIL, &at);
}

static void in_the_crowd(void *arg, int index)
{
	unsigned int dice = (unsigned int)index * 7919u + 1;

	(void)arg;
	for (struct effort e = effort(20000, 700); effort_more(&e);) {
		bool writes = dice >> 30 == 0;
		int ret = enter(&dice, writes);

		ksync_task_clear_pending();
		watchdog_feed();
		if (ret) {
			must(ret == -ETIME || ret == -EINTR || ret == -EBUSY);
			__atomic_fetch_add(&crowd.gave_up, 1, __ATOMIC_RELAXED);
			continue;
		}
		if (!writes) {
			__atomic_fetch_add(&crowd.reading, 1, __ATOMIC_RELAXED);
			must(crowd.writing == 0);
			__atomic_fetch_sub(&crowd.reading, 1, __ATOMIC_RELAXED);
			up_read(&sem);
			continue;
		}
		must(crowd.writing == 0);
		must(__atomic_load_n(&crowd.reading, __ATOMIC_RELAXED) == 0);
		crowd.writing = 1;
		crowd.writes++;
		__atomic_fetch_add(&crowd.entered, 1, __ATOMIC_RELAXED);
		crowd.writing = 0;
		if (dice & 64) {
			downgrade_write(&sem);
			must(crowd.writing == 0);
			up_read(&sem);
		} else {
			up_write(&sem);
		}
	}
}

Test(rwsem, nothing_is_lost_when_waiters_give_up_at_that_moment)
{
	watchdog_start();
	crew_run(8, in_the_crowd, NULL);
	watchdog_stop();
	cr_assert_eq(crowd.writes, crowd.entered);
	is_free();
}

Test(rwsem, sixty_four_threads_get_along)
{
	watchdog_start();
	crew_run(CREW_MAX, in_the_crowd, NULL);
	watchdog_stop();
	cr_assert_eq(crowd.writes, crowd.entered);
	is_free();
}

/* The last to go is a reader that was counted for a moment, and had no right to
 * that: the waiter is the next. */
Test(rwsem, who_gives_its_count_back_lets_in_whom_that_kept_out)
{
	down_read_non_owner(&sem);
	others_start(1, true, PLAIN);
	wait_until(rwsem_sleepers(&sem) == 1);
	ksync_atomic_long_add(KSYNC__RWSEM_READER + KSYNC__RWSEM_HANDOFF,
			      &sem.count);
	up_read_non_owner(&sem);
	cr_assert_eq(rwsem_sleepers(&sem), 1);
	cr_assert_eq(ksync__down_read_until_slow(&sem, KSYNC__UNINTERRUPTIBLE,
						 KSYNC__NO_TIME),
		     -EINVAL);
	wait_until(others_inside() == 1);
	others_end();
	is_free();
}

/* Between a writer's release and its look into the queue a reader queues behind
 * one that has to get it: it looks for both. */
Test(rwsem, who_queues_as_the_queue_is_let_in_is_let_in)
{
	down_write(&sem);
	others_start(1, false, PLAIN);
	wait_until(rwsem_sleepers(&sem) == 1);
	ksync_atomic_long_add(KSYNC__RWSEM_HANDOFF, &sem.count);
	WRITE_ONCE(sem.owner, 0ul);
	ksync_atomic_long_sub(KSYNC__RWSEM_WRITER, &sem.count);
	lockdep_off();
	cr_assert_eq(ksync_down_read_timeout(&sem, 60 * HZ), 0);
	wait_until(others_inside() == 1);
	up_read(&sem);
	others_end();
	is_free();
	lockdep_on();
}

/* ---- non_owner ---- */

static void end_reading(void *arg, int index)
{
	(void)arg;
	(void)index;
	up_read_non_owner(&sem);
}

Test(rwsem, a_non_owner_read_is_ended_by_another_thread)
{
	down_read_non_owner(&sem);
	cr_assert(rwsem_is_locked(&sem));
	others_start(1, true, PLAIN);
	wait_until(rwsem_sleepers(&sem) == 1);
	crew_run(1, end_reading, NULL);
	wait_until(others_inside() == 1);
	others_end();
	is_free();
}

/* ---- what may be asked and asserted ---- */

Test(rwsem, assertions_of_what_is_so_say_nothing)
{
	down_read(&sem);
	rwsem_assert_held(&sem);
	rwsem_assert_held_nolockdep(&sem);
	up_read(&sem);
	down_write(&sem);
	rwsem_assert_held(&sem);
	rwsem_assert_held_write(&sem);
	rwsem_assert_held_nolockdep(&sem);
	rwsem_assert_held_write_nolockdep(&sem);
	up_write(&sem);
}

Test(rwsem, nested_forms_are_the_plain_ones)
{
	static DECLARE_RWSEM(outer);

	down_write(&outer);
	down_write_nested(&sem, SINGLE_DEPTH_NESTING);
	cr_assert_eq(down_read_trylock(&sem), 0);
	up_write(&sem);
	down_write_nest_lock(&sem, &outer);
	up_write(&sem);
	cr_assert_eq(down_write_killable_nested(&sem, 1), 0);
	up_write(&sem);
	down_read_nested(&sem, SINGLE_DEPTH_NESTING);
	up_read(&sem);
	cr_assert_eq(down_read_killable_nested(&sem, 1), 0);
	up_read(&sem);
	up_write(&outer);
	is_free();
}

Test(rwsem, fast_paths_do_not_take_the_lock_of_the_queue)
{
	struct ksync_task *self = ksync__task_self();
	unsigned long word = ksync__waitq_lock(&sem.waitq, self);

	for (enum form form = PLAIN; form < FORMS; form++) {
		cr_assert_eq(read_in(form, &past), 0);
		up_read(&sem);
		cr_assert_eq(write_in(form, &past), 0);
		downgrade_write(&sem);
		up_read(&sem);
		cr_assert_eq(write_in(form, &past), 0);
		up_write(&sem);
	}
	ksync__waitq_unlock(&sem.waitq, self, word);
	is_free();
}
