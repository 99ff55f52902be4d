// SPDX-License-Identifier: MIT
/* Two threads that answer each other: the cost of a wake-up, there and back. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "parts.h"

/* The caller's processor, as that of all uncontended rows. */
static unsigned int partners_cpu(const struct bench_pair *pair)
{
	return pair->near ? bench_cpus() - 1 : 0;
}

static void *partner_main(void *arg)
{
	struct bench_pair *pair = arg;

	bench_pin(partners_cpu(pair));
	for (;;) {
		pair->wait(1);
		pair->post(0);
	}
	return NULL;
}

static void start(struct bench_pair *pair)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attr, partner_main, pair)) {
		perror("ksync-bench: pthread_create");
		exit(3);
	}
	pthread_attr_destroy(&attr);
	pair->started = true;
}

void bench_pair_run(struct bench_pair *pair, uint64_t n)
{
	if (!pair->started)
		start(pair);
	while (n--) {
		pair->post(1);
		pair->wait(0);
	}
}
