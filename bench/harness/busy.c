// SPDX-License-Identifier: MIT
/*
 * A busy machine: threads that want the processors all the time, and what a
 * thread has to wait for a lock beside them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parts.h"

#define MOST_HOGS 16
#define MOST_SAMPLES 4096
#define REST_NS 1000000u
#define LOOK_NS 300000u
/* Hogs begin where they were made: let them be spread. */
#define SPREAD_NS 20000000u

static pthread_t hogs[MOST_HOGS];
static unsigned int hog_count;
static double gone_hogs_cpu;
static bool hogs_stop;

static void sleep_ns(uint64_t ns)
{
	struct timespec rest = { .tv_sec = (time_t)(ns / 1000000000),
				 .tv_nsec = (long)(ns % 1000000000) };

	while (nanosleep(&rest, &rest))
		;
}

static void *hog_main(void *unused)
{
	while (!__atomic_load_n(&hogs_stop, __ATOMIC_RELAXED))
		for (volatile int i = 0; i < 1000; i++)
			;
	return unused;
}

static double cpu_seconds_of(pthread_t thread)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (!pthread_getcpuclockid(thread, &clock))
		clock_gettime(clock, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

double bench_hogs_cpu_seconds(void)
{
	double used = gone_hogs_cpu;

	for (unsigned int i = 0; i < hog_count; i++)
		used += cpu_seconds_of(hogs[i]);
	return used;
}

void bench_hogs(unsigned int count)
{
	if (!count && !hog_count)
		return;
	gone_hogs_cpu = bench_hogs_cpu_seconds();
	__atomic_store_n(&hogs_stop, true, __ATOMIC_RELAXED);
	while (hog_count)
		pthread_join(hogs[--hog_count], NULL);
	hogs_stop = false;
	while (hog_count < count && hog_count < MOST_HOGS) {
		if (pthread_create(&hogs[hog_count], NULL, hog_main, NULL)) {
			perror("ksync-bench: pthread_create");
			exit(3);
		}
		hog_count++;
	}
	if (count)
		sleep_ns(SPREAD_NS);
}

struct holder {
	const struct bench_subject *subject;
	uint64_t section_ns;
	bool for_good;
	int holds;
	int stop;
};

/* Holds it now and then, asleep, or all the time. */
static void *holder_main(void *arg)
{
	struct holder *holder = arg;

	do {
		holder->subject->enter();
		__atomic_store_n(&holder->holds, 1, __ATOMIC_RELEASE);
		do
			sleep_ns(holder->section_ns);
		while (holder->for_good &&
		       !__atomic_load_n(&holder->stop, __ATOMIC_RELAXED));
		__atomic_store_n(&holder->holds, 0, __ATOMIC_RELEASE);
		holder->subject->leave();
		if (!holder->for_good)
			sleep_ns(REST_NS);
	} while (!__atomic_load_n(&holder->stop, __ATOMIC_RELAXED));
	return NULL;
}

static uint64_t wait_once(const struct bench_subject *subject)
{
	uint64_t begin = bench_now_ns();
	uint64_t waited;

	subject->enter();
	waited = bench_now_ns() - begin;
	subject->leave();
	return waited;
}

static uint64_t late_once(const struct bench_subject *subject, uint64_t ns)
{
	uint64_t deadline = bench_now_ns() + ns;
	uint64_t now;

	if (subject->enter_until(deadline))
		subject->leave();
	now = bench_now_ns();
	return now > deadline ? now - deadline : 1;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double bench_measure_wait_ns(const struct bench_subject *subject,
			     const struct bench_scenario *scenario, double ms)
{
	static uint64_t samples[MOST_SAMPLES];
	struct holder holder = {
		.subject = subject,
		.section_ns = scenario->section_ns,
		.for_good = scenario->measure == BENCH_LATE_P90,
	};
	pthread_t thread;
	size_t count = 0;
	uint64_t end;

	bench_hogs(scenario->hogs);
	if (pthread_create(&thread, NULL, holder_main, &holder)) {
		perror("ksync-bench: pthread_create");
		exit(3);
	}
	/* At least one, however busy the machine is. */
	end = bench_now_ns() + (uint64_t)(ms * 1e6);
	while ((bench_now_ns() < end || !count) && count < MOST_SAMPLES) {
		if (!__atomic_load_n(&holder.holds, __ATOMIC_ACQUIRE))
			sleep_ns(LOOK_NS);
		else if (holder.for_good)
			samples[count++] =
				late_once(subject, scenario->section_ns);
		else
			samples[count++] = wait_once(subject);
	}
	__atomic_store_n(&holder.stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	bench_hogs(0);
	qsort(samples, count, sizeof(samples[0]), by_value);
	return (double)samples[scenario->measure == BENCH_WAIT_MEDIAN ?
				       count / 2 :
				       count * 9 / 10];
}
