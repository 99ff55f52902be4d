/* SPDX-License-Identifier: MIT */
/* local_lock_t: every name, of a thread's own data and of what some share. */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <signal.h>

#include <linux/local_lock.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(spinlock_local, .init = reports_take, .fini = reports_none);

static _Thread_local struct {
	local_lock_t lock;
	local_trylock_t tried;
	long sum; /* under lock */
} mine = { .lock = INIT_LOCAL_LOCK(lock), .tried = INIT_LOCAL_TRYLOCK(tried) };

Test(spinlock_local, all_names_are_one_lock)
{
	unsigned long flags;

	local_lock(&mine.lock);
	cr_assert(local_lock_is_locked(&mine.lock));
	local_unlock(&mine.lock);
	cr_assert_not(local_lock_is_locked(&mine.lock));

	local_lock_irq(&mine.lock);
	cr_assert(local_lock_is_locked(&mine.lock) && irqs_disabled());
	local_unlock_irq(&mine.lock);
	cr_assert_not(local_lock_is_locked(&mine.lock) || irqs_disabled());

	local_lock_irqsave(&mine.lock, flags);
	cr_assert(local_lock_is_locked(&mine.lock) && irqs_disabled());
	local_unlock_irqrestore(&mine.lock, flags);
	cr_assert_not(local_lock_is_locked(&mine.lock) || irqs_disabled());

	local_lock_nested_bh(&mine.lock);
	cr_assert(local_lock_is_locked(&mine.lock));
	local_unlock_nested_bh(&mine.lock);
	cr_assert_not(local_lock_is_locked(&mine.lock));
}

Test(spinlock_local, a_trylock_fails_while_it_is_held)
{
	unsigned long flags;

	cr_assert_eq(local_trylock(&mine.tried), 1);
	cr_assert(local_lock_is_locked(&mine.tried));
	cr_assert_eq(local_trylock(&mine.tried), 0);
	cr_assert_eq(local_trylock_irqsave(&mine.tried, flags), 0);
	cr_assert_not(irqs_disabled());
	local_unlock(&mine.tried);
	cr_assert_eq(local_trylock_irqsave(&mine.tried, flags), 1);
	cr_assert(irqs_disabled());
	local_unlock_irqrestore(&mine.tried, flags);
	local_lock(&mine.tried);
	cr_assert_eq(local_trylock(&mine.tried), 0);
	local_unlock(&mine.tried);
}

Test(spinlock_local, init_makes_a_free_lock)
{
	local_lock_t lock;
	local_trylock_t tried;

	memset(&lock, 0xff, sizeof(lock));
	memset(&tried, 0xff, sizeof(tried));
	local_lock_init(&lock);
	local_trylock_init(&tried);
	cr_assert_not(local_lock_is_locked(&lock));
	cr_assert_not(local_lock_is_locked(&tried));
}

static void sum_up(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < 1000; i++) {
		guard(local_lock)(&mine.lock);
		mine.sum += index;
	}
	must(mine.sum == 1000 * index);
	must(!local_lock_is_locked(&mine.lock));
}

Test(spinlock_local, each_thread_has_its_own)
{
	crew_run(8, sum_up, NULL);
	must_have_held();
}

/* Where ported code has an array of slots, a thread may leave its processor in
 * the middle, and another come. */
static struct slot {
	local_lock_t lock;
	long count; /* under lock */
} slot = { .lock = INIT_LOCAL_LOCK(slot) };

static void count_in_slot(void *arg, int index)
{
	unsigned long flags;

	(void)arg;
	for (int i = 0; i < 4000; i++) {
		if (index % 2) {
			local_lock(&slot.lock);
			slot.count++;
			local_unlock(&slot.lock);
		} else {
			local_lock_irqsave(&slot.lock, flags);
			slot.count++;
			local_unlock_irqrestore(&slot.lock, flags);
		}
	}
}

Test(spinlock_local, threads_that_share_a_slot_exclude_each_other)
{
	crew_run(4, count_in_slot, NULL);
	cr_assert_eq(slot.count, 4 * 4000);
}

static volatile sig_atomic_t came, taken;

static void try_mine(int signal)
{
	(void)signal;
	came++;
	if (local_trylock(&mine.tried)) {
		taken++;
		local_unlock(&mine.tried);
	}
}

Test(spinlock_local, a_handler_can_try_and_the_irq_forms_keep_it_out)
{
	struct sigaction action = { .sa_handler = try_mine };
	unsigned long flags;

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	cr_assert(came == 1 && taken == 1);
	local_lock(&mine.tried);
	raise(SIGUSR1);
	cr_assert(came == 2 && taken == 1);
	local_unlock(&mine.tried);
	ksync_irq_signals_set(true);
	local_lock_irqsave(&mine.tried, flags);
	raise(SIGUSR1);
	cr_assert_eq(came, 2);
	local_unlock_irqrestore(&mine.tried, flags);
	cr_assert(came == 3 && taken == 2);
}

#define IN_SCOPE(class)                                              \
	do {                                                         \
		scoped_guard(class, &mine.lock)                      \
			cr_assert(local_lock_is_locked(&mine.lock)); \
		cr_assert_not(local_lock_is_locked(&mine.lock));     \
	} while (0)

Test(spinlock_local, every_guard_holds_in_its_scope)
{
	IN_SCOPE(local_lock);
	IN_SCOPE(local_lock_irq);
	IN_SCOPE(local_lock_irqsave);
	IN_SCOPE(local_lock_nested_bh);
}
