/* SPDX-License-Identifier: MIT */
/*
 * Arc: what each kind of reference may do, when the object is dropped and when
 * its memory goes. That wrong types do not compile, and what gcc's analyzer
 * finds, is tests/arc/.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <limits.h>

#include <ksync/arc.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(arc, .init = reports_take, .fini = reports_none);

struct box {
	int value;
	char pad[40];
};

static int drops;
static int last_dropped;

static void box_drop(struct box *b)
{
	last_dropped = b->value;
	__atomic_fetch_add(&drops, 1, __ATOMIC_RELAXED);
}

KSYNC_DEFINE_ARC(box, struct box, box_drop)
KSYNC_DEFINE_ARC(number, long, NULL)

/* ---- one thread ---- */

Test(arc, new_holds_the_value_with_one_reference)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 7 });

	cr_assert_not_null(a);
	cr_assert_eq(box_arc_data(a)->value, 7);
	cr_assert_eq(box_arc_count(a), 1);
	box_arc_put(a);
	cr_assert_eq(drops, 1);
	cr_assert_eq(last_dropped, 7);
}

Test(arc, is_dropped_once_with_the_last_reference)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_arc *b = box_arc_get(a);

	cr_assert_eq(box_arc_count(a), 2);
	box_arc_put(a);
	cr_assert_eq(drops, 0);
	cr_assert_eq(box_arc_data(b)->value, 1);
	box_arc_put(b);
	cr_assert_eq(drops, 1);
}

Test(arc, ptr_eq_compares_the_objects_not_their_values)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_arc *b = box_arc_get(a);
	struct box_arc *c = box_arc_new((struct box){ .value = 1 });

	cr_assert(box_arc_ptr_eq(a, b));
	cr_assert_not(box_arc_ptr_eq(a, c));
	box_arc_put(a);
	box_arc_put(b);
	box_arc_put(c);
}

/* As large as all compilers allow. */
struct huge {
	char bytes[LONG_MAX / (sizeof(long) > 4 ? 16 : 2)];
};

KSYNC_DEFINE_ARC(huge, struct huge, NULL)

Test(arc, new_without_memory_is_NULL)
{
	int made = 0;

#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("AddressSanitizer ends a program that wants so much");
#endif
	errno = 0;
	/* No address space holds four of them. */
	while (made < 4 && huge_unique_new())
		made++;
	cr_assert_lt(made, 4);
	cr_assert_eq(errno, 0);
}

Test(arc, put_takes_NULL)
{
	box_arc_put(NULL);
	box_unique_put(NULL);
	box_unique_discard(NULL);
	box_weak_put(NULL);
}

Test(arc, drop_may_be_absent)
{
	struct number_arc *n = number_arc_new(42);

	cr_assert_eq(*number_arc_data(n), 42);
	number_arc_put(n);
}

Test(arc, unique_begins_zeroed_and_shares_what_was_filled_in)
{
	struct box_unique *u = box_unique_new();
	struct box_arc *a;

	cr_assert_eq(box_unique_data(u)->value, 0);
	box_unique_data(u)->value = 5;
	a = box_unique_share(u);
	cr_assert_eq(box_arc_count(a), 1);
	cr_assert_eq(box_arc_data(a)->value, 5);
	box_arc_put(a);
}

Test(arc, unique_put_drops_and_discard_does_not)
{
	box_unique_put(box_unique_new());
	cr_assert_eq(drops, 1);
	box_unique_discard(box_unique_new());
	cr_assert_eq(drops, 1);
}

Test(arc, into_unique_gives_the_object_to_the_last_and_puts_otherwise)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 3 });
	struct box_arc *b = box_arc_get(a);
	struct box_unique *u;

	cr_assert_null(box_arc_into_unique_or_put(a));
	cr_assert_eq(box_arc_count(b), 1);
	u = box_arc_into_unique_or_put(b);
	cr_assert_not_null(u);
	cr_assert_eq(drops, 0);
	box_unique_data(u)->value = 4;
	a = box_unique_share(u);
	cr_assert_eq(box_arc_data(a)->value, 4);
	box_arc_put(a);
	cr_assert_eq(last_dropped, 4);
}

Test(arc, borrow_costs_no_reference_and_can_become_one)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 8 });
	struct box_borrow *b = box_arc_borrow(a);
	struct box_arc *c;

	cr_assert_eq(box_arc_count(a), 1);
	cr_assert_eq(box_borrow_data(b)->value, 8);
	c = box_borrow_get(b);
	cr_assert_eq(box_arc_count(a), 2);
	box_arc_put(a);
	cr_assert_eq(box_arc_data(c)->value, 8);
	box_arc_put(c);
}

Test(arc, raw_pointer_carries_the_reference_there_and_back)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 9 });
	struct box *raw = box_arc_into_raw(a);
	struct box_arc *b = box_arc_from_raw(raw);

	cr_assert_eq(raw->value, 9);
	cr_assert(box_arc_ptr_eq(a, b));
	cr_assert_eq(box_arc_count(b), 1);
	box_arc_put(b);
	cr_assert_eq(drops, 1);
}

Test(arc, object_is_aligned_as_malloc_aligns)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 0 });

	cr_assert_eq((unsigned long)box_arc_data(a) % 16, 0);
	box_arc_put(a);
}

Test(arc, weak_does_not_keep_the_object_but_its_memory)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 2 });
	struct box_weak *w = box_arc_downgrade(a);
	struct box_weak *v = box_weak_get(w);
	struct box_arc *b = box_weak_upgrade(w);

	cr_assert(box_arc_ptr_eq(a, b));
	cr_assert_eq(box_arc_count(a), 2);
	box_arc_put(a);
	box_arc_put(b);
	cr_assert_eq(drops, 1);
	cr_assert_null(box_weak_upgrade(w));
	box_weak_put(w);
	cr_assert_null(box_weak_upgrade(v));
	box_weak_put(v);
}

Test(arc, weak_does_not_upgrade_while_the_object_is_unique)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 2 });
	struct box_weak *w = box_arc_downgrade(a);
	struct box_unique *u = box_arc_into_unique_or_put(a);
	struct box_arc *b;

	cr_assert_not_null(u);
	cr_assert_null(box_weak_upgrade(w));
	box_unique_data(u)->value = 6;
	a = box_unique_share(u);
	b = box_weak_upgrade(w);
	cr_assert_eq(box_arc_data(b)->value, 6);
	box_arc_put(a);
	box_arc_put(b);
	box_weak_put(w);
}

Test(arc, leaves_the_scope_by_itself)
{
	{
		struct box_arc *a ksync_free(box_arc) =
			box_arc_new((struct box){ .value = 1 });
		struct box_weak *w ksync_free(box_weak) = box_arc_downgrade(a);
		struct box_unique *u ksync_free(box_unique) = box_unique_new();

		cr_assert_not_null(u);
		(void)w;
	}
	cr_assert_eq(drops, 2);
}

Test(arc, can_be_taken_out_of_the_scope)
{
	struct box_arc *out;

	{
		struct box_arc *a ksync_free(box_arc) =
			box_arc_new((struct box){ .value = 1 });

		out = ksync_no_free_ptr(a);
	}
	cr_assert_eq(drops, 0);
	box_arc_put(out);
	cr_assert_eq(drops, 1);
}

/* ---- misuse ---- */

Test(arc, overflow_saturates_is_reported_and_leaks)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_arc *kept = a;

	ksync_refcount_set(&a->arc.strong, KSYNC_REFCOUNT_MAX);
	cr_assert_eq(box_arc_get(a), a);
	expect_misuse("refcount", "saturated", &a->arc.strong,
		      KSYNC_HOLDER_NONE);
	for (int i = 0; i < 10; i++)
		box_arc_put(a);
	cr_assert_eq(drops, 0);
	/* For the leak checker: it really leaks. */
	ksync_refcount_set(&kept->arc.strong, 1);
	box_arc_put(kept);
	reports_forget();
}

Test(arc, weak_overflow_saturates_is_reported_and_leaks_the_memory)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_weak *w;

	ksync_refcount_set(&a->arc.weak, KSYNC_REFCOUNT_MAX);
	w = box_arc_downgrade(a);
	expect_misuse("refcount", "saturated", &a->arc.weak, KSYNC_HOLDER_NONE);
	box_weak_put(w);
	box_arc_put(a);
	cr_assert_eq(drops, 1);
	ksync_refcount_set(&a->arc.weak, 1);
	box_weak_put(w);
	reports_forget();
}

Test(arc, weak_get_saturates_likewise)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_weak *w = box_arc_downgrade(a);

	ksync_refcount_set(&a->arc.weak, KSYNC_REFCOUNT_MAX);
	cr_assert_eq(box_weak_get(w), w);
	expect_misuse("refcount", "saturated", &a->arc.weak, KSYNC_HOLDER_NONE);
	ksync_refcount_set(&a->arc.weak, 2);
	box_weak_put(w);
	box_arc_put(a);
	cr_assert_eq(drops, 1);
}

Test(arc, upgrade_of_a_full_count_fails)
{
	struct box_arc *a = box_arc_new((struct box){ .value = 1 });
	struct box_weak *w = box_arc_downgrade(a);

	ksync_refcount_set(&a->arc.strong, KSYNC_REFCOUNT_MAX);
	cr_assert_null(box_weak_upgrade(w));
	ksync_refcount_set(&a->arc.strong, KSYNC_REFCOUNT_SATURATED);
	cr_assert_null(box_weak_upgrade(w));
	cr_assert_null(box_arc_into_unique_or_put(a));
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	ksync_refcount_set(&a->arc.strong, 1);
	box_weak_put(w);
	box_arc_put(a);
}

/* ---- threads ---- */

static struct box_arc *shared;
static struct box_weak *shared_weak;
static int winners;

/* A reference for each of so many threads. */
static void share_with(int threads)
{
	for (int i = 1; i < threads; i++)
		must(box_arc_get(shared) == shared);
}

static void get_and_put(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (struct effort e = effort(20000, 300); effort_more(&e);)
		box_arc_put(box_arc_get(shared));
	box_arc_put(shared);
}

Test(arc, threads_that_put_together_drop_it_once)
{
	shared = box_arc_new((struct box){ .value = 1 });
	share_with(8);
	crew_run(8, get_and_put, NULL);
	cr_assert_eq(drops, 1);
}

static void try_to_be_the_last(void *arg, int index)
{
	struct box_unique *u = box_arc_into_unique_or_put(shared);

	(void)arg;
	(void)index;
	if (!u)
		return;
	__atomic_fetch_add(&winners, 1, __ATOMIC_RELAXED);
	box_unique_put(u);
}

Test(arc, of_threads_that_race_one_becomes_unique)
{
	for (int round = 0; round < 200; round++) {
		winners = 0;
		shared = box_arc_new((struct box){ .value = 1 });
		share_with(4);
		crew_run(4, try_to_be_the_last, NULL);
		cr_assert_eq(winners, 1);
	}
	cr_assert_eq(drops, 200);
}

static void put_against_upgrade(void *arg, int index)
{
	struct box_arc *a;

	(void)arg;
	if (!index) {
		box_arc_put(shared);
		return;
	}
	a = box_weak_upgrade(shared_weak);
	if (a) {
		must(box_arc_data(a)->value == 77);
		box_arc_put(a);
	}
}

Test(arc, upgrade_against_the_last_put_gets_the_object_or_nothing)
{
	for (int round = 0; round < 300; round++) {
		shared = box_arc_new((struct box){ .value = 77 });
		shared_weak = box_arc_downgrade(shared);
		crew_run(3, put_against_upgrade, NULL);
		cr_assert_eq(drops, round + 1);
		box_weak_put(shared_weak);
	}
}
