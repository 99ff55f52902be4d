/* SPDX-License-Identifier: MIT */
/*
 * Revocable, both flavours: who gets in, what revoke waits for, that the object
 * is dropped once, and what is left in a fork's child.
 */
#include <criterion/criterion.h>

#include <pthread.h>

#include <ksync/completion.h>
#include <ksync/revocable.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(revocable, .init = reports_take, .fini = reports_none);
TestSuite(revocable_srcu, .init = reports_take, .fini = reports_none);

struct box {
	int value;
};

static int drops; /* whoever revokes; then who joined it */

static void box_drop(struct box *b)
{
	b->value = -1;
	__atomic_fetch_add(&drops, 1, __ATOMIC_RELAXED);
}

static int dropped(void)
{
	return __atomic_load_n(&drops, __ATOMIC_ACQUIRE);
}

#define CALLERS 4

static int winners; /* calls of revoke that returned true */
static int entered; /* the thread that will revoke is about to */

/* What is so in both flavours. */
#define BODIES(box, word)                                                      \
	static struct box##_revocable box##_it = { word, { 7 } };              \
                                                                               \
	static void box##_gives_the_object(void)                               \
	{                                                                      \
		struct box##_access a = box##_revocable_try_access(&box##_it); \
                                                                               \
		cr_assert_eq(a.object, &box##_it.data);                        \
		cr_assert_eq(a.object, box##_revocable_data(&box##_it));       \
		cr_assert_eq(a.object->value, 7);                              \
		box##_revocable_withdraw(&a);                                  \
		cr_assert_null(a.object);                                      \
		box##_revocable_withdraw(&a);                                  \
		box##_revocable_destroy(&box##_it);                            \
	}                                                                      \
	static void box##_nests(void)                                          \
	{                                                                      \
		struct box##_access a = box##_revocable_try_access(&box##_it); \
		struct box##_access b = box##_revocable_try_access(&box##_it); \
                                                                               \
		cr_assert(a.object &&b.object);                                \
		box##_revocable_withdraw(&a);                                  \
		box##_revocable_withdraw(&b);                                  \
		box##_revocable_destroy(&box##_it);                            \
	}                                                                      \
	static void box##_is_none_after_revoke(void)                           \
	{                                                                      \
		struct box##_access a;                                         \
                                                                               \
		cr_assert(box##_revocable_revoke(&box##_it));                  \
		cr_assert_eq(dropped(), 1);                                    \
		cr_assert_eq(box##_it.data.value, -1);                         \
		a = box##_revocable_try_access(&box##_it);                     \
		cr_assert_null(a.object);                                      \
		box##_revocable_withdraw(&a);                                  \
		cr_assert_not(box##_revocable_revoke(&box##_it));              \
		cr_assert_not(box##_revocable_revoke_nosync(&box##_it));       \
		cr_assert_eq(dropped(), 1);                                    \
		box##_revocable_destroy(&box##_it);                            \
		cr_assert_eq(dropped(), 1);                                    \
	}                                                                      \
	static void box##_init_makes_it_accessible(void)                       \
	{                                                                      \
		struct box##_revocable r;                                      \
		struct box##_access a;                                         \
                                                                               \
		memset(&r, 0, sizeof(r));                                      \
		box##_revocable_data(&r)->value = 3;                           \
		cr_assert_eq(box##_revocable_init(&r), 0);                     \
		a = box##_revocable_try_access(&r);                            \
		cr_assert_eq(a.object->value, 3);                              \
		box##_revocable_withdraw(&a);                                  \
		box##_revocable_destroy(&r);                                   \
		cr_assert_eq(dropped(), 1);                                    \
	}                                                                      \
	static void box##_nosync_drops(void)                                   \
	{                                                                      \
		cr_assert(box##_revocable_revoke_nosync(&box##_it));           \
		cr_assert_eq(dropped(), 1);                                    \
		cr_assert_not(box##_revocable_revoke(&box##_it));              \
		box##_revocable_destroy(&box##_it);                            \
		cr_assert_eq(dropped(), 1);                                    \
	}                                                                      \
	static void box##_revoke_one(void *arg, int index)                     \
	{                                                                      \
		(void)arg;                                                     \
		(void)index;                                                   \
		if (box##_revocable_revoke(&box##_it))                         \
			__atomic_fetch_add(&winners, 1, __ATOMIC_RELAXED);     \
	}                                                                      \
	static void box##_one_of_many_revokes(void)                            \
	{                                                                      \
		crew_run(CALLERS, box##_revoke_one, NULL);                     \
		cr_assert_eq(winners, 1);                                      \
		cr_assert_eq(dropped(), 1);                                    \
		box##_revocable_destroy(&box##_it);                            \
	}                                                                      \
	static int box##_by_class(void)                                        \
	{                                                                      \
		KSYNC_CLASS(box##_access, a)(&box##_it);                       \
                                                                               \
		return a.object ? a.object->value : 0;                         \
	}                                                                      \
	static void box##_class_ends_with_the_block(void)                      \
	{                                                                      \
		cr_assert_eq(box##_by_class(), 7);                             \
		cr_assert(box##_revocable_revoke(&box##_it));                  \
		cr_assert_eq(box##_by_class(), 0);                             \
		box##_revocable_destroy(&box##_it);                            \
	}                                                                      \
	static void box##_revoke_it(void *arg, int index)                      \
	{                                                                      \
		(void)arg;                                                     \
		(void)index;                                                   \
		__atomic_store_n(&entered, 1, __ATOMIC_RELEASE);               \
		must(box##_revocable_revoke(&box##_it));                       \
	}                                                                      \
	static void box##_revoke_waits(void)                                   \
	{                                                                      \
		struct box##_access a, late;                                   \
		struct crew crew;                                              \
                                                                               \
		a = box##_revocable_try_access(&box##_it);                     \
		cr_assert(a.object);                                           \
		crew_start(&crew, 1, box##_revoke_it, NULL);                   \
		wait_until(__atomic_load_n(&entered, __ATOMIC_ACQUIRE));       \
		wait_until(!__atomic_load_n(&box##_it.revocable.available,     \
					    __ATOMIC_RELAXED));                \
		late = box##_revocable_try_access(&box##_it);                  \
		cr_assert_null(late.object, "nobody gets in any more");        \
		nap_ms(20);                                                    \
		cr_assert_eq(dropped(), 0);                                    \
		cr_assert_eq(a.object->value, 7);                              \
		box##_revocable_withdraw(&a);                                  \
		crew_join(&crew);                                              \
		cr_assert_eq(dropped(), 1);                                    \
		box##_revocable_destroy(&box##_it);                            \
	}                                                                      \
	static void box##_child_revokes(void *arg)                             \
	{                                                                      \
		(void)arg;                                                     \
		must(box##_by_class() == 7);                                   \
		must(box##_revocable_revoke(&box##_it));                       \
		must(dropped() == 1);                                          \
	}                                                                      \
	static void box##_of_a_child(void)                                     \
	{                                                                      \
		struct box##_access a;                                         \
                                                                               \
		child_succeeds(box##_child_revokes, NULL);                     \
		a = box##_revocable_try_access(&box##_it);                     \
		cr_assert_not_null(a.object, "the parent has its own");        \
		box##_revocable_withdraw(&a);                                  \
		box##_revocable_destroy(&box##_it);                            \
	}

#if KSYNC_HAVE_RCU
KSYNC_DEFINE_REVOCABLE(fast, struct box, box_drop)
BODIES(fast, KSYNC_REVOCABLE_INIT)

Test(revocable, access_gives_the_object_until_it_is_withdrawn)
{
	fast_gives_the_object();
}

Test(revocable, accesses_nest)
{
	fast_nests();
}

Test(revocable, is_none_after_revoke_which_drops_once)
{
	fast_is_none_after_revoke();
}

Test(revocable, init_makes_it_accessible_and_destroy_drops_what_is_not_revoked)
{
	fast_init_makes_it_accessible();
}

Test(revocable, nosync_drops_at_once)
{
	fast_nosync_drops();
}

Test(revocable, one_of_many_who_revoke_does)
{
	fast_one_of_many_revokes();
}

Test(revocable, the_class_is_an_access_to_the_end_of_the_block)
{
	fast_class_ends_with_the_block();
	cr_assert_not(ksync_rcu_read_lock_held());
}

Test(revocable, revoke_waits_for_accesses_that_began_before_and_lets_none_in)
{
	fast_revoke_waits();
}

Test(revocable, a_forks_child_has_its_own)
{
	fast_of_a_child();
}

Test(revocable, an_access_is_an_rcu_reader_and_a_failed_one_is_none)
{
	struct fast_access a = fast_revocable_try_access(&fast_it);

	cr_assert(ksync_rcu_read_lock_held());
	fast_revocable_withdraw(&a);
	cr_assert_not(ksync_rcu_read_lock_held());
	fast_revocable_destroy(&fast_it);
	a = fast_revocable_try_access(&fast_it);
	cr_assert_null(a.object);
	cr_assert_not(ksync_rcu_read_lock_held());
}

Test(revocable, is_an_int_beside_the_object)
{
	cr_assert_eq(sizeof(struct fast_revocable), sizeof(struct box) + 4);
}

static void revoke_in_an_access(void *arg)
{
	struct fast_access a = fast_revocable_try_access(&fast_it);

	(void)arg;
	without_core();
	must(a.object != NULL);
	fast_revocable_revoke(&fast_it);
}

Test(revocable, revoking_in_an_access_is_a_deadlock_and_aborts)
{
	child_aborts(revoke_in_an_access, NULL);
}

KSYNC_DEFINE_REVOCABLE(plain, long, NULL)
#else
KSYNC_DEFINE_SRCU_REVOCABLE(plain, long, NULL)
#endif

Test(revocable, the_drop_function_may_be_none)
{
	struct plain_revocable r = { .data = 5 };

	cr_assert_eq(plain_revocable_init(&r), 0);
	cr_assert(plain_revocable_revoke(&r));
	cr_assert_eq(r.data, 5);
	plain_revocable_destroy(&r);
}

KSYNC_DEFINE_SRCU_REVOCABLE(slow, struct box, box_drop)
BODIES(slow, KSYNC_SRCU_REVOCABLE_INIT)

Test(revocable_srcu, access_gives_the_object_until_it_is_withdrawn)
{
	slow_gives_the_object();
}

Test(revocable_srcu, accesses_nest)
{
	slow_nests();
}

Test(revocable_srcu, is_none_after_revoke_which_drops_once)
{
	slow_is_none_after_revoke();
}

Test(revocable_srcu,
     init_makes_it_accessible_and_destroy_drops_what_is_not_revoked)
{
	slow_init_makes_it_accessible();
}

Test(revocable_srcu, nosync_drops_at_once)
{
	slow_nosync_drops();
}

Test(revocable_srcu, one_of_many_who_revoke_does)
{
	slow_one_of_many_revokes();
}

Test(revocable_srcu, the_class_is_an_access_to_the_end_of_the_block)
{
	slow_class_ends_with_the_block();
}

Test(revocable_srcu,
     revoke_waits_for_accesses_that_began_before_and_lets_none_in)
{
	slow_revoke_waits();
}

Test(revocable_srcu, a_forks_child_has_its_own)
{
	slow_of_a_child();
}

static KSYNC_DECLARE_COMPLETION(go_on);

static void wake_the_sleeper(void *arg, int index)
{
	(void)arg;
	(void)index;
	ksync_complete(&go_on);
}

Test(revocable_srcu, an_access_may_sleep)
{
	struct slow_access a = slow_revocable_try_access(&slow_it);
	struct crew crew;

	cr_assert(a.object);
	crew_start(&crew, 1, wake_the_sleeper, NULL);
	ksync_wait_for_completion(&go_on);
	crew_join(&crew);
	cr_assert_eq(a.object->value, 7);
	slow_revocable_withdraw(&a);
	slow_revocable_destroy(&slow_it);
}

Test(revocable_srcu, ending_it_after_revoke_in_a_late_access_is_reported)
{
	int idx = ksync_srcu_down_read(&slow_it.revocable.readers);

	cr_assert(slow_revocable_revoke_nosync(&slow_it));
	slow_revocable_destroy(&slow_it);
	expect_misuse("srcu", "reader", &slow_it.revocable.readers,
		      KSYNC_HOLDER_NONE);
	ksync_srcu_up_read(&slow_it.revocable.readers, idx);
	slow_revocable_destroy(&slow_it);
}
