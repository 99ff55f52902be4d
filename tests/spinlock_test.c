/* SPDX-License-Identifier: MIT */
/*
 * spinlock_t and raw_spinlock_t: exclusion under every name, what is reported,
 * and that the last user may free the lock.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <linux/sched.h>
#include <linux/spinlock.h>

#include "support/clock.h"
#include "support/report.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(spinlock, .init = reports_take, .fini = reports_none);
TestSuite(spinlock_guard, .init = reports_take, .fini = reports_none);

/* Whoever holds it may take several of the others. */
static DEFINE_SPINLOCK(outer);
static DEFINE_SPINLOCK(lock);
static DEFINE_RAW_SPINLOCK(raw);

/* ---- one thread ---- */

Test(spinlock, is_four_bytes_and_zero_is_free)
{
	static const spinlock_t zero;

	if (KSYNC_CHECKED)
		return; /* there it has a name, and is larger */
	cr_assert_eq(sizeof(spinlock_t), 4);
	cr_assert_eq(memcmp(&lock, &zero, sizeof(zero)), 0);
	cr_assert_eq(sizeof(raw_spinlock_t), 4);
	cr_assert_eq(memcmp(&raw, &zero, sizeof(zero)), 0);
}

Test(spinlock, init_makes_a_free_lock)
{
	spinlock_t s;
	raw_spinlock_t r;
	spinlock_t t = __SPIN_LOCK_UNLOCKED(t);
	raw_spinlock_t u = __RAW_SPIN_LOCK_UNLOCKED(u);

	memset(&s, 0xff, sizeof(s));
	memset(&r, 0xff, sizeof(r));
	spin_lock_init(&s);
	raw_spin_lock_init(&r);
	cr_assert_not(spin_is_locked(&s));
	cr_assert_not(raw_spin_is_locked(&r));
	cr_assert_not(spin_is_locked(&t));
	cr_assert_not(raw_spin_is_locked(&u));
}

Test(spinlock, is_locked_while_it_is_held)
{
	cr_assert_not(spin_is_locked(&lock));
	spin_lock(&lock);
	cr_assert(spin_is_locked(&lock));
	spin_unlock(&lock);
	cr_assert_not(spin_is_locked(&lock));
}

Test(spinlock, trylock_gives_1_if_it_took_the_lock_and_0_if_not)
{
	cr_assert_eq(spin_trylock(&lock), 1);
	cr_assert_eq(spin_trylock(&lock), 0);
	cr_assert(spin_is_locked(&lock));
	spin_unlock(&lock);
	cr_assert_eq(spin_trylock(&lock), 1);
	spin_unlock(&lock);
}

Test(spinlock, all_names_are_one_lock)
{
	unsigned long flags;

	spin_lock_irq(&lock);
	cr_assert_eq(spin_trylock_irq(&lock), 0);
	spin_unlock_irq(&lock);
	cr_assert_eq(spin_trylock_irq(&lock), 1);
	spin_unlock_irq(&lock);

	spin_lock_bh(&lock);
	cr_assert_eq(spin_trylock_bh(&lock), 0);
	spin_unlock_bh(&lock);
	cr_assert_eq(spin_trylock_bh(&lock), 1);
	spin_unlock_bh(&lock);

	spin_lock_irqsave(&lock, flags);
	cr_assert_eq(spin_trylock_irqsave(&lock, flags), 0);
	spin_unlock_irqrestore(&lock, flags);
	cr_assert_eq(spin_trylock_irqsave(&lock, flags), 1);
	spin_unlock_irqrestore(&lock, flags);

	spin_lock_nested(&lock, 1);
	cr_assert_eq(spin_trylock(&lock), 0);
	spin_unlock(&lock);
	spin_lock(&outer);
	spin_lock_nest_lock(&lock, &outer);
	cr_assert_eq(spin_trylock(&lock), 0);
	spin_unlock(&lock);
	spin_unlock(&outer);
	spin_lock_irqsave_nested(&lock, flags, 1);
	cr_assert_eq(spin_trylock(&lock), 0);
	spin_unlock_irqrestore(&lock, flags);
	cr_assert_not(spin_is_locked(&lock));
}

Test(spinlock, all_raw_names_are_one_lock)
{
	unsigned long flags;

	raw_spin_lock(&raw);
	cr_assert_eq(raw_spin_trylock(&raw), 0);
	cr_assert(raw_spin_is_locked(&raw));
	cr_assert_not(raw_spin_is_contended(&raw));
	assert_raw_spin_locked(&raw);
	raw_spin_unlock(&raw);

	raw_spin_lock_irq(&raw);
	cr_assert_eq(raw_spin_trylock_irq(&raw), 0);
	raw_spin_unlock_irq(&raw);
	raw_spin_lock_bh(&raw);
	cr_assert_eq(raw_spin_trylock_bh(&raw), 0);
	raw_spin_unlock_bh(&raw);
	raw_spin_lock_irqsave(&raw, flags);
	cr_assert_eq(raw_spin_trylock_irqsave(&raw, flags), 0);
	raw_spin_unlock_irqrestore(&raw, flags);

	raw_spin_lock_nested(&raw, 1);
	raw_spin_unlock(&raw);
	spin_lock(&outer);
	raw_spin_lock_nest_lock(&raw, &outer);
	raw_spin_unlock(&raw);
	spin_unlock(&outer);
	raw_spin_lock_irqsave_nested(&raw, flags, 1);
	raw_spin_unlock_irqrestore(&raw, flags);
	cr_assert_eq(raw_spin_trylock(&raw), 1);
	raw_spin_unlock(&raw);
}

Test(spinlock, a_free_or_just_taken_lock_is_not_contended)
{
	cr_assert_not(spin_is_contended(&lock));
	spin_lock(&lock);
	cr_assert_not(spin_is_contended(&lock));
	cr_assert_not(spin_needbreak(&lock));
	cr_assert_eq(spin_trylock(&lock), 0);
	cr_assert_not(spin_is_contended(&lock), "a trylock does not wait");
	spin_unlock(&lock);
}

/* ---- misuse ---- */

Test(spinlock, unlock_of_a_free_lock_is_reported_and_does_nothing)
{
	spin_unlock(&lock);
	expect_misuse("spinlock", "nobody holds it", &lock, KSYNC_HOLDER_NONE);
	cr_assert_eq(spin_trylock(&lock), 1);
	spin_unlock(&lock);
}

Test(spinlock, assert_spin_locked_reports_a_free_lock)
{
	assert_spin_locked(&lock);
	expect_misuse("spinlock", "it is free", &lock, KSYNC_HOLDER_NONE);
	spin_lock(&lock);
	assert_spin_locked(&lock);
	spin_unlock(&lock);
}

Test(spinlock, a_free_raw_spinlock_is_no_raw_spinlock_that_is_held)
{
	raw_spin_unlock(&raw);
	expect_misuse("raw_spinlock", "nobody holds it", &raw,
		      KSYNC_HOLDER_NONE);
	assert_raw_spin_locked(&raw);
	expect_misuse("raw_spinlock", "it is free", &raw, KSYNC_HOLDER_NONE);
	cr_assert_eq(raw_spin_trylock(&raw), 1);
	raw_spin_unlock(&raw);
}

static int got;

static void take_and_tell(void *arg, int index)
{
	(void)arg;
	(void)index;
	spin_lock(&lock);
	__atomic_store_n(&got, 1, __ATOMIC_RELEASE);
	spin_unlock(&lock);
}

Test(spinlock, a_waiter_shows_as_contention)
{
	struct crew crew;

	spin_lock(&lock);
	crew_start(&crew, 1, take_and_tell, NULL);
	wait_until(spin_is_contended(&lock));
	cr_assert(spin_needbreak(&lock));
	spin_unlock(&lock);
	crew_join(&crew);
	cr_assert_eq(got, 1);
	cr_assert_not(spin_is_contended(&lock));
}

Test(spinlock, a_holder_lets_go_for_who_waits_and_only_then)
{
	struct crew crew;
	int let_go = 0;

	spin_lock(&lock);
	cr_assert_eq(cond_resched_lock(&lock), 0);
	crew_start(&crew, 1, take_and_tell, NULL);
	while (!__atomic_load_n(&got, __ATOMIC_ACQUIRE)) {
		let_go += cond_resched_lock(&lock);
		cr_assert(spin_is_locked(&lock));
		nap_us(1);
	}
	cr_assert_geq(let_go, 1);
	spin_unlock(&lock);
	crew_join(&crew);
}

Test(spinlock, ten_seconds_of_waiting_are_reported_and_go_on)
{
	struct crew crew;

	spin_lock(&lock);
	crew_start(&crew, 1, take_and_tell, NULL);
	wait_until(spin_is_contended(&lock));
	clock_put_forward(3600);
	wait_until(reports_count());
	clock_put_forward(0);
	expect_misuse("spinlock", "lockup suspected", &lock, KSYNC_HOLDER_NONE);
	cr_assert_not(__atomic_load_n(&got, __ATOMIC_ACQUIRE));
	spin_unlock(&lock);
	crew_join(&crew);
	cr_assert_eq(got, 1);
}

/* ---- who waits for a raw spinlock ---- */

static long slept[2];

static void take_raw_and_tell(void *arg, int index)
{
	long before = sleeps_here;

	(void)arg;
	raw_spin_lock(&raw);
	slept[index] = sleeps_here - before;
	raw_spin_unlock(&raw);
	__atomic_store_n(&got, 1, __ATOMIC_RELEASE);
}

Test(spinlock, who_waits_for_a_raw_spinlock_never_sleeps)
{
	struct crew crew;

	raw_spin_lock(&raw);
	crew_start(&crew, 2, take_raw_and_tell, NULL);
	wait_until(raw_spin_is_contended(&raw));
	/* A spinlock's waiter naps some hundred times meanwhile. */
	nap_ms(50);
	raw_spin_unlock(&raw);
	crew_join(&crew);
	/* The checked library's own lock is no raw spinlock. */
	cr_assert(slept[0] == 0 || KSYNC_CHECKED);
	cr_assert(slept[1] == 0 || KSYNC_CHECKED);
	cr_assert_not(raw_spin_is_locked(&raw));
}

Test(spinlock, ten_seconds_of_waiting_for_a_raw_spinlock_are_reported)
{
	struct crew crew;

	raw_spin_lock(&raw);
	crew_start(&crew, 1, take_raw_and_tell, NULL);
	wait_until(raw_spin_is_contended(&raw));
	clock_put_forward(3600);
	wait_until(reports_count());
	clock_put_forward(0);
	expect_misuse("raw_spinlock", "lockup suspected", &raw,
		      KSYNC_HOLDER_NONE);
	cr_assert_not(__atomic_load_n(&got, __ATOMIC_ACQUIRE));
	raw_spin_unlock(&raw);
	crew_join(&crew);
	cr_assert_eq(got, 1);
}

Test(spinlock, a_lock_that_changes_hands_is_no_lockup)
{
	struct crew crew;

	/* Two of them: one sees that the lock was taken, and its mark is what
	 * the other sees. */
	spin_lock(&lock);
	crew_start(&crew, 2, take_and_tell, NULL);
	for (int hours = 1; hours <= 12; hours++) {
		/* Seen, and looked at once more; unless it was quicker. */
		wait_until(spin_is_contended(&lock) || READ_ONCE(got));
		nap_ms(25);
		spin_unlock(&lock);
		clock_put_forward(3600 * hours);
		spin_lock(&lock);
	}
	spin_unlock(&lock);
	crew_join(&crew);
	clock_put_forward(0);
	cr_assert_eq(reports_count(), 0);
}

/* ---- several threads ---- */

static long shared;
static int inside;

static void count_under_lock(void *arg, int index)
{
	const int *rounds = arg;
	unsigned long flags;

	for (int i = 0; i < *rounds; i++) {
		switch (index % 4) {
		case 0:
			spin_lock(&lock);
			break;
		case 1:
			spin_lock_irqsave(&lock, flags);
			break;
		case 2:
			spin_lock_bh(&lock);
			break;
		case 3:
			while (!spin_trylock(&lock))
				nap_us(1);
			break;
		}
		must(!inside++);
		shared++;
		inside--;
		spin_unlock(&lock);
	}
}

Test(spinlock, one_thread_at_a_time_holds_it)
{
	int rounds = 5000;

	crew_run(4, count_under_lock, &rounds);
	cr_assert_eq(shared, 4 * rounds);
}

static void count_under_raw_lock(void *arg, int index)
{
	const int *rounds = arg;
	unsigned long flags;

	for (int i = 0; i < *rounds; i++) {
		switch (index % 3) {
		case 0:
			raw_spin_lock(&raw);
			must(!inside++);
			shared++;
			inside--;
			raw_spin_unlock(&raw);
			break;
		case 1:
			raw_spin_lock_irqsave(&raw, flags);
			must(!inside++);
			shared++;
			inside--;
			raw_spin_unlock_irqrestore(&raw, flags);
			break;
		case 2:
			while (!raw_spin_trylock(&raw))
				nap_us(1);
			must(!inside++);
			shared++;
			inside--;
			raw_spin_unlock(&raw);
			break;
		}
	}
}

Test(spinlock, one_thread_at_a_time_holds_a_raw_spinlock)
{
	int rounds = 3000;

	crew_run(3, count_under_raw_lock, &rounds);
	cr_assert_eq(shared, 3 * rounds);
}

Test(spinlock, one_of_many_threads_on_few_cores_holds_it)
{
	int rounds = 50;

	crew_run(CREW_MAX, count_under_lock, &rounds);
	cr_assert_eq(shared, CREW_MAX * rounds);
}

struct object {
	spinlock_t lock;
	int users;
};

static struct object *object;

static void leave_object(void *arg, int index)
{
	struct object *o = object;
	bool last;

	(void)arg;
	(void)index;
	spin_lock(&o->lock);
	last = --o->users == 0;
	spin_unlock(&o->lock);
	if (last) {
		/* Nobody may look at the lock any more. */
		memset(o, 0x5a, sizeof(*o));
		free(o);
	}
}

Test(spinlock, the_last_user_may_free_it_after_unlock)
{
	for (struct effort e = effort(400, 400); effort_more(&e);) {
		object = malloc(sizeof(*object));
		spin_lock_init(&object->lock);
		object->users = 4;
		crew_run(4, leave_object, NULL);
	}
}

/* ---- guards ---- */

static void leave_early(int how)
{
	guard(spinlock)(&lock);
	cr_assert(spin_is_locked(&lock));
	if (how)
		return;
	shared++;
}

Test(spinlock_guard, guard_holds_to_the_end_of_the_block)
{
	leave_early(0);
	cr_assert_not(spin_is_locked(&lock));
	leave_early(1);
	cr_assert_not(spin_is_locked(&lock));
	{
		guard(spinlock)(&lock);
		guard(raw_spinlock)(&raw);
		cr_assert(spin_is_locked(&lock));
		cr_assert(raw_spin_is_locked(&raw));
	}
	cr_assert_not(spin_is_locked(&lock));
	cr_assert_not(raw_spin_is_locked(&raw));
}

#define is_locked(l)                          \
	_Generic((l),                         \
		spinlock_t *: spin_is_locked, \
		raw_spinlock_t *: raw_spin_is_locked)(l)

#define IN_SCOPE(class, l)                                   \
	do {                                                 \
		int turns = 0;                               \
                                                             \
		scoped_guard(class, l) {                     \
			cr_assert(is_locked(l));             \
			turns++;                             \
		}                                            \
		cr_assert_eq(turns, 1, #class " runs once"); \
		cr_assert_not(is_locked(l), #class);         \
		scoped_guard(class, l)                       \
			break;                               \
		cr_assert_not(is_locked(l), #class);         \
	} while (0)

Test(spinlock_guard, every_class_holds_in_its_scope)
{
	IN_SCOPE(spinlock, &lock);
	IN_SCOPE(spinlock_irq, &lock);
	IN_SCOPE(spinlock_bh, &lock);
	IN_SCOPE(spinlock_irqsave, &lock);
	IN_SCOPE(raw_spinlock, &raw);
	IN_SCOPE(raw_spinlock_nested, &raw);
	IN_SCOPE(raw_spinlock_irq, &raw);
	IN_SCOPE(raw_spinlock_bh, &raw);
	IN_SCOPE(raw_spinlock_irqsave, &raw);
}

#define IN_COND_SCOPE(class, l)                                         \
	do {                                                            \
		int failed = 0;                                         \
		int turns = 0;                                          \
                                                                        \
		scoped_cond_guard(class, failed++, l) {                 \
			cr_assert(is_locked(l));                        \
			/* A second one fails, and leaves the first. */ \
			scoped_cond_guard(class, failed++, l)           \
				turns += 100;                           \
			scoped_guard(class, l)                          \
				turns += 100;                           \
			cr_assert(is_locked(l));                        \
			turns++;                                        \
		}                                                       \
		cr_assert_eq(turns, 1, #class);                         \
		cr_assert_eq(failed, 1, #class);                        \
		cr_assert_not(is_locked(l), #class);                    \
	} while (0)

Test(spinlock_guard, a_conditional_scope_is_skipped_if_the_lock_is_busy)
{
	IN_COND_SCOPE(spinlock_try, &lock);
	IN_COND_SCOPE(spinlock_irq_try, &lock);
	IN_COND_SCOPE(spinlock_bh_try, &lock);
	IN_COND_SCOPE(spinlock_irqsave_try, &lock);
	IN_COND_SCOPE(raw_spinlock_try, &raw);
	IN_COND_SCOPE(raw_spinlock_irq_try, &raw);
	IN_COND_SCOPE(raw_spinlock_bh_try, &raw);
	IN_COND_SCOPE(raw_spinlock_irqsave_try, &raw);
}

static int acquire(spinlock_t *l)
{
	int ret;

	ACQUIRE(spinlock_try, held)(l);
	ret = ACQUIRE_ERR(spinlock_try, &held);
	if (!ret)
		cr_assert(spin_is_locked(l));
	return ret;
}

static int acquire_irqsave(spinlock_t *l)
{
	ACQUIRE(spinlock_irqsave_try, held)(l);
	return ACQUIRE_ERR(spinlock_irqsave_try, &held);
}

Test(spinlock_guard, acquire_says_busy_or_holds_to_the_end_of_the_block)
{
	cr_assert_eq(acquire(&lock), 0);
	cr_assert_eq(acquire_irqsave(&lock), 0);
	cr_assert_not(spin_is_locked(&lock));
	spin_lock(&lock);
	cr_assert_eq(acquire(&lock), -EBUSY);
	cr_assert_eq(acquire_irqsave(&lock), -EBUSY);
	cr_assert(spin_is_locked(&lock));
	spin_unlock(&lock);
}
