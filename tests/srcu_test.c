/* SPDX-License-Identifier: MIT */
/*
 * SRCU: readers that sleep, domains, grace periods that are waited for, polled
 * and called back from; forks, ends of domains, and misuse.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ksync/percpu.h>

/* Between a reader's look at the index and its count. */
static void (*in_window)(void);

static inline void window(void)
{
	if (in_window)
		in_window();
}

#define ksync__percpu_add(p, v) (window(), (ksync__percpu_add)(p, v))
#include <linux/srcu.h>
#undef ksync__percpu_add

#include <linux/mutex.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

#include "defer/srcu.h"

/* Older AddressSanitizers copy their allocator's locks as they are. */
#ifdef __SANITIZE_ADDRESS__
#define ALLOCATOR_COPIES 0
#else
#define ALLOCATOR_COPIES 1
#endif

TestSuite(srcu, .init = reports_take, .fini = reports_none);
TestSuite(srcu_call, .init = reports_take, .fini = reports_none);
TestSuite(srcu_fork, .init = reports_take, .fini = reports_none);

DEFINE_STATIC_SRCU(domain);
DEFINE_SRCU(other_domain);

static bool get_flag(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set_flag(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

/* ---- readers ---- */

Test(srcu, is_a_pointer_wide)
{
	cr_assert(KSYNC_CHECKED || sizeof(domain) == sizeof(void *));
}

Test(srcu, readers_nest_in_one_domain_and_in_several)
{
	int first = srcu_read_lock(&domain);
	int second = srcu_read_lock(&domain);
	int other = srcu_read_lock(&other_domain);

	cr_assert(srcu_read_lock_held(&domain));
	srcu_read_unlock(&domain, second);
	srcu_read_unlock(&other_domain, other);
	srcu_read_unlock(&domain, first);
	synchronize_srcu(&domain);
	synchronize_srcu(&other_domain);
}

Test(srcu, who_is_a_reader_the_checked_library_knows)
{
	int idx;

	cr_assert_eq(!srcu_read_lock_held(&domain), KSYNC_CHECKED);
	idx = srcu_read_lock(&domain);
	cr_assert(srcu_read_lock_held(&domain));
	cr_assert_eq(!srcu_read_lock_held(&other_domain), KSYNC_CHECKED);
	srcu_read_unlock(&domain, idx);
}

Test(srcu, every_form_is_a_reader_and_all_may_be_mixed)
{
	struct srcu_ctr *fast = srcu_read_lock_fast(&domain);
	int safe = srcu_read_lock_nmisafe(&domain);
	int down = srcu_down_read(&domain);
	struct srcu_ctr *down_fast = srcu_down_read_fast(&domain);
	unsigned long cookie = start_poll_synchronize_srcu(&domain);

	cr_assert(fast);
	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	srcu_read_unlock_fast(&domain, fast);
	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	srcu_read_unlock_nmisafe(&domain, safe);
	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	srcu_up_read(&domain, down);
	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	srcu_up_read_fast(&domain, down_fast);
	cr_assert(poll_state_synchronize_srcu(&domain, cookie));
}

Test(srcu, guards_are_readers_to_the_end_of_the_block)
{
	unsigned long cookie;

	{
		guard(srcu)(&domain);
		cookie = get_state_synchronize_srcu(&domain);
		cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	}
	cr_assert(poll_state_synchronize_srcu(&domain, cookie));
	scoped_guard(srcu_fast, &domain) {
		cookie = get_state_synchronize_srcu(&domain);
		cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	}
	cr_assert(poll_state_synchronize_srcu(&domain, cookie));
}

Test(srcu, dereference_publishes_and_reads)
{
	static int *shared;
	int value = 1;
	int idx;

	ksync_rcu_assign_pointer(shared, &value);
	idx = srcu_read_lock(&domain);
	cr_assert_eq(srcu_dereference(shared, &domain), &value);
	srcu_read_unlock(&domain, idx);
	smp_mb__after_srcu_read_unlock();
	cr_assert_eq(srcu_dereference_check(shared, &domain, 1), &value);
	cr_assert_eq(srcu_dereference_notrace(shared, &domain), &value);
}

static int handler_idx = -1;

static void read_in_handler(int signal)
{
	int idx = srcu_read_lock(&other_domain);

	(void)signal;
	srcu_read_unlock(&other_domain, idx);
	handler_idx = idx;
}

Test(srcu, a_signal_handler_may_read_also_as_the_first)
{
	signal(SIGUSR1, read_in_handler);
	raise(SIGUSR1);
	cr_assert_geq(handler_idx, 0);
	/* To the checked library that writes, where the signal may come. */
	if (!KSYNC_CHECKED)
		synchronize_srcu(&other_domain);
}

/* ---- grace periods ---- */

static struct {
	bool inside, leave, left, waited;
} scene;

static void read_until_told(void *arg, int index)
{
	int idx = srcu_read_lock(&domain);

	(void)arg;
	(void)index;
	set_flag(&scene.inside);
	wait_until(get_flag(&scene.leave)); /* it sleeps */
	must(!get_flag(&scene.waited));
	set_flag(&scene.left);
	srcu_read_unlock(&domain, idx);
}

static void wait_for_readers(void *arg, int index)
{
	(void)index;
	wait_until(get_flag(&scene.inside));
	((void (*)(struct srcu_struct *))arg)(&domain);
	must(get_flag(&scene.left));
	set_flag(&scene.waited);
}

static void one_reader_one_waiter(void (*wait)(struct srcu_struct *))
{
	struct crew reader;
	struct crew waiter;

	crew_start(&reader, 1, read_until_told, NULL);
	crew_start(&waiter, 2, wait_for_readers, (void *)wait);
	nap_ms(20);
	set_flag(&scene.leave);
	crew_join(&reader);
	crew_join(&waiter);
}

static void poll_until_over(struct srcu_struct *ssp)
{
	unsigned long cookie = start_poll_synchronize_srcu(ssp);

	wait_until(poll_state_synchronize_srcu(ssp, cookie));
}

static void get_state_and_poll(struct srcu_struct *ssp)
{
	unsigned long cookie = get_state_synchronize_srcu(ssp);

	wait_until(poll_state_synchronize_srcu(ssp, cookie));
}

Test(srcu, synchronize_waits_for_a_reader_that_sleeps)
{
	one_reader_one_waiter(synchronize_srcu);
}

Test(srcu, expedited_waits_likewise)
{
	one_reader_one_waiter(synchronize_srcu_expedited);
}

Test(srcu, a_polled_grace_period_ends_after_the_reader)
{
	one_reader_one_waiter(poll_until_over);
}

Test(srcu, and_so_does_one_of_get_state)
{
	one_reader_one_waiter(get_state_and_poll);
}

Test(srcu, a_reader_of_another_domain_is_not_waited_for)
{
	int idx = srcu_read_lock(&other_domain);

	synchronize_srcu(&domain);
	srcu_read_unlock(&other_domain, idx);
}

Test(srcu, a_reader_that_begins_later_is_not_waited_for)
{
	int old = srcu_down_read(&domain);
	unsigned long cookie = start_poll_synchronize_srcu(&domain);
	int fresh = srcu_down_read(&domain);

	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	srcu_up_read(&domain, old);
	cr_assert(poll_state_synchronize_srcu(&domain, cookie));
	srcu_up_read(&domain, fresh);
}

Test(srcu, a_reader_that_spans_grace_periods_is_waited_for_by_each_later_one)
{
	int old = srcu_down_read(&domain);
	unsigned long first = start_poll_synchronize_srcu(&domain);
	int fresh = srcu_down_read(&domain);
	unsigned long second = start_poll_synchronize_srcu(&domain);

	cr_assert_not(same_state_synchronize_srcu(first, second));
	srcu_up_read(&domain, old);
	cr_assert(poll_state_synchronize_srcu(&domain, first));
	cr_assert_not(poll_state_synchronize_srcu(&domain, second));
	srcu_up_read(&domain, fresh);
	cr_assert(poll_state_synchronize_srcu(&domain, second));
	cr_assert(poll_state_synchronize_srcu(&domain, first));
}

Test(srcu, cookies_of_one_time_are_the_same_and_an_older_one_is_over)
{
	unsigned long first = get_state_synchronize_srcu(&domain);

	cr_assert(same_state_synchronize_srcu(
		first, get_state_synchronize_srcu(&domain)));
	synchronize_srcu(&domain);
	cr_assert(poll_state_synchronize_srcu(&domain, first));
	cr_assert(poll_state_synchronize_srcu(
		&domain, get_completed_synchronize_srcu()));
}

static void up(void *arg, int index)
{
	(void)index;
	srcu_up_read(&domain, *(int *)arg);
}

Test(srcu, what_one_thread_took_down_another_brings_up)
{
	int idx = srcu_down_read(&domain);
	unsigned long cookie = start_poll_synchronize_srcu(&domain);

	cr_assert_not(poll_state_synchronize_srcu(&domain, cookie));
	crew_run(1, up, &idx);
	cr_assert(poll_state_synchronize_srcu(&domain, cookie));
}

struct item {
	int value, again;
	struct rcu_head rcu;
};

static struct item *shared;
static DEFINE_MUTEX(shared_lock);
static bool churn_over;

static struct item *item_new(int value)
{
	struct item *it = malloc(sizeof(*it));

	it->value = it->again = value;
	return it;
}

static void item_end(struct item *it)
{
	__atomic_store_n(&it->value, -1, __ATOMIC_RELAXED);
	__atomic_store_n(&it->again, -2, __ATOMIC_RELAXED);
	free(it);
}

static void item_callback(struct rcu_head *head)
{
	item_end(container_of(head, struct item, rcu));
}

static void churn_read(void *arg, int index)
{
	(void)arg;
	for (unsigned int n = 0; !get_flag(&churn_over); n++) {
		int idx = srcu_read_lock(&domain);
		struct item *it = srcu_dereference(shared, &domain);
		int value = __atomic_load_n(&it->value, __ATOMIC_RELAXED);

		if (n % 64 == 0 && index == 0)
			nap_us(50);
		must(value == __atomic_load_n(&it->again, __ATOMIC_RELAXED));
		must(value >= 0);
		srcu_read_unlock(&domain, idx);
		watchdog_feed();
	}
}

static void churn_update(int value)
{
	struct item *old;
	unsigned long cookie;

	mutex_lock(&shared_lock);
	old = ksync_rcu_replace_pointer(shared, item_new(value), 1);
	mutex_unlock(&shared_lock);
	switch (value % 3) {
	case 0:
		synchronize_srcu(&domain);
		item_end(old);
		break;
	case 1:
		call_srcu(&domain, &old->rcu, item_callback);
		break;
	default:
		cookie = start_poll_synchronize_srcu(&domain);
		wait_until(poll_state_synchronize_srcu(&domain, cookie));
		item_end(old);
	}
}

static void churn_writer(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (struct effort e = effort(3000, 300); effort_more(&e);)
		churn_update((int)(e.rounds & 0xffff));
}

Test(srcu, readers_never_see_what_was_removed_a_grace_period_ago)
{
	struct crew readers;

	shared = item_new(0);
	watchdog_start();
	crew_start(&readers, 3, churn_read, NULL);
	crew_run(2, churn_writer, NULL);
	srcu_barrier(&domain);
	set_flag(&churn_over);
	crew_join(&readers);
	watchdog_stop();
	free(shared);
}

/* ---- domains ---- */

Test(srcu, a_domain_is_made_and_ended_and_its_memory_goes_at_once)
{
	for (int i = 0; i < 300; i++) {
		struct srcu_struct *ssp =
			mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		int idx;

		cr_assert_eq(init_srcu_struct(ssp), 0);
		idx = srcu_read_lock(ssp);
		srcu_read_unlock(ssp, idx);
		synchronize_srcu(ssp);
		cleanup_srcu_struct(ssp);
		munmap(ssp, 4096);
	}
}

static struct srcu_struct *mapped;

static void read_and_go(void *arg, int index)
{
	int idx = srcu_read_lock(mapped);

	(void)arg;
	(void)index;
	set_flag(&scene.inside);
	srcu_read_unlock(mapped, idx);
}

/* Unlock may still be on its way out of the function. */
Test(srcu, who_waited_for_the_last_reader_may_unmap_the_domain)
{
	for (struct effort e = effort(300, 300); effort_more(&e);) {
		struct crew crew;

		mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		cr_assert_eq(init_srcu_struct(mapped), 0);
		__atomic_store_n(&scene.inside, false, __ATOMIC_RELAXED);
		crew_start(&crew, 1, read_and_go, NULL);
		wait_until(get_flag(&scene.inside));
		synchronize_srcu(mapped);
		cleanup_srcu_struct(mapped);
		munmap(mapped, 4096);
		crew_join(&crew);
	}
}

Test(srcu, a_thousand_domains_have_readers_of_their_own)
{
	static struct srcu_struct many[1000];
	int idx[1000];

	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(init_srcu_struct(&many[i]), 0);
		idx[i] = srcu_down_read(&many[i]);
	}
	for (int i = 0; i < 1000; i += 2)
		srcu_up_read(&many[i], idx[i]);
	for (int i = 0; i < 1000; i++) {
		unsigned long cookie = start_poll_synchronize_srcu(&many[i]);

		cr_assert_eq(poll_state_synchronize_srcu(&many[i], cookie),
			     i % 2 == 0);
	}
	for (int i = 0; i < 1000; i++) {
		if (i % 2)
			srcu_up_read(&many[i], idx[i]);
		cleanup_srcu_struct(&many[i]);
	}
}

Test(srcu, a_static_domain_that_was_ended_is_one_again_when_it_is_used)
{
	int idx = srcu_read_lock(&domain);

	srcu_read_unlock(&domain, idx);
	cleanup_srcu_struct(&domain);
	cleanup_srcu_struct(&domain);
	idx = srcu_read_lock(&domain);
	srcu_read_unlock(&domain, idx);
	synchronize_srcu(&domain);
}

Test(srcu, cleanup_with_a_reader_is_reported_and_the_reader_can_end)
{
	struct srcu_struct d;
	int idx;

	cr_assert_eq(init_srcu_struct(&d), 0);
	idx = srcu_down_read(&d);
	cleanup_srcu_struct(&d);
	expect_misuse("srcu", "with a reader", &d, KSYNC_HOLDER_NONE);
	srcu_up_read(&d, idx);
	synchronize_srcu(&d);
	cleanup_srcu_struct(&d);
}

/* ---- callbacks ---- */

static int called;

static void count_only(struct rcu_head *head)
{
	(void)head;
	__atomic_fetch_add(&called, 1, __ATOMIC_RELAXED);
}

static int count(void)
{
	return __atomic_load_n(&called, __ATOMIC_ACQUIRE);
}

struct numbered {
	struct rcu_head rcu;
	int number;
};

static int next_number;

static void in_order(struct rcu_head *head)
{
	struct numbered *n = container_of(head, struct numbered, rcu);

	must(n->number == next_number);
	next_number++;
	free(n);
}

Test(srcu_call, callbacks_run_once_each_in_the_order_of_their_calls)
{
	for (int i = 0; i < 5000; i++) {
		struct numbered *n = malloc(sizeof(*n));

		n->number = i;
		call_srcu(&domain, &n->rcu, in_order);
	}
	srcu_barrier(&domain);
	cr_assert_eq(next_number, 5000);
	must_have_held();
	cleanup_srcu_struct(&domain);
}

Test(srcu_call, a_callback_waits_for_a_reader_that_sleeps)
{
	struct rcu_head head;
	int idx = srcu_down_read(&domain);

	call_srcu(&domain, &head, count_only);
	nap_ms(20);
	cr_assert_eq(count(), 0);
	srcu_up_read(&domain, idx);
	srcu_barrier(&domain);
	cr_assert_eq(count(), 1);
}

/* The runner has gone to sleep over a reader; nobody waits but it. */
Test(srcu_call, the_last_reader_has_the_callback_run)
{
	struct rcu_head head;
	int idx = srcu_down_read(&domain);

	call_srcu(&domain, &head, count_only);
	nap_ms(50);
	srcu_up_read(&domain, idx);
	wait_until(count() == 1);
	srcu_barrier(&domain);
}

Test(srcu_call, head_that_is_queued_twice_is_reported_and_runs_once)
{
	struct rcu_head head;
	int idx;

	if (under_valgrind())
		cr_skip_test("nobody looks at what a head was");
	idx = srcu_read_lock(&domain);
	call_srcu(&domain, &head, count_only);
	call_srcu(&other_domain, &head, count_only);
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "still waits"));
	cr_assert_eq(reports.kept[0].object, &head);
	reports_forget();
	srcu_read_unlock(&domain, idx);
	srcu_barrier(&domain);
	srcu_barrier(&other_domain);
	cr_assert_eq(called, 1);
}

Test(srcu_call, a_reader_of_one_domain_delays_no_other)
{
	struct rcu_head slow, quick;
	int idx = srcu_down_read(&domain);

	call_srcu(&domain, &slow, count_only);
	call_srcu(&other_domain, &quick, count_only);
	srcu_barrier(&other_domain);
	cr_assert_eq(count(), 1);
	srcu_up_read(&domain, idx);
	srcu_barrier(&domain);
	cr_assert_eq(count(), 2);
}

static struct rcu_head again_head;

static void again(struct rcu_head *head)
{
	int idx = srcu_read_lock(&domain);

	srcu_read_unlock(&domain, idx);
	count_only(head);
	if (count() < 3)
		call_srcu(&domain, head, again);
}

Test(srcu_call, a_callback_may_read_and_call)
{
	call_srcu(&domain, &again_head, again);
	wait_until(count() == 3);
	srcu_barrier(&domain);
}

Test(srcu_call, barrier_waits_for_those_of_all_threads_and_needs_no_call)
{
	struct rcu_head heads[100];

	srcu_barrier(&domain);
	for (int i = 0; i < 100; i++)
		call_srcu(&domain, &heads[i], count_only);
	srcu_barrier(&domain);
	cr_assert_eq(count(), 100);
	srcu_barrier(&domain);
}

static void ends_thread(struct rcu_head *head)
{
	count_only(head);
	pthread_exit(NULL);
}

Test(srcu_call, a_callback_that_ends_its_thread_is_reported_and_others_run)
{
	struct rcu_head heads[2];

	call_srcu(&domain, &heads[0], ends_thread);
	call_srcu(&domain, &heads[1], count_only);
	wait_until(reports_count());
	wait_until(count() == 2);
	cr_assert(strstr(reports.kept[0].what, "ends its thread"));
	reports_forget();
}

Test(srcu_call, call_without_a_function_is_reported)
{
	struct rcu_head head;

	call_srcu(&domain, &head, NULL);
	expect_misuse("srcu", "without a function", &head, KSYNC_HOLDER_NONE);
}

static void waits_inside(struct rcu_head *head)
{
	(void)head;
	srcu_barrier(&domain);
}

static void barrier_in_callback(void *arg)
{
	struct rcu_head head;

	(void)arg;
	without_core();
	call_srcu(&domain, &head, waits_inside);
	for (;;)
		nap_ms(1000);
}

Test(srcu_call, barrier_in_a_callback_is_a_deadlock)
{
	child_aborts(barrier_in_callback, NULL);
}

Test(srcu_call, cleanup_before_its_callbacks_is_reported_and_they_run)
{
	struct rcu_head head;
	int idx = srcu_down_read(&domain);

	call_srcu(&domain, &head, count_only);
	cleanup_srcu_struct(&domain);
	expect_misuse("srcu", "before its callbacks", &domain,
		      KSYNC_HOLDER_NONE);
	srcu_up_read(&domain, idx);
	srcu_barrier(&domain);
	cr_assert_eq(count(), 1);
}

/* ---- misuse ---- */

Test(srcu, unlock_with_what_no_lock_returned_is_reported)
{
	int idx = srcu_down_read(&domain);

	srcu_up_read(&domain, 7);
	expect_misuse("srcu", "no srcu_read_lock() returned", &domain,
		      KSYNC_HOLDER_NONE);
	srcu_up_read(&domain, idx);
	synchronize_srcu(&domain);
}

Test(srcu, unlock_with_a_negative_index_is_reported)
{
	int idx = srcu_down_read(&domain);

	srcu_up_read(&domain, idx);
	srcu_up_read(&domain, -1);
	expect_misuse("srcu", "no srcu_read_lock() returned", &domain,
		      KSYNC_HOLDER_NONE);
	synchronize_srcu(&domain);
}

Test(srcu, unlock_of_a_domain_that_nobody_has_read_is_reported)
{
	srcu_up_read(&domain, 0);
	expect_misuse("srcu", "without srcu_read_lock()", &domain,
		      KSYNC_HOLDER_NONE);
}

Test(srcu, many_domains_have_each_its_own_state_also_when_made_again)
{
	struct srcu_struct many[40];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 40; i++) {
			cr_assert_eq(init_srcu_struct(&many[i]), 0);
			for (size_t j = 0; j < i; j++)
				cr_assert_neq(many[i].state, many[j].state);
		}
		for (size_t i = 0; i < 40; i += 1 + (round == 1))
			cleanup_srcu_struct(&many[i]);
	}
}

/* ---- fork ---- */

static void all_of_srcu(void)
{
	struct rcu_head head;
	int before = count();
	int idx = srcu_read_lock(&domain);

	srcu_read_unlock(&domain, idx);
	synchronize_srcu(&domain);
	idx = srcu_down_read(&domain);
	must(!poll_state_synchronize_srcu(
		&domain, start_poll_synchronize_srcu(&domain)));
	srcu_up_read(&domain, idx);
	synchronize_srcu(&domain);
	call_srcu(&domain, &head, count_only);
	srcu_barrier(&domain);
	must(count() == before + 1);
}

static void use_all(void *arg)
{
	(void)arg;
	all_of_srcu();
}

Test(srcu_fork, readers_of_other_threads_are_over_in_the_child)
{
	struct crew reader;

	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	child_succeeds(use_all, NULL);
	set_flag(&scene.leave);
	crew_join(&reader);
	all_of_srcu();
}

static void end_reader_and_use_all(void *arg)
{
	srcu_up_read(&domain, *(int *)arg);
	all_of_srcu();
	srcu_up_read(&domain, *(int *)arg);
	all_of_srcu();
}

Test(srcu_fork, the_forking_threads_reader_may_end_in_the_child_too)
{
	int idx = srcu_down_read(&domain);

	child_succeeds(end_reader_and_use_all, &idx);
	srcu_up_read(&domain, idx);
	all_of_srcu();
}

static void fork_again(void *arg)
{
	end_reader_and_use_all(arg);
	child_succeeds(end_reader_and_use_all, arg);
}

Test(srcu_fork, and_in_the_childs_child)
{
	int idx = srcu_down_read(&domain);

	child_succeeds(fork_again, &idx);
	srcu_up_read(&domain, idx);
}

static void wait_for_callbacks(void *arg)
{
	(void)arg;
	srcu_barrier(&domain);
	must(count() == 1);
	all_of_srcu();
}

Test(srcu_fork, callbacks_that_have_not_begun_run_in_the_child_too)
{
	static struct rcu_head head;
	int idx = srcu_down_read(&domain);

	call_srcu(&domain, &head, count_only);
	child_succeeds(wait_for_callbacks, NULL);
	cr_assert_eq(count(), 0);
	srcu_up_read(&domain, idx);
	srcu_barrier(&domain);
}

static bool storm_over;

static void storm(void *arg, int index)
{
	(void)arg;
	while (!get_flag(&storm_over)) {
		if (index) {
			int idx = srcu_read_lock(&domain);

			srcu_read_unlock(&domain, idx);
		} else {
			synchronize_srcu(&domain);
		}
	}
}

Test(srcu_fork, beside_a_storm_of_readers_and_grace_periods_the_child_works)
{
	struct crew crew;

	crew_start(&crew, 3, storm, NULL);
	for (struct effort e = effort(ALLOCATOR_COPIES ? 60 : 10, 1500);
	     effort_more(&e);)
		child_succeeds(use_all, NULL);
	set_flag(&storm_over);
	crew_join(&crew);
}

static void fork_in_signal(int signal)
{
	(void)signal;
	fork_in_handler();
}

static void wait_and_tell(void *arg, int index)
{
	(void)index;
	*(pthread_t *)arg = pthread_self();
	set_flag(&scene.inside);
	synchronize_srcu(&domain);
	if (!handlers_child)
		end_handlers_child();
	set_flag(&scene.waited);
}

Test(srcu_fork, who_waits_and_forks_in_a_handler_goes_on_in_the_child)
{
	int idx = srcu_down_read(&domain);
	struct crew crew;
	pthread_t waiter;

	signal(SIGUSR1, fork_in_signal);
	crew_start(&crew, 1, wait_and_tell, &waiter);
	wait_until(get_flag(&scene.inside));
	nap_ms(10);
	pthread_kill(waiter, SIGUSR1);
	wait_until(__atomic_load_n(&handlers_status, __ATOMIC_ACQUIRE) != -1);
	cr_assert_eq(handlers_status, 0);
	srcu_up_read(&domain, idx);
	crew_join(&crew);
	cr_assert(get_flag(&scene.waited));
}

/* As a signal handler that comes there. */
static void fork_once(void)
{
	in_window = NULL;
	fork_in_handler();
}

static void fork_twice(void)
{
	int status = -1;
	pid_t child;

	fork_once();
	if (handlers_child)
		return;
	child = fork();
	if (child)
		_exit(waitpid(child, &status, 0) == child && !status ?
			      0 :
			      EXIT_FAILED);
}

static void nobody_is_awaited(void)
{
	must(poll_state_synchronize_srcu(&domain,
					 start_poll_synchronize_srcu(&domain)));
}

/* The thread that was interrupted goes on in both processes. */
static void read_over_fork(void (*at_begin)(void), void (*at_end)(void))
{
	int idx = srcu_read_lock(&domain);

	srcu_read_unlock(&domain, idx);
	handlers_child = -1;
	in_window = at_begin;
	idx = srcu_read_lock(&domain);
	in_window = at_end;
	srcu_read_unlock(&domain, idx);
	/* Instrumented readers are the library's. */
	in_window = NULL;
	if (!handlers_child) {
		nobody_is_awaited();
		if (!must_failures)
			all_of_srcu();
		end_handlers_child();
	}
	cr_assert(handlers_child < 0 || handlers_status == 0);
	nobody_is_awaited();
	all_of_srcu();
}

Test(srcu_fork, a_handler_may_fork_where_a_reader_is_about_to_be_counted)
{
	read_over_fork(fork_once, NULL);
}

Test(srcu_fork, a_handler_may_fork_where_a_readers_end_is_about_to_be_counted)
{
	read_over_fork(NULL, fork_once);
}

Test(srcu_fork, and_its_child_may_fork_at_once)
{
	read_over_fork(fork_twice, NULL);
	read_over_fork(NULL, fork_twice);
}
