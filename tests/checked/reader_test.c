/* SPDX-License-Identifier: MIT */
/*
 * The checked library: readers of RCU, where they may not sleep, and who may
 * follow a pointer that is published to them.
 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "../support/threads.h"
#include "said.h"

SAID_SUITE(reader);

#define expect_reader() \
	cr_assert(strstr(details, "held     rcu_read_lock (rcu), taken at 0x"))

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);
static DEFINE_SEMAPHORE(sem, 1);

Test(reader, sleeping_in_a_reader)
{
	rcu_read_lock();
	mutex_lock(&mutex);
	expect_said("may sleep where nobody may sleep");
	expect_reader();
	mutex_unlock(&mutex);
	down(&sem);
	expect_said("may sleep where nobody may sleep");
	up(&sem);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	cr_assert(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	spin_lock(&spin);
	spin_unlock(&spin);
	rcu_read_unlock();
	mutex_lock(&mutex);
	rcu_read_lock();
	rcu_read_unlock();
	mutex_unlock(&mutex);
}

Test(reader, readers_nest_and_end_one_by_one)
{
	for (int i = 0; i < 100; i++)
		rcu_read_lock();
	for (int i = 0; i < 99; i++)
		rcu_read_unlock();
	ksync_might_sleep();
	expect_said("may sleep");
	rcu_read_unlock();
	ksync_might_sleep();
}

Test(reader, reader_under_a_lock_that_goes_first)
{
	mutex_lock(&mutex);
	spin_lock(&spin);
	rcu_read_lock();
	spin_unlock(&spin);
	ksync_might_sleep();
	expect_said("may sleep");
	expect_reader();
	mutex_unlock(&mutex);
	rcu_read_unlock();
	ksync_might_sleep();
}

Test(reader, waiting_for_readers_where_nobody_may_sleep)
{
	spin_lock(&spin);
	synchronize_rcu();
	expect_said("may sleep where nobody may sleep");
	rcu_barrier();
	expect_said("may sleep where nobody may sleep");
	kfree_rcu_mightsleep(malloc(1));
	expect_said("may sleep where nobody may sleep");
	kfree_rcu_mightsleep(NULL);
	expect_said("may sleep where nobody may sleep");
	spin_unlock(&spin);
	synchronize_rcu();
	rcu_barrier();
	kfree_rcu_mightsleep(malloc(1));
}

static void wait_in_reader(void (*wait)(void))
{
	rcu_read_lock();
	back_set = true;
	if (sigsetjmp(back, 1) == 0)
		wait();
	rcu_read_unlock();
}

Test(reader, waiting_for_readers_in_a_reader_tells_where_it_began)
{
	wait_in_reader(synchronize_rcu);
	expect_said("inside a reader");
	expect_reader();
	wait_in_reader(rcu_barrier);
	expect_said("inside a reader");
	expect_reader();
}

Test(reader, unbalanced_unlock_is_told_once)
{
	rcu_read_unlock();
	expect_said("without rcu_read_lock()");
	ksync_might_sleep();
}

static void exit_in_reader(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
}

Test(reader, exit_in_a_reader_is_told_once)
{
	crew_run(1, exit_in_reader, NULL);
	expect_said("exits inside a reader");
}

/* ---- pointers ---- */

static int object = 5;
static int other = 6;
static int __rcu *pointer = &object;
static int asked;

static bool answer(bool what)
{
	asked++;
	return what;
}

Test(reader, dereference_needs_a_reader)
{
	for (int i = 0; i < 3; i++)
		cr_assert_eq(*rcu_dereference(pointer), 5);
	expect_said("suspicious rcu_dereference()");
	rcu_read_lock();
	cr_assert_eq(*rcu_dereference(pointer), 5);
	rcu_read_unlock();
	/* The updater's lock is no reader. */
	mutex_lock(&mutex);
	cr_assert_eq(*rcu_dereference(pointer), 5);
	expect_said("suspicious rcu_dereference()");
	cr_assert(strstr(details, "held     mutex (mutex), taken at 0x"));
	mutex_unlock(&mutex);
}

Test(reader, dereference_check_needs_a_reader_or_its_condition)
{
	cr_assert_eq(*rcu_dereference_check(pointer, answer(true)), 5);
	expect_silence();
	cr_assert_eq(*rcu_dereference_check(pointer, answer(false)), 5);
	expect_said("suspicious rcu_dereference()");
	rcu_read_lock();
	cr_assert_eq(*rcu_dereference_check(pointer, answer(false)), 5);
	rcu_read_unlock();
	cr_assert_eq(asked, 3);
	mutex_lock(&mutex);
	cr_assert(rcu_dereference_check(pointer, lockdep_is_held(&mutex)));
	mutex_unlock(&mutex);
	expect_silence();
	cr_assert(rcu_dereference_check(pointer, lockdep_is_held(&mutex)));
	expect_said("suspicious rcu_dereference()");
}

Test(reader, dereference_protected_needs_its_condition)
{
	cr_assert_eq(*rcu_dereference_protected(pointer, answer(true)), 5);
	expect_silence();
	rcu_read_lock();
	for (int i = 0; i < 3; i++)
		cr_assert_eq(*rcu_dereference_protected(pointer, answer(false)),
			     5);
	expect_said("suspicious rcu_dereference_protected()");
	rcu_read_unlock();
	cr_assert_eq(asked, 4);
}

Test(reader, replace_needs_its_condition)
{
	cr_assert_eq(*rcu_replace_pointer(pointer, &other, answer(true)), 5);
	expect_silence();
	cr_assert_eq(*rcu_replace_pointer(pointer, &object, answer(false)), 6);
	expect_said("rcu_replace_pointer()");
	cr_assert_eq(asked, 2);
	cr_assert_eq(pointer, &object);
}

Test(reader, raw_and_access_never_complain)
{
	cr_assert(rcu_access_pointer(pointer));
	cr_assert_eq(*rcu_dereference_raw(pointer), 5);
	ksync_lockdep_off();
	cr_assert_eq(*rcu_dereference(pointer), 5);
	cr_assert_eq(*rcu_dereference_protected(pointer, 0), 5);
	ksync_lockdep_on();
	expect_silence();
}

Test(reader, freeing_without_a_head_may_sleep)
{
	void *object = malloc(1);

	rcu_read_lock();
	kfree_rcu_mightsleep(NULL);
	expect_said("may sleep where nobody may sleep");
	rcu_read_unlock();
	spin_lock(&spin);
	kfree_rcu_mightsleep(NULL);
	expect_said("may sleep where nobody may sleep");
	spin_unlock(&spin);
	kfree_rcu_mightsleep(object);
	rcu_barrier();
}

Test(reader, what_a_program_asserts_of_readers)
{
	lockdep_assert_in_rcu_read_lock();
	expect_said("rcu_read_lock_held");
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "no reader");
	expect_said("no reader");
	rcu_sleep_check();
	expect_silence();
	rcu_read_lock();
	lockdep_assert_in_rcu_reader();
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "no reader");
	expect_silence();
	rcu_sleep_check();
	expect_said("sleeps in a reader");
	rcu_read_unlock();
}
