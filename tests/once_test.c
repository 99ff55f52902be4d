/* SPDX-License-Identifier: MIT */
/*
 * ksync_once_t, and the kernel's DO_ONCE() and its relatives: once is once,
 * whoever comes meanwhile waits, and what fails is tried again.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <linux/once.h>
#include <linux/once_lite.h>

#include "support/clock.h"
#include "support/process.h"
#include "support/report.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(once, .init = reports_take, .fini = reports_none);
TestSuite(do_once, .init = reports_take, .fini = reports_none);

static KSYNC_DEFINE_ONCE(once);
static int calls;
static int value; /* plain, what is initialised */

static void initialise(void *arg)
{
	calls++;
	value = arg ? *(int *)arg : 1;
}

/* ---- one thread ---- */

Test(once, is_sixteen_bytes_and_zero_is_new)
{
	static const ksync_once_t zero;

	if (KSYNC_CHECKED)
		return; /* there it has a name, and is larger */
	cr_assert_leq(sizeof(ksync_once_t), 16);
	cr_assert_eq(memcmp(&once, &zero, sizeof(zero)), 0);
}

Test(once, calls_once_and_says_which_call_did)
{
	int seven = 7;

	cr_assert_not(ksync_once_is_done(&once));
	cr_assert(ksync_once(&once, initialise, &seven));
	cr_assert(ksync_once_is_done(&once));
	for (int i = 0; i < 3; i++)
		cr_assert_not(ksync_once(&once, initialise, NULL));
	cr_assert_eq(calls, 1);
	cr_assert_eq(value, 7);
}

Test(once, init_makes_a_new_one)
{
	ksync_once_t o;

	memset(&o, 0xff, sizeof(o));
	ksync_once_init(&o);
	cr_assert_not(ksync_once_is_done(&o));
	cr_assert(ksync_once_begin(&o));
	cr_assert_not(ksync_once_is_done(&o));
	ksync_once_end(&o);
	cr_assert(ksync_once_is_done(&o));
	cr_assert_not(ksync_once_begin(&o));
}

Test(once, what_was_abandoned_begins_anew)
{
	for (int i = 0; i < 3; i++) {
		cr_assert(ksync_once_begin(&once));
		ksync_once_abandon(&once);
		cr_assert_not(ksync_once_is_done(&once));
	}
	cr_assert(ksync_once(&once, initialise, NULL));
	cr_assert_eq(calls, 1);
}

static KSYNC_DEFINE_ONCE(inner);

static void initialise_both(void *arg)
{
	must(ksync_once(&inner, initialise, NULL));
	initialise(arg);
}

Test(once, an_initialisation_may_use_another)
{
	cr_assert(ksync_once(&once, initialise_both, NULL));
	cr_assert_eq(calls, 2);
	must_have_held();
}

/* ---- several threads ---- */

static int release;
static int inside;

static void initialise_slowly(void *arg)
{
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&release, __ATOMIC_ACQUIRE));
	initialise(arg);
}

static int came_back;

static void call_and_see(void *arg, int index)
{
	(void)arg;
	(void)index;
	(void)ksync_once(&once, initialise_slowly, NULL);
	must(calls == 1 && value == 1);
	__atomic_fetch_add(&came_back, 1, __ATOMIC_RELAXED);
}

Test(once, who_comes_meanwhile_waits_until_it_is_done)
{
	struct crew crew;

	crew_start(&crew, 8, call_and_see, NULL);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	nap_ms(20);
	cr_assert_eq(__atomic_load_n(&came_back, __ATOMIC_RELAXED), 0);
	cr_assert_not(ksync_once_is_done(&once));
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
	cr_assert_eq(came_back, 8);
}

struct object {
	ksync_once_t once;
	int filled;
	int users; /* atomic */
};

static struct object *object;

static void fill(void *arg)
{
	((struct object *)arg)->filled++;
}

static void use_up(void *arg, int index)
{
	struct object *o = object;

	(void)arg;
	(void)index;
	ksync_once(&o->once, fill, o);
	must(o->filled == 1);
	if (__atomic_sub_fetch(&o->users, 1, __ATOMIC_ACQ_REL))
		return;
	memset(o, 0x5a, sizeof(*o));
	free(o);
}

Test(once, the_last_user_may_free_it)
{
	for (struct effort e = effort(400, 400); effort_more(&e);) {
		object = calloc(1, sizeof(*object));
		ksync_once_init(&object->once);
		object->users = 4;
		crew_run(4, use_up, NULL);
	}
}

/* Who begins fails, and wakes others, of which one begins. */
static int attempts;

static void fail_then_do(void *arg, int index)
{
	(void)arg;
	(void)index;
	if (ksync_once_begin(&once)) {
		if (__atomic_add_fetch(&attempts, 1, __ATOMIC_RELAXED) < 6) {
			nap_ms(2);
			ksync_once_abandon(&once);
			return;
		}
		calls++;
		ksync_once_end(&once);
	}
	must(calls == 1);
}

Test(once, who_waits_begins_when_another_has_failed)
{
	crew_run(12, fail_then_do, NULL);
	cr_assert_eq(calls, 1);
	cr_assert_eq(attempts, 6);
}

/* ---- threads that do not come back ---- */

static void end_in_it(void *arg)
{
	(void)arg;
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&release, __ATOMIC_ACQUIRE));
	pthread_exit(NULL);
}

/* AddressSanitizer does not see that a cancellation point may not return. */
extern void __asan_handle_no_return(void) __attribute__((weak));

static void be_cancelled_in_it(void *arg)
{
	int before;

	(void)arg;
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	for (;;) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
		nap_ms(1);
		pthread_setcancelstate(before, NULL);
		if (__asan_handle_no_return)
			__asan_handle_no_return();
		pthread_testcancel();
	}
}

static void *call_it(void *fn)
{
	ksync_once(&once, *(void (**)(void *))fn, NULL);
	return NULL;
}

static void call_after(void *arg, int index)
{
	(void)arg;
	(void)index;
	(void)ksync_once(&once, initialise, NULL);
	must(calls == 1);
}

Test(once, a_thread_that_ends_in_it_leaves_it_to_who_waits)
{
	void (*fn)(void *) = end_in_it;
	pthread_t thread;
	struct crew crew;

	pthread_create(&thread, NULL, call_it, &fn);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	crew_start(&crew, 3, call_after, NULL);
	nap_ms(10);
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	crew_join(&crew);
	cr_assert_eq(calls, 1);
}

Test(once, a_thread_that_is_cancelled_in_it_leaves_it_to_who_waits)
{
	void (*fn)(void *) = be_cancelled_in_it;
	pthread_t thread;
	struct crew crew;

	pthread_create(&thread, NULL, call_it, &fn);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	crew_start(&crew, 3, call_after, NULL);
	nap_ms(10);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	crew_join(&crew);
	cr_assert_eq(calls, 1);
}

/* It had begun by hand, and nobody is told of its end. */
static void *begin_and_exit(void *arg)
{
	must(ksync_once_begin(&once));
	return arg;
}

Test(once, who_comes_after_its_thread_is_gone_begins)
{
	pthread_t thread;

	pthread_create(&thread, NULL, begin_and_exit, NULL);
	pthread_join(thread, NULL);
	must_have_held();
	cr_assert(ksync_once(&once, initialise, NULL));
	cr_assert_eq(calls, 1);
}

static void *begin_and_exit_later(void *arg)
{
	must(ksync_once_begin(&once));
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&release, __ATOMIC_ACQUIRE));
	return arg;
}

Test(once, who_sleeps_looks_whether_its_thread_is_gone)
{
	pthread_t thread;
	struct crew crew;

	long_sleeps_are_right = true;
	pthread_create(&thread, NULL, begin_and_exit_later, NULL);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	/* "Ten seconds from now" ends at once, by the system's clock. */
	clock_put_forward(-9);
	crew_start(&crew, 3, call_after, NULL);
	nap_ms(10);
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	crew_join(&crew);
	clock_put_forward(0);
	cr_assert_eq(calls, 1);
}

/* ---- fork ---- */

static void child_begins(void *arg)
{
	(void)arg;
	must(ksync_once(&once, initialise, NULL));
	must(calls == 1);
}

Test(once, a_child_whose_initialising_thread_is_gone_begins)
{
	void (*fn)(void *) = initialise_slowly;
	pthread_t thread;

	pthread_create(&thread, NULL, call_it, &fn);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	child_succeeds(child_begins, NULL);
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	cr_assert_eq(calls, 1);
}

static void fork_in_it(void *arg)
{
	int status;
	pid_t child = fork();

	initialise(arg);
	if (child == 0)
		return;
	must(waitpid(child, &status, 0) == child);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(once, a_fork_in_the_initialisation_ends_it_in_both)
{
	pid_t self = getpid();
	bool done = ksync_once(&once, fork_in_it, NULL);

	if (getpid() != self)
		_exit(!(done && calls == 1 && ksync_once_is_done(&once) &&
			!ksync_once(&once, initialise, NULL)));
	must_have_held();
	cr_assert(done);
	cr_assert_eq(calls, 1);
}

/* ---- misuse ---- */

static void call_itself(void *arg)
{
	ksync_once(&once, call_itself, arg);
}

static void recurse(void *arg)
{
	without_core();
	ksync_report_hook_set(NULL);
	ksync_once(&once, call_itself, arg);
}

static void hang_told(const struct ksync_report *report)
{
	_exit(strstr(report->what, "by its own initialisation") &&
			      report->kind == KSYNC_REPORT_DEADLOCK &&
			      report->holder_tid == ksync__gettid() ?
		      0 :
		      EXIT_FAILED);
}

static void recurse_told(void *arg)
{
	ksync_report_hook_set(hang_told);
	ksync_once(&once, call_itself, arg);
}

Test(once, an_initialisation_that_needs_itself_is_reported)
{
	child_succeeds(recurse_told, NULL);
	child_aborts(recurse, NULL);
}

Test(once, an_end_without_a_beginning_is_reported)
{
	ksync_once_end(&once);
	expect_misuse("once", "has not begun it", &once, KSYNC_HOLDER_NONE);
	ksync_once_abandon(&once);
	expect_misuse("once", "has not begun it", &once, KSYNC_HOLDER_NONE);
	cr_assert_not(ksync_once_is_done(&once));
	cr_assert(ksync_once_begin(&once));
	ksync_once_end(&once);
	ksync_once_end(&once);
	cr_assert_eq(reports_count(), 1);
	reports_forget();
	cr_assert(ksync_once_is_done(&once));
}

/* ---- the kernel's ---- */

static int sum;

static void add(int a, int b)
{
	sum += a + b;
}

static void add_one(void)
{
	sum++;
}

static bool do_once(int which)
{
	switch (which) {
	case 0:
		return DO_ONCE(add, 1, 2);
	case 1:
		return DO_ONCE(add_one);
	case 2:
		return DO_ONCE_SLEEPABLE(add, 3, 4);
	default:
		return DO_ONCE_SLEEPABLE(add_one);
	}
}

Test(do_once, calls_once_for_each_place)
{
	static const int sums[] = { 3, 4, 11, 12 };

	for (int which = 0; which < 4; which++) {
		cr_assert(do_once(which));
		for (int i = 0; i < 3; i++)
			cr_assert_not(do_once(which));
		cr_assert_eq(sum, sums[which]);
	}
}

static void do_slowly(int by)
{
	__atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&release, __ATOMIC_ACQUIRE));
	sum += by;
}

static void do_and_see(void *arg, int index)
{
	(void)arg;
	(void)index;
	(void)DO_ONCE(do_slowly, 5);
	must(sum == 5);
}

Test(do_once, who_comes_meanwhile_waits)
{
	struct crew crew;

	crew_start(&crew, 6, do_and_see, NULL);
	wait_until(__atomic_load_n(&inside, __ATOMIC_ACQUIRE));
	__atomic_store_n(&release, 1, __ATOMIC_RELEASE);
	crew_join(&crew);
	cr_assert_eq(sum, 5);
}

static bool lite(int which, bool condition)
{
	switch (which) {
	case 0:
		return DO_ONCE_LITE(add, 1, 2);
	case 1:
		return DO_ONCE_LITE(add_one);
	case 2:
		return DO_ONCE_LITE_IF(condition, add, 3, 4);
	default:
		return __ONCE_LITE_IF(condition);
	}
}

Test(do_once, lite_forms_call_once_and_tell_the_condition)
{
	for (int i = 0; i < 3; i++) {
		cr_assert(lite(0, false));
		cr_assert(lite(1, false));
	}
	cr_assert_eq(sum, 4);
	cr_assert_not(lite(2, false));
	cr_assert_eq(sum, 4);
	for (int i = 0; i < 3; i++)
		cr_assert(lite(2, true));
	cr_assert_not(lite(2, false));
	cr_assert_eq(sum, 11);
	cr_assert_not(lite(3, false));
	cr_assert(lite(3, true));
	cr_assert_not(lite(3, true));
}

static int lites;

static void lite_in_all(void *arg, int index)
{
	(void)arg;
	(void)index;
	if (__ONCE_LITE_IF(true))
		__atomic_fetch_add(&lites, 1, __ATOMIC_RELAXED);
}

Test(do_once, one_of_many_threads_is_the_first)
{
	crew_run(16, lite_in_all, NULL);
	cr_assert_eq(lites, 1);
}

static unsigned char random_bytes[4];

static void get_random_bytes(void *buf, size_t nbytes)
{
	memset(buf, 0x77, nbytes);
	calls++;
}

static void get_key(void)
{
	get_random_once(random_bytes, sizeof(random_bytes));
	get_random_sleepable_once(random_bytes, sizeof(random_bytes));
}

Test(do_once, get_random_once_takes_the_programs_function)
{
	get_key();
	get_key();
	cr_assert_eq(calls, 2);
	cr_assert_eq(random_bytes[3], 0x77);
}
