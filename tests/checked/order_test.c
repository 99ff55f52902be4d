/* SPDX-License-Identifier: MIT */
/*
 * The checked library: orders of what is no lock, or has rules of its own; and
 * what a report of an order says.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/completion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "../support/threads.h"
#include "said.h"

SAID_SUITE(order);

static DEFINE_MUTEX(mutex);
static DEFINE_MUTEX(other);
static DEFINE_SPINLOCK(spin);

/* ---- a class that says which of its locks comes first ---- */

static struct account {
	int id;
	struct mutex lock;
} accounts[4];

static int by_id(const void *a, const void *b)
{
	return container_of(a, struct account, lock)->id -
	       container_of(b, struct account, lock)->id;
}

static void make_accounts(void)
{
	for (int i = 0; i < 4; i++) {
		accounts[i].id = i;
		mutex_init(&accounts[i].lock);
		lock_set_cmp_fn(&accounts[i].lock, by_id, NULL);
	}
}

static void take(int first, int then)
{
	mutex_lock(&accounts[first].lock);
	mutex_lock(&accounts[then].lock);
	mutex_unlock(&accounts[then].lock);
	mutex_unlock(&accounts[first].lock);
}

Test(order, a_class_may_say_which_of_its_locks_comes_first)
{
	make_accounts();
	take(0, 1);
	take(1, 3);
	take(0, 3);
	expect_silence();
	mutex_lock(&accounts[1].lock);
	mutex_lock(&accounts[2].lock);
	mutex_lock(&accounts[3].lock);
	mutex_unlock(&accounts[3].lock);
	mutex_unlock(&accounts[2].lock);
	mutex_unlock(&accounts[1].lock);
	expect_silence();
}

/* Also in a chain of classes that was seen before. */
Test(order, a_wrong_order_in_such_a_class_is_told)
{
	make_accounts();
	take(0, 1);
	take(2, 1);
	expect_said("out of the order that its class's compare function says");
	expect_details("held     accounts[i].lock (mutex)");
}

Test(order, the_one_that_is_wrong_need_not_be_the_newest)
{
	make_accounts();
	mutex_lock(&accounts[1].lock);
	mutex_lock(&accounts[2].lock);
	mutex_lock(&accounts[0].lock);
	expect_said("out of the order");
	mutex_unlock(&accounts[0].lock);
	mutex_unlock(&accounts[2].lock);
	mutex_unlock(&accounts[1].lock);
}

Test(order, other_locks_of_such_a_class_are_ordered_as_ever)
{
	make_accounts();
	mutex_lock(&accounts[0].lock);
	mutex_lock(&accounts[1].lock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	mutex_unlock(&accounts[1].lock);
	mutex_unlock(&accounts[0].lock);
	mutex_lock(&mutex);
	mutex_lock(&accounts[2].lock);
	expect_said("in an order that can deadlock");
	mutex_unlock(&accounts[2].lock);
	mutex_unlock(&mutex);
}

static struct rw_semaphore ranked[2];

static int by_address(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

/* In whatever mode they are taken. */
Test(order, readers_of_such_a_class)
{
	for (int i = 0; i < 2; i++) {
		init_rwsem(&ranked[i]);
		lock_set_cmp_fn(&ranked[i], by_address, NULL);
	}
	down_write(&ranked[0]);
	down_write(&ranked[1]);
	up_write(&ranked[1]);
	up_write(&ranked[0]);
	down_read(&ranked[0]);
	down_read(&ranked[1]);
	up_read(&ranked[1]);
	up_read(&ranked[0]);
	expect_silence();
	down_read(&ranked[1]);
	down_read(&ranked[0]);
	expect_said("out of the order");
	up_read(&ranked[0]);
	up_read(&ranked[1]);
}

Test(order, without_its_function_a_class_says_nothing)
{
	make_accounts();
	lock_set_cmp_fn(&accounts[0].lock, NULL, NULL);
	take(0, 1);
	expect_said("another lock of its class");
}

/* ---- completions that somebody owes ---- */

static struct completion done;
static struct lock_class_key done_key;

static void make_completion(void)
{
	init_completion(&done);
	lockdep_set_class(&done, &done_key);
}

static void complete_under_mutex(void)
{
	ksync_lockdep_owe(&done);
	mutex_lock(&mutex);
	complete(&done);
	mutex_unlock(&mutex);
}

static void wait_under_mutex(void)
{
	mutex_lock(&mutex);
	wait_for_completion(&done);
	mutex_unlock(&mutex);
}

Test(order, what_the_completer_needs_is_not_held_by_who_waits)
{
	make_completion();
	complete_under_mutex();
	wait_under_mutex();
	expect_said("in an order that can deadlock");
	expect_details("  change   give back mutex (mutex) before the wait for "
		       "done_key (completion)\n");
}

Test(order, the_same_seen_from_the_other_side)
{
	make_completion();
	complete(&done);
	wait_under_mutex();
	expect_silence();
	complete_under_mutex();
	expect_said("in an order that can deadlock");
}

Test(order, what_the_completer_holds_already_may_be_held)
{
	make_completion();
	mutex_lock(&mutex);
	ksync_lockdep_owe(&done);
	complete(&done);
	mutex_unlock(&mutex);
	wait_under_mutex();
	expect_silence();
}

Test(order, a_completion_without_a_class_is_not_looked_at)
{
	init_completion(&done);
	complete_under_mutex();
	wait_under_mutex();
	lockdep_assert_none_held_once();
	expect_silence();
}

Test(order, who_completes_owes_no_more)
{
	make_completion();
	ksync_lockdep_owe(&done);
	complete(&done);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	ksync_lockdep_owe(&done);
	ksync_lockdep_owe_no_more(&done);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	/* By somebody who said nothing. */
	wait_under_mutex();
	complete(&done);
	complete_all(&done);
	ksync_lockdep_owe_no_more(&done);
	expect_silence();
}

Test(order, who_owes_does_not_wait)
{
	make_completion();
	ksync_lockdep_owe(&done);
	back_set = true;
	if (sigsetjmp(back, 1) == 0)
		wait_for_completion(&done);
	expect_said("by its holder");
	complete(&done);
}

static void owe(void *arg, int index)
{
	(void)arg;
	(void)index;
	ksync_lockdep_owe(&done);
}

Test(order, who_owes_and_exits_is_told)
{
	make_completion();
	crew_run(1, owe, NULL);
	expect_said("its holder exits");
}

/* ---- grace periods ---- */

static struct lockdep_map map = STATIC_LOCKDEP_MAP_INIT("map", NULL);

Test(order, a_grace_period_waits_for_what_a_reader_waits_for)
{
	rcu_read_lock();
	lock_map_acquire(&map);
	lock_map_release(&map);
	rcu_read_unlock();
	lock_map_acquire(&map);
	synchronize_rcu();
	expect_said("in an order that can deadlock");
	expect_details("rcu_read_lock (rcu)");
	rcu_barrier();
	lock_map_release(&map);
}

Test(order, a_barrier_does_too_and_from_either_side)
{
	lock_map_acquire(&map);
	rcu_barrier();
	lock_map_release(&map);
	rcu_read_lock();
	lock_map_acquire(&map);
	expect_said("in an order that can deadlock");
	lock_map_release(&map);
	rcu_read_unlock();
}

Test(order, readers_wait_for_no_grace_period)
{
	lock_map_acquire(&map);
	rcu_read_lock();
	rcu_read_unlock();
	lock_map_release(&map);
	rcu_read_lock();
	lock_map_acquire(&map);
	lock_map_release(&map);
	rcu_read_unlock();
	mutex_lock(&mutex);
	synchronize_rcu();
	mutex_unlock(&mutex);
	expect_silence();
}

/* ---- unlocks that may sleep ---- */

static DECLARE_RWSEM(rwsem);
static DEFINE_SEMAPHORE(sem, 1);

Test(order, an_unlock_that_may_sleep)
{
	mutex_lock(&mutex);
	spin_lock(&spin);
	mutex_unlock(&mutex);
	expect_said("unlocked where nobody may sleep");
	expect_details("held     spin (spinlock)");
	spin_unlock(&spin);
	down_write(&rwsem);
	non_block_start();
	up_write(&rwsem);
	expect_said("unlocked where nobody may sleep");
	non_block_end();
}

Test(order, unlocks_that_do_not)
{
	mutex_lock(&mutex);
	spin_lock(&spin);
	spin_unlock(&spin);
	mutex_unlock(&mutex);
	/* A reader of RCU may be preempted. */
	down_read(&rwsem);
	rcu_read_lock();
	up_read(&rwsem);
	rcu_read_unlock();
	/* What could only be tried there, and what wakes others. */
	down(&sem);
	spin_lock(&spin);
	cr_assert(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	cr_assert(down_read_trylock(&rwsem));
	up_read(&rwsem);
	up(&sem);
	spin_unlock(&spin);
	expect_silence();
}

/* ---- what a report says ---- */

static void both(struct mutex *first, struct mutex *then)
{
	mutex_lock(first);
	mutex_lock(then);
	mutex_unlock(then);
	mutex_unlock(first);
}

static int lines_of(const char *words)
{
	int count = 0;

	for (const char *at = strstr(details, words); at;
	     at = strstr(at + 1, words))
		count++;
	return count;
}

Test(order, two_columns_and_what_to_change)
{
	both(&mutex, &other);
	both(&other, &mutex);
	expect_said("in an order that can deadlock");
	expect_details("scenario thread 1                    thread 2\n");
	expect_details("  scenario takes mutex (mutex)\n"
		       "  scenario                             "
		       "takes other (mutex)\n"
		       "  scenario waits for other (mutex)\n"
		       "  scenario                             "
		       "waits for mutex (mutex)\n");
	expect_details("  change   take mutex (mutex) before other (mutex) "
		       "here, as at 0x");
	cr_assert_eq(lines_of("while holding"), 2);
	cr_assert_eq(lines_of("taken at 0x"), 2);
}

static struct mutex many[20];
static struct lock_class_key keys[20];

static void make_many(void)
{
	for (int i = 0; i < 20; i++) {
		mutex_init(&many[i]);
		lockdep_set_class_and_name(&many[i], &keys[i], "many");
	}
}

static void circle_of(int length)
{
	make_many();
	for (int i = 0; i < length; i++)
		both(&many[i], &many[(i + 1) % length]);
	expect_said("in an order that can deadlock");
}

Test(order, the_shortest_circle)
{
	make_many();
	for (int i = 0; i < 10; i++)
		both(&many[i], &many[i + 1]);
	both(&many[2], &many[9]);
	both(&many[10], &many[1]);
	expect_said("in an order that can deadlock");
	/* 1 2 9 10 */
	cr_assert_eq(lines_of("while holding"), 4);
}

Test(order, five_threads_have_lines)
{
	circle_of(5);
	cr_assert_eq(lines_of("while holding"), 5);
	expect_details("  scenario thread 5 takes many (mutex)\n");
}

Test(order, a_long_circle_is_told_as_far_as_there_is_room)
{
	circle_of(20);
	cr_assert_geq(lines_of("while holding"), 5);
}

static struct lockdep_map a = STATIC_LOCKDEP_MAP_INIT("a", NULL);

static void read_inside(void *arg, int index)
{
	(void)arg;
	(void)index;
	lock_map_acquire(&a);
	lock_map_acquire_read(&map);
	lock_map_release(&map);
	lock_map_release(&a);
}

/* An order that another thread saw, of readers that wait for nobody here. */
Test(order, the_places_are_those_of_the_mode_that_counts)
{
	char me[32];

	crew_run(1, read_inside, NULL);
	lock_map_acquire_read(&a);
	lock_map_acquire(&map);
	lock_map_release(&map);
	lock_map_release(&a);
	lock_map_acquire_read(&map);
	lock_map_acquire(&a);
	expect_said("in an order that can deadlock");
	snprintf(me, sizeof(me), "in thread %ld\n", (long)gettid());
	cr_assert_eq(lines_of(me), 2);
	lock_map_release(&a);
	lock_map_release(&map);
}

/* ---- signal handlers ---- */

static void on_signal(int signal)
{
	(void)signal;
	spin_lock(&spin);
	spin_unlock(&spin);
}

static void block(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(how, &set, NULL);
}

static void wait_in_handler(int signal)
{
	(void)signal;
	wait_for_completion(&done);
}

Test(order, a_completion_of_a_handler)
{
	make_completion();
	complete_all(&done);
	signal(SIGUSR2, wait_in_handler);
	raise(SIGUSR2);
	ksync_lockdep_owe(&done);
	expect_said("taken in a signal handler, and where its signal may come");
	ksync_lockdep_owe_no_more(&done);
}

Test(order, a_lock_of_a_handler)
{
	block(SIG_UNBLOCK);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	expect_silence();
	spin_lock(&spin);
	expect_said("taken in a signal handler, and where its signal may come");
	expect_details("before   spin (spinlock) at 0x");
	expect_details("in the handler of signal 12, 0x");
	expect_details("now      signal 12 may come\n"
		       "             while holding spin (spinlock) taken at");
	expect_details("  scenario takes spin (spinlock)\n"
		       "  scenario <signal 12>\n"
		       "  scenario waits for spin (spinlock)\n");
	spin_unlock(&spin);
}

Test(order, with_its_signal_blocked_it_is_free)
{
	unsigned long flags;

	ksync_irq_signals_set(true);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	spin_lock_irqsave(&spin, flags);
	spin_unlock_irqrestore(&spin, flags);
	block(SIG_BLOCK);
	spin_lock(&spin);
	spin_unlock(&spin);
	expect_silence();
	block(SIG_UNBLOCK);
	spin_lock(&spin);
	expect_said("taken in a signal handler");
	spin_unlock(&spin);
	ksync_irq_signals_set(false);
}

/* Until it is asked to, _irqsave blocks nothing. */
Test(order, interrupts_that_are_disabled_by_word_only)
{
	unsigned long flags;

	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	spin_lock_irqsave(&spin, flags);
	expect_said("taken in a signal handler");
	spin_unlock_irqrestore(&spin, flags);
}

static void take_spin(void)
{
	spin_lock(&spin);
	spin_unlock(&spin);
}

/* By one place, with the signal blocked and not. */
Test(order, what_is_blocked_is_asked_each_time)
{
	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	block(SIG_BLOCK);
	take_spin();
	expect_silence();
	block(SIG_UNBLOCK);
	take_spin();
	expect_said("taken in a signal handler");
}

static void nothing(int signal)
{
	(void)signal;
}

/* A blocked signal makes no handler. */
Test(order, a_handler_that_takes_nothing)
{
	signal(SIGUSR2, nothing);
	raise(SIGUSR2);
	block(SIG_BLOCK);
	take_spin();
	block(SIG_UNBLOCK);
	take_spin();
	expect_silence();
}

static DEFINE_SPINLOCK(far);
static DEFINE_SPINLOCK(mid);

Test(order, a_way_from_a_lock_of_a_handler)
{
	signal(SIGUSR2, on_signal);
	raise(SIGUSR2);
	block(SIG_BLOCK);
	spin_lock(&spin);
	spin_lock(&mid);
	spin_lock(&far);
	spin_unlock(&far);
	spin_unlock(&mid);
	spin_unlock(&spin);
	expect_silence();
	block(SIG_UNBLOCK);
	spin_lock(&far);
	expect_said("taken in a signal handler");
	expect_details("<signal 12>");
	spin_unlock(&far);
}

static void on_own_stack(int signal)
{
	on_signal(signal);
}

Test(order, a_handler_on_a_stack_of_its_own)
{
	static char memory[64 << 10];
	stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
	struct sigaction action = { .sa_handler = on_own_stack,
				    .sa_flags = SA_ONSTACK };

	cr_assert_eq(sigaltstack(&stack, NULL), 0);
	cr_assert_eq(sigaction(SIGUSR2, &action, NULL), 0);
	raise(SIGUSR2);
	spin_lock(&spin);
	expect_said("taken in a signal handler");
	spin_unlock(&spin);
}

/* One place takes it in the handler and elsewhere. */
static void log_a_line(int signal)
{
	(void)signal;
	spin_lock(&spin);
	spin_unlock(&spin);
}

Test(order, one_place_in_the_handler_and_elsewhere)
{
	signal(SIGUSR2, log_a_line);
	log_a_line(0);
	raise(SIGUSR2);
	expect_said("taken in a signal handler");
}

/* Which of the signals that are blocked there it is, its handler tells. */
Test(order, a_handler_that_blocks_others)
{
	struct sigaction action = { .sa_handler = on_signal };

	signal(SIGUSR1, nothing);
	signal(SIGALRM, nothing);
	sigfillset(&action.sa_mask);
	cr_assert_eq(sigaction(SIGUSR2, &action, NULL), 0);
	raise(SIGUSR2);
	spin_lock(&spin);
	expect_said("taken in a signal handler");
	cr_assert_eq(lines_of("signal 12 may come"), 1);
	spin_unlock(&spin);
}

/* One that may interrupt itself, and one that handles two. */
Test(order, a_handler_of_two_signals)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	expect_said("taken in a signal handler");
}

static sigjmp_buf out;

static void jump(int signal)
{
	on_signal(signal);
	siglongjmp(out, 1);
}

Test(order, a_handler_that_was_left_is_none)
{
	signal(SIGUSR2, jump);
	if (!sigsetjmp(out, 1))
		raise(SIGUSR2);
	/* Another lock is in no handler, whatever was before. */
	spin_lock(&mid);
	spin_unlock(&mid);
	expect_silence();
}
