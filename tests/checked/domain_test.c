/* SPDX-License-Identifier: MIT */
/*
 * The checked library: readers of SRCU, to which a grace period is a moment of
 * writing.
 */
#include <signal.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#include "../support/threads.h"
#include "said.h"

SAID_SUITE(domain);

DEFINE_STATIC_SRCU(first);
DEFINE_STATIC_SRCU(second);
static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);

Test(domain, a_reader_may_sleep_and_begin_where_nobody_may)
{
	int idx = srcu_read_lock(&first);
	int inner;

	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	srcu_read_unlock(&first, idx);
	spin_lock(&spin);
	rcu_read_lock();
	inner = srcu_read_lock(&first);
	srcu_read_unlock(&first, inner);
	rcu_read_unlock();
	spin_unlock(&spin);
}

Test(domain, a_grace_period_where_nobody_may_sleep)
{
	spin_lock(&spin);
	synchronize_srcu(&first);
	expect_said("may sleep");
	spin_unlock(&spin);
}

static void wait_while_held(void *arg, int index)
{
	(void)arg;
	(void)index;
	mutex_lock(&mutex);
	synchronize_srcu(&first);
	mutex_unlock(&mutex);
}

/* Neither waits for the other this time. */
Test(domain, a_reader_takes_what_is_held_during_a_grace_period)
{
	int idx;

	crew_run(1, wait_while_held, NULL);
	idx = srcu_read_lock(&first);
	mutex_lock(&mutex);
	expect_said("deadlock");
	mutex_unlock(&mutex);
	srcu_read_unlock(&first, idx);
}

Test(domain, two_domains_wait_for_each_other)
{
	int idx = srcu_read_lock(&first);

	synchronize_srcu(&second);
	srcu_read_unlock(&first, idx);
	idx = srcu_read_lock(&second);
	synchronize_srcu(&first);
	expect_said("deadlock");
	srcu_read_unlock(&second, idx);
}

static void leave_open(void *arg, int index)
{
	(void)index;
	*(int *)arg = srcu_read_lock(&first);
}

Test(domain, a_thread_exits_in_a_reader)
{
	int idx;

	crew_run(1, leave_open, &idx);
	expect_said("exits");
	srcu_up_read(&first, idx);
	synchronize_srcu(&first);
}

Test(domain, a_pointer_outside_a_reader_of_its_domain)
{
	static int *shared;
	int idx = srcu_read_lock(&second);

	(void)srcu_dereference(shared, &first);
	expect_said("not in a reader");
	(void)srcu_dereference(shared, &second);
	srcu_read_unlock(&second, idx);
}

static void read_in_handler(int signal)
{
	int idx = srcu_read_lock(&first);

	(void)signal;
	srcu_read_unlock(&first, idx);
}

/* It waits for nobody there, and who waits here holds nothing. */
Test(domain, a_reader_in_a_handler_and_a_grace_period)
{
	signal(SIGUSR1, read_in_handler);
	raise(SIGUSR1);
	synchronize_srcu(&first);
	synchronize_srcu(&first);
	raise(SIGUSR1);
}

Test(domain, a_reader_takes_what_is_held_until_all_callbacks_ran)
{
	int idx = srcu_read_lock(&first);

	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	srcu_read_unlock(&first, idx);
	mutex_lock(&mutex);
	srcu_barrier(&first);
	expect_said("deadlock");
	mutex_unlock(&mutex);
}
