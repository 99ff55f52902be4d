/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/atomic.h>

#include "port.h"

int ksync__gettid(void)
{
	return (int)syscall(SYS_gettid);
}

bool ksync__thread_is_gone(int tid)
{
	int saved = errno;
	bool gone = syscall(SYS_tgkill, getpid(), tid, 0) && errno == ESRCH;

	errno = saved;
	return gone;
}

bool ksync__thread_start(void *(*fn)(void *))
{
	sigset_t all, old;
	pthread_t thread;
	int saved = errno;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, NULL, fn, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!err)
		pthread_detach(thread);
	errno = saved;
	return !err;
}

static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;
static bool (*exit_fn)(void *arg);

/*
 * Other keys' destructors may use locks too, so fn asks to be called again
 * until the last round that POSIX promises.
 */
static void exit_run(void *arg)
{
	if (KSYNC_READ_ONCE(exit_fn)(arg))
		pthread_setspecific(exit_key, arg);
}

static void exit_key_make(void)
{
	if (pthread_key_create(&exit_key, exit_run))
		ksync__abort();
}

/*
 * A copy of ksync that is linked into a plugin goes away with it; a key left
 * behind would call into unmapped memory when the next thread exits.
 */
__attribute__((destructor)) static void exit_key_drop(void)
{
	if (exit_fn)
		pthread_key_delete(exit_key);
}

void ksync__at_thread_exit(bool (*fn)(void *arg), void *arg)
{
	KSYNC_WRITE_ONCE(exit_fn, fn);
	pthread_once(&exit_once, exit_key_make);
	pthread_setspecific(exit_key, arg);
}

void ksync__at_fork(void (*prepare)(void), void (*parent)(void),
		    void (*child)(void))
{
	if (pthread_atfork(prepare, parent, child))
		ksync__abort();
}
