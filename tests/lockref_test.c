/* SPDX-License-Identifier: MIT */
/*
 * lockref: each form with the lock free and held, at each count where it
 * decides; and that it is always as if the lock had been taken.
 */
#include <criterion/criterion.h>

#include <linux/lockref.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(lockref, .init = reports_take, .fini = reports_none);
TestSuite(lockref_misuse, .init = reports_take, .fini = reports_none);

static struct lockref ref;

static void start_at(int count)
{
	lockref_init(&ref);
	ref.count = count;
}

static void is_at(int count)
{
	cr_assert_eq(ref.count, count, "%d instead of %d", ref.count, count);
	cr_assert_not(spin_is_locked(&ref.lock));
}

Test(lockref, is_one_word_and_begins_with_one_reference)
{
	cr_assert(KSYNC_CHECKED || sizeof(struct lockref) == 8);
	cr_assert_eq(_Alignof(struct lockref), 8);
	lockref_init(&ref);
	is_at(1);
}

Test(lockref, get_counts_from_anything)
{
	start_at(1);
	lockref_get(&ref);
	is_at(2);
	start_at(0);
	lockref_get(&ref);
	is_at(1);
	start_at(-128);
	lockref_get(&ref);
	is_at(-127);
}

Test(lockref, get_not_zero_gets_what_somebody_has)
{
	start_at(1);
	cr_assert(lockref_get_not_zero(&ref));
	is_at(2);
	start_at(0);
	cr_assert_not(lockref_get_not_zero(&ref));
	is_at(0);
	start_at(-1);
	cr_assert_not(lockref_get_not_zero(&ref));
	is_at(-1);
}

Test(lockref, get_not_dead_gets_from_zero_too)
{
	start_at(0);
	cr_assert(lockref_get_not_dead(&ref));
	is_at(1);
	start_at(-128);
	cr_assert_not(lockref_get_not_dead(&ref));
	is_at(-128);
}

Test(lockref, put_not_zero_keeps_the_last)
{
	start_at(2);
	cr_assert(lockref_put_not_zero(&ref));
	is_at(1);
	cr_assert_not(lockref_put_not_zero(&ref));
	is_at(1);
	start_at(-128);
	cr_assert_not(lockref_put_not_zero(&ref));
	is_at(-128);
}

Test(lockref, put_return_says_the_new_count_or_that_it_did_nothing)
{
	if (!KSYNC__LOCKREF_WORD) {
		start_at(2);
		cr_assert_eq(lockref_put_return(&ref), -1);
		is_at(2);
		return;
	}
	start_at(2);
	cr_assert_eq(lockref_put_return(&ref), 1);
	cr_assert_eq(lockref_put_return(&ref), 0);
	is_at(0);
	cr_assert_eq(lockref_put_return(&ref), -1);
	is_at(0);
	start_at(-128);
	cr_assert_eq(lockref_put_return(&ref), -1);
	is_at(-128);
}

Test(lockref, put_or_lock_comes_back_with_the_lock_if_it_is_the_last)
{
	start_at(2);
	cr_assert(lockref_put_or_lock(&ref));
	is_at(1);
	cr_assert_not(lockref_put_or_lock(&ref));
	cr_assert(spin_is_locked(&ref.lock));
	cr_assert_eq(ref.count, 1);
	ref.count--;
	spin_unlock(&ref.lock);
	is_at(0);
	start_at(-128);
	cr_assert_not(lockref_put_or_lock(&ref));
	spin_unlock(&ref.lock);
	is_at(-128);
}

Test(lockref, the_dead_are_got_by_nobody)
{
	start_at(1);
	spin_lock(&ref.lock);
	cr_assert_not(__lockref_is_dead(&ref));
	lockref_mark_dead(&ref);
	cr_assert(__lockref_is_dead(&ref));
	spin_unlock(&ref.lock);
	cr_assert_not(lockref_get_not_dead(&ref));
	cr_assert_not(lockref_get_not_zero(&ref));
}

/* ---- while another holds the lock ---- */

static int at_work;

static void get(void)
{
	lockref_get(&ref);
}

static void get_not_zero(void)
{
	must(lockref_get_not_zero(&ref));
}

static void get_not_dead(void)
{
	must(lockref_get_not_dead(&ref));
}

static void put_not_zero(void)
{
	must(lockref_put_not_zero(&ref));
}

static void put_or_lock(void)
{
	must(lockref_put_or_lock(&ref));
}

static void refused(void)
{
	must(!lockref_get_not_zero(&ref) && !lockref_put_not_zero(&ref));
	must(!lockref_put_or_lock(&ref));
	spin_unlock(&ref.lock);
}

static void run(void *fn, int index)
{
	(void)index;
	__atomic_store_n(&at_work, 1, __ATOMIC_RELEASE);
	(*(void (**)(void))fn)();
	__atomic_store_n(&at_work, 2, __ATOMIC_RELEASE);
}

/* "fn" has to wait for the holder, and then sees what the holder left. */
static void waits(void (*fn)(void), int found, int left)
{
	struct crew crew;

	start_at(0);
	at_work = 0;
	spin_lock(&ref.lock);
	crew_start(&crew, 1, run, &fn);
	wait_until(__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) == 1);
	nap_ms(2);
	cr_assert_eq(__atomic_load_n(&at_work, __ATOMIC_ACQUIRE), 1);
	cr_assert_eq(KSYNC_READ_ONCE(ref.count), 0);
	WRITE_ONCE(ref.count, found);
	spin_unlock(&ref.lock);
	crew_join(&crew);
	is_at(left);
}

Test(lockref, each_waits_for_a_holder_of_the_lock)
{
	waits(get, 5, 6);
	waits(get_not_zero, 1, 2);
	waits(get_not_dead, 0, 1);
	waits(put_not_zero, 3, 2);
	waits(put_or_lock, 2, 1);
	waits(refused, 0, 0);
}

Test(lockref, put_return_waits_for_nobody)
{
	start_at(3);
	spin_lock(&ref.lock);
	cr_assert_eq(lockref_put_return(&ref), -1);
	cr_assert_eq(ref.count, 3);
	spin_unlock(&ref.lock);
}

#define THREADS 4

static int sections; /* plain: under the lock */

static void mix(void *arg, int index)
{
	struct effort e = effort(2000, 300);

	(void)arg;
	while (effort_more(&e)) {
		must(lockref_get_not_dead(&ref));
		if ((e.rounds + index) % 7 == 0) {
			spin_lock(&ref.lock);
			sections++;
			WRITE_ONCE(ref.count, ref.count + 10);
			WRITE_ONCE(ref.count, ref.count - 10);
			spin_unlock(&ref.lock);
		}
		must(lockref_put_or_lock(&ref));
	}
}

Test(lockref, threads_that_lock_and_threads_that_count_lose_nothing)
{
	lockref_init(&ref);
	crew_run(THREADS, mix, NULL);
	is_at(1);
}

/* ---- misuse ---- */

Test(lockref_misuse, marking_dead_without_the_lock_is_reported)
{
	start_at(1);
	lockref_mark_dead(&ref);
	expect_misuse("spinlock", "asserted to be held", &ref.lock,
		      KSYNC_HOLDER_NONE);
	is_at(-128);
}
