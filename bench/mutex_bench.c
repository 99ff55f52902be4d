// SPDX-License-Identifier: MIT
/*
 * The mutex: alone, shared by two threads, and by more threads than processors,
 * with sections from nothing to several time slices' worth of waiting.
 */
#include <ksync/mutex.h>
#include <time.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_mutex_t mutex;
	uint64_t total;
} line BENCH_ALIGNED = { .mutex = KSYNC_MUTEX_INIT };

BENCH_SECTION_LOOP(run_mutex, struct line *at = BENCH_OPAQUE(&line),
		   ksync_mutex_lock(&at->mutex), at->total,
		   ksync_mutex_unlock(&at->mutex))

static void enter(void)
{
	ksync_mutex_lock(&line.mutex);
}

static void leave(void)
{
	ksync_mutex_unlock(&line.mutex);
}

static bool enter_until(uint64_t ns)
{
	struct timespec at = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	return !ksync_mutex_lock_until(&line.mutex, &at);
}

BENCH_SUBJECT(mutex, .family = "mutex", .impl = "ksync", .run = run_mutex,
	      .bytes = sizeof(ksync_mutex_t), .enter = enter, .leave = leave,
	      .enter_until = enter_until)

#define HOGS 4

static const struct bench_scenario contended[] = {
	/* threads, section in ns, hogs, measure */
	{ 2, 0 },
	{ 2, 50 },
	{ 2, 500 },
	{ 2, 5000 },
	{ 8, 0 },
	{ 8, 50 },
	{ 8, 500 },
	{ 8, 5000 },
	{ 64, 0 },
	{ 64, 50 },
	{ 64, 500 },
	{ 64, 5000 },
	/* the same beside threads that want the processors all the time */
	{ 2, 0, HOGS },
	{ 2, 500, HOGS },
	{ 2, 5000, HOGS },
	{ 8, 0, HOGS },
	{ 8, 500, HOGS },
	{ 8, 5000, HOGS },
	/* one waits for one, who holds for 200 us; one gives up after 1 ms */
	{ 2, 200000, HOGS, BENCH_WAIT_MEDIAN },
	{ 2, 200000, HOGS, BENCH_WAIT_P90 },
	{ 2, 1000000, HOGS, BENCH_LATE_P90 },
};

BENCH_FAMILY(mutex, contended)
