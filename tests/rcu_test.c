/* SPDX-License-Identifier: MIT */
/*
 * RCU: readers, grace periods, callbacks; threads that come and go, forks, and
 * misuse.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(rcu, .init = reports_take, .fini = reports_none);
TestSuite(rcu_poll, .init = reports_take, .fini = reports_none);
TestSuite(rcu_thread, .init = reports_take, .fini = reports_none);
TestSuite(rcu_fork, .init = reports_take, .fini = reports_none);

struct item {
	int value;
	struct rcu_head rcu;
	int again;
};

static struct item *shared;
static DEFINE_MUTEX(shared_lock);

static struct item *item_new(int value)
{
	struct item *it = malloc(sizeof(*it));

	it->value = value;
	it->again = value;
	return it;
}

/* A value that no reader may see. */
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

/* ---- readers ---- */

Test(rcu, reader_nests_and_knows_that_it_is_one)
{
	cr_assert_not(rcu_read_lock_held());
	rcu_read_lock();
	rcu_read_lock();
	cr_assert(rcu_read_lock_held());
	rcu_read_unlock();
	cr_assert(rcu_read_lock_held());
	rcu_read_unlock();
	cr_assert_not(rcu_read_lock_held());
}

Test(rcu, reader_nests_a_thousand_deep)
{
	for (int i = 0; i < 1000; i++)
		rcu_read_lock();
	for (int i = 0; i < 1000; i++) {
		cr_assert(rcu_read_lock_held());
		rcu_read_unlock();
	}
	cr_assert_not(rcu_read_lock_held());
	synchronize_rcu();
}

Test(rcu, bh_and_sched_names_are_the_same_reader)
{
	rcu_read_lock_bh();
	cr_assert(rcu_read_lock_bh_held());
	cr_assert(rcu_read_lock_any_held());
	rcu_read_unlock_bh();
	rcu_read_lock_sched();
	cr_assert(rcu_read_lock_sched_held());
	rcu_read_unlock_sched();
	cr_assert_not(rcu_read_lock_held());
}

Test(rcu, guard_is_a_reader_to_the_end_of_the_block)
{
	{
		guard(rcu)();
		cr_assert(rcu_read_lock_held());
	}
	cr_assert_not(rcu_read_lock_held());
}

Test(rcu, pointer_macros_publish_and_read)
{
	struct item *a = item_new(1);
	struct item *b = item_new(2);

	RCU_INIT_POINTER(shared, NULL);
	cr_assert_null(rcu_access_pointer(shared));
	rcu_assign_pointer(shared, a);
	rcu_read_lock();
	cr_assert_eq(rcu_dereference(shared), a);
	cr_assert_eq(rcu_dereference_check(shared, 1), a);
	cr_assert_eq(rcu_dereference_bh_check(shared, 1), a);
	cr_assert_eq(rcu_dereference_sched_check(shared, 1), a);
	cr_assert_eq(rcu_dereference_raw(shared), a);
	rcu_read_unlock();
	cr_assert_eq(rcu_dereference_protected(shared, 1), a);
	cr_assert_eq(rcu_replace_pointer(shared, b, 1), a);
	cr_assert_eq(rcu_access_pointer(shared), b);
	cr_assert_eq(rcu_pointer_handoff(rcu_access_pointer(shared)), b);
	cr_assert_eq(unrcu_pointer(shared), b);
	struct {
		int before;
		struct item __rcu *p;
	} holder = { 1, RCU_POINTER_INITIALIZER(p, b) };

	smp_mb__after_unlock_lock();
	cr_assert_eq(rcu_access_pointer(holder.p), b);
	free(a);
	free(b);
}

/* ---- grace periods ---- */

static struct {
	bool inside;
	bool leave;
	bool left;
	bool waited;
} scene;

static bool get_flag(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set_flag(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static void read_until_told(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	set_flag(&scene.inside);
	wait_until(get_flag(&scene.leave));
	must(!get_flag(&scene.waited));
	set_flag(&scene.left);
	rcu_read_unlock();
}

static void wait_for_readers(void *arg, int index)
{
	(void)index;
	wait_until(get_flag(&scene.inside));
	((void (*)(void))arg)();
	must(get_flag(&scene.left));
	set_flag(&scene.waited);
}

static void one_reader_one_waiter(void (*wait)(void))
{
	struct crew reader;
	struct crew waiter;

	crew_start(&reader, 1, read_until_told, NULL);
	crew_start(&waiter, 1, wait_for_readers, (void *)wait);
	nap_ms(20);
	set_flag(&scene.leave);
	crew_join(&reader);
	crew_join(&waiter);
}

Test(rcu, synchronize_waits_for_a_reader_that_had_begun)
{
	one_reader_one_waiter(synchronize_rcu);
}

Test(rcu, expedited_waits_likewise)
{
	one_reader_one_waiter(synchronize_rcu_expedited);
}

Test(rcu, synchronize_does_not_wait_for_threads_that_do_not_read)
{
	struct crew crew;

	rcu_read_lock();
	rcu_read_unlock();
	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	set_flag(&scene.leave);
	crew_join(&crew);
	synchronize_rcu();
}

static bool churn_over;

static void churn_read(void *arg, int index)
{
	(void)arg;
	(void)index;
	while (!get_flag(&churn_over)) {
		struct item *it;

		rcu_read_lock();
		it = rcu_dereference(shared);
		must(__atomic_load_n(&it->value, __ATOMIC_RELAXED) ==
		     __atomic_load_n(&it->again, __ATOMIC_RELAXED));
		rcu_read_unlock();
		watchdog_feed();
	}
}

static void churn_update(int value)
{
	struct item *old;

	mutex_lock(&shared_lock);
	old = rcu_replace_pointer(shared, item_new(value), 1);
	mutex_unlock(&shared_lock);
	switch (value % 4) {
	case 0:
		synchronize_rcu();
		item_end(old);
		break;
	case 1:
		call_rcu(&old->rcu, item_callback);
		break;
	case 2:
		kfree_rcu(old, rcu);
		break;
	default:
		kfree_rcu_mightsleep(old);
	}
}

Test(rcu, readers_never_see_what_was_removed_a_grace_period_ago)
{
	struct crew crew;

	shared = item_new(0);
	watchdog_start();
	crew_start(&crew, 4, churn_read, NULL);
	for (struct effort e = effort(20000, 500); effort_more(&e);)
		churn_update((int)(e.rounds & 0xffff));
	rcu_barrier();
	set_flag(&churn_over);
	crew_join(&crew);
	watchdog_stop();
	free(shared);
}

/* ---- callbacks ---- */

struct numbered {
	struct rcu_head rcu;
	int number;
};

static int next_number;
static int called;

static void in_order(struct rcu_head *head)
{
	struct numbered *n = container_of(head, struct numbered, rcu);

	must(n->number == next_number);
	next_number++;
	called++;
	free(n);
}

Test(rcu, callbacks_run_once_each_in_the_order_of_their_calls)
{
	for (int i = 0; i < 5000; i++) {
		struct numbered *n = malloc(sizeof(*n));

		n->number = i;
		if (i % 2)
			call_rcu(&n->rcu, in_order);
		else
			call_rcu_hurry(&n->rcu, in_order);
	}
	rcu_barrier();
	cr_assert_eq(called, 5000);
	must_have_held();
}

static void count_only(struct rcu_head *head)
{
	(void)head;
	called++;
}

Test(rcu, callback_waits_for_a_reader_that_had_begun)
{
	struct rcu_head head;
	struct crew crew;

	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	call_rcu(&head, count_only);
	nap_ms(20);
	cr_assert_eq(__atomic_load_n(&called, __ATOMIC_ACQUIRE), 0);
	set_flag(&scene.leave);
	crew_join(&crew);
	rcu_barrier();
	cr_assert_eq(called, 1);
}

struct wide {
	char before[4000];
	struct rcu_head rcu;
};

Test(rcu, kfree_rcu_frees_after_readers_by_a_head_anywhere_near)
{
	struct wide *w = malloc(sizeof(*w));
	struct wide *seen = w;
	struct rcu_head head;

	memset(w->before, 'x', sizeof(w->before));
	rcu_read_lock();
	kfree_rcu(w, rcu);
	call_rcu(&head, count_only);
	nap_ms(20);
	cr_assert_eq(__atomic_load_n(&called, __ATOMIC_ACQUIRE), 0);
	for (size_t i = 0; i < sizeof(w->before); i++)
		cr_assert_eq(seen->before[i], 'x');
	rcu_read_unlock();
	rcu_barrier();
	cr_assert_eq(called, 1);
}

Test(rcu, barrier_without_callbacks_returns)
{
	rcu_barrier();
	rcu_barrier();
}

Test(rcu, call_rcu_may_be_called_in_a_reader)
{
	struct rcu_head head;

	rcu_read_lock();
	call_rcu(&head, count_only);
	rcu_read_unlock();
	rcu_barrier();
	cr_assert_eq(called, 1);
}

static struct rcu_head second;

static void calls_another(struct rcu_head *head)
{
	(void)head;
	rcu_read_lock();
	rcu_read_unlock();
	mutex_lock(&shared_lock);
	mutex_unlock(&shared_lock);
	call_rcu(&second, count_only);
}

Test(rcu, callback_may_read_lock_and_call)
{
	struct rcu_head head;

	call_rcu(&head, calls_another);
	rcu_barrier();
	rcu_barrier();
	cr_assert_eq(called, 1);
}

Test(rcu, kfree_rcu_of_NULL_does_nothing)
{
	struct item *none = NULL;

	kfree_rcu(none, rcu);
	kfree_rcu_mightsleep(none);
}

static void many_calls(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 200; i++) {
		struct item *it = item_new(i);

		kfree_rcu(it, rcu);
		if (i % 50 == 0)
			rcu_barrier();
	}
	rcu_barrier();
}

Test(rcu, many_threads_call_and_wait_for_callbacks)
{
	watchdog_start();
	crew_run(16, many_calls, NULL);
	watchdog_stop();
}

/* False where the sandbox cannot be had. In a child. */
static bool make_no_more_threads(void)
{
	return sandbox_refuse(SYS_clone3, ENOSYS) &&
	       sandbox_refuse(SYS_clone, EAGAIN);
}

static void no_thread_can_be_made(void *arg)
{
	static struct rcu_head heads[2];

	(void)arg;
	if (!make_no_more_threads())
		return;
	errno = 0;
	call_rcu(&heads[0], count_only);
	call_rcu(&heads[1], count_only);
	must(called == 0);
	must(reports_count() == 2); /* one for each place */
	must(strstr(reports.kept[0].what, "no thread can be made") != NULL);
	rcu_barrier();
	must(errno == 0);
	must(called == 2);
}

Test(rcu, barrier_runs_the_callbacks_if_there_can_be_no_thread_for_them)
{
	child_succeeds(no_thread_can_be_made, NULL);
}

static void callback_calls_without_a_thread(void *arg)
{
	struct rcu_head head;

	(void)arg;
	if (!make_no_more_threads())
		return;
	call_rcu(&head, calls_another);
	rcu_barrier();
	rcu_barrier();
	must(called == 1);
}

static void call_late_in_a_reader(void *arg, int index)
{
	(void)index;
	rcu_read_lock();
	set_flag(&scene.inside);
	nap_ms(50);
	call_rcu(arg, count_only);
	rcu_read_unlock();
}

static void reader_calls_without_a_thread(void *arg)
{
	struct rcu_head heads[2];
	struct crew crew;

	(void)arg;
	scene.inside = false;
	crew_start(&crew, 1, call_late_in_a_reader, &heads[1]);
	wait_until(get_flag(&scene.inside));
	(void)make_no_more_threads();
	call_rcu(&heads[0], count_only);
	rcu_barrier(); /* waits for that reader */
	crew_join(&crew);
	rcu_barrier();
	must(called == 2);
}

Test(rcu, who_runs_callbacks_without_a_thread_stops_no_call)
{
	child_succeeds(callback_calls_without_a_thread, NULL);
	child_succeeds(reader_calls_without_a_thread, NULL);
}

/* ---- the callbacks' thread ---- */

static struct {
	char name[16];
	int policy;
	int nice;
	int processors;
	sigset_t blocked;
} callbacks_thread;

static void look_at_thread(struct rcu_head *head)
{
	cpu_set_t set;

	(void)head;
	prctl(PR_GET_NAME, callbacks_thread.name);
	callbacks_thread.policy = sched_getscheduler(0);
	callbacks_thread.nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	must(!sched_getaffinity(0, sizeof(set), &set));
	callbacks_thread.processors = CPU_COUNT(&set);
	pthread_sigmask(SIG_SETMASK, NULL, &callbacks_thread.blocked);
}

/* A thread with a name, one processor, another policy and signals blocked. */
static void call_first(void *arg, int index)
{
	const struct sched_param none = { 0 };
	struct rcu_head head;
	sigset_t signals;
	cpu_set_t set;

	(void)arg;
	(void)index;
	prctl(PR_SET_NAME, "somebody");
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
	(void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
	sigfillset(&signals);
	pthread_sigmask(SIG_SETMASK, &signals, NULL);
	call_rcu(&head, look_at_thread);
	rcu_barrier();
}

Test(rcu_thread, inherits_nothing_of_who_called_first)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				      SIGTRAP, SIGSYS, SIGABRT };
	static const int others[] = { SIGTERM, SIGINT, SIGALRM, SIGUSR1 };
	cpu_set_t set;

	crew_run(1, call_first, NULL);
	cr_assert_str_eq(callbacks_thread.name, "ksync-rcu");
	cr_assert_eq(callbacks_thread.policy, SCHED_OTHER);
	cr_assert_eq(callbacks_thread.nice, getpriority(PRIO_PROCESS, 0));
	cr_assert_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	cr_assert_eq(callbacks_thread.processors, CPU_COUNT(&set));
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		cr_expect_not(
			sigismember(&callbacks_thread.blocked, faults[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect(sigismember(&callbacks_thread.blocked, others[i]));
	must_have_held();
}

static pthread_key_t end_key;
static bool ended;

static void note_end(void *arg)
{
	(void)arg;
	set_flag(&ended);
}

static void notices_its_end(struct rcu_head *head)
{
	(void)head;
	pthread_setspecific(end_key, &ended);
	called++;
}

Test(rcu_thread, ends_when_it_has_nothing_to_do_and_comes_back)
{
	struct rcu_head head;

	pthread_key_create(&end_key, note_end);
	for (int i = 1; i <= 3; i++) {
		__atomic_store_n(&ended, false, __ATOMIC_RELAXED);
		call_rcu(&head, notices_its_end);
		rcu_barrier();
		cr_assert_eq(called, i);
		wait_until(get_flag(&ended));
	}
	pthread_key_delete(end_key);
}

static void ends_its_thread(struct rcu_head *head)
{
	(void)head;
	pthread_exit(NULL);
}

Test(rcu_thread, callback_that_ends_it_is_reported_and_the_others_run)
{
	struct rcu_head heads[3];

	/* All three at once. */
	rcu_read_lock();
	call_rcu(&heads[0], ends_its_thread);
	call_rcu(&heads[1], count_only);
	call_rcu(&heads[2], count_only);
	rcu_read_unlock();
	rcu_barrier();
	cr_assert_eq(called, 2);
	/* The thread says it on its way out, which nobody waits for. */
	wait_until(reports_count());
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "ends its thread"));
	reports_forget();
}

Test(rcu, call_without_a_function_is_refused)
{
	struct rcu_head head;

	call_rcu(&head, NULL);
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "without a function"));
	reports_forget();
	rcu_barrier();
}

/* ---- polled grace periods ---- */

Test(rcu_poll, of_a_cookie_is_over_after_a_grace_period_and_not_before)
{
	unsigned long cookie = get_state_synchronize_rcu();

	/* Nobody makes one. */
	nap_ms(20);
	cr_assert_not(poll_state_synchronize_rcu(cookie));
	synchronize_rcu();
	cr_assert(poll_state_synchronize_rcu(cookie));
	synchronize_rcu();
	cr_assert(poll_state_synchronize_rcu(cookie));
	cr_assert_not(poll_state_synchronize_rcu(get_state_synchronize_rcu()));
}

Test(rcu_poll, of_a_cookie_that_is_started_is_over_some_day)
{
	for (int i = 0; i < 100; i++) {
		unsigned long cookie = start_poll_synchronize_rcu();

		wait_until(poll_state_synchronize_rcu(cookie));
	}
}

Test(rcu_poll, waits_for_a_reader_that_had_begun)
{
	struct crew crew;
	unsigned long cookie;

	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	cookie = start_poll_synchronize_rcu();
	nap_ms(20);
	cr_assert_not(poll_state_synchronize_rcu(cookie));
	set_flag(&scene.leave);
	wait_until(poll_state_synchronize_rcu(cookie));
	cr_assert(get_flag(&scene.left));
	crew_join(&crew);
}

/* A grace period that has begun before is not enough. */
Test(rcu_poll, of_a_cookie_is_not_served_by_who_had_begun)
{
	struct crew crew;
	unsigned long cookie, later;

	rcu_read_lock();
	cookie = start_poll_synchronize_rcu();
	/* Now it has begun. */
	wait_until((later = get_state_synchronize_rcu()) != cookie);
	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	rcu_read_unlock();
	wait_until(poll_state_synchronize_rcu(cookie));
	cr_assert_not(poll_state_synchronize_rcu(later));
	set_flag(&scene.leave);
	crew_join(&crew);
	cond_synchronize_rcu(later);
	cr_assert(poll_state_synchronize_rcu(later));
}

Test(rcu_poll, may_begin_and_look_in_a_reader_and_in_a_callback)
{
	unsigned long cookie;

	rcu_read_lock();
	cookie = start_poll_synchronize_rcu();
	cr_assert_not(poll_state_synchronize_rcu(cookie));
	rcu_read_unlock();
	wait_until(poll_state_synchronize_rcu(cookie));
}

static void cond_of_now(void)
{
	cond_synchronize_rcu(get_state_synchronize_rcu());
}

static void cond_expedited_of_now(void)
{
	cond_synchronize_rcu_expedited(get_state_synchronize_rcu());
}

static void cond_full_of_now(void)
{
	struct rcu_gp_oldstate state;

	get_state_synchronize_rcu_full(&state);
	cond_synchronize_rcu_full(&state);
}

Test(rcu_poll, cond_waits_for_a_reader_that_had_begun)
{
	one_reader_one_waiter(cond_of_now);
	memset(&scene, 0, sizeof(scene));
	one_reader_one_waiter(cond_expedited_of_now);
	memset(&scene, 0, sizeof(scene));
	one_reader_one_waiter(cond_full_of_now);
}

Test(rcu_poll, cond_does_not_wait_if_it_is_over)
{
	unsigned long cookie = get_state_synchronize_rcu();
	struct crew crew;

	synchronize_rcu();
	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	cond_synchronize_rcu(cookie);
	cond_synchronize_rcu_expedited(cookie);
	cond_synchronize_rcu(get_completed_synchronize_rcu());
	set_flag(&scene.leave);
	crew_join(&crew);
}

Test(rcu_poll, full_and_expedited_names_are_the_same)
{
	struct rcu_gp_oldstate full, other;
	unsigned long cookie;

	get_state_synchronize_rcu_full(&full);
	cr_assert_not(poll_state_synchronize_rcu_full(&full));
	start_poll_synchronize_rcu_full(&full);
	wait_until(poll_state_synchronize_rcu_full(&full));
	start_poll_synchronize_rcu_expedited_full(&full);
	other = full;
	cr_assert(same_state_synchronize_rcu_full(&full, &other));
	cond_synchronize_rcu_expedited_full(&full);
	cr_assert(poll_state_synchronize_rcu_full(&full));
	cookie = start_poll_synchronize_rcu_expedited();
	cr_assert(same_state_synchronize_rcu(cookie, cookie));
	cr_assert_not(same_state_synchronize_rcu(
		cookie, get_completed_synchronize_rcu()));
	wait_until(poll_state_synchronize_rcu(cookie));
	get_completed_synchronize_rcu_full(&full);
	cr_assert(poll_state_synchronize_rcu_full(&full));
	cr_assert(poll_state_synchronize_rcu(get_completed_synchronize_rcu()));
}

/* As many as it says. */
Test(rcu_poll, no_more_cookies_are_not_over_than_is_said)
{
	unsigned long cookies[3];
	int different = 1;

	cookies[0] = get_state_synchronize_rcu();
	rcu_read_lock();
	(void)start_poll_synchronize_rcu();
	nap_ms(20);
	cookies[1] = get_state_synchronize_rcu();
	cookies[2] = get_state_synchronize_rcu();
	for (int i = 1; i < 3; i++)
		different +=
			!same_state_synchronize_rcu(cookies[i - 1], cookies[i]);
	cr_assert_leq(different, NUM_ACTIVE_RCU_POLL_OLDSTATE);
	rcu_read_unlock();
}

static void starts_without_a_thread(void *arg)
{
	unsigned long cookie;

	(void)arg;
	if (!make_no_more_threads())
		return;
	cookie = start_poll_synchronize_rcu();
	must(reports_count() == 1);
	must(strstr(reports.kept[0].what, "no thread can be made") != NULL);
	must(!poll_state_synchronize_rcu(cookie));
	cond_synchronize_rcu(cookie);
	must(poll_state_synchronize_rcu(cookie));
}

Test(rcu_poll, says_if_there_can_be_no_thread_for_it)
{
	child_succeeds(starts_without_a_thread, NULL);
}

static void is_over_in_the_child(void *arg)
{
	unsigned long cookie = *(unsigned long *)arg;

	rcu_read_unlock();
	wait_until(poll_state_synchronize_rcu(cookie));
	cookie = start_poll_synchronize_rcu();
	wait_until(poll_state_synchronize_rcu(cookie));
}

Test(rcu_fork, what_was_asked_for_is_over_in_the_child_too)
{
	struct rcu_head head;
	unsigned long cookie;

	/* A thread that begins may hold malloc()'s locks, which a fork copies
	 * (gcc 12's AddressSanitizer). After this the callbacks' has begun. */
	call_rcu(&head, count_only);
	rcu_barrier();
	rcu_read_lock();
	cookie = start_poll_synchronize_rcu();
	child_succeeds(is_over_in_the_child, &cookie);
	rcu_read_unlock();
	wait_until(poll_state_synchronize_rcu(cookie));
}

/* ---- a head that is queued twice ---- */

static void queued_twice(void (*again)(struct item *it))
{
	struct item *it = item_new(1);
	struct rcu_head next;

	rcu_read_lock();
	call_rcu(&it->rcu, count_only);
	call_rcu(&next, count_only);
	again(it);
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "still waits"));
	cr_assert_eq(reports.kept[0].object, &it->rcu);
	cr_assert_not_null(reports.kept[0].where);
	reports_forget();
	rcu_read_unlock();
	rcu_barrier();
	/* The first one ran, once, and nothing that came after is lost. */
	cr_assert_eq(called, 2);
	free(it);
}

static void call_again_at_once(struct item *it)
{
	call_rcu(&it->rcu, count_only);
}

static void kfree_at_once(struct item *it)
{
	kfree_rcu(it, rcu);
}

Test(rcu, head_that_is_queued_twice_is_reported_and_runs_once)
{
	if (under_valgrind())
		cr_skip_test("nobody looks at what a head was");
	queued_twice(call_again_at_once);
}

Test(rcu, object_that_is_freed_while_its_head_is_queued_is_reported)
{
	if (under_valgrind())
		cr_skip_test("nobody looks at what a head was");
	queued_twice(kfree_at_once);
}

/* One of them is where the runner has put what it runs after this. */
static struct rcu_head waits_its_turn;

static void queues_what_comes_next(struct rcu_head *head)
{
	(void)head;
	call_rcu(&waits_its_turn, count_only);
	must(reports_count() == 1);
	reports_forget();
}

Test(rcu, head_whose_turn_is_next_is_queued)
{
	struct rcu_head head;

	if (under_valgrind())
		cr_skip_test("nobody looks at what a head was");
	rcu_read_lock();
	call_rcu(&head, queues_what_comes_next);
	call_rcu(&waits_its_turn, count_only);
	rcu_read_unlock();
	rcu_barrier();
	cr_assert_eq(called, 1);
	must_have_held();
}

static void queues_itself(struct rcu_head *head)
{
	if (++called < 3)
		call_rcu(head, queues_itself);
}

Test(rcu, callback_may_queue_its_head_again)
{
	struct rcu_head head;

	call_rcu(&head, queues_itself);
	for (int i = 0; i < 3; i++)
		rcu_barrier();
	cr_assert_eq(called, 3);
}

/* Whatever was there before: also what looks as if it were queued. */
Test(rcu, head_need_not_be_initialised)
{
	struct rcu_head heads[2];
	struct rcu_head copy;

	rcu_read_lock();
	call_rcu(&heads[0], count_only);
	call_rcu(&heads[1], count_only);
	copy = heads[1];
	call_rcu(&copy, count_only);
	rcu_read_unlock();
	rcu_barrier();
	cr_assert_eq(called, 3);
	memset(heads, 0xff, sizeof(heads));
	call_rcu(&heads[0], count_only);
	memset(&copy, 0xa5, sizeof(copy));
	call_rcu(&copy, count_only);
	rcu_barrier();
	cr_assert_eq(called, 5);
}

Test(rcu, head_has_two_words)
{
	cr_assert_eq(sizeof(struct rcu_head), 2 * sizeof(void *));
}

Test(rcu, head_that_is_not_aligned_is_refused)
{
	struct rcu_head heads[2];
	/* Not a constant: compilers know better. */
	char *volatile inside = (char *)heads;

	call_rcu((struct rcu_head *)(void *)(inside + 1), count_only);
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "not aligned"));
	reports_forget();
	rcu_barrier();
	cr_assert_eq(called, 0);
}

/* ---- threads ---- */

static void *read_and_go(void *arg)
{
	(void)arg;
	rcu_read_lock();
	rcu_read_unlock();
	return NULL;
}

Test(rcu, threads_come_and_go)
{
	for (int i = 0; i < 500; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, read_and_go, NULL);
		if (i % 8 == 0)
			synchronize_rcu();
		pthread_join(thread, NULL);
	}
	synchronize_rcu();
}

static void *exit_in_a_reader(void *arg)
{
	(void)arg;
	rcu_read_lock();
	rcu_read_lock();
	return NULL;
}

Test(rcu, exit_inside_a_reader_is_reported_and_ends_it)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exit_in_a_reader, NULL);
	pthread_join(thread, NULL);
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "exits inside"));
	reports_forget();
	synchronize_rcu();
}

static pthread_key_t late_key;

static void read_in_destructor(void *arg)
{
	long round = (long)arg;

	rcu_read_lock();
	must(rcu_read_lock_held());
	rcu_read_unlock();
	mutex_lock(&shared_lock);
	mutex_unlock(&shared_lock);
	if (round < 6)
		pthread_setspecific(late_key, (void *)(round + 1));
}

static void *exit_late(void *arg)
{
	pthread_setspecific(late_key, (void *)1);
	return read_and_go(arg);
}

Test(rcu, readers_work_in_every_round_of_thread_exit_destructors)
{
	pthread_key_create(&late_key, read_in_destructor);
	for (int i = 0; i < 100; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, exit_late, NULL);
		pthread_join(thread, NULL);
		synchronize_rcu();
	}
	must_have_held();
	pthread_key_delete(late_key);
}

static int before_main;

__attribute__((constructor)) static void read_before_main(void)
{
	rcu_read_lock();
	before_main = rcu_read_lock_held();
	rcu_read_unlock();
	synchronize_rcu();
}

Test(rcu, works_before_main)
{
	cr_assert_eq(before_main, 1);
}

/* ---- misuse ---- */

Test(rcu, unlock_without_lock_is_reported_and_does_nothing)
{
	rcu_read_unlock();
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_unlock();
	cr_assert_eq(reports_count(), 1);
	cr_assert_not_null(strstr(reports.kept[0].what, "without"));
	reports_forget();
	cr_assert_not(rcu_read_lock_held());
	synchronize_rcu();
}

static void synchronize_in_a_reader(void *arg)
{
	(void)arg;
	without_core();
	rcu_read_lock();
	synchronize_rcu();
}

static void barrier_in_a_reader(void *arg)
{
	(void)arg;
	without_core();
	rcu_read_lock();
	rcu_barrier();
}

static void waits_for_itself(struct rcu_head *head)
{
	(void)head;
	rcu_barrier();
}

static void barrier_in_a_callback(void *arg)
{
	struct rcu_head head;

	(void)arg;
	without_core();
	call_rcu(&head, waits_for_itself);
	rcu_barrier();
}

static void barrier_in_a_callback_without_a_thread(void *arg)
{
	(void)make_no_more_threads();
	barrier_in_a_callback(arg);
}

static const char *expected_words;

static void end_if_expected(const struct ksync_report *report)
{
	if (report->kind == KSYNC_REPORT_DEADLOCK &&
	    strstr(report->what, expected_words))
		_exit(0);
}

static void synchronize_in_a_reader_reports(void *arg)
{
	expected_words = "waits for a grace period inside a reader";
	ksync_report_hook_set(end_if_expected);
	synchronize_in_a_reader(arg);
}

static void mightsleep_in_a_reader_reports(void *arg)
{
	expected_words = "waits for a grace period inside a reader";
	ksync_report_hook_set(end_if_expected);
	rcu_read_lock();
	kfree_rcu_mightsleep(item_new(1));
	(void)arg;
}

static void barrier_in_a_reader_reports(void *arg)
{
	expected_words = "waits for callbacks inside a reader";
	ksync_report_hook_set(end_if_expected);
	barrier_in_a_reader(arg);
}

static void barrier_in_a_callback_reports(void *arg)
{
	expected_words = "waits for callbacks inside a callback";
	ksync_report_hook_set(end_if_expected);
	barrier_in_a_callback(arg);
}

static void the_same_without_a_thread_reports(void *arg)
{
	(void)make_no_more_threads();
	barrier_in_a_callback_reports(arg);
}

Test(rcu, waiting_inside_a_reader_or_callback_is_reported)
{
	child_succeeds(synchronize_in_a_reader_reports, NULL);
	child_succeeds(mightsleep_in_a_reader_reports, NULL);
	child_succeeds(barrier_in_a_reader_reports, NULL);
	child_succeeds(barrier_in_a_callback_reports, NULL);
	child_succeeds(the_same_without_a_thread_reports, NULL);
}

Test(rcu, waiting_inside_a_reader_is_a_deadlock_and_aborts)
{
	child_aborts(synchronize_in_a_reader, NULL);
	child_aborts(barrier_in_a_reader, NULL);
}

Test(rcu, barrier_in_a_callback_is_a_deadlock_and_aborts)
{
	child_aborts(barrier_in_a_callback, NULL);
	child_aborts(barrier_in_a_callback_without_a_thread, NULL);
}

/* ---- fork ---- */

static void all_of_rcu(void *arg)
{
	pthread_t thread;
	struct item *it = item_new(1);

	(void)arg;
	synchronize_rcu();
	pthread_create(&thread, NULL, read_and_go, NULL);
	pthread_join(thread, NULL);
	synchronize_rcu();
	kfree_rcu(it, rcu);
	rcu_barrier();
	rcu_read_lock();
	rcu_read_unlock();
}

Test(rcu_fork, child_of_one_thread)
{
	child_succeeds(all_of_rcu, NULL);
	all_of_rcu(NULL);
}

Test(rcu_fork, child_of_a_process_with_readers_in_other_threads)
{
	struct crew crew;

	crew_start(&crew, 8, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	nap_ms(5);
	child_succeeds(all_of_rcu, NULL);
	set_flag(&scene.leave);
	crew_join(&crew);
	synchronize_rcu();
}

static void stay_registered(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	rcu_read_unlock();
	set_flag(&scene.inside);
	wait_until(get_flag(&scene.leave));
}

Test(rcu_fork, child_of_a_process_with_registered_threads)
{
	struct crew crew;

	crew_start(&crew, 8, stay_registered, NULL);
	wait_until(get_flag(&scene.inside));
	nap_ms(5);
	child_succeeds(all_of_rcu, NULL);
	set_flag(&scene.leave);
	crew_join(&crew);
}

/* Heads of no heap: what a thread has in its hands when the process is copied,
 * the child cannot give back. */
enum { CALL_IS_BACK, CALL_BEGINS, CALL_WAITS };

static struct kept_call {
	struct rcu_head rcu;
	int state;
} kept_calls[4][32];

static void call_is_back(struct rcu_head *head)
{
	struct kept_call *c = container_of(head, struct kept_call, rcu);

	__atomic_store_n(&c->state, CALL_IS_BACK, __ATOMIC_RELEASE);
}

static void call_again(struct kept_call *c)
{
	int begins = CALL_BEGINS;

	if (__atomic_load_n(&c->state, __ATOMIC_ACQUIRE) != CALL_IS_BACK)
		return;
	__atomic_store_n(&c->state, CALL_BEGINS, __ATOMIC_RELAXED);
	call_rcu(&c->rcu, call_is_back);
	__atomic_compare_exchange_n(&c->state, &begins, CALL_WAITS, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static void busy_with_grace_periods(void *arg, int index)
{
	(void)arg;
	for (unsigned int i = 0; !get_flag(&churn_over); i++) {
		rcu_read_lock();
		rcu_read_unlock();
		synchronize_rcu();
		call_again(&kept_calls[index][i % 32]);
	}
}

/* But the one whose function was about to begin. */
static void calls_come_back(void *arg)
{
	int waiting = 0;

	all_of_rcu(arg);
	for (int i = 0; i < 4 * 32; i++)
		waiting += kept_calls[i / 32][i % 32].state == CALL_WAITS;
	must(waiting <= 1);
}

/* Older AddressSanitizers copy their allocator's locks as they are: a child
 * whose parent's threads allocate, or begin, may hang in malloc(). */
#define ALLOCATOR_LOCKED "AddressSanitizer's allocator does not know fork"

Test(rcu_fork, child_of_a_process_in_the_middle_of_grace_periods)
{
	struct crew crew;

#ifdef __SANITIZE_ADDRESS__
	cr_skip_test(ALLOCATOR_LOCKED);
#endif
	crew_start(&crew, 4, busy_with_grace_periods, NULL);
	for (struct effort e = effort(40, 2000); effort_more(&e);)
		child_succeeds(calls_come_back, NULL);
	set_flag(&churn_over);
	crew_join(&crew);
	rcu_barrier();
}

static void many_fork(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (int i = 0; i < 5; i++) {
		int status = -1;
		pid_t pid = fork();

		if (pid == 0) {
			alarm(CHILD_SECONDS);
			all_of_rcu(NULL);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		must(status == 0);
		rcu_read_lock();
		rcu_read_unlock();
	}
}

Test(rcu_fork, children_of_threads_that_fork_at_once)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip_test(ALLOCATOR_LOCKED);
#endif
	crew_run(4, many_fork, NULL);
	all_of_rcu(NULL);
}

static void child_of_a_child(void *arg)
{
	int status = -1;
	pid_t pid;

	all_of_rcu(arg);
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		all_of_rcu(arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	must(status == 0);
	all_of_rcu(arg);
}

Test(rcu_fork, child_of_a_child)
{
	all_of_rcu(NULL);
	child_succeeds(child_of_a_child, NULL);
	all_of_rcu(NULL);
}

static int forked_status = -1;

static void fork_in_a_callback(struct rcu_head *head)
{
	pid_t pid = fork();

	(void)head;
	if (pid == 0) {
		struct rcu_head another;

		/* This thread is the child's only one, and its callbacks'. */
		alarm(CHILD_SECONDS);
		rcu_read_lock();
		rcu_read_unlock();
		synchronize_rcu();
		call_rcu(&another, count_only);
		_exit(0);
	}
	waitpid(pid, &forked_status, 0);
}

Test(rcu_fork, child_of_a_callback)
{
	struct rcu_head head;

	call_rcu(&head, fork_in_a_callback);
	rcu_barrier();
	cr_assert_eq(forked_status, 0);
	all_of_rcu(NULL);
}

static void wait_in_barrier(void *arg, int index)
{
	(void)arg;
	(void)index;
	set_flag(&scene.inside);
	rcu_barrier();
}

/* In the child the stacks of those threads are used for new ones. */
Test(rcu_fork, child_while_others_wait_for_callbacks)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip_test(ALLOCATOR_LOCKED);
#endif
	for (int i = 0; i < 10; i++) {
		struct crew crew;

		scene.inside = false;
		crew_start(&crew, 4, wait_in_barrier, NULL);
		wait_until(get_flag(&scene.inside));
		child_succeeds(all_of_rcu, NULL);
		crew_join(&crew);
	}
}

static void callbacks_are_not_lost(void *arg)
{
	rcu_barrier();
	must(called == *(int *)arg);
}

Test(rcu_fork, callbacks_that_had_not_begun_run_in_the_child_too)
{
	static struct rcu_head heads[10];
	struct crew crew;
	int all = 10;

	crew_start(&crew, 1, read_until_told, NULL);
	wait_until(get_flag(&scene.inside));
	for (int i = 0; i < 10; i++)
		call_rcu(&heads[i], count_only);
	nap_ms(10);
	/* The parent's reader holds them up; the child has no such reader. But
	 * the fork waits for the grace period, so let the reader end soon. */
	set_flag(&scene.leave);
	child_succeeds(callbacks_are_not_lost, &all);
	crew_join(&crew);
	rcu_barrier();
	cr_assert_eq(called, 10);
}

static void end_the_reader_and_wait(void *arg)
{
	(void)arg;
	rcu_read_unlock();
	synchronize_rcu();
	all_of_rcu(NULL);
}

Test(rcu_fork, child_may_end_the_reader_in_which_it_was_forked)
{
	rcu_read_lock();
	child_succeeds(end_the_reader_and_wait, NULL);
	rcu_read_unlock();
	synchronize_rcu();
}

static void grace_periods_go_on(void *arg)
{
	struct crew crew;
	int status = -1;
	pid_t pid;

	rcu_read_unlock();
	all_of_rcu(arg);
	/* Also in a child of the child. */
	__atomic_store_n(&scene.inside, false, __ATOMIC_RELEASE);
	crew_start(&crew, 1, stay_registered, NULL);
	wait_until(get_flag(&scene.inside));
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		all_of_rcu(arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	must(status == 0);
	set_flag(&scene.leave);
	crew_join(&crew);
	all_of_rcu(arg);
}

Test(rcu_fork, child_of_a_reader_that_a_grace_period_waits_for)
{
	struct crew crew;

	rcu_read_lock();
	scene.inside = true;
	scene.left = true;
	crew_start(&crew, 1, wait_for_readers, (void *)synchronize_rcu);
	nap_ms(30);
	child_succeeds(grace_periods_go_on, NULL);
	rcu_read_unlock();
	crew_join(&crew);
	all_of_rcu(NULL);
}

/* ---- fork in a signal handler of a thread that waits ---- */

static bool in_handler;

static void stay_until_told(struct rcu_head *head)
{
	(void)head;
	set_flag(&scene.inside);
	wait_until(get_flag(&scene.leave));
}

static void fork_now(int signal)
{
	(void)signal;
	fork_in_handler();
	set_flag(&in_handler);
}

static void barrier_and_fork(void *arg, int index)
{
	(void)index;
	WRITE_ONCE(*(struct ksync_task **)arg, ksync__task_self());
	rcu_barrier();
	if (handlers_child == 0) {
		must(called == 1);
		all_of_rcu(NULL);
		end_handlers_child();
	}
}

Test(rcu_fork, who_waits_for_callbacks_and_forks_waits_in_the_child_too)
{
	static struct ksync_task *waiter;
	static struct rcu_head heads[2];
	struct crew crew;

	signal(SIGUSR1, fork_now);
	call_rcu(&heads[0], stay_until_told);
	call_rcu(&heads[1], count_only);
	wait_until(get_flag(&scene.inside));
	crew_start(&crew, 1, barrier_and_fork, &waiter);
	wait_until(READ_ONCE(waiter) && READ_ONCE(waiter->park) == PARK_PARKED);
	pthread_kill(crew.members[0].thread, SIGUSR1);
	wait_until(get_flag(&in_handler));
	set_flag(&scene.leave);
	crew_join(&crew);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}
