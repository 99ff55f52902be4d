/* SPDX-License-Identifier: MIT */
/*
 * Locks of one bit: exclusion, the other bits of the word, lists whose head has
 * its lock inside.
 */
#include <criterion/criterion.h>

#include <linux/bit_spinlock.h>
#include <linux/list_bl.h>

#include "support/clock.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(spinlock_bit, .init = reports_take, .fini = reports_none);
TestSuite(hlist_bl, .init = reports_take, .fini = reports_none);

static unsigned long word;
static unsigned long words[3];

Test(spinlock_bit, is_locked_while_it_is_held_and_leaves_the_other_bits)
{
	for (int bit = 0; bit < 2 * BITS_PER_LONG; bit += 9) {
		memset(words, 0x55, sizeof(words));
		clear_bit(bit, words);
		cr_assert_not(bit_spin_is_locked(bit, words));
		bit_spin_lock(bit, words);
		cr_assert(bit_spin_is_locked(bit, words));
		cr_assert_eq(bit_spin_trylock(bit, words), 0);
		bit_spin_unlock(bit, words);
		cr_assert_not(bit_spin_is_locked(bit, words));
		cr_assert_eq(bit_spin_trylock(bit, words), 1);
		__bit_spin_unlock(bit, words);
		cr_assert_not(bit_spin_is_locked(bit, words));
		assign_bit(bit, words, bit % 2 == 0);
		for (int n = 0; n < 3; n++)
			cr_assert_eq(words[n], ULONG_MAX / 3, "bit %d", bit);
	}
}

Test(spinlock_bit, unlock_of_a_free_bit_is_reported_and_does_nothing)
{
	word = 4;
	bit_spin_unlock(0, &word);
	expect_misuse("bit_spinlock", "nobody holds it", &word,
		      KSYNC_HOLDER_NONE);
	__bit_spin_unlock(1, &word);
	expect_misuse("bit_spinlock", "nobody holds it", &word,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(word, 4);
}

static int waits;
static int got;

static void take_and_tell(void *arg, int index)
{
	(void)arg;
	(void)index;
	__atomic_fetch_add(&waits, 1, __ATOMIC_RELEASE);
	bit_spin_lock(5, &word);
	__atomic_store_n(&got, 1, __ATOMIC_RELEASE);
	bit_spin_unlock(5, &word);
}

Test(spinlock_bit, ten_seconds_of_waiting_are_reported_and_go_on)
{
	struct crew crew;

	bit_spin_lock(5, &word);
	crew_start(&crew, 1, take_and_tell, NULL);
	wait_until(__atomic_load_n(&waits, __ATOMIC_ACQUIRE));
	for (int hours = 1; !reports_count(); hours++) {
		clock_put_forward(3600 * hours);
		nap_ms(1);
	}
	expect_misuse("bit_spinlock", "lockup suspected", &word,
		      KSYNC_HOLDER_NONE);
	cr_assert_not(__atomic_load_n(&got, __ATOMIC_ACQUIRE));
	clock_put_forward(0);
	bit_spin_unlock(5, &word);
	crew_join(&crew);
	cr_assert_eq(got, 1);
	reports_forget(); /* the clock may have been put forward once more */
}

static long counts[2];

static void count_under_bit(void *arg, int index)
{
	const int *rounds = arg;
	int bit = index % 2;

	for (int i = 0; i < *rounds; i++) {
		if (index < 2 || i % 8) {
			bit_spin_lock(bit, &word);
		} else {
			while (!bit_spin_trylock(bit, &word))
				nap_us(1);
		}
		counts[bit]++;
		bit_spin_unlock(bit, &word);
		change_bit(2 + index, &word);
	}
}

Test(spinlock_bit, two_locks_and_other_bits_share_a_word)
{
	int rounds = 4000;

	word = 0;
	crew_run(4, count_under_bit, &rounds);
	cr_assert_eq(counts[0], 2 * rounds);
	cr_assert_eq(counts[1], 2 * rounds);
	cr_assert_eq(word, 0);
}

/* ---- lists ---- */

struct item {
	long key;
	struct hlist_bl_node node;
};

static struct hlist_bl_head bucket;

Test(hlist_bl, what_is_added_is_found_in_front_and_what_is_deleted_is_not)
{
	struct item items[3] = { { .key = 1 }, { .key = 2 }, { .key = 3 } };
	struct hlist_bl_node *at, *then;
	struct item *pos;
	int sum = 0;

	INIT_HLIST_BL_HEAD(&bucket);
	cr_assert(hlist_bl_empty(&bucket));
	hlist_bl_lock(&bucket);
	cr_assert(hlist_bl_is_locked(&bucket));
	cr_assert(hlist_bl_empty(&bucket), "the lock is no node");
	for (int n = 0; n < 3; n++) {
		INIT_HLIST_BL_NODE(&items[n].node);
		cr_assert(hlist_bl_unhashed(&items[n].node));
		hlist_bl_add_head(&items[n].node, &bucket);
		cr_assert_not(hlist_bl_unhashed(&items[n].node));
		cr_assert_eq(hlist_bl_first(&bucket), &items[n].node);
	}
	hlist_bl_for_each_entry(pos, at, &bucket, node)
		sum = sum * 10 + (int)pos->key;
	cr_assert_eq(sum, 321);
	hlist_bl_del(&items[1].node);
	hlist_bl_del_init(&items[1].node);
	cr_assert(hlist_bl_unhashed(&items[1].node));
	sum = 0;
	hlist_bl_for_each_entry(pos, at, &bucket, node)
		sum = sum * 10 + (int)pos->key;
	cr_assert_eq(sum, 31);
	cr_assert(hlist_bl_is_locked(&bucket));
	hlist_bl_for_each_entry_safe(pos, at, then, &bucket, node)
		hlist_bl_del_init(&pos->node);
	cr_assert(hlist_bl_empty(&bucket));
	cr_assert(hlist_bl_is_locked(&bucket));
	hlist_bl_unlock(&bucket);
	cr_assert_not(hlist_bl_is_locked(&bucket));
	hlist_bl_unlock(&bucket);
	expect_misuse("bit_spinlock", "nobody holds it", &bucket,
		      KSYNC_HOLDER_NONE);
}

static long found;

static void add_find_and_delete(void *arg, int index)
{
	const int *rounds = arg;
	struct item item = { .key = index };

	for (int i = 0; i < *rounds; i++) {
		struct hlist_bl_node *at;
		struct item *pos;

		hlist_bl_lock(&bucket);
		hlist_bl_add_head(&item.node, &bucket);
		hlist_bl_unlock(&bucket);
		scoped_guard(hlist_bl, &bucket) {
			hlist_bl_for_each_entry(pos, at, &bucket, node)
				found += pos->key == index;
		}
		hlist_bl_lock(&bucket);
		hlist_bl_del_init(&item.node);
		hlist_bl_unlock(&bucket);
	}
}

Test(hlist_bl, threads_change_one_list)
{
	int rounds = 2000;

	crew_run(4, add_find_and_delete, &rounds);
	cr_assert_eq(found, 4 * rounds);
	cr_assert(hlist_bl_empty(&bucket));
	cr_assert_not(hlist_bl_is_locked(&bucket));
}
