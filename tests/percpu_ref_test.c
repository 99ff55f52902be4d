/* SPDX-License-Identifier: MIT */
/*
 * struct percpu_ref: each sentence of its contract, in threads that migrate,
 * across fork, and with what it stands on taken away.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <sched.h>
#include <stdlib.h>

#include <linux/percpu-refcount.h>

#include <ksync/status.h>

#include "support/process.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(percpu_ref, .init = reports_take, .fini = reports_none);
TestSuite(percpu_ref_misuse, .init = reports_take, .fini = reports_none);

static struct percpu_ref ref;
static int released, confirmed;

static void on_release(struct percpu_ref *r)
{
	must(r == &ref);
	__atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
}

static void on_confirm(struct percpu_ref *r)
{
	must(r == &ref);
	must(!released);
	confirmed++;
}

static void begin(unsigned int flags)
{
	released = confirmed = 0;
	cr_assert_eq(percpu_ref_init(&ref, on_release, flags, 0), 0);
}

static bool counts_per_processor(void)
{
	return !ref.ksync__shared;
}

static bool can_count_per_processor(void)
{
	return ksync__percpu_has_sections();
}

/* ---- correct use ---- */

Test(percpu_ref, init_makes_one_reference_and_kill_puts_it)
{
	begin(0);
	cr_assert_eq(counts_per_processor(), can_count_per_processor());
	cr_assert_not(percpu_ref_is_zero(&ref));
	cr_assert_not(percpu_ref_is_dying(&ref));
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	cr_assert(percpu_ref_is_zero(&ref));
	cr_assert(percpu_ref_is_dying(&ref));
	percpu_ref_exit(&ref);
}

Test(percpu_ref, release_waits_for_the_last_put)
{
	begin(0);
	percpu_ref_get(&ref);
	percpu_ref_get_many(&ref, 5);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 0);
	percpu_ref_put_many(&ref, 4);
	cr_assert_eq(released, 0);
	cr_assert_not(percpu_ref_is_zero(&ref));
	percpu_ref_put(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, tryget_succeeds_until_zero_and_tryget_live_until_the_kill)
{
	begin(0);
	cr_assert(percpu_ref_tryget(&ref));
	cr_assert(percpu_ref_tryget_live(&ref));
	cr_assert(percpu_ref_tryget_many(&ref, 3));
	percpu_ref_kill(&ref);
	cr_assert_not(percpu_ref_tryget_live(&ref));
	cr_assert(percpu_ref_tryget(&ref));
	cr_assert(percpu_ref_tryget_many(&ref, 2));
	percpu_ref_put_many(&ref, 8);
	cr_assert_eq(released, 1);
	cr_assert_not(percpu_ref_tryget(&ref));
	cr_assert_not(percpu_ref_tryget_many(&ref, 2));
	percpu_ref_exit(&ref);
}

Test(percpu_ref, confirm_is_called_before_the_reference_is_put)
{
	begin(0);
	percpu_ref_kill_and_confirm(&ref, on_confirm);
	cr_assert_eq(confirmed, 1);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, one_that_was_never_killed_may_be_given_back)
{
	for (int i = 0; i < 3000; i++) {
		begin(0);
		percpu_ref_exit(&ref);
	}
	percpu_ref_exit(&ref);
	cr_assert_eq(released, 0);
	cr_assert_not(percpu_ref_tryget(&ref));
}

Test(percpu_ref, the_release_function_may_free_the_object)
{
	begin(0);
	ref.ksync__release = percpu_ref_exit;
	percpu_ref_kill(&ref);
	cr_assert_eq(percpu_ref_init(&ref, NULL, 0, 0), 0);
	percpu_ref_kill(&ref);
	cr_assert(percpu_ref_is_zero(&ref), "without a function nothing more");
	percpu_ref_exit(&ref);
}

Test(percpu_ref, begins_in_one_place_if_told_so)
{
	begin(PERCPU_REF_INIT_ATOMIC);
	cr_assert_not(counts_per_processor());
	cr_assert(percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	percpu_ref_switch_to_percpu(&ref);
	cr_assert_eq(counts_per_processor(), can_count_per_processor());
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, begins_dead_if_told_so)
{
	begin(PERCPU_REF_INIT_DEAD);
	cr_assert(percpu_ref_is_dying(&ref));
	cr_assert(percpu_ref_is_zero(&ref));
	cr_assert_not(percpu_ref_tryget(&ref));
	percpu_ref_reinit(&ref);
	cr_assert(percpu_ref_tryget_live(&ref));
	cr_assert_eq(counts_per_processor(), can_count_per_processor());
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, switches_to_one_place_and_back)
{
	begin(PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	percpu_ref_switch_to_atomic(&ref, on_confirm);
	cr_assert_eq(confirmed, 1);
	cr_assert_not(counts_per_processor());
	percpu_ref_get(&ref);
	percpu_ref_switch_to_atomic_sync(&ref);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_switch_to_percpu(&ref);
	cr_assert_eq(counts_per_processor(), can_count_per_processor());
	percpu_ref_put_many(&ref, 2);
	cr_assert_not(percpu_ref_is_dying(&ref));
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, reinit_keeps_to_one_place_if_that_was_asked_for)
{
	begin(PERCPU_REF_ALLOW_REINIT);
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_kill(&ref);
	percpu_ref_switch_to_percpu(&ref);
	cr_assert_not(counts_per_processor(), "the dead count in one place");
	percpu_ref_reinit(&ref);
	cr_assert_eq(counts_per_processor(), can_count_per_processor());
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_kill(&ref);
	percpu_ref_reinit(&ref);
	cr_assert_not(counts_per_processor());
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 3);
	percpu_ref_exit(&ref);
}

Test(percpu_ref, resurrect_keeps_what_others_have)
{
	begin(PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_resurrect(&ref);
	cr_assert_not(percpu_ref_is_dying(&ref));
	cr_assert(percpu_ref_tryget_live(&ref));
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 0);
	percpu_ref_put_many(&ref, 2);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

/* ---- many threads ---- */

static bool over;
static long gets;

static void migrate(unsigned int turn)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(turn % (unsigned int)processors, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

/* Gets on one processor, puts on another, as long as it is alive. */
static void use(void *arg, int index)
{
	(void)arg;
	for (unsigned int i = 0; percpu_ref_tryget_live(&ref); i++) {
		must(!__atomic_load_n(&released, __ATOMIC_RELAXED));
		percpu_ref_get(&ref);
		if (i % 100 == 0)
			migrate(i / 100 + (unsigned int)index);
		percpu_ref_put(&ref);
		must(percpu_ref_tryget(&ref));
		percpu_ref_put_many(&ref, 2);
		__atomic_fetch_add(&gets, 1, __ATOMIC_RELAXED);
	}
}

static void use_or_kill(void *arg, int index)
{
	if (index) {
		use(arg, index);
		return;
	}
	wait_until(__atomic_load_n(&gets, __ATOMIC_RELAXED) > *(long *)arg);
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_kill_and_confirm(&ref, on_confirm);
}

static void killed_while_used(int times)
{
	long at_least = 300;

	for (int i = 0; i < times; i++) {
		begin(PERCPU_REF_ALLOW_REINIT);
		gets = 0;
		crew_run(4, use_or_kill, &at_least);
		must(released == 1 && confirmed == 1);
		must(percpu_ref_is_zero(&ref));
		percpu_ref_exit(&ref);
	}
}

Test(percpu_ref, released_once_though_threads_migrate)
{
	killed_while_used(20);
}

Test(percpu_ref, released_once_where_membarrier_is_refused_late)
{
	if (!ksync__percpu_has_sections())
		return; /* it is not asked for */
	begin(0);
	if (!sandbox_refuse(SYS_membarrier, EPERM))
		cr_skip_test("no seccomp");
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
	killed_while_used(10);
}

Test(percpu_ref, released_once_where_its_fence_naps)
{
	if (!ksync__percpu_has_sections())
		return;
	if (!sandbox_refuse(SYS_membarrier, ENOSYS) ||
	    !sandbox_refuse(SYS_sched_setaffinity, EPERM))
		cr_skip_test("no seccomp");
	killed_while_used(2);
}

/* The object is alive, then dies, while others switch. */
static void switches(void *arg, int index)
{
	struct effort e = effort(300, 200);

	(void)arg;
	while (!index && effort_more(&e)) {
		percpu_ref_switch_to_atomic(&ref, NULL);
		percpu_ref_switch_to_percpu(&ref);
	}
	while (index == 1 && !__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		percpu_ref_kill(&ref);
		percpu_ref_resurrect(&ref);
	}
	while (index > 1 && !__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		if (percpu_ref_tryget(&ref))
			percpu_ref_put(&ref);
	}
	if (!index)
		__atomic_store_n(&over, true, __ATOMIC_RELAXED);
}

Test(percpu_ref, switched_killed_and_resurrected_by_several_loses_nothing)
{
	begin(PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	crew_run(4, switches, NULL);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 0);
	percpu_ref_put(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

/* ---- fork ---- */

/* The parent's switcher is gone, wherever it was. */
static void child_ends_it(void *arg)
{
	(void)arg;
	must(percpu_ref_tryget(&ref));
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	must(released == 1);
}

static void switch_until_over(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		percpu_ref_switch_to_atomic(&ref, NULL);
		percpu_ref_switch_to_percpu(&ref);
		__atomic_fetch_add(&gets, 1, __ATOMIC_RELAXED);
	}
}

Test(percpu_ref, a_forks_child_ends_it_though_another_thread_was_switching)
{
	struct crew crew;

	begin(PERCPU_REF_ALLOW_REINIT);
	crew_start(&crew, 1, switch_until_over, NULL);
	wait_until(__atomic_load_n(&gets, __ATOMIC_RELAXED) > 10);
	for (int i = 0; i < 20; i++)
		cr_assert_eq(in_child(child_ends_it, NULL), 0);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	crew_join(&crew);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

/* ---- misuse ---- */

Test(percpu_ref_misuse, a_put_too_many_is_undone)
{
	begin(0);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_put(&ref);
	expect_misuse("percpu_ref", "put without a reference", &ref,
		      KSYNC_HOLDER_NONE);
	cr_assert_eq(released, 1);
	cr_assert(percpu_ref_is_zero(&ref));
	percpu_ref_exit(&ref);
}

Test(percpu_ref_misuse, a_put_too_many_before_the_kill_is_seen_by_it)
{
	begin(0);
	percpu_ref_put(&ref);
	if (!can_count_per_processor()) {
		cr_assert_eq(released, 1);
		return;
	}
	percpu_ref_switch_to_atomic(&ref, NULL);
	expect_misuse("percpu_ref",
		      "more was put than got, as the switch finds", &ref,
		      KSYNC_HOLDER_NONE);
	percpu_ref_exit(&ref);
	begin(0);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	expect_misuse("percpu_ref", "more was put than got, as its kill finds",
		      &ref, KSYNC_HOLDER_NONE);
	cr_assert_eq(released, 0, "it leaks");
	percpu_ref_exit(&ref);
}

Test(percpu_ref_misuse, a_second_kill_puts_nothing)
{
	begin(0);
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_kill_and_confirm(&ref, on_confirm);
	expect_misuse("percpu_ref", "killed twice", &ref, KSYNC_HOLDER_NONE);
	cr_assert_eq(confirmed, 0);
	cr_assert_eq(released, 0);
	percpu_ref_put(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref_misuse, reinit_of_what_is_in_use_or_alive)
{
	begin(PERCPU_REF_ALLOW_REINIT);
	percpu_ref_reinit(&ref);
	expect_misuse("percpu_ref", "made alive though it was not killed", &ref,
		      KSYNC_HOLDER_NONE);
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_reinit(&ref);
	expect_misuse("percpu_ref", "begun anew while there are references",
		      &ref, KSYNC_HOLDER_NONE);
	cr_assert(percpu_ref_is_dying(&ref));
	percpu_ref_put(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_exit(&ref);
}

Test(percpu_ref_misuse, coming_back_without_leave)
{
	begin(0);
	percpu_ref_switch_to_atomic(&ref, NULL);
	percpu_ref_switch_to_percpu(&ref);
	if (can_count_per_processor())
		expect_misuse("percpu_ref",
			      "counts per processor again, which init excluded",
			      &ref, KSYNC_HOLDER_NONE);
	cr_assert_not(counts_per_processor());
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 1);
	percpu_ref_resurrect(&ref);
	if (can_count_per_processor())
		expect_misuse("percpu_ref",
			      "counts per processor again, which init excluded",
			      &ref, KSYNC_HOLDER_NONE);
	percpu_ref_kill(&ref);
	cr_assert_eq(released, 2);
	percpu_ref_exit(&ref);
}
