/* SPDX-License-Identifier: MIT */
/*
 * The process ends while threads run and start: in the program's destructor,
 * then in that of a library, which may come before the library's own or after.
 */
#include <ksync/ksync.h>

#include "check.h"

extern void (*late_call)(void);

static KSYNC_DEFINE_MUTEX(m);
static pthread_key_t mine;
static pthread_t readers[4];
static int stop;

static void read_once(void)
{
#if KSYNC_HAVE_RCU
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
#endif
}

static void wait_for_readers(void)
{
#if KSYNC_HAVE_RCU
	ksync_synchronize_rcu();
#endif
}

static void *reader(void *arg)
{
	while (!KSYNC_READ_ONCE(stop)) {
		read_once();
		ksync_mutex_lock(&m);
		ksync_mutex_unlock(&m);
		usleep(1000);
	}
	return arg;
}

static void start_readers(void)
{
	KSYNC_WRITE_ONCE(stop, 0);
	for (int i = 0; i < 4; i++)
		readers[i] = started(reader, NULL);
	usleep(2000);
}

static void stop_readers(void)
{
	KSYNC_WRITE_ONCE(stop, 1);
	for (int i = 0; i < 4; i++)
		pthread_join(readers[i], NULL);
	wait_for_readers();
}

static void not_mine(void *value)
{
	require(!value);
}

/* A key that is made now is not one that the library uses. */
static void *fresh(void *arg)
{
	require(!pthread_getspecific(mine));
	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
	read_once();
	require(!pthread_getspecific(mine));
	return arg;
}

static void fresh_threads(void)
{
	require(pthread_key_create(&mine, not_mine) == 0);
	for (int i = 0; i < 4; i++)
		run_thread(fresh, NULL);
}

static void late(void)
{
	stop_readers();
	fresh_threads();
	start_readers();
	stop_readers();
	_exit(0);
}

__attribute__((destructor)) static void end(void)
{
	stop_readers();
	start_readers();
}

int main(void)
{
	alarm(100);
	late_call = late;
	start_readers();
	return 3;
}
