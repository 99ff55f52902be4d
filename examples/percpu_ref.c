/* SPDX-License-Identifier: MIT */
/* Requests use a configuration; it is ended after the last of them. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/completion.h>
#include <ksync/percpu_ref.h>

#define WORKERS 3

static struct {
	ksync_percpu_ref_t users;
	ksync_completion_t idle;
	int limit;
} config;

static ksync_atomic_t requests;

/* In whichever thread puts last. */
static void config_idle(ksync_percpu_ref_t *users)
{
	(void)users;
	ksync_complete(&config.idle);
}

static void *work(void *arg)
{
	while (ksync_percpu_ref_tryget_live(&config.users)) {
		ksync_atomic_add(config.limit, &requests);
		ksync_percpu_ref_put(&config.users);
	}
	return arg;
}

int main(void)
{
	pthread_t workers[WORKERS];

	ksync_init_completion(&config.idle);
	config.limit = 1;
	if (ksync_percpu_ref_init(&config.users, config_idle, 0))
		return 1;
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&workers[i], NULL, work, NULL);
	while (ksync_atomic_read(&requests) < 1000)
		ksync_cpu_relax();
	ksync_percpu_ref_kill(&config.users);	 /* no new ones, ... */
	ksync_wait_for_completion(&config.idle); /* ... and no old ones */
	config.limit = 0;
	ksync_percpu_ref_exit(&config.users);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	puts(ksync_atomic_read(&requests) >= 1000 ? "drained" : "lost some");
	return 0;
}
