/* SPDX-License-Identifier: MIT */
/*
 * Forks, with fork handlers of the program's own that were registered before or
 * after the library's, and in each moment of a thread's life.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include <ksync/mutex.h>
#include <ksync/task.h>

#include "check.h"

static KSYNC_DEFINE_MUTEX(state); /* what the handlers protect */
static KSYNC_DEFINE_MUTEX(other);
static long count; /* under state */
static int handlers_on, stop;

static void before(void)
{
	if (handlers_on)
		ksync_mutex_lock(&state);
}

static void after(void)
{
	if (!handlers_on)
		return;
	ksync_mutex_unlock(&state);
	ksync_mutex_lock(&other);
	ksync_mutex_unlock(&other);
}

/* Before main: threads, locks, and a fork. */
static int early;

static void *early_thread(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		ksync_mutex_lock(&other);
		early++;
		ksync_mutex_unlock(&other);
	}
	return arg;
}

__attribute__((constructor(101))) static void first_of_all(void)
{
	pthread_t thread;
	pid_t child;

	require(pthread_atfork(before, after, after) == 0);
	thread = started(early_thread, NULL);
	early_thread(NULL);
	pthread_join(thread, NULL);
	child = fork();
	if (child == 0) {
		early_thread(NULL);
		_exit(early != 3000);
	}
	is_well(child);
}

static void scene_early(void)
{
	require(early == 2000);
}

/* ---- handlers that lock, while others lock ---- */

static void *lock_unlock(void *arg)
{
	while (!KSYNC_READ_ONCE(stop)) {
		ksync_mutex_lock(&state);
		count++;
		ksync_mutex_unlock(&state);
		usleep(10);
	}
	return arg;
}

static void *fork_some(void *arg)
{
	for (int i = 0; i < 50; i++) {
		pid_t child = fork();

		if (child == 0) {
			ksync_mutex_lock(&state);
			run_thread(early_thread, NULL);
			_exit(0);
		}
		is_well(child);
	}
	return arg;
}

static void scene_handlers(void)
{
	pthread_t lockers[3];

	handlers_on = 1;
	for (int i = 0; i < 3; i++)
		lockers[i] = started(lock_unlock, NULL);
	/* Its first use of the library is in the handler. */
	run_thread(fork_some, NULL);
	fork_some(NULL);
	KSYNC_WRITE_ONCE(stop, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(lockers[i], NULL);
}

/* Without rest, and the child takes what the handlers gave back. */
static void *lock_unlock_on(void *arg)
{
	while (!KSYNC_READ_ONCE(stop)) {
		ksync_mutex_lock(&state);
		count++;
		ksync_mutex_unlock(&state);
	}
	return arg;
}

static void scene_storm(void)
{
	pthread_t lockers[4];

	handlers_on = 1;
	for (int i = 0; i < 4; i++)
		lockers[i] = started(lock_unlock_on, NULL);
	for (int i = 0; i < 200; i++) {
		pid_t child = fork();

		if (child == 0) {
			alarm(20);
			ksync_mutex_lock(&state);
			ksync_mutex_unlock(&state);
			_exit(0);
		}
		is_well(child);
	}
	KSYNC_WRITE_ONCE(stop, 1);
	for (int i = 0; i < 4; i++)
		pthread_join(lockers[i], NULL);
}

/* ---- signals are as they were ---- */

static void scene_masks(void)
{
	sigset_t blocked, now;
	pid_t child;

	ksync_mutex_lock(&other);
	ksync_mutex_unlock(&other);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	child = fork();
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	require(sigismember(&now, SIGUSR2) && !sigismember(&now, SIGUSR1));
	require(!sigismember(&now, SIGTERM) && !sigismember(&now, SIGALRM));
	if (child == 0)
		_exit(0);
	is_well(child);
}

/* ---- what others held is known to have lost its owner ---- */

static int held;

static void *hold(void *arg)
{
	ksync_mutex_lock(&state);
	KSYNC_WRITE_ONCE(held, 1);
	while (!KSYNC_READ_ONCE(stop))
		usleep(1000);
	ksync_mutex_unlock(&state);
	return arg;
}

static void child_looks(void)
{
	ksync_report_hook_set(count_report);
	require(ksync_mutex_lock_interruptible(&state) == -EDEADLK);
	require(reports == 1);
	ksync_mutex_lock(&other);
	require(ksync_task_tid(ksync_current()) == (int)syscall(SYS_gettid));
	ksync_mutex_unlock(&other);
	run_thread(early_thread, NULL);
	_exit(0);
}

static void with_holder(pid_t (*copy)(void))
{
	pthread_t holder = started(hold, NULL);
	pid_t child;

	while (!KSYNC_READ_ONCE(held))
		usleep(1000);
	child = copy();
	if (child == 0)
		child_looks();
	is_well(child);
	KSYNC_WRITE_ONCE(stop, 1);
	pthread_join(holder, NULL);
}

static void scene_held(void)
{
	with_holder(fork);
}

/* Copies that call no fork handlers. */
extern pid_t _Fork(void) __attribute__((weak));

static void scene_bare(void)
{
	if (_Fork)
		with_holder(_Fork);
}

/* ---- in a signal handler, at a thread's first use and at its exit ---- */

static int forked;

static void fork_in_handler(int number)
{
	int saved = errno;
	pid_t child = fork();

	(void)number;
	if (child == 0)
		_exit(0);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	KSYNC_WRITE_ONCE(forked, 1);
	errno = saved;
}

static int ready;

static void *use_once(void *arg)
{
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	KSYNC_WRITE_ONCE(ready, 1);
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	ksync_mutex_lock(&other);
	ksync_mutex_unlock(&other);
	return arg;
}

static void scene_signal(void)
{
	sigset_t usr1;
	unsigned int seed = 1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	signal(SIGUSR1, fork_in_handler);
	for (int i = 0; i < 200; i++) {
		pthread_t thread;

		ready = 0;
		thread = started(use_once, NULL);
		while (!KSYNC_READ_ONCE(ready))
			;
		for (volatile int n = rand_r(&seed) % 3000; n > 0; n--)
			;
		/* It is not joined, so this is no stranger. */
		pthread_kill(thread, SIGUSR1);
		pthread_join(thread, NULL);
	}
}

static const struct scene scenes[] = {
	{ "early", scene_early },   { "handlers", scene_handlers },
	{ "storm", scene_storm },   { "masks", scene_masks },
	{ "held", scene_held },	    { "bare", scene_bare },
	{ "signal", scene_signal }, { NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_scene(scenes, argc, argv);
}
