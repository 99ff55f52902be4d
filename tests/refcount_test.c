/* SPDX-License-Identifier: MIT */
/*
 * refcount_t: each row of docs/refcount.md, what is reported, that a saturated
 * count stays so, and the forms that come back with a lock.
 */
#include <criterion/criterion.h>

#include <limits.h>

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "port/port.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(refcount, .init = reports_take, .fini = reports_none);
TestSuite(refcount_misuse, .init = reports_take, .fini = reports_none);
TestSuite(dec_and_lock, .init = reports_take, .fini = reports_none);

static refcount_t r;

static void start_at(int n)
{
	refcount_set(&r, n);
}

#define is_at(n)                                                    \
	cr_assert_eq((int)refcount_read(&r), n, "%d instead of %d", \
		     (int)refcount_read(&r), n)

/* ---- correct use ---- */

Test(refcount, is_four_bytes_with_the_kernels_limits)
{
	refcount_t init = REFCOUNT_INIT(3);

	cr_assert_eq(sizeof(refcount_t), 4);
	cr_assert_eq(REFCOUNT_MAX, INT_MAX);
	cr_assert_eq((unsigned int)REFCOUNT_SATURATED, 0xC0000000u);
	cr_assert_eq(refcount_read(&init), 3);
	cr_assert_eq(refcount_read(&(refcount_t)REFCOUNT_INIT(1)), 1);
}

Test(refcount, set_stores_without_a_check)
{
	static const int any[] = { 1,	    0,	     -1,
				   INT_MAX, INT_MIN, REFCOUNT_SATURATED };

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		refcount_set(&r, any[i]);
		is_at(any[i]);
		refcount_set(&r, 1);
		refcount_set_release(&r, any[i]);
		is_at(any[i]);
	}
}

Test(refcount, inc_and_add_get_references)
{
	start_at(1);
	refcount_inc(&r);
	is_at(2);
	refcount_add(5, &r);
	is_at(7);
	refcount_add(REFCOUNT_MAX - 7, &r);
	is_at(REFCOUNT_MAX);
}

Test(refcount, dec_puts_a_reference_that_is_not_the_last)
{
	start_at(3);
	refcount_dec(&r);
	is_at(2);
	refcount_dec(&r);
	is_at(1);
}

Test(refcount, dec_and_test_says_which_put_was_the_last)
{
	start_at(2);
	cr_assert_not(refcount_dec_and_test(&r));
	is_at(1);
	cr_assert(refcount_dec_and_test(&r));
	is_at(0);
}

Test(refcount, sub_and_test_says_whether_these_were_the_last)
{
	start_at(10);
	cr_assert_not(refcount_sub_and_test(3, &r));
	is_at(7);
	cr_assert(refcount_sub_and_test(7, &r));
	is_at(0);
	start_at(REFCOUNT_MAX);
	cr_assert(refcount_sub_and_test(REFCOUNT_MAX, &r));
	start_at(5);
	cr_assert_not(refcount_sub_and_test(0, &r));
	is_at(5);
}

Test(refcount, not_zero_forms_get_references_unless_the_object_is_dead)
{
	start_at(0);
	cr_assert_not(refcount_inc_not_zero(&r));
	cr_assert_not(refcount_add_not_zero(3, &r));
	cr_assert_not(refcount_inc_not_zero_acquire(&r));
	cr_assert_not(refcount_add_not_zero_acquire(3, &r));
	is_at(0);
	start_at(1);
	cr_assert(refcount_inc_not_zero(&r));
	is_at(2);
	cr_assert(refcount_add_not_zero(3, &r));
	is_at(5);
	cr_assert(refcount_inc_not_zero_acquire(&r));
	is_at(6);
	cr_assert(refcount_add_not_zero_acquire(3, &r));
	is_at(9);
}

Test(refcount, dec_if_one_puts_only_the_last_reference)
{
	start_at(2);
	cr_assert_not(refcount_dec_if_one(&r));
	is_at(2);
	start_at(1);
	cr_assert(refcount_dec_if_one(&r));
	is_at(0);
	cr_assert_not(refcount_dec_if_one(&r));
	is_at(0);
	start_at(REFCOUNT_SATURATED);
	cr_assert_not(refcount_dec_if_one(&r));
	is_at(REFCOUNT_SATURATED);
}

Test(refcount, dec_not_one_keeps_the_last_reference)
{
	start_at(2);
	cr_assert(refcount_dec_not_one(&r));
	is_at(1);
	cr_assert_not(refcount_dec_not_one(&r));
	is_at(1);
}

Test(refcount, dec_not_one_leaves_a_saturated_count_in_silence)
{
	start_at(REFCOUNT_SATURATED);
	cr_assert(refcount_dec_not_one(&r));
	is_at(REFCOUNT_SATURATED);
	start_at(-1);
	cr_assert(refcount_dec_not_one(&r));
	is_at(-1);
}

Test(refcount, limited_forms_stop_at_the_limit)
{
	int old = -5;

	start_at(9);
	cr_assert(__refcount_inc_not_zero_limited_acquire(&r, &old, 10));
	cr_assert_eq(old, 9);
	is_at(10);
	cr_assert_not(__refcount_inc_not_zero_limited_acquire(&r, &old, 10));
	cr_assert_eq(old, 10);
	is_at(10);
	cr_assert(__refcount_add_not_zero_limited_acquire(5, &r, &old, 15));
	is_at(15);
	cr_assert_not(__refcount_add_not_zero_limited_acquire(2, &r, &old, 16));
	is_at(15);
	cr_assert_not(__refcount_add_not_zero_limited_acquire(9, &r, &old, 8));
	is_at(15);
	start_at(0);
	cr_assert_not(__refcount_inc_not_zero_limited_acquire(&r, &old, 10));
	cr_assert_eq(old, 0);
	is_at(0);
	start_at(REFCOUNT_SATURATED);
	cr_assert_not(__refcount_inc_not_zero_limited_acquire(&r, NULL, 10));
	is_at(REFCOUNT_SATURATED);
}

Test(refcount, acquire_forms_leave_a_full_or_saturated_count_in_silence)
{
	start_at(REFCOUNT_MAX);
	cr_assert_not(refcount_inc_not_zero_acquire(&r));
	is_at(REFCOUNT_MAX);
	start_at(REFCOUNT_MAX - 1);
	cr_assert_not(refcount_add_not_zero_acquire(2, &r));
	is_at(REFCOUNT_MAX - 1);
	cr_assert(refcount_add_not_zero_acquire(1, &r));
	is_at(REFCOUNT_MAX);
	start_at(REFCOUNT_SATURATED);
	cr_assert_not(refcount_inc_not_zero_acquire(&r));
	cr_assert_not(refcount_add_not_zero_acquire(2, &r));
	is_at(REFCOUNT_SATURATED);
}

Test(refcount, twins_also_give_the_old_count)
{
	int old = -5;

	start_at(1);
	__refcount_inc(&r, &old);
	cr_assert_eq(old, 1);
	__refcount_add(3, &r, &old);
	cr_assert_eq(old, 2);
	cr_assert(__refcount_inc_not_zero(&r, &old));
	cr_assert_eq(old, 5);
	cr_assert(__refcount_add_not_zero(4, &r, &old));
	cr_assert_eq(old, 6);
	cr_assert(__refcount_inc_not_zero_acquire(&r, &old));
	cr_assert_eq(old, 10);
	cr_assert(__refcount_add_not_zero_acquire(4, &r, &old));
	cr_assert_eq(old, 11);
	__refcount_dec(&r, &old);
	cr_assert_eq(old, 15);
	cr_assert_not(__refcount_dec_and_test(&r, &old));
	cr_assert_eq(old, 14);
	cr_assert(__refcount_sub_and_test(13, &r, &old));
	cr_assert_eq(old, 13);
	cr_assert_not(__refcount_inc_not_zero(&r, &old));
	cr_assert_eq(old, 0);
	old = -5;
	cr_assert_not(__refcount_add_not_zero_acquire(1, &r, &old));
	cr_assert_eq(old, 0);
}

Test(refcount, twins_take_NULL_for_no_old_count)
{
	start_at(1);
	__refcount_inc(&r, NULL);
	__refcount_add(3, &r, NULL);
	cr_assert(__refcount_inc_not_zero(&r, NULL));
	cr_assert(__refcount_add_not_zero(2, &r, NULL));
	cr_assert(__refcount_inc_not_zero_acquire(&r, NULL));
	cr_assert(__refcount_add_not_zero_acquire(2, &r, NULL));
	__refcount_dec(&r, NULL);
	cr_assert_not(__refcount_dec_and_test(&r, NULL));
	cr_assert_not(__refcount_sub_and_test(1, &r, NULL));
	is_at(8);
}

/* ---- misuse: reported, and saturated ---- */

#define misuse_saturates(words)                                          \
	do {                                                             \
		expect_misuse("refcount", words, &r, KSYNC_HOLDER_NONE); \
		is_at(REFCOUNT_SATURATED);                               \
	} while (0)

Test(refcount_misuse, a_get_on_zero_is_use_after_free)
{
	start_at(0);
	refcount_inc(&r);
	misuse_saturates("use after free");
	start_at(0);
	refcount_add(3, &r);
	misuse_saturates("use after free");
}

Test(refcount_misuse, a_get_past_the_maximum_saturates)
{
	start_at(REFCOUNT_MAX);
	refcount_inc(&r);
	misuse_saturates("saturated");
	start_at(REFCOUNT_MAX - 1);
	refcount_add(2, &r);
	misuse_saturates("saturated");
	start_at(2);
	refcount_add(REFCOUNT_MAX, &r);
	misuse_saturates("saturated");
}

Test(refcount_misuse, not_zero_past_the_maximum_saturates_and_succeeds)
{
	start_at(REFCOUNT_MAX);
	cr_assert(refcount_inc_not_zero(&r));
	misuse_saturates("saturated by inc_not_zero");
	start_at(REFCOUNT_MAX - 1);
	cr_assert(refcount_add_not_zero(2, &r));
	misuse_saturates("saturated by inc_not_zero");
}

Test(refcount_misuse, a_put_too_many_is_use_after_free)
{
	start_at(0);
	cr_assert_not(refcount_dec_and_test(&r));
	misuse_saturates("below 0");
	start_at(3);
	cr_assert_not(refcount_sub_and_test(5, &r));
	misuse_saturates("below 0");
	start_at(0);
	cr_assert_not(refcount_sub_and_test(0, &r));
	misuse_saturates("below 0");
}

/* Negative numbers, of which no arithmetic may be undefined either. */
static const int negative[] = { -1, -5, -INT_MAX, INT_MIN };
static const int counts[] = { 1, 5, INT_MAX };
#define EACH(i, array)                          \
	size_t i = 0;                           \
	i < sizeof(array) / sizeof((array)[0]); \
	i++

Test(refcount_misuse, a_negative_number_by_a_holder_saturates)
{
	for (EACH(n, negative)) {
		for (EACH(c, counts)) {
			start_at(counts[c]);
			refcount_add(negative[n], &r);
			is_at(REFCOUNT_SATURATED);
			start_at(counts[c]);
			cr_assert_not(refcount_sub_and_test(negative[n], &r));
			is_at(REFCOUNT_SATURATED);
		}
	}
	cr_assert_eq(reports_count(), 2);
	reports_forget();
	start_at(5);
	refcount_add(-5, &r);
	misuse_saturates("negative");
	start_at(5);
	cr_assert_not(refcount_sub_and_test(INT_MIN, &r));
	misuse_saturates("negative");
}

Test(refcount_misuse, a_negative_number_by_who_may_hold_none_gets_none)
{
	static const int all[] = { 0, 1, 5, INT_MAX, REFCOUNT_SATURATED };
	int old;

	for (EACH(n, negative)) {
		for (EACH(c, all)) {
			start_at(all[c]);
			cr_assert_not(refcount_add_not_zero(negative[n], &r));
			cr_assert_not(
				refcount_add_not_zero_acquire(negative[n], &r));
			old = 77;
			cr_assert_not(__refcount_add_not_zero_limited_acquire(
				negative[n], &r, &old, INT_MAX));
			cr_assert_eq(old, all[c]);
			cr_assert_not(__refcount_add_not_zero_limited_acquire(
				negative[n], &r, NULL, INT_MIN));
			is_at(all[c]);
		}
	}
	cr_assert_eq(reports_count(), 4);
	reports_forget();
	start_at(5);
	cr_assert_not(refcount_add_not_zero(-5, &r));
	expect_misuse("refcount", "negative", &r, KSYNC_HOLDER_NONE);
	is_at(5);
}

Test(refcount_misuse, a_limit_below_the_number_gets_none)
{
	start_at(5);
	cr_assert_not(
		__refcount_add_not_zero_limited_acquire(1, &r, NULL, INT_MIN));
	cr_assert_not(__refcount_add_not_zero_limited_acquire(INT_MAX, &r, NULL,
							      INT_MAX));
	cr_assert_not(__refcount_inc_not_zero_limited_acquire(&r, NULL, -1));
	is_at(5);
}

/*
 * What each operation of an object that leaks costs from its first report on:
 * no system call, which was some 40 times an ordinary one. The best of some
 * rounds, so that a busy machine does not matter.
 */
static double inc_ns(int start)
{
	double best = 1e9;

	for (int round = 0; round < 50; round++) {
		ksync_s64 begin = ksync__clock_ns();
		double ns;

		refcount_set(&r, start);
		for (int i = 0; i < 1000; i++)
			refcount_inc(&r);
		ns = (double)(ksync__clock_ns() - begin) / 1000;
		if (ns < best)
			best = ns;
	}
	return best;
}

Test(refcount_misuse, a_saturated_count_is_cheap)
{
	double ordinary = inc_ns(1);
	double saturated = inc_ns(REFCOUNT_SATURATED);

	cr_assert_eq(reports_count(), 1);
	reports_forget();
	cr_assert_lt(saturated, 10 * ordinary + 20, "%.1f ns, ordinary %.1f",
		     saturated, ordinary);
}

Test(refcount_misuse, a_plain_dec_of_the_last_reference_leaks)
{
	start_at(1);
	refcount_dec(&r);
	misuse_saturates("leaks");
	start_at(0);
	refcount_dec(&r);
	misuse_saturates("leaks");
}

Test(refcount_misuse, dec_not_one_on_zero_is_reported_and_leaves_it)
{
	start_at(0);
	cr_assert(refcount_dec_not_one(&r));
	expect_misuse("refcount", "below 0", &r, KSYNC_HOLDER_NONE);
	is_at(0);
}

Test(refcount_misuse, a_saturated_count_stays_so_under_every_operation)
{
	start_at(REFCOUNT_SATURATED);
	refcount_inc(&r);
	misuse_saturates("saturated");
	refcount_add(1000, &r);
	misuse_saturates("saturated");
	cr_assert(refcount_inc_not_zero(&r));
	misuse_saturates("saturated");
	cr_assert(refcount_add_not_zero(1000, &r));
	misuse_saturates("saturated");
	refcount_dec(&r);
	misuse_saturates("leaks");
	cr_assert_not(refcount_dec_and_test(&r));
	misuse_saturates("below 0");
	cr_assert_not(refcount_sub_and_test(1000, &r));
	misuse_saturates("below 0");
	cr_assert(refcount_dec_not_one(&r));
	cr_assert_not(refcount_dec_if_one(&r));
	is_at(REFCOUNT_SATURATED);
}

Test(refcount_misuse, twins_report_and_give_the_old_count)
{
	int old = -5;

	start_at(0);
	__refcount_inc(&r, &old);
	misuse_saturates("use after free");
	cr_assert_eq(old, 0);
	start_at(1);
	__refcount_dec(&r, &old);
	misuse_saturates("leaks");
	cr_assert_eq(old, 1);
	cr_assert_not(__refcount_dec_and_test(&r, &old));
	misuse_saturates("below 0");
	cr_assert_eq(old, REFCOUNT_SATURATED);
}

/* One place, whatever the compiler makes of its caller's loop. */
__attribute__((noinline)) static void get_a_dead_one(void)
{
	start_at(0);
	refcount_inc(&r);
}

Test(refcount_misuse, is_reported_once_per_place)
{
	for (int i = 0; i < 10; i++) {
		get_a_dead_one();
		is_at(REFCOUNT_SATURATED);
	}
	misuse_saturates("use after free");
	/* Another place, of the same kind. */
	start_at(0);
	refcount_inc(&r);
	misuse_saturates("use after free");
}

static void hammer(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < 20000; i++) {
		switch ((i + index) % 6) {
		case 0:
			refcount_inc(&r);
			break;
		case 1:
			refcount_add(7, &r);
			break;
		case 2:
			refcount_dec(&r);
			break;
		case 3:
			must(refcount_inc_not_zero(&r));
			break;
		case 4:
			must(!refcount_sub_and_test(7, &r));
			break;
		case 5:
			must(!refcount_dec_and_test(&r));
			break;
		}
		must((int)refcount_read(&r) < 0);
	}
}

Test(refcount_misuse, racing_operations_cannot_leave_saturation)
{
	start_at(REFCOUNT_SATURATED);
	crew_run(8, hammer, NULL);
	/* Six places; the compiler may make one of two that do the same. */
	cr_assert_geq(reports_count(), 4);
	cr_assert_leq(reports_count(), 6);
	reports_forget();
}

static void overflow(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 1000; i++)
		refcount_add(1 << 20, &r);
}

Test(refcount_misuse, a_race_past_the_maximum_ends_saturated)
{
	start_at(1);
	crew_run(8, overflow, NULL);
	cr_assert_lt((int)refcount_read(&r), 0);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
}

/* ---- several threads ---- */

#define USERS 8

static int lasts;
static int touched[USERS];

static void get_and_put(void *arg, int index)
{
	(void)arg;
	for (int i = 0; i < 3000; i++) {
		refcount_inc(&r);
		must(!refcount_dec_and_test(&r));
	}
	touched[index] = 1;
	if (refcount_dec_and_test(&r)) {
		int sum = 0;

		/* What every holder did comes before the last put. */
		for (int i = 0; i < USERS; i++)
			sum += touched[i];
		must(sum == USERS);
		__atomic_fetch_add(&lasts, 1, __ATOMIC_RELAXED);
	}
}

Test(refcount, one_put_of_many_threads_is_the_last)
{
	for (struct effort e = effort(20, 300); effort_more(&e);) {
		memset(touched, 0, sizeof(touched));
		lasts = 0;
		start_at(USERS);
		crew_run(USERS, get_and_put, NULL);
		is_at(0);
		cr_assert_eq(lasts, 1);
	}
}

/* ---- the forms that come back with a lock ---- */

static DEFINE_MUTEX(m);
static DEFINE_SPINLOCK(s);

Test(dec_and_lock, holds_the_mutex_if_it_was_the_last)
{
	start_at(1);
	cr_assert(refcount_dec_and_mutex_lock(&r, &m));
	cr_assert_eq(mutex_get_owner(&m), (unsigned long)ksync_current());
	is_at(0);
	mutex_unlock(&m);
}

Test(dec_and_lock, does_not_touch_the_mutex_if_it_was_not)
{
	start_at(2);
	/* It is held: touching it would be a self-deadlock. */
	mutex_lock(&m);
	cr_assert_not(refcount_dec_and_mutex_lock(&r, &m));
	mutex_unlock(&m);
	is_at(1);
}

Test(dec_and_lock, holds_the_spinlock_if_it_was_the_last)
{
	unsigned long flags = 5;

	start_at(1);
	cr_assert(refcount_dec_and_lock(&r, &s));
	cr_assert(spin_is_locked(&s));
	is_at(0);
	spin_unlock(&s);
	start_at(1);
	cr_assert(refcount_dec_and_lock_irqsave(&r, &s, &flags));
	cr_assert(spin_is_locked(&s));
	is_at(0);
	spin_unlock_irqrestore(&s, flags);
	cr_assert_not(spin_is_locked(&s));
}

Test(dec_and_lock, does_not_touch_the_spinlock_if_it_was_not)
{
	unsigned long flags = 5;

	start_at(3);
	spin_lock(&s);
	cr_assert_not(refcount_dec_and_lock(&r, &s));
	cr_assert_not(refcount_dec_and_lock_irqsave(&r, &s, &flags));
	spin_unlock(&s);
	is_at(1);
}

Test(dec_and_lock, atomic_forms_do_the_same)
{
	atomic_t users = ATOMIC_INIT(2);
	unsigned long flags;

	mutex_lock(&m);
	cr_assert_eq(atomic_dec_and_mutex_lock(&users, &m), 0);
	mutex_unlock(&m);
	cr_assert_eq(atomic_read(&users), 1);
	cr_assert_neq(atomic_dec_and_mutex_lock(&users, &m), 0);
	cr_assert(mutex_is_locked(&m));
	mutex_unlock(&m);
	cr_assert_eq(atomic_read(&users), 0);

	atomic_set(&users, 2);
	spin_lock(&s);
	cr_assert_eq(atomic_dec_and_lock(&users, &s), 0);
	spin_unlock(&s);
	cr_assert_neq(atomic_dec_and_lock(&users, &s), 0);
	cr_assert(spin_is_locked(&s));
	spin_unlock(&s);

	atomic_set(&users, 2);
	cr_assert_eq(atomic_dec_and_lock_irqsave(&users, &s, flags), 0);
	cr_assert_neq(atomic_dec_and_lock_irqsave(&users, &s, flags), 0);
	cr_assert(spin_is_locked(&s));
	spin_unlock_irqrestore(&s, flags);
}

Test(dec_and_lock, misuse_gives_no_lock)
{
	start_at(REFCOUNT_SATURATED);
	cr_assert_not(refcount_dec_and_mutex_lock(&r, &m));
	cr_assert_not(refcount_dec_and_lock(&r, &s));
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_not(spin_is_locked(&s));
	is_at(REFCOUNT_SATURATED);
}

/* Somebody takes a reference while the put already waits for the lock. */
static void put_with_mutex(void *arg, int index)
{
	(void)index;
	*(bool *)arg = refcount_dec_and_mutex_lock(&r, &m);
}

static void put_with_spinlock(void *arg, int index)
{
	(void)index;
	*(bool *)arg = refcount_dec_and_lock(&r, &s);
}

static void put_users_with_mutex(void *arg, int index)
{
	(void)index;
	*(bool *)arg = atomic_dec_and_mutex_lock(&r.refs, &m);
}

static void put_users_with_spinlock(void *arg, int index)
{
	(void)index;
	*(bool *)arg = atomic_dec_and_lock(&r.refs, &s);
}

static void found_meanwhile(void (*put)(void *arg, int index))
{
	struct crew crew;
	bool last = true;

	start_at(1);
	mutex_lock(&m);
	spin_lock(&s);
	crew_start(&crew, 1, put, &last);
	wait_until(mutex_waiters(&m) || spin_is_contended(&s));
	refcount_inc(&r);
	spin_unlock(&s);
	mutex_unlock(&m);
	crew_join(&crew);
	cr_assert_not(last);
	is_at(1);
	cr_assert_not(mutex_is_locked(&m));
	cr_assert_not(spin_is_locked(&s));
}

Test(dec_and_lock, an_object_found_meanwhile_lives_and_the_lock_is_released)
{
	found_meanwhile(put_with_mutex);
	found_meanwhile(put_with_spinlock);
	found_meanwhile(put_users_with_mutex);
	found_meanwhile(put_users_with_spinlock);
}

/* An object in a table of one slot, found under the lock. */
struct entry {
	refcount_t refs;
	int alive;
};

static struct {
	struct entry *slot;
	bool (*put)(struct entry *e);
	void (*lock)(void);
	void (*unlock)(void);
} table;

static bool put_mutex(struct entry *e)
{
	return refcount_dec_and_mutex_lock(&e->refs, &m);
}

static void lock_mutex(void)
{
	mutex_lock(&m);
}

static void unlock_mutex(void)
{
	mutex_unlock(&m);
}

static bool put_spinlock(struct entry *e)
{
	return refcount_dec_and_lock(&e->refs, &s);
}

static void lock_spinlock(void)
{
	spin_lock(&s);
}

static void unlock_spinlock(void)
{
	spin_unlock(&s);
}

static void find_and_put(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (struct effort e = effort(2000, 150); effort_more(&e);) {
		struct entry *found;

		table.lock();
		found = table.slot;
		if (found) {
			/* Whoever is found has not begun to end. */
			refcount_inc(&found->refs);
		} else {
			found = malloc(sizeof(*found));
			refcount_set(&found->refs, 1);
			found->alive = 1;
			table.slot = found;
		}
		table.unlock();
		must(found->alive == 1);
		if (table.put(found)) {
			table.slot = NULL;
			found->alive = 0;
			table.unlock();
			free(found);
		}
	}
}

Test(dec_and_lock, nobody_finds_an_object_after_its_last_reference)
{
	table.put = put_mutex;
	table.lock = lock_mutex;
	table.unlock = unlock_mutex;
	crew_run(4, find_and_put, NULL);
	cr_assert_null(table.slot);

	table.put = put_spinlock;
	table.lock = lock_spinlock;
	table.unlock = unlock_spinlock;
	crew_run(4, find_and_put, NULL);
	cr_assert_null(table.slot);
}
