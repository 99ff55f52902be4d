/* SPDX-License-Identifier: MIT */
/*
 * Forks at bad moments: beside long readers and storms of grace periods, in
 * signal handlers wherever these come. Nobody waits for a fork, a fork waits
 * for nobody, and the child's RCU works.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <signal.h>
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

/* Older AddressSanitizers copy their allocator's locks as they are. */
#ifdef __SANITIZE_ADDRESS__
#define ALLOCATOR_COPIES 0
#else
#define ALLOCATOR_COPIES 1
#endif

#ifdef KSYNC_RCU_BP
#define SIGNALS_BLOCKED 1
#else
#define SIGNALS_BLOCKED 0
#endif

static void look_forward(void)
{
	reports_take();
	watchdog_start();
}

static void look_back(void)
{
	watchdog_stop();
	reports_none();
}

TestSuite(rcu_beside, .init = look_forward, .fini = look_back);
TestSuite(rcu_handler, .init = look_forward, .fini = look_back);

static bool inside, leave, over;

static bool get(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag, bool to)
{
	__atomic_store_n(flag, to, __ATOMIC_RELEASE);
}

static void read_and_go(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	rcu_read_unlock();
}

static void ran(struct rcu_head *head)
{
	(void)head;
}

static void all_of_rcu(void *arg)
{
	struct rcu_head head;

	synchronize_rcu();
	crew_run(2, read_and_go, arg);
	synchronize_rcu();
	call_rcu(&head, ran);
	rcu_barrier();
	rcu_read_lock();
	rcu_read_unlock();
}

/* ---- beside a reader that lasts ---- */

static void read_until_told(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	set(&inside, true);
	wait_until(get(&leave));
	rcu_read_unlock();
}

static void wait_for_readers(void *arg, int index)
{
	(void)arg;
	(void)index;
	synchronize_rcu();
}

static struct {
	struct crew reader;
	struct crew waiter;
} scene;

static void scene_begin(void)
{
	crew_start(&scene.reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	crew_start(&scene.waiter, 2, wait_for_readers, NULL);
	nap_ms(30);
}

static void scene_end(void)
{
	set(&leave, true);
	crew_join(&scene.reader);
	crew_join(&scene.waiter);
	all_of_rcu(NULL);
}

static void child_and_its_child(void *arg)
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

/* The reader ends when all is over: who waited for it would wait for ever. */
Test(rcu_beside, child_of_a_process_whose_reader_lasts)
{
	scene_begin();
	child_succeeds(child_and_its_child, NULL);
	child_succeeds(child_and_its_child, NULL);
	scene_end();
}

static void fork_once(void *arg, int index)
{
	int status = -1;
	pid_t pid = fork();

	(void)index;
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		all_of_rcu(arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	must(status == 0);
}

Test(rcu_beside, readers_registrations_and_exits_wait_for_no_fork)
{
	struct crew forkers;

	if (!ALLOCATOR_COPIES)
		cr_skip_test("the allocator's locks are copied as they are");
	scene_begin();
	crew_start(&forkers, 4, fork_once, NULL);
	for (int i = 0; i < 20; i++)
		crew_run(4, read_and_go, NULL);
	crew_join(&forkers);
	must_have_held();
	scene_end();
}

static pthread_mutex_t of_handlers = PTHREAD_MUTEX_INITIALIZER;

static void handlers_lock(void)
{
	pthread_mutex_lock(&of_handlers);
}

static void handlers_unlock(void)
{
	pthread_mutex_unlock(&of_handlers);
}

static void read_and_lock(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	set(&inside, true);
	nap_ms(50);
	handlers_lock();
	handlers_unlock();
	rcu_read_unlock();
}

Test(rcu_beside, handlers_of_the_program_may_wait_for_a_reader)
{
	struct crew reader, waiter;

	pthread_atfork(handlers_lock, handlers_unlock, handlers_unlock);
	crew_start(&reader, 1, read_and_lock, NULL);
	wait_until(get(&inside));
	crew_start(&waiter, 1, wait_for_readers, NULL);
	nap_ms(10);
	child_succeeds(all_of_rcu, NULL);
	crew_join(&reader);
	crew_join(&waiter);
}

static pid_t childs_pid;

/* AddressSanitizer does not see that a cancellation point may not return. */
extern void __asan_handle_no_return(void) __attribute__((weak));

static void do_all_cancelled(void *arg, int index)
{
	struct rcu_head head;

	(void)arg;
	(void)index;
	pthread_cancel(pthread_self());
	synchronize_rcu(); /* waits for the reader */
	rcu_read_lock();
	rcu_read_unlock();
	call_rcu(&head, ran);
	rcu_barrier();
	childs_pid = fork();
	if (childs_pid == 0)
		_exit(0);
	set(&over, true);
	if (__asan_handle_no_return)
		__asan_handle_no_return();
	pthread_testcancel();
	must(!"cancelled");
}

Test(rcu_beside, no_call_and_no_fork_is_a_cancellation_point)
{
	struct crew reader, crew;

	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	crew_start(&crew, 1, do_all_cancelled, NULL);
	nap_ms(30);
	set(&leave, true);
	crew_join(&crew);
	crew_join(&reader);
	cr_assert(get(&over));
	waitpid(childs_pid, NULL, 0);
	must_have_held();
	all_of_rcu(NULL);
}

/* ---- in a signal handler ---- */

#define HANDLER_FORKS 40

static pthread_t target;
static int forks, failures;
static bool is_child;

static void fork_in_the_middle(int signal)
{
	int status = -1;
	pid_t pid;

	(void)signal;
	if (is_child || forks >= HANDLER_FORKS)
		return;
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		is_child = true;
		return;
	}
	waitpid(pid, &status, 0);
	failures += status != 0;
	__atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED);
	watchdog_feed();
}

static void disturb(void *arg, int index)
{
	unsigned int n = 1;

	(void)arg;
	(void)index;
	while (!get(&over)) {
		pthread_kill(target, SIGUSR1);
		n = n * 1103515245 + 12345;
		nap_us((long)(n >> 16) % 400);
	}
}

static void read_on(void *arg, int index)
{
	(void)arg;
	while (!get(&over)) {
		rcu_read_lock();
		if (index == 1)
			nap_us(300);
		rcu_read_unlock();
	}
}

static void come_and_go(void *arg, int index)
{
	(void)index;
	while (!get(&over))
		crew_run(1, read_and_go, arg);
}

static void disturbed(void (*what)(void))
{
	struct crew disturber, readers, goers;
	long long end = now_ms() + 4000;

	target = pthread_self();
	signal(SIGUSR1, fork_in_the_middle);
	crew_start(&readers, 2, read_on, NULL);
	crew_start(&goers, 1, come_and_go, NULL);
	crew_start(&disturber, 1, disturb, NULL);
	while (__atomic_load_n(&forks, __ATOMIC_RELAXED) < HANDLER_FORKS &&
	       (is_child || now_ms() < end)) {
		what();
		if (is_child) {
			/* It came out of what it was in: now anew. */
			what();
			all_of_rcu(NULL);
			_exit(must_failures ? EXIT_FAILED : 0);
		}
	}
	set(&over, true);
	crew_join(&disturber);
	crew_join(&goers);
	crew_join(&readers);
	cr_assert_eq(failures, 0, "%d of %d children failed", failures, forks);
	cr_assert_gt(forks, 0);
	all_of_rcu(NULL);
}

static void synchronize_often(void)
{
	for (int i = 0; i < 20; i++)
		synchronize_rcu();
}

static void call_often(void)
{
	struct rcu_head heads[20];

	for (int i = 0; i < 20; i++)
		call_rcu(&heads[i], ran);
	rcu_barrier();
}

static void read_often(void)
{
	for (int i = 0; i < 20000; i++) {
		rcu_read_lock();
		rcu_read_unlock();
	}
}

Test(rcu_handler, fork_in_a_grace_period)
{
	if (!ALLOCATOR_COPIES)
		cr_skip_test("AddressSanitizer's allocator does not know fork");
	disturbed(synchronize_often);
}

Test(rcu_handler, fork_in_calls)
{
	if (!ALLOCATOR_COPIES)
		cr_skip_test("AddressSanitizer's allocator does not know fork");
	disturbed(call_often);
}

Test(rcu_handler, fork_in_a_reader)
{
	if (!ALLOCATOR_COPIES)
		cr_skip_test("AddressSanitizer's allocator does not know fork");
	disturbed(read_often);
}

/* The reader that the grace period waits for waits for the handler. */
static void fork_and_release(int signal)
{
	(void)signal;
	fork_in_handler();
	set(&leave, true);
}

static void interrupt(void *arg, int index)
{
	(void)arg;
	(void)index;
	nap_ms(50);
	pthread_kill(target, SIGUSR1);
}

Test(rcu_handler, fork_while_a_reader_waits_for_the_handler)
{
	struct crew reader, other;

	if (SIGNALS_BLOCKED)
		cr_skip_test("in a grace period of bp signals are blocked");
	target = pthread_self();
	signal(SIGUSR1, fork_and_release);
	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	crew_start(&other, 1, interrupt, NULL);
	synchronize_rcu();
	if (handlers_child == 0) {
		all_of_rcu(NULL);
		end_handlers_child();
	}
	crew_join(&other);
	crew_join(&reader);
	cr_assert_eq(handlers_status, 0, "the child ended with status 0x%x",
		     handlers_status);
}

/* A thread that never read before, in a handler in its grace period. */
static void read_in_handler(int signal)
{
	(void)signal;
	rcu_read_lock();
	must(rcu_read_lock_held());
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_unlock();
	must(!rcu_read_lock_held());
	set(&leave, true);
}

Test(rcu_handler, first_reader_in_a_grace_period_of_its_own)
{
	struct crew reader, other;

	if (SIGNALS_BLOCKED)
		cr_skip_test("in a grace period of bp signals are blocked");
	target = pthread_self();
	signal(SIGUSR1, read_in_handler);
	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	crew_start(&other, 1, interrupt, NULL);
	synchronize_rcu();
	crew_join(&other);
	crew_join(&reader);
	must_have_held();
	all_of_rcu(NULL);
}
