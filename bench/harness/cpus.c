// SPDX-License-Identifier: MIT
/*
 * Processors: which we may use, pinning, and how far apart two of them are.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "loop.h"
#include "parts.h"

/* Enough to see a median, short beside the window that it frames. */
#define BATCHES 15
#define TRIPS 24
/* The partner may have lost its processor: let it come back. */
#define SPINS_PER_YIELD 20000

static cpu_set_t allowed;
static pthread_once_t allowed_once = PTHREAD_ONCE_INIT;

static void read_allowed(void)
{
	sched_getaffinity(0, sizeof(allowed), &allowed);
}

unsigned int bench_cpus(void)
{
	pthread_once(&allowed_once, read_allowed);
	return (unsigned int)CPU_COUNT(&allowed);
}

void bench_pin(unsigned int nth)
{
	unsigned int left = nth % bench_cpus();
	cpu_set_t one;

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || left--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

void bench_unpin(void)
{
	pthread_once(&allowed_once, read_allowed);
	pthread_setaffinity_np(pthread_self(), sizeof(allowed), &allowed);
}

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct ball {
	uint64_t ping BENCH_ALIGNED;
	uint64_t pong BENCH_ALIGNED;
};

static void await(const uint64_t *word, uint64_t value)
{
	for (unsigned int spins = 1;
	     __atomic_load_n(word, __ATOMIC_ACQUIRE) != value; spins++)
		if (!(spins % SPINS_PER_YIELD))
			sched_yield();
}

static void *return_balls(void *arg)
{
	struct ball *ball = arg;

	bench_pin(1);
	for (uint64_t i = 1; i <= 1 + BATCHES * TRIPS; i++) {
		await(&ball->ping, i);
		__atomic_store_n(&ball->pong, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

static uint64_t play(struct ball *ball, uint64_t trip)
{
	__atomic_store_n(&ball->ping, trip, __ATOMIC_RELEASE);
	await(&ball->pong, trip);
	return trip + 1;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The median round trip of a cache line between the first two processors. In a
 * virtual machine they may be neighbours in one moment and far apart in the
 * next, which moves contended rows by a factor of two to four.
 */
double bench_round_trip_ns(void)
{
	static struct ball ball;
	double batch_ns[BATCHES];
	pthread_t partner;
	uint64_t trip = 1;

	if (bench_cpus() < 2)
		return 0;
	ball.ping = ball.pong = 0;
	if (pthread_create(&partner, NULL, return_balls, &ball))
		return 0;
	bench_pin(0);
	trip = play(&ball, trip);
	for (int batch = 0; batch < BATCHES; batch++) {
		uint64_t start = bench_now_ns();

		for (int i = 0; i < TRIPS; i++)
			trip = play(&ball, trip);
		batch_ns[batch] = (double)(bench_now_ns() - start) / TRIPS;
	}
	pthread_join(partner, NULL);
	bench_unpin();
	qsort(batch_ns, BATCHES, sizeof(batch_ns[0]), by_value);
	return batch_ns[BATCHES / 2];
}
