// SPDX-License-Identifier: MIT
/* The semaphore with one unit: down and up, as a lock that anybody may give. */
#include <ksync/semaphore.h>
#include <time.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_semaphore_t semaphore;
	uint64_t total;
} line BENCH_ALIGNED = { .semaphore = KSYNC_SEMAPHORE_INIT(1) };

BENCH_SECTION_LOOP(run_semaphore, struct line *at = BENCH_OPAQUE(&line),
		   ksync_down(&at->semaphore), at->total,
		   ksync_up(&at->semaphore))

static void enter(void)
{
	ksync_down(&line.semaphore);
}

static void leave(void)
{
	ksync_up(&line.semaphore);
}

static bool enter_until(uint64_t ns)
{
	struct timespec at = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	return !ksync_down_until(&line.semaphore, &at);
}

BENCH_SUBJECT(semaphore, .family = "semaphore", .impl = "ksync",
	      .run = run_semaphore, .bytes = sizeof(ksync_semaphore_t),
	      .enter = enter, .leave = leave, .enter_until = enter_until)

#define HOGS 4

static const struct bench_scenario contended[] = {
	/* threads, section in ns, hogs, measure */
	{ 2, 0 },
	{ 2, 500 },
	{ 8, 500 },
	/* a crowd, where strict FIFO costs a switch for each unit */
	{ 64, 500 },
	{ 256, 500 },
	{ 1000, 500 },
	/* beside threads that want the processors all the time */
	{ 2, 200000, HOGS, BENCH_WAIT_MEDIAN },
	{ 2, 200000, HOGS, BENCH_WAIT_P90 },
	{ 2, 1000000, HOGS, BENCH_LATE_P90 },
};

BENCH_FAMILY(semaphore, contended)
