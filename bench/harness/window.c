// SPDX-License-Identifier: MIT
/*
 * Contended rows: threads run the same loop until told to stop, and what they
 * did within one window is counted.
 *
 * A fixed number of operations for each thread, Google Benchmark's own way,
 * would reward unfair locks: who finishes early leaves the rest uncontended. So
 * a row is one iteration for Google Benchmark, timed by us.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "loop.h"
#include "parts.h"

#define MAX_THREADS 1024
/* More would all wake up when a window begins; they come and go with it. */
#define KEPT_THREADS 64
#define STACK_BYTES (256 * 1024)
/* Before the window: all threads have run, adaptive locks have adapted. */
#define WARM_UP_SHARE 0.25

struct worker {
	uint64_t ops BENCH_ALIGNED; /* written by its thread alone */
	unsigned int index;
	bool exists;
};

/* Under pool.lock, except stop, which is read by the running workers. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t round; /* a new value starts the workers */
	unsigned int running;
	unsigned int wanted;
	bool pinned;
	bench_run_fn run;
	unsigned int work;
	uint64_t chunk;
	int stop BENCH_ALIGNED;
} pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

static struct worker workers[MAX_THREADS];

static void worker_run(struct worker *me)
{
	uint64_t ops = 0;

	if (pool.pinned)
		bench_pin(me->index);
	while (!__atomic_load_n(&pool.stop, __ATOMIC_RELAXED)) {
		pool.run(pool.chunk, pool.work);
		ops += pool.chunk;
		__atomic_store_n(&me->ops, ops, __ATOMIC_RELAXED);
	}
	if (pool.pinned)
		bench_unpin();
}

static void *worker_main(void *arg)
{
	struct worker *me = arg;
	uint64_t seen = 0;

	pthread_mutex_lock(&pool.lock);
	for (;;) {
		while (pool.round == seen)
			pthread_cond_wait(&pool.changed, &pool.lock);
		seen = pool.round;
		if (me->index >= pool.wanted)
			continue;
		pthread_mutex_unlock(&pool.lock);
		worker_run(me);
		pthread_mutex_lock(&pool.lock);
		if (!--pool.running)
			pthread_cond_broadcast(&pool.changed);
	}
	return NULL;
}

static void *visitor_main(void *arg)
{
	worker_run(arg);
	pthread_mutex_lock(&pool.lock);
	if (!--pool.running)
		pthread_cond_broadcast(&pool.changed);
	pthread_mutex_unlock(&pool.lock);
	return NULL;
}

static void make_worker(unsigned int index, void *(*main)(void *arg))
{
	pthread_attr_t attr;
	pthread_t thread;

	workers[index].index = index;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&thread, &attr, main, &workers[index])) {
		perror("ksync-bench: pthread_create");
		exit(3);
	}
	pthread_attr_destroy(&attr);
}

static void need_workers(unsigned int count)
{
	for (unsigned int i = 0; i < count && i < KEPT_THREADS; i++) {
		if (workers[i].exists)
			continue;
		make_worker(i, worker_main);
		workers[i].exists = true;
	}
}

void bench_start_company(void)
{
	need_workers(1);
}

static void sleep_ms(double ms)
{
	struct timespec rest;

	rest.tv_sec = (time_t)(ms / 1e3);
	rest.tv_nsec = (long)((ms - (double)rest.tv_sec * 1e3) * 1e6);
	while (nanosleep(&rest, &rest))
		;
}

/* Hogs left out. */
static double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6 -
	       bench_hogs_cpu_seconds();
}

/* What every thread has done so far, and when. */
struct snapshot {
	uint64_t ns;
	double cpu;
	uint64_t ops[MAX_THREADS];
};

static void take_snapshot(struct snapshot *shot, unsigned int threads)
{
	shot->cpu = cpu_seconds();
	shot->ns = bench_now_ns();
	for (unsigned int i = 0; i < threads; i++)
		shot->ops[i] =
			__atomic_load_n(&workers[i].ops, __ATOMIC_RELAXED);
}

static void start(const struct bench_subject *subject,
		  const struct bench_scenario *scenario)
{
	/* Long sections: look at the stop flag after each. */
	uint64_t chunk = 20000 / (2 * scenario->section_ns + 300);

	/* A crowd in a strict queue has its turns far apart. */
	if (scenario->threads > KEPT_THREADS)
		chunk = 1;
	need_workers(scenario->threads);
	for (unsigned int i = 0; i < scenario->threads; i++)
		workers[i].ops = 0;
	pthread_mutex_lock(&pool.lock);
	pool.run = subject->run;
	pool.work = bench_work_units(scenario->section_ns);
	pool.chunk = chunk ? chunk : 1;
	pool.wanted = scenario->threads;
	pool.running = scenario->threads;
	pool.pinned = scenario->threads <= bench_cpus();
	pool.stop = 0;
	pool.round++;
	pthread_cond_broadcast(&pool.changed);
	pthread_mutex_unlock(&pool.lock);
	for (unsigned int i = KEPT_THREADS; i < scenario->threads; i++)
		make_worker(i, visitor_main);
}

static void stop(void)
{
	__atomic_store_n(&pool.stop, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&pool.lock);
	while (pool.running)
		pthread_cond_wait(&pool.changed, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
}

static void compare(const struct snapshot *before, const struct snapshot *after,
		    unsigned int threads, struct bench_window *window)
{
	uint64_t least = UINT64_MAX, most = 0;

	window->seconds = (double)(after->ns - before->ns) / 1e9;
	window->ops = 0;
	for (unsigned int i = 0; i < threads; i++) {
		uint64_t ops = after->ops[i] - before->ops[i];

		window->ops += ops;
		least = ops < least ? ops : least;
		most = ops > most ? ops : most;
	}
	window->fairness = most ? (double)least / (double)most : 0;
	window->cpu_ns = (after->cpu - before->cpu) * 1e9 /
			 (double)(window->ops ? window->ops : 1);
}

void bench_measure_window(const struct bench_subject *subject,
			  const struct bench_scenario *scenario, double ms,
			  struct bench_window *window)
{
	static struct snapshot before, after;

	if (scenario->threads > MAX_THREADS) {
		fprintf(stderr, "ksync-bench: at most %d threads\n",
			MAX_THREADS);
		exit(1);
	}
	/* Where the processors are does not count beside hogs. */
	window->rtt_before_ns = scenario->hogs ? 0 : bench_round_trip_ns();
	bench_hogs(scenario->hogs);
	start(subject, scenario);
	sleep_ms(ms * WARM_UP_SHARE);
	take_snapshot(&before, scenario->threads);
	sleep_ms(ms);
	take_snapshot(&after, scenario->threads);
	bench_hogs(0);
	stop();
	window->rtt_after_ns = scenario->hogs ? 0 : bench_round_trip_ns();
	compare(&before, &after, scenario->threads, window);
}
