/* SPDX-License-Identifier: MIT */
/*
 * rcuref_t: each zone and its ends, what is reported, and that of many puts one
 * ends the object.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <linux/rcuref.h>

#include "support/report.h"
#include "support/threads.h"

TestSuite(rcuref, .init = reports_take, .fini = reports_none);
TestSuite(rcuref_misuse, .init = reports_take, .fini = reports_none);

static rcuref_t ref;

static void start_at(unsigned int word)
{
	atomic_set(&ref.refcnt, (int)word);
}

#define is_at(word)                                                \
	cr_assert_eq((unsigned int)atomic_read(&ref.refcnt), word, \
		     "0x%x instead of 0x%x",                       \
		     (unsigned int)atomic_read(&ref.refcnt),       \
		     (unsigned int)(word))

/* ---- correct use ---- */

Test(rcuref, is_four_bytes_and_one_less_than_the_references)
{
	rcuref_t two = RCUREF_INIT(2);

	cr_assert_eq(sizeof(rcuref_t), 4);
	cr_assert_eq(rcuref_read(&two), 2);
	rcuref_init(&ref, 1);
	is_at(RCUREF_ONEREF);
	cr_assert_eq(rcuref_read(&ref), 1);
	rcuref_init(&ref, 7);
	is_at(6);
}

Test(rcuref, get_counts_up_to_the_last_valid_one)
{
	start_at(0);
	cr_assert(rcuref_get(&ref));
	is_at(1);
	start_at(RCUREF_MAXREF - 1);
	cr_assert(rcuref_get(&ref));
	is_at(RCUREF_MAXREF);
	cr_assert_eq(rcuref_read(&ref), RCUREF_MAXREF + 1);
}

Test(rcuref, put_says_which_was_the_last_and_marks_the_object_dead)
{
	start_at(1);
	cr_assert_not(rcuref_put(&ref));
	is_at(0);
	cr_assert_not(rcuref_is_dead(&ref));
	cr_assert(rcuref_put(&ref));
	is_at(RCUREF_DEAD);
	cr_assert(rcuref_is_dead(&ref));
	cr_assert_eq(rcuref_read(&ref), 0);
	start_at(RCUREF_MAXREF);
	cr_assert_not(rcuref_put(&ref));
	is_at(RCUREF_MAXREF - 1);
}

Test(rcuref, put_in_a_reader_of_the_callers)
{
	start_at(1);
	rcu_read_lock();
	cr_assert_not(rcuref_put_rcusafe(&ref));
	cr_assert(rcuref_put_rcusafe(&ref));
	is_at(RCUREF_DEAD);
	start_at(1);
	cr_assert_not(__rcuref_put(&ref));
	cr_assert(__rcuref_put(&ref));
	rcu_read_unlock();
	is_at(RCUREF_DEAD);
}

Test(rcuref, put_is_a_reader_of_its_own)
{
	start_at(1);
	cr_assert_not(rcuref_put(&ref));
	cr_assert_not(ksync_rcu_read_lock_held());
	cr_assert(rcuref_put(&ref));
	cr_assert_not(ksync_rcu_read_lock_held());
}

Test(rcuref, get_revives_between_the_last_put_and_the_dead_mark)
{
	start_at(RCUREF_NOREF);
	cr_assert_eq(rcuref_read(&ref), 0);
	cr_assert_not(rcuref_is_dead(&ref));
	cr_assert(rcuref_get(&ref));
	is_at(RCUREF_ONEREF);
	cr_assert_not(ksync__rcuref_mark_dead(&ref), "the put's second step");
	is_at(RCUREF_ONEREF);
	cr_assert(rcuref_put(&ref));
}

Test(rcuref, nothing_is_got_from_the_dead)
{
	static const unsigned int dead[] = { RCUREF_RELEASED, RCUREF_DEAD,
					     RCUREF_NOREF - 2 };

	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++) {
		start_at(dead[i]);
		cr_assert(rcuref_is_dead(&ref));
		cr_assert_not(rcuref_get(&ref));
		is_at(RCUREF_DEAD);
	}
}

Test(rcuref, a_late_second_step_that_another_was_faster_at_is_no_misuse)
{
	start_at(RCUREF_DEAD);
	cr_assert_not(ksync__rcuref_mark_dead(&ref));
	is_at(RCUREF_DEAD);
}

#define THREADS 4
#define ROUNDS 200

struct object {
	rcuref_t ref;
	struct rcu_head rcu;
	int used[THREADS];
};

static struct object *shared;
static atomic_t ended;

/* Nobody finds it any more; who has found it does not get it. */
static void end(struct object *o)
{
	atomic_inc(&ended);
	rcu_assign_pointer(shared, NULL);
	kfree_rcu(o, rcu);
}

/* Each gets what is there, or nothing, uses it and puts. */
static void use(void *arg, int index)
{
	struct object *o;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		rcu_read_lock();
		o = rcu_dereference(shared);
		if (o && !rcuref_get(&o->ref))
			o = NULL;
		rcu_read_unlock();
		if (!o)
			return;
		o->used[index]++;
		if (rcuref_put(&o->ref))
			end(o);
	}
}

Test(rcuref, an_object_ends_once_after_all_uses)
{
	struct object *o = calloc(1, sizeof(*o));
	struct crew crew;

	rcuref_init(&o->ref, 1);
	rcu_assign_pointer(shared, o);
	crew_start(&crew, THREADS, use, NULL);
	if (rcuref_put(&o->ref))
		end(o);
	crew_join(&crew);
	cr_assert_eq(atomic_read(&ended), 1);
	rcu_barrier();
}

/* ---- misuse ---- */

Test(rcuref_misuse, a_get_too_many_saturates)
{
	start_at(RCUREF_MAXREF);
	cr_assert(rcuref_get(&ref));
	is_at(RCUREF_SATURATED);
	expect_misuse("rcuref", "saturated; the object leaks", &ref,
		      KSYNC_HOLDER_NONE);
}

Test(rcuref_misuse, a_saturated_count_stays_so_and_its_puts_say_nothing)
{
	static const unsigned int saturated[] = { RCUREF_MAXREF + 2,
						  RCUREF_SATURATED,
						  RCUREF_RELEASED - 1 };

	for (size_t i = 0; i < sizeof(saturated) / sizeof(saturated[0]); i++) {
		start_at(saturated[i]);
		cr_assert_not(rcuref_is_dead(&ref));
		cr_assert_not(rcuref_put(&ref));
		is_at(RCUREF_SATURATED);
	}
	cr_assert_gt(rcuref_read(&ref), RCUREF_MAXREF);
	cr_assert(rcuref_get(&ref));
	is_at(RCUREF_SATURATED);
	expect_misuse("rcuref", "saturated", &ref, KSYNC_HOLDER_NONE);
}

static bool hook_in_reader;

static void look_at_reader(const struct ksync_report *report)
{
	hook_in_reader = ksync_rcu_read_lock_held();
	reports_hook(report);
}

Test(rcuref_misuse, a_put_too_many_is_reported_in_no_reader_and_ends_nothing)
{
	ksync_report_hook_set(look_at_reader);
	start_at(RCUREF_DEAD);
	cr_assert_not(rcuref_put(&ref));
	is_at(RCUREF_DEAD);
	expect_misuse("rcuref", "put without a reference", &ref,
		      KSYNC_HOLDER_NONE);
	cr_assert_not(hook_in_reader);
}

Test(rcuref_misuse, a_put_too_many_before_the_dead_mark_leaks)
{
	start_at(RCUREF_NOREF);
	cr_assert_not(rcuref_put(&ref));
	is_at(RCUREF_DEAD);
	expect_misuse("rcuref", "put without a reference", &ref,
		      KSYNC_HOLDER_NONE);
	cr_assert_not(ksync__rcuref_mark_dead(&ref));
}
