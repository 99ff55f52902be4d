/* SPDX-License-Identifier: MIT */
/*
 * A signal handler runs while its thread waits, for a mutex or a semaphore,
 * although ThreadSanitizer sees no call there in which it could; what it
 * synchronizes counts. A thread that was cancelled meanwhile goes on until it
 * has what it waits for.
 */
#include <signal.h>
#include <unistd.h>

#include <ksync/mutex.h>
#include <ksync/semaphore.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SEMAPHORE(units, 0);
static int before; /* plain: the thread's until its handler has run */
static int handled;
static int returned;

static void handle(int number)
{
	(void)number;
	__atomic_store_n(&handled, 1, __ATOMIC_RELEASE);
}

static void *take_mutex(void *arg)
{
	before = 1;
	ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);
	__atomic_store_n(&returned, 1, __ATOMIC_RELEASE);
	pthread_testcancel();
	return arg;
}

static void *take_unit(void *arg)
{
	before = 2;
	ksync_down(&units);
	__atomic_store_n(&returned, 1, __ATOMIC_RELEASE);
	pthread_testcancel();
	return arg;
}

static void give_mutex(void)
{
	ksync_mutex_unlock(&mutex);
}

static void give_unit(void)
{
	ksync_up(&units);
}

static void run(void *(*fn)(void *), void (*give)(void), int expected)
{
	void *result = NULL;
	pthread_t thread;

	handled = 0;
	returned = 0;
	thread = start(fn, NULL);
	usleep(50000); /* it sleeps by then, or the test tests less */
	pthread_cancel(thread);
	pthread_kill(thread, SIGUSR1);
	while (!__atomic_load_n(&handled, __ATOMIC_ACQUIRE))
		usleep(1000);
	need(before == expected, "what the thread wrote");
	give();
	pthread_join(thread, &result);
	need(returned == 1, "the call returns");
	need(result == PTHREAD_CANCELED, "then it ends");
}

int main(void)
{
	struct sigaction action = { .sa_handler = handle };

	alarm(60);
	sigaction(SIGUSR1, &action, NULL);
	ksync_mutex_lock(&mutex);
	run(take_mutex, give_mutex, 1);
	run(take_unit, give_unit, 2);
	return 0;
}
