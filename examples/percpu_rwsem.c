/* SPDX-License-Identifier: MIT */
/* Requests read a configuration all the time; it is changed now and then, and
 * no request sees half of a change. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/atomic.h>
#include <ksync/percpu_rwsem.h>

#define WORKERS 3
#define CHANGES 10

KSYNC_DEFINE_STATIC_PERCPU_RWSEM(config_sem);
static struct {
	int workers, connections;
} config = { 1, 100 }; /* under config_sem */

static ksync_atomic_t requests;
static int over;

static void *work(void *unused)
{
	long torn = 0;

	(void)unused;
	while (!KSYNC_READ_ONCE(over)) {
		ksync_guard(percpu_read)(&config_sem);
		torn += config.connections != 100 * config.workers;
		ksync_atomic_inc(&requests);
	}
	return (void *)torn;
}

static void change(int to)
{
	ksync_guard(percpu_write)(&config_sem);
	config.workers = to;
	config.connections = 100 * to;
}

int main(void)
{
	pthread_t workers[WORKERS];
	long torn = 0;

	for (int i = 0; i < WORKERS; i++)
		pthread_create(&workers[i], NULL, work, NULL);
	for (int i = 1; i <= CHANGES; i++) {
		while (ksync_atomic_read(&requests) < i * 1000)
			ksync_cpu_relax();
		change(i);
	}
	KSYNC_WRITE_ONCE(over, 1);
	for (int i = 0; i < WORKERS; i++) {
		void *result;

		pthread_join(workers[i], &result);
		torn += (long)result;
	}
	printf("%d changes, %ld torn\n", config.workers, torn);
	ksync_percpu_free_rwsem(&config_sem);
	return torn != 0;
}
