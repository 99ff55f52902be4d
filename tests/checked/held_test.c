/* SPDX-License-Identifier: MIT */
/*
 * The checked library: what a thread holds, and what it does meanwhile. Each
 * sentence of docs/checked.md that is not about orders has a test here.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/bit_spinlock.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "../support/process.h"
#include "../support/threads.h"
#include "said.h"
#include "watch/lockdep.h"

SAID_SUITE(held);
SAID_SUITE(assertion);
SAID_SUITE(classes);

/* ---- sleeping where nobody may ---- */

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);
static DEFINE_SEMAPHORE(sem, 1);

Test(held, sleeping_under_a_spinlock)
{
	spin_lock(&spin);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	expect_details("  held     spin (spinlock), taken at 0x");
	mutex_lock(&mutex);
	expect_said("may sleep where nobody may sleep");
	expect_details("  held     spin (spinlock), taken at 0x");
	mutex_unlock(&mutex);
	down(&sem);
	expect_said("may sleep where nobody may sleep");
	up(&sem);
	/* They do not wait. */
	cr_assert(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	cr_assert_eq(down_trylock(&sem), 0);
	up(&sem);
	spin_unlock(&spin);
	ksync_might_sleep();
}

/* Its waiters nap, which those of a raw one never do. */
Test(held, a_spinlock_inside_a_raw_spinlock)
{
	static DEFINE_RAW_SPINLOCK(raw);
	static DEFINE_RAW_SPINLOCK(other);

	raw_spin_lock(&raw);
	spin_lock(&spin);
	expect_said("waits where nobody may wait for it");
	expect_details("  held     raw (raw_spinlock), taken at 0x");
	spin_unlock(&spin);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	raw_spin_unlock(&raw);
	spin_lock(&spin);
	raw_spin_lock(&other);
	raw_spin_unlock(&other);
	spin_unlock(&spin);
}

Test(held, told_once_for_a_place)
{
	for (int i = 0; i < 3; i++) {
		spin_lock(&spin);
		ksync_might_sleep();
		spin_unlock(&spin);
	}
	expect_said("may sleep");
}

Test(held, sleeping_in_a_section_and_where_it_began)
{
	ksync_non_block_start();
	ksync_non_block_start();
	ksync_non_block_end();
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	expect_details("  section  that may not sleep, since 0x");
	ksync_non_block_end();
	ksync_might_sleep();
	expect_silence();
	ksync_non_block_end();
	expect_said("leaves a section that it is not in");
}

/* It began inside a spinlock, which is told, too, and outlives that. */
Test(held, sleeping_in_a_section_that_began_under_a_spinlock)
{
	spin_lock(&spin);
	ksync_non_block_start();
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	expect_details("  section  that may not sleep, since 0x");
	expect_details("  held     spin (spinlock), taken at 0x");
	spin_unlock(&spin);
	ksync_might_sleep();
	expect_said("may sleep where nobody may sleep");
	expect_details("  section  that may not sleep, since 0x");
	ksync_non_block_end();
	ksync_might_sleep();
}

/* ---- sleeping while a state is set ---- */

Test(held, another_sleep_than_the_one_that_a_state_was_set_for)
{
	set_current_state(TASK_INTERRUPTIBLE);
	ksync_might_sleep();
	expect_said("may sleep while the task's state is set");
	mutex_lock(&mutex);
	expect_said("may sleep while the task's state is set");
	mutex_unlock(&mutex);
	down(&sem);
	expect_said("may sleep while the task's state is set");
	up(&sem);
	/* These do not sleep. */
	spin_lock(&spin);
	spin_unlock(&spin);
	cr_assert(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	wake_up_process(current);
	schedule();
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	expect_silence();
}

Test(held, schedule_under_a_spinlock)
{
	spin_lock(&spin);
	schedule();
	expect_said("may sleep where nobody may sleep");
	spin_unlock(&spin);
	schedule();
	expect_silence();
}

Test(held, sleeping_with_interrupts_disabled)
{
	unsigned long flags;

	local_irq_disable();
	local_irq_disable();
	might_sleep();
	expect_said("may sleep where nobody may sleep");
	expect_details("  section  that may not sleep, since 0x");
	cant_sleep();
	local_irq_enable();
	might_sleep();
	local_irq_enable();
	expect_silence();
	spin_lock_irqsave(&spin, flags);
	spin_unlock(&spin);
	mutex_lock(&mutex);
	expect_said("may sleep where nobody may sleep");
	mutex_unlock(&mutex);
	local_irq_restore(flags);
	might_sleep();
	expect_silence();
}

/* What the kernel calls atomic is what spins; all else that may not sleep does
 * not count. */
Test(held, in_a_spinning_lock_or_not)
{
	static unsigned long word;
	static DEFINE_RAW_SPINLOCK(raw);

	cr_assert_eq(preempt_count(), 0);
	cr_assert_not(in_atomic());
	cant_sleep();
	expect_said("relies on a spinning lock");
	lockdep_assert_preemption_enabled();
	lockdep_assert_irqs_enabled();
	expect_silence();
	lockdep_assert_preemption_disabled();
	expect_said("in_atomic");
	lockdep_assert_irqs_disabled();
	expect_said("irqs_disabled");

	/* A lock of one bit is one. */
	bit_spin_lock(3, &word);
	cr_assert_eq(preempt_count(), 1);
	cant_sleep();
	expect_silence();
	might_sleep();
	expect_said("may sleep");
	expect_details("  held     bit (bit_spinlock), taken at 0x");
	cr_assert_not(strstr(details, "section"));
	bit_spin_unlock(3, &word);
	might_sleep();
	cr_assert_eq(preempt_count(), 0);

	rcu_read_lock();
	non_block_start();
	cr_assert(mutex_trylock(&mutex));
	cr_assert_not(in_atomic());
	cant_sleep();
	expect_said("relies on a spinning lock");
	mutex_unlock(&mutex);
	non_block_end();

	spin_lock(&spin);
	raw_spin_lock(&raw);
	cr_assert_eq(preempt_count(), 2);
	raw_spin_unlock(&raw);
	cr_assert_eq(preempt_count(), 1);
	cant_sleep();
	lockdep_assert_preemption_disabled();
	expect_silence();
	lockdep_assert_preemption_enabled();
	expect_said("in_atomic");
	might_sleep_if(false);
	expect_silence();
	might_sleep_if(true);
	expect_said("may sleep");
	spin_unlock(&spin);
	rcu_read_unlock();

	local_irq_disable();
	lockdep_assert_irqs_disabled();
	lockdep_assert_preemption_disabled();
	cant_sleep();
	local_irq_enable();
	cr_assert_not(in_atomic());
}

/* The hook of a report may sleep, wherever the report was made. */
static void sleeping_hook(const struct ksync_report *report)
{
	keep_details(report);
	mutex_lock(&mutex);
	ksync_might_sleep();
	mutex_unlock(&mutex);
}

Test(held, a_hook_may_sleep)
{
	ksync_report_hook_set(sleeping_hook);
	spin_lock(&spin);
	ksync_might_sleep();
	expect_said("may sleep");
	ksync_might_sleep();
	expect_said("may sleep");
	spin_unlock(&spin);
}

/* ---- a lock's owner and its life ---- */

static void lock_mutex(void *arg, int index)
{
	(void)index;
	mutex_lock(arg);
}

static void unlock_mutex(void *arg, int index)
{
	(void)index;
	mutex_unlock(arg);
}

static void lock_and_unlock(void *arg, int index)
{
	(void)index;
	mutex_lock(arg);
	mutex_unlock(arg);
}

static void unlock_spin(void *arg, int index)
{
	(void)index;
	spin_unlock(arg);
}

static void lock_spin(void *arg, int index)
{
	(void)index;
	spin_lock(arg);
}

static void down_it(void *arg, int index)
{
	(void)index;
	down(arg);
}

static void up_it(void *arg, int index)
{
	(void)index;
	up(arg);
}

Test(held, unlocked_twice)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	mutex_unlock(&mutex);
	expect_said("nobody holds it");
	spin_lock(&spin);
	spin_unlock(&spin);
	spin_unlock(&spin);
	expect_said("nobody holds it");
	/* The lock is as it was. */
	cr_assert(spin_trylock(&spin));
	spin_unlock(&spin);
}

Test(held, unlocked_by_a_stranger)
{
	mutex_lock(&mutex);
	crew_run(1, unlock_mutex, &mutex);
	expect_said("does not hold it");
	spin_lock(&spin);
	crew_run(1, unlock_spin, &spin);
	expect_said("does not hold it");
	expect_details("  name     spin\n  taken    last at 0x");
	/* It is held as before. */
	cr_assert_not(spin_trylock(&spin));
	cr_assert(lockdep_is_held(&spin));
	spin_unlock(&spin);
	mutex_unlock(&mutex);
}

/* A unit may be given by another thread, unless it is said to be a lock. */
Test(held, a_semaphore_has_no_holder)
{
	down(&sem);
	crew_run(1, up_it, &sem);
	crew_run(1, down_it, &sem);
	up(&sem);
}

static void give_first(void *arg, int index)
{
	(void)index;
	up(arg);
	down(arg);
	up(arg);
}

/* One that is said to be a lock has one, and is looked at like any. */
Test(held, a_semaphore_that_is_a_lock)
{
	static DEFINE_SEMAPHORE(own, 1);

	ksync_semaphore_set_lock(&own);
	down(&own);
	cr_assert_eq(lockdep_is_held(&own), 1);
	crew_run(1, up_it, &own);
	expect_said("does not hold it");
	expect_details("  name     own\n  taken    last at 0x");
	/* A unit is a unit: the stranger's was given. */
	cr_assert_eq(down_trylock(&own), 0);
	up(&own);
	up(&own);
	expect_silence();
	up(&own);
	expect_said("nobody holds it");
	down(&own);
	crew_run(1, down_it, &own);
	expect_said("its holder exits");
	lockdep_assert_held(&own);
	mutex_lock(&mutex);
	expect_silence();
	mutex_unlock(&mutex);
}

/* All ways of taking it, and of not getting it. */
Test(held, a_semaphore_that_is_a_lock_in_all_forms)
{
	static DEFINE_SEMAPHORE(own, 1);

	ksync_semaphore_set_lock(&own);
	cr_assert_eq(down_interruptible(&own), 0);
	cr_assert_eq(down_trylock(&own), 1);
	cr_assert_eq(lockdep_is_held(&own), 1);
	up(&own);
	cr_assert_eq(down_killable(&own), 0);
	up(&own);
	cr_assert_eq(down_timeout(&own, 10), 0);
	up(&own);
	cr_assert_eq(down_trylock(&own), 0);
	cr_assert_eq(lockdep_is_held(&own), 1);
	up(&own);
	cr_assert_eq(lockdep_is_held(&own), 0);
	sema_init(&own, 0);
	ksync_semaphore_set_lock(&own);
	cr_assert_eq(down_timeout(&own, 1), -ETIME);
	cr_assert_eq(lockdep_is_held(&own), 0);
	ksync_task_interrupt(ksync_current());
	cr_assert_eq(down_interruptible(&own), -EINTR);
	ksync_task_clear_pending();
	cr_assert_eq(lockdep_is_held(&own), 0);
	expect_silence();
	/* It is made with its unit taken: that belongs to nobody. */
	crew_run(1, give_first, &own);
	expect_said("nobody holds it");
}

/* A semaphore that is no lock is nothing that is held, whatever its units. */
Test(held, a_semaphore_that_counts)
{
	static DEFINE_SEMAPHORE(units, 2);

	down(&units);
	down(&units);
	cr_assert_eq(lockdep_is_held(&units), LOCK_STATE_UNKNOWN);
	lockdep_assert_held(&units);
	lockdep_assert_not_held(&units);
	crew_run(1, up_it, &units);
	sema_init(&units, 2);
	debug_check_no_locks_freed(&units, sizeof(units));
	lockdep_assert_none_held_once();
	spin_lock(&spin);
	cr_assert_eq(down_trylock(&units), 0);
	up(&units);
	spin_unlock(&spin);
	expect_silence();
}

static struct {
	struct mutex mutex;
	spinlock_t spin;
	struct semaphore sem;
} object;

Test(held, initialised_while_held)
{
	mutex_init(&object.mutex);
	spin_lock_init(&object.spin);
	mutex_lock(&object.mutex);
	mutex_init(&object.mutex);
	expect_said("initialised while it is held");
	spin_lock(&object.spin);
	spin_lock_init(&object.spin);
	expect_said("initialised while it is held");
	/* They are free. */
	ksync_might_sleep();
	mutex_lock(&object.mutex);
	mutex_unlock(&object.mutex);
}

Test(held, freed_while_held)
{
	mutex_init(&object.mutex);
	spin_lock_init(&object.spin);
	debug_check_no_locks_freed(&object, sizeof(object));
	mutex_lock(&mutex);
	mutex_lock(&object.mutex);
	debug_check_no_locks_freed(&object.spin, sizeof(object.spin));
	expect_silence();
	debug_check_no_locks_freed(&object, sizeof(object));
	expect_said("freed while it is held");
	expect_details("taken    last at 0x");
	debug_check_no_locks_freed(&object, sizeof(object));
	mutex_unlock(&mutex);
}

Test(held, never_initialised)
{
	memset(&object, 0, sizeof(object));
	mutex_lock(&object.mutex);
	expect_said("never initialised");
	mutex_unlock(&object.mutex);
	spin_lock(&object.spin);
	expect_said("never initialised");
	spin_unlock(&object.spin);
	expect_silence();
}

Test(held, a_thread_exits)
{
	mutex_init(&object.mutex);
	spin_lock_init(&object.spin);
	crew_run(1, lock_mutex, &object.mutex);
	expect_said("its holder exits");
	crew_run(1, lock_spin, &object.spin);
	expect_said("its holder exits");
	expect_details("taken    last at 0x");
}

Test(held, a_thread_that_released_exits_silently)
{
	static DEFINE_MUTEX(own);

	crew_run(4, lock_and_unlock, &own);
	expect_silence();
}

/* ---- many ---- */

#define MANY 200

Test(held, as_many_as_a_program_wants)
{
	static struct mutex many[MANY];

	for (int i = 0; i < MANY; i++) {
		mutex_init(&many[i]);
		lockdep_set_novalidate_class(&many[i]);
		mutex_lock(&many[i]);
	}
	for (int i = 0; i < MANY; i++)
		cr_assert_eq(lockdep_is_held(&many[i]), 1);
	/* In any order. */
	for (int i = 0; i < MANY; i += 2)
		mutex_unlock(&many[i]);
	for (int i = 0; i < MANY; i++)
		cr_assert_eq(lockdep_is_held(&many[i]), i % 2);
	for (int i = 1; i < MANY; i += 2)
		mutex_unlock(&many[i]);
}

/* ---- assertions ---- */

static void must_not_hold(void *arg, int index)
{
	(void)index;
	must(lockdep_is_held((struct mutex *)arg) == 0);
}

Test(assertion, is_held)
{
	cr_assert_eq(lockdep_is_held(&mutex), 0);
	mutex_lock(&mutex);
	cr_assert_eq(lockdep_is_held(&mutex), 1);
	cr_assert_eq(lockdep_is_held_type(&mutex, 0), 1);
	cr_assert_eq(lockdep_is_held_type(&mutex, 1), 0);
	crew_run(1, must_not_hold, &mutex);
	must_have_held();
	mutex_unlock(&mutex);
	cr_assert_eq(lockdep_is_held(&mutex), 0);
}

Test(assertion, held_and_not_held)
{
	lockdep_assert_not_held(&spin);
	expect_silence();
	lockdep_assert_held(&spin);
	expect_said("asserted to be held by the caller");
	lockdep_assert_held_write(&spin);
	expect_said("asserted to be held for writing");
	spin_lock(&spin);
	lockdep_assert_held(&spin);
	lockdep_assert_held_write(&spin);
	lockdep_assert_held_once(&spin);
	expect_silence();
	lockdep_assert_held_read(&spin);
	expect_said("asserted to be held for reading");
	lockdep_assert_not_held(&spin);
	expect_said("asserted not to be held");
	lockdep_assert_none_held_once();
	expect_said("asserted to hold no lock");
	spin_unlock(&spin);
	lockdep_assert_none_held_once();
}

Test(assertion, of_a_condition)
{
	lockdep_assert(lockdep_is_held(&mutex) == 0);
	expect_silence();
	lockdep_assert(lockdep_is_held(&mutex) == 1);
	expect_said("lockdep_is_held");
}

Test(assertion, off)
{
	lockdep_off();
	mutex_lock(&mutex);
	lockdep_off();
	lockdep_on();
	lockdep_assert_not_held(&mutex);
	cr_assert_eq(lockdep_is_held(&mutex), KSYNC_LOCK_STATE_UNKNOWN);
	spin_lock(&spin);
	ksync_might_sleep();
	spin_unlock(&spin);
	lockdep_on();
	/* What was taken meanwhile may be released. */
	mutex_unlock(&mutex);
	cr_assert_eq(lockdep_is_held(&mutex), 0);
}

Test(assertion, pins)
{
	struct pin_cookie cookie;

	mutex_lock(&mutex);
	cookie = lockdep_pin_lock(&mutex);
	lockdep_repin_lock(&mutex, cookie);
	lockdep_unpin_lock(&mutex, cookie);
	lockdep_unpin_lock(&mutex, cookie);
	mutex_unlock(&mutex);
	expect_silence();
	mutex_lock(&mutex);
	cookie = lockdep_pin_lock(&mutex);
	mutex_unlock(&mutex);
	expect_said("unlocked while it is pinned");
	mutex_lock(&mutex);
	lockdep_unpin_lock(&mutex, cookie);
	expect_said("unpinned, but it is not pinned");
	mutex_unlock(&mutex);
	expect_silence();
	lockdep_unpin_lock(&mutex, cookie);
	expect_said("unpinned, but it is not pinned");
	(void)lockdep_pin_lock(&mutex);
	expect_said("pinned, but the caller does not hold it");
}

/* What is no lock of ksync's, and is waited for. */
Test(assertion, a_map_of_the_program)
{
	static struct lockdep_map work = STATIC_LOCKDEP_MAP_INIT("work", NULL);

	/* The work takes the mutex; who flushes it must not hold that. */
	lock_map_acquire(&work);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	cr_assert(lock_is_held(&work));
	lock_map_release(&work);
	cr_assert_not(lock_is_held(&work));
	lock_map_sync(&work);
	expect_silence();
	mutex_lock(&mutex);
	lock_map_sync(&work);
	expect_said("in an order that can deadlock");
	expect_details("now      work (map) at 0x");
	mutex_unlock(&mutex);
	lock_map_release(&work);
	expect_said("nobody holds it");
	/* Nothing sleeps by it. */
	spin_lock(&spin);
	lock_map_acquire_read(&work);
	lock_map_acquire_read(&work);
	lock_map_release(&work);
	lock_map_release(&work);
	spin_unlock(&spin);
}

Test(assertion, a_map_in_the_words_of_the_kernel)
{
	static struct lock_class_key key;
	struct lockdep_map one, two;

	lockdep_init_map(&one, "one", &key, 0);
	lockdep_init_map(&two, "two", &key, 0);
	lock_acquire(&one, 0, 0, 2, 1, NULL, _RET_IP_);
	lock_acquire(&two, 0, 0, 2, 1, NULL, _RET_IP_);
	expect_silence();
	lock_acquire(&two, 0, 0, 1, 1, NULL, _RET_IP_);
	expect_said("read again by its reader");
	lock_release(&two, _RET_IP_);
	lock_acquire(&two, 1, 0, 0, 1, NULL, _RET_IP_);
	lock_release(&two, _RET_IP_);
	lock_acquire(&two, 0, 1, 0, 1, NULL, _RET_IP_);
	lock_release(&two, _RET_IP_);
	lock_release(&two, _RET_IP_);
	lock_release(&one, _RET_IP_);
	expect_silence();
}

Test(assertion, might_lock)
{
	spin_lock(&spin);
	might_lock(&mutex);
	expect_said("may sleep where nobody may sleep");
	spin_unlock(&spin);
	cr_assert_eq(lockdep_is_held(&mutex), 0);
}

/* ---- classes ---- */

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void both(struct mutex *one, struct mutex *two)
{
	mutex_lock(one);
	mutex_lock(two);
	mutex_unlock(two);
	mutex_unlock(one);
}

Test(classes, a_report_names_both_places)
{
	both(&first, &second);
	expect_silence();
	both(&second, &first);
	expect_said("in an order that can deadlock");
	expect_details("before   second (mutex) at 0x");
	expect_details("while holding first (mutex) taken at 0x");
	expect_details("now      first (mutex) at 0x");
	expect_details("while holding second (mutex) taken at 0x");
}

Test(classes, might_lock_teaches_an_order)
{
	mutex_lock(&first);
	might_lock(&second);
	mutex_unlock(&first);
	both(&second, &first);
	expect_said("in an order that can deadlock");
}

static void init_here(struct mutex *one)
{
	mutex_init(one);
}

Test(classes, of_one_place)
{
	struct mutex one, two;

	init_here(&one);
	init_here(&two);
	both(&one, &two);
	expect_said("another lock of its class");
	expect_details("held     one (mutex) 0x");
}

Test(classes, of_two_places)
{
	struct mutex one, two;

	mutex_init(&one);
	mutex_init(&two);
	both(&one, &two);
	expect_silence();
	both(&two, &one);
	expect_said("in an order that can deadlock");
}

/* In whatever way the init function is called. */
Test(classes, of_the_place_of_a_call)
{
	struct mutex one, two;

	(ksync_mutex_init)(&one);
	(ksync_mutex_init)(&two);
	both(&one, &two);
	expect_silence();
	both(&two, &one);
	expect_said("in an order that can deadlock");
}

/* With its key a class goes out of the ways that led over it. */
Test(classes, of_a_key_that_goes)
{
	struct lock_class_key key;
	struct mutex passing;

	lockdep_register_key(&key);
	mutex_init(&passing);
	lockdep_set_class(&passing, &key);
	both(&first, &passing);
	both(&passing, &second);
	lockdep_unregister_key(&key);
	both(&second, &first);
	expect_silence();
	/* Its memory is a new key's. */
	mutex_init(&passing);
	lockdep_set_class(&passing, &key);
	both(&passing, &first);
	expect_silence();
	both(&first, &passing);
	expect_said("in an order that can deadlock");
}

Test(classes, of_a_key)
{
	static struct lock_class_key key;
	struct mutex one, two;

	init_here(&one);
	init_here(&two);
	lockdep_set_class(&two, &key);
	both(&one, &two);
	expect_silence();
	lockdep_set_class(&one, &key);
	both(&one, &two);
	expect_said("another lock of its class");
}

Test(classes, without_an_order)
{
	struct mutex one, two;

	init_here(&one);
	init_here(&two);
	lockdep_set_novalidate_class(&one);
	lockdep_set_novalidate_class(&two);
	both(&one, &two);
	both(&two, &one);
}

Test(classes, a_subclass_says_which_comes_first)
{
	struct mutex parent, child;

	init_here(&parent);
	init_here(&child);
	mutex_lock(&parent);
	mutex_lock_nested(&child, SINGLE_DEPTH_NESTING);
	mutex_unlock(&child);
	mutex_unlock(&parent);
	expect_silence();
	mutex_lock_nested(&parent, SINGLE_DEPTH_NESTING);
	mutex_lock(&child);
	expect_said("in an order that can deadlock");
	mutex_unlock(&child);
	mutex_unlock(&parent);
}

Test(classes, a_subclass_that_is_none)
{
	mutex_lock_nested(&first, 7);
	mutex_unlock(&first);
	expect_silence();
	mutex_lock_nested(&first, 8);
	expect_said("taken with a subclass above 7");
	mutex_unlock(&first);
}

/* What the acquisition says goes before what the lock was made with. */
Test(classes, a_subclass_of_the_lock)
{
	struct mutex one, two;

	init_here(&one);
	init_here(&two);
	lockdep_set_subclass(&two, 1);
	both(&one, &two);
	expect_silence();
	mutex_lock(&two);
	mutex_lock_nested(&one, 1);
	expect_said("another lock of its class");
	mutex_unlock(&one);
	mutex_unlock(&two);
}

Test(classes, a_lock_orders_all_of_a_class)
{
	struct mutex one, two;

	init_here(&one);
	init_here(&two);
	mutex_lock(&mutex);
	mutex_lock_nest_lock(&one, &mutex);
	mutex_lock_nest_lock(&two, &mutex);
	mutex_unlock(&two);
	mutex_unlock(&one);
	mutex_unlock(&mutex);
	expect_silence();
	mutex_lock_nest_lock(&one, &mutex);
	expect_said("ordered by a lock that is not held");
	mutex_unlock(&one);
	cr_assert(mutex_trylock_nest_lock(&one, &mutex));
	expect_said("ordered by a lock that is not held");
	mutex_unlock(&one);
	/* It was taken too late to order them. */
	mutex_lock(&one);
	mutex_lock(&first);
	mutex_lock_nest_lock(&two, &first);
	expect_said("another lock of its class");
	mutex_unlock(&two);
	mutex_unlock(&first);
	mutex_unlock(&one);
}

/* ---- whole processes ---- */

static void child_exits(void *arg)
{
	(void)arg;
	ksync_report_hook_set(NULL);
	mutex_lock(&mutex);
	exit(0);
}

static void child_locks_again(void *arg)
{
	(void)arg;
	ksync_report_hook_set(NULL);
	spin_lock(&spin);
	spin_lock(&spin);
}

/* What the child says on standard error, and its status. */
static int child_says(void (*fn)(void *arg), char *said, size_t room)
{
	FILE *file = tmpfile();
	int err = dup(STDERR_FILENO);
	int status;
	size_t length;

	dup2(fileno(file), STDERR_FILENO);
	status = in_child(fn, NULL);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(file);
	length = fread(said, 1, room - 1, file);
	said[length] = '\0';
	fclose(file);
	return status;
}

Test(held, a_process_exits)
{
	char said[4096];

	cr_assert_eq(child_says(child_exits, said, sizeof(said)), 0);
	cr_assert(strstr(said, "mutex misuse: the process exits while it is "
			       "held"),
		  "%s", said);
	cr_assert(strstr(said, "name     mutex"), "%s", said);
}

/* As a program's own allocator may do; with a class, and without. */
static void child_exits_without_its_locks(void *arg)
{
	struct mutex *locks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	cr_assert_neq((void *)locks, MAP_FAILED);
	ksync_report_hook_set(NULL);
	mutex_init(&locks[0]);
	mutex_init(&locks[1]);
	lockdep_set_novalidate_class(&locks[1]);
	mutex_lock(&locks[0]);
	mutex_lock(&locks[1]);
	munmap(locks, 4096);
	exit(0);
}

Test(held, a_process_exits_and_the_locks_memory_is_gone)
{
	char said[4096];

	cr_assert_eq(child_says(child_exits_without_its_locks, said,
				sizeof(said)),
		     0);
	cr_assert(strstr(said, "name     locks[0]"), "%s", said);
	cr_assert(strstr(said, "name     locks[1]"), "%s", said);
}

/* ---- the library's own lock ---- */

static DEFINE_RAW_SPINLOCK(raw_first_taken);
static DEFINE_RAW_SPINLOCK(raw_inside);
static pthread_t taker;
static int turn; /* 1: it holds the first; 2: the tables are locked */

static void turn_wait(int n)
{
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != n)
		sched_yield();
}

static void turn_set(int n)
{
	__atomic_store_n(&turn, n, __ATOMIC_RELEASE);
}

static long sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

static void take_raw(long *slept)
{
	raw_spin_lock(&raw_first_taken);
	taker = pthread_self();
	turn_set(1);
	turn_wait(2);
	*slept = -sleeps();
	raw_spin_lock(&raw_inside); /* an order that is new */
	*slept += sleeps();
	raw_spin_unlock(&raw_inside);
	raw_spin_unlock(&raw_first_taken);
}

static long long ns_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* As long as it runs, however busy the machine is, it is not asleep. */
static void hold_tables_while_it_spins(void)
{
	long long begin;
	clockid_t clock;

	turn_wait(1);
	ksync__lockdep_lock();
	turn_set(2);
	pthread_getcpuclockid(taker, &clock);
	begin = ns_of(clock);
	while (ns_of(clock) - begin < 50000000)
		sched_yield();
	ksync__lockdep_unlock();
}

static void take_or_hold(void *arg, int index)
{
	if (index == 0)
		take_raw(arg);
	else
		hold_tables_while_it_spins();
}

Test(held, who_takes_a_raw_spinlock_never_naps)
{
	long slept = -1;

	crew_run(2, take_or_hold, &slept);
	cr_expect_eq(slept, 0, "it slept %ld times", slept);
}

Test(held, a_spinlock_locked_again_aborts)
{
	char said[4096];
	int status = child_says(child_locks_again, said, sizeof(said));

	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	cr_assert(strstr(said, "spinlock deadlock: locked again by its holder"),
		  "%s", said);
	cr_assert(strstr(said, "held     spin (spinlock), taken at 0x"), "%s",
		  said);
}

/* ---- copies ---- */

struct account {
	struct mutex lock;
	struct rw_semaphore sem;
	int cents;
};

static const struct account empty = {
	.lock = __MUTEX_INITIALIZER(empty.lock),
	.sem = __RWSEM_INITIALIZER(empty.sem),
};

Test(held, an_initialiser_may_be_copied)
{
	struct account a = empty, b = empty;

	mutex_lock(&a.lock);
	mutex_unlock(&a.lock);
	mutex_lock(&b.lock);
	mutex_unlock(&b.lock);
	down_read(&a.sem);
	up_read(&a.sem);
	expect_silence();
}

Test(held, a_lock_that_was_used_may_not)
{
	struct account a = empty, b;

	mutex_lock(&a.lock);
	mutex_unlock(&a.lock);
	down_write(&a.sem);
	up_write(&a.sem);
	b = a;
	mutex_lock(&b.lock);
	expect_said("copied from a lock that was in use");
	mutex_unlock(&b.lock);
	down_read(&b.sem);
	expect_said("copied from a lock that was in use");
	up_read(&b.sem);
	/* Once. */
	mutex_lock(&b.lock);
	mutex_unlock(&b.lock);
	mutex_lock(&a.lock);
	mutex_unlock(&a.lock);
	expect_silence();
}

Test(held, nor_one_that_was_initialised_in_place)
{
	struct account a, b;

	mutex_init(&a.lock);
	b = a;
	if (mutex_trylock(&b.lock))
		mutex_unlock(&b.lock);
	expect_said("copied from a lock that was in use");
	mutex_init(&b.lock);
	mutex_lock(&b.lock);
	mutex_unlock(&b.lock);
	expect_silence();
}
