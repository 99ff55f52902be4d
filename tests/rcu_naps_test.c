/* SPDX-License-Identifier: MIT */
/*
 * Who waits for another thread's moment in RCU, and cannot be woken, naps: the
 * processor is left to the one that it waits for. So at each place where the
 * library waits like that, somebody is kept in that moment.
 *
 * Some of it is at a process's exit, or in one that has no membarrier from the
 * start: this program is run anew for those.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "support/process.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/sleep.h"
#include "support/threads.h"

TestSuite(rcu_naps, .init = reports_take, .fini = reports_none);

static bool get(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag, bool to)
{
	__atomic_store_n(flag, to, __ATOMIC_RELEASE);
}

static bool inside, leave;

static void read_until_told(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	set(&inside, true);
	wait_until(get(&leave));
	rcu_read_unlock();
}

/* ---- a fork in a grace period, beside a thread that registers ---- */

static bool keep, kept;
static _Thread_local long long registers_ms;
static _Thread_local long slept_until_then;

/* In place of liburcu's: a thread is kept where it registers. */
void urcu_memb_register_thread(void)
{
	void (*real)(void) = NULL;

	registers_ms = now_ms();
	slept_until_then = sleeps_here;
	*(void **)&real = dlsym(RTLD_NEXT, "urcu_memb_register_thread");
	if (get(&keep)) {
		set(&kept, true);
		wait_until(!get(&keep));
	}
	real();
}

static void register_kept(void *arg, int index)
{
	(void)arg;
	(void)index;
	rcu_read_lock();
	rcu_read_unlock();
}

static bool forks, forked;
static long slept_forking = -1;

static void fork_and_count(int signal)
{
	long before = sleeps_here;

	(void)signal;
	set(&forks, true);
	fork_in_handler();
	if (handlers_child == 0)
		end_handlers_child();
	slept_forking = sleeps_here - before;
	set(&forked, true);
}

/* Whether it comes in the middle of the fork is up to the machine. */
static void register_beside(void *arg, int index)
{
	long before = sleeps_here;
	long long began;

	(void)arg;
	(void)index;
	wait_until(get(&forks));
	nap_ms(10);
	began = now_ms();
	rcu_read_lock();
	rcu_read_unlock();
	must(registers_ms - began < 20 || slept_until_then > before);
}

static pthread_t target;

static void interrupt_and_end(void *arg, int index)
{
	(void)arg;
	(void)index;
	nap_ms(20);
	pthread_kill(target, SIGUSR1);
	wait_until(get(&forked));
	set(&keep, false);
	set(&leave, true);
}

Test(rcu_naps, who_forks_in_a_grace_period_and_who_registers_meanwhile)
{
	struct crew reader, registrar, other, interrupter;

	if (!dlsym(RTLD_NEXT, "urcu_memb_register_thread"))
		cr_skip_test("another liburcu, whose signals are blocked");
	synchronize_rcu();
	target = pthread_self();
	signal(SIGUSR1, fork_and_count);
	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	set(&keep, true);
	crew_start(&registrar, 1, register_kept, NULL);
	wait_until(get(&kept));
	crew_start(&other, 1, register_beside, NULL);
	crew_start(&interrupter, 1, interrupt_and_end, NULL);
	synchronize_rcu();
	crew_join(&interrupter);
	crew_join(&other);
	crew_join(&registrar);
	crew_join(&reader);
	cr_assert_eq(handlers_status, 0);
	cr_assert_gt(slept_forking, 0);
}

/* ---- this program, run anew ---- */

#define SCENE "KSYNC_TEST_SCENE"

static int scene_status = -1; /* what the exit ends with */
static long slept_before_exit;

/* After the library's own. */
__attribute__((destructor(200))) static void end_scene(void)
{
	if (scene_status >= 0)
		_exit(sleeps_here > slept_before_exit ? scene_status :
							EXIT_FAILED);
}

static pthread_key_t lingering;

/* The runner of callbacks takes its time to end. */
static void linger(void *arg)
{
	(void)arg;
	nap_ms(30);
}

static void make_linger(struct rcu_head *head)
{
	pthread_setspecific(lingering, head);
}

static void scene_exit(void)
{
	static struct rcu_head head;

	pthread_key_create(&lingering, linger);
	call_rcu(&head, make_linger);
	rcu_barrier();
	slept_before_exit = sleeps_here;
	scene_status = 0;
	exit(0);
}

static void synchronize(void *arg, int index)
{
	long before = sleeps_here;

	(void)index;
	synchronize_rcu();
	*(long *)arg = sleeps_here - before;
}

static void end_reader(void *arg, int index)
{
	(void)arg;
	(void)index;
	nap_ms(60);
	set(&leave, true);
}

static void scene_leader(void)
{
	struct crew reader, leader, other, end;
	long slept[2];

	crew_start(&reader, 1, read_until_told, NULL);
	wait_until(get(&inside));
	crew_start(&leader, 1, synchronize, &slept[0]);
	nap_ms(20);
	crew_start(&end, 1, end_reader, NULL);
	crew_start(&other, 1, synchronize, &slept[1]);
	crew_join(&other);
	crew_join(&leader);
	crew_join(&reader);
	crew_join(&end);
	_exit(slept[1] > 0 ? 0 : EXIT_FAILED);
}

/* Before the test's framework. */
__attribute__((constructor)) static void begin_scene(void)
{
	const char *scene = getenv(SCENE);

	if (!scene)
		return;
	alarm(CHILD_SECONDS);
	if (strcmp(scene, "exit") == 0)
		scene_exit();
	scene_leader();
}

static void run_scene(void *name)
{
	char path[4096] = "";

	/* valgrind knows which program is meant if it is asked. */
	must(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	setenv(SCENE, name, 1);
	execl(path, path, (char *)NULL);
	_exit(EXIT_STUCK);
}

Test(rcu_naps, exit_that_waits_for_the_callbacks_thread)
{
	child_succeeds(run_scene, (void *)"exit");
}

static void run_without_membarrier(void *name)
{
	must(sandbox_refuse(SYS_membarrier, EPERM));
	run_scene(name);
}

Test(rcu_naps, who_waits_for_anothers_grace_period_without_membarrier)
{
	if (!sandbox_exists())
		cr_skip_test("no seccomp");
	child_succeeds(run_without_membarrier, (void *)"leader");
}
