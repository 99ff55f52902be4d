/* SPDX-License-Identifier: MIT */
/*
 * Interrupts, which signals are where the program says so: what they do while
 * they are disabled, and handlers that take the lock which they interrupt.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

static void begin(void)
{
	reports_take();
	cr_assert_not(ksync_irq_signals_set(true));
}

TestSuite(irqflags, .init = begin, .fini = reports_none);
TestSuite(irqflags_off, .init = reports_take, .fini = reports_none);

static DEFINE_SPINLOCK(lock);
static DEFINE_SPINLOCK(other);
static DEFINE_RAW_SPINLOCK(raw);

static volatile sig_atomic_t came;
static volatile sig_atomic_t came_disabled;

static void count(int signal)
{
	(void)signal;
	came++;
	if (irqs_disabled())
		came_disabled++;
}

static void on(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	cr_assert_eq(sigaction(signal, &action, NULL), 0);
	came = 0;
	came_disabled = 0;
}

/* One signal in the section, which has to wait for its end. */
#define WAITS(enter, leave)                              \
	do {                                             \
		int before_ = came;                      \
                                                         \
		cr_assert_not(irqs_disabled(), #enter);  \
		enter;                                   \
		cr_assert(irqs_disabled(), #enter);      \
		raise(SIGUSR1);                          \
		cr_assert_eq(came, before_, #enter);     \
		leave;                                   \
		cr_assert_eq(came, before_ + 1, #leave); \
		cr_assert_not(irqs_disabled(), #leave);  \
		raise(SIGUSR1);                          \
		cr_assert_eq(came, before_ + 2, #leave); \
	} while (0)

Test(irqflags, a_signal_waits_until_interrupts_are_enabled)
{
	unsigned long flags;

	on(SIGUSR1, count);
	WAITS(local_irq_disable(), local_irq_enable());
	WAITS(local_irq_save(flags), local_irq_restore(flags));
	WAITS(spin_lock_irq(&lock), spin_unlock_irq(&lock));
	WAITS(spin_lock_irqsave(&lock, flags),
	      spin_unlock_irqrestore(&lock, flags));
	WAITS(spin_lock_irqsave_nested(&lock, flags, 1),
	      spin_unlock_irqrestore(&lock, flags));
	WAITS(cr_assert(spin_trylock_irq(&lock)), spin_unlock_irq(&lock));
	WAITS(cr_assert(spin_trylock_irqsave(&lock, flags)),
	      spin_unlock_irqrestore(&lock, flags));
	WAITS(raw_spin_lock_irq(&raw), raw_spin_unlock_irq(&raw));
	WAITS(raw_spin_lock_irqsave(&raw, flags),
	      raw_spin_unlock_irqrestore(&raw, flags));
	cr_assert_eq(came_disabled, 0, "a handler found them disabled");
}

Test(irqflags, a_guard_disables_them_to_the_end_of_its_scope)
{
	on(SIGUSR1, count);
	scoped_guard(irq) {
		raise(SIGUSR1);
		cr_assert_eq(came, 0);
		scoped_guard(irqsave)
			cr_assert(irqs_disabled());
		cr_assert_eq(came, 0);
		cr_assert(irqs_disabled());
	}
	cr_assert_eq(came, 1);
	scoped_guard(spinlock_irq, &lock) {
		raise(SIGUSR1);
		cr_assert_eq(came, 1);
	}
	cr_assert_eq(came, 2);
	scoped_guard(spinlock_irqsave, &lock) {
		raise(SIGUSR1);
		scoped_guard(raw_spinlock_irqsave, &raw)
			cr_assert_eq(came, 2);
		cr_assert_eq(came, 2);
	}
	cr_assert_eq(came, 3);
	scoped_guard(raw_spinlock_irq, &raw) {
		raise(SIGUSR1);
		cr_assert_eq(came, 3);
	}
	cr_assert_eq(came, 4);
}

Test(irqflags, restore_leaves_them_as_they_were_at_save)
{
	unsigned long outer, inner;

	on(SIGUSR1, count);
	local_irq_save(outer);
	cr_assert_not(irqs_disabled_flags(outer));
	local_irq_save(inner);
	cr_assert(irqs_disabled_flags(inner));
	raise(SIGUSR1);
	local_irq_restore(inner);
	cr_assert_eq(came, 0);
	cr_assert(irqs_disabled());
	spin_lock_irqsave(&lock, inner);
	spin_unlock_irqrestore(&lock, inner);
	cr_assert_eq(came, 0);
	local_irq_restore(outer);
	cr_assert_eq(came, 1);
	/* What says "disabled" disables. */
	local_irq_disable();
	local_save_flags(inner);
	local_irq_enable();
	local_irq_restore(inner);
	cr_assert(irqs_disabled());
	raise(SIGUSR1);
	cr_assert_eq(came, 1);
	local_irq_enable();
	cr_assert_eq(came, 2);
}

Test(irqflags, the_inner_of_two_locks_may_be_a_plain_one)
{
	on(SIGUSR1, count);
	spin_lock_irq(&lock);
	spin_lock(&other);
	raise(SIGUSR1);
	spin_unlock(&other);
	cr_assert_eq(came, 0);
	/* As in the kernel: the halves are what they are together. */
	spin_unlock(&lock);
	cr_assert_eq(came, 0);
	cr_assert(irqs_disabled());
	local_irq_enable();
	cr_assert_eq(came, 1);
}

Test(irqflags, a_trylock_that_fails_leaves_them_as_they_were)
{
	unsigned long flags;

	on(SIGUSR1, count);
	spin_lock(&lock);
	cr_assert_not(spin_trylock_irq(&lock));
	cr_assert_not(irqs_disabled());
	cr_assert_not(spin_trylock_irqsave(&lock, flags));
	cr_assert_not(irqs_disabled());
	raise(SIGUSR1);
	cr_assert_eq(came, 1);
	local_irq_disable();
	cr_assert_not(spin_trylock_irqsave(&lock, flags));
	cr_assert(irqs_disabled());
	raise(SIGUSR1);
	cr_assert_eq(came, 1);
	local_irq_enable();
	cr_assert_eq(came, 2);
	spin_unlock(&lock);
}

Test(irqflags, signals_that_the_program_had_blocked_stay_blocked)
{
	sigset_t usr2, mask;

	on(SIGUSR1, count);
	on(SIGUSR2, count);
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &usr2, NULL);
	spin_lock_irq(&lock);
	raise(SIGUSR2);
	spin_unlock_irq(&lock);
	cr_assert_eq(came, 0);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	cr_assert(sigismember(&mask, SIGUSR2));
	cr_assert_not(sigismember(&mask, SIGUSR1));
	pthread_sigmask(SIG_UNBLOCK, &usr2, NULL);
	cr_assert_eq(came, 1);
}

Test(irqflags, what_a_thread_does_to_itself_is_not_blocked)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				       SIGTRAP };

	spin_lock_irq(&lock);
	for (size_t n = 0; n < sizeof(signals) / sizeof(signals[0]); n++) {
		on(signals[n], count);
		raise(signals[n]);
		cr_assert_eq(came, 1);
		cr_assert_eq(came_disabled, 1);
	}
	spin_unlock_irq(&lock);
}

Test(irqflags, bottom_halves_are_not_interrupts)
{
	on(SIGUSR1, count);
	spin_lock_bh(&lock);
	cr_assert_not(irqs_disabled());
	raise(SIGUSR1);
	cr_assert_eq(came, 1);
	spin_unlock_bh(&lock);
}

Test(irqflags, a_last_reference_disables_them_and_another_does_not)
{
	refcount_t refs = REFCOUNT_INIT(2);
	atomic_t users = ATOMIC_INIT(2);
	unsigned long flags;

	cr_assert_not(refcount_dec_and_lock_irqsave(&refs, &lock, &flags));
	cr_assert_not(irqs_disabled());
	cr_assert(refcount_dec_and_lock_irqsave(&refs, &lock, &flags));
	cr_assert(irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	cr_assert_not(irqs_disabled());
	cr_assert_not(atomic_dec_and_lock_irqsave(&users, &lock, flags));
	cr_assert_not(irqs_disabled());
	cr_assert(atomic_dec_and_lock_irqsave(&users, &lock, flags));
	cr_assert(irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	cr_assert_not(irqs_disabled());
}

Test(irqflags, errno_stays)
{
	errno = 77;
	local_irq_disable();
	local_irq_enable();
	cr_assert_eq(errno, 77);
}

Test(irqflags, what_is_disabled_is_enabled_as_it_began)
{
	on(SIGUSR1, count);
	local_irq_disable();
	cr_assert(ksync_irq_signals_set(false));
	raise(SIGUSR1);
	cr_assert_eq(came, 0);
	local_irq_enable();
	cr_assert_eq(came, 1);
	local_irq_disable();
	cr_assert_not(ksync_irq_signals_set(true));
	raise(SIGUSR1);
	cr_assert_eq(came, 2);
	local_irq_enable();
	raise(SIGUSR1);
	cr_assert_eq(came, 3);
}

/* ---- a handler that takes the lock of what it interrupts ---- */

static long shared; /* under lock */

static void count_under_lock(int signal)
{
	unsigned long flags;

	(void)signal;
	spin_lock_irqsave(&lock, flags);
	shared++;
	spin_unlock_irqrestore(&lock, flags);
	came++;
}

static void count_under_plain_lock(int signal)
{
	(void)signal;
	spin_lock(&lock);
	shared++;
	spin_unlock(&lock);
	came++;
}

struct storm {
	pthread_t target;
	int signal;
	int over;
};

static void *storm_main(void *arg)
{
	struct storm *storm = arg;

	while (!__atomic_load_n(&storm->over, __ATOMIC_ACQUIRE)) {
		pthread_kill(storm->target, storm->signal);
		nap_us(20);
	}
	return NULL;
}

static void interrupted_sections(void)
{
	struct storm storm = { pthread_self(), SIGUSR1, 0 };
	unsigned long flags;
	pthread_t thread;
	long mine = 0;

	pthread_create(&thread, NULL, storm_main, &storm);
	for (struct effort e = effort(200000, 700);
	     effort_more(&e) || came < 20; mine++) {
		if (mine % 2) {
			spin_lock_irq(&lock);
			shared++;
			spin_unlock_irq(&lock);
		} else {
			spin_lock_irqsave(&lock, flags);
			shared++;
			spin_unlock_irqrestore(&lock, flags);
		}
	}
	__atomic_store_n(&storm.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	cr_assert_eq(shared, mine + came);
	cr_assert_not(spin_is_locked(&lock));
	cr_assert_not(irqs_disabled());
}

Test(irqflags, a_handler_may_take_the_lock_that_it_interrupts)
{
	on(SIGUSR1, count_under_lock);
	interrupted_sections();
}

Test(irqflags, such_a_handler_may_take_it_plainly)
{
	on(SIGUSR1, count_under_plain_lock);
	interrupted_sections();
}

static void nested_storms(void *arg, int index)
{
	struct storm storm = { pthread_self(), SIGUSR1, 0 };
	pthread_t thread;
	long *mine = arg;

	(void)index;
	pthread_create(&thread, NULL, storm_main, &storm);
	for (struct effort e = effort(20000, 500); effort_more(&e);) {
		spin_lock_irq(&lock);
		shared++;
		spin_unlock_irq(&lock);
		__atomic_fetch_add(mine, 1, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&storm.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

static long handled;

static void count_in_any_thread(int signal)
{
	(void)signal;
	spin_lock(&lock);
	shared++;
	handled++;
	spin_unlock(&lock);
}

Test(irqflags, handlers_of_several_threads_take_one_lock)
{
	long mine = 0;

	on(SIGUSR1, count_in_any_thread);
	crew_run(4, nested_storms, &mine);
	spin_lock_irq(&lock);
	cr_assert_eq(shared, mine + handled);
	spin_unlock_irq(&lock);
}

/* ---- fork, and the end of a thread ---- */

static void unlock_in_child(void *arg)
{
	(void)arg;
	raise(SIGUSR1);
	must(came == 0 && irqs_disabled());
	spin_unlock_irq(&lock);
	must(came == 1 && !irqs_disabled());
	spin_lock_irq(&lock);
	spin_unlock_irq(&lock);
}

Test(irqflags, a_fork_keeps_them_disabled_on_both_sides)
{
	on(SIGUSR1, count);
	spin_lock_irq(&lock);
	child_succeeds(unlock_in_child, NULL);
	raise(SIGUSR1);
	cr_assert_eq(came, 0);
	spin_unlock_irq(&lock);
	cr_assert_eq(came, 1);
}

static void exit_disabled(void *arg, int index)
{
	(void)arg;
	(void)index;
	(void)ksync_current();
	local_irq_disable();
}

static void check_mask(void *arg, int index)
{
	sigset_t mask;

	(void)arg;
	(void)index;
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	must(!sigismember(&mask, SIGUSR1));
	must(!irqs_disabled());
}

Test(irqflags, a_thread_that_exits_with_them_disabled_is_reported)
{
	crew_run(1, exit_disabled, NULL);
	cr_assert_eq(reports_count(), 1);
	cr_assert_str_eq(reports.kept[0].type, "irq");
	cr_assert(strstr(reports.kept[0].what, "exits with interrupts"));
	reports_forget();
	/* That was its own affair. */
	crew_run(1, check_mask, NULL);
	must_have_held();
}

/* ---- as long as nobody asked for it ---- */

Test(irqflags_off, signals_are_not_blocked)
{
	unsigned long flags;
	sigset_t mask;

	on(SIGUSR1, count);
	spin_lock_irqsave(&lock, flags);
	cr_assert(irqs_disabled());
	raise(SIGUSR1);
	cr_assert_eq(came, 1);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	cr_assert_not(sigismember(&mask, SIGUSR1));
	spin_unlock_irqrestore(&lock, flags);
	cr_assert_not(irqs_disabled());
	local_irq_disable();
	raise(SIGUSR1);
	cr_assert_eq(came, 2);
	local_irq_enable();
}

Test(irqflags_off, nesting_is_remembered_all_the_same)
{
	unsigned long outer, inner;

	spin_lock_irqsave(&lock, outer);
	spin_lock_irqsave(&other, inner);
	cr_assert(irqs_disabled_flags(inner));
	spin_unlock_irqrestore(&other, inner);
	cr_assert(irqs_disabled());
	spin_unlock_irqrestore(&lock, outer);
	cr_assert_not(irqs_disabled());
}

Test(irqflags_off, a_thread_may_exit)
{
	crew_run(1, exit_disabled, NULL);
}
