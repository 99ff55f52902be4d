// SPDX-License-Identifier: MIT
/* A completion: a unit that is there, one unit as a lock, and round trips. */
#include <ksync/completion.h>
#include <time.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_completion_t completion;
	uint64_t total;
} line BENCH_ALIGNED = { .completion = { KSYNC__COMPLETION_ONE } };

BENCH_SECTION_LOOP(run_completion, struct line *at = BENCH_OPAQUE(&line),
		   ksync_wait_for_completion(&at->completion), at->total,
		   ksync_complete(&at->completion))

static void enter(void)
{
	ksync_wait_for_completion(&line.completion);
}

static void leave(void)
{
	ksync_complete(&line.completion);
}

static bool enter_until(uint64_t ns)
{
	struct timespec at = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	return !ksync_wait_for_completion_until(&line.completion, &at);
}

BENCH_SUBJECT(completion, .family = "completion", .impl = "ksync",
	      .run = run_completion, .bytes = sizeof(ksync_completion_t),
	      .enter = enter, .leave = leave, .enter_until = enter_until)

static struct side {
	ksync_completion_t completion;
} sides[2] BENCH_ALIGNED, sides_near[2];

static void post(int side)
{
	ksync_complete(&sides[side].completion);
}

static void wait(int side)
{
	ksync_wait_for_completion(&sides[side].completion);
}

static void post_near(int side)
{
	ksync_complete(&sides_near[side].completion);
}

static void wait_near(int side)
{
	ksync_wait_for_completion(&sides_near[side].completion);
}

BENCH_PAIR_SUBJECT(completion, post, wait, false, .family = "completion",
		   .impl = "ksync")
BENCH_PAIR_SUBJECT(completion_near, post_near, wait_near, true,
		   .family = "completion", .impl = "ksync")

#define HOGS 4

static const struct bench_scenario contended[] = {
	/* threads, section in ns, hogs, measure */
	{ 2, 500 },
	{ 8, 500 },
	/* beside threads that want the processors all the time */
	{ 2, 200000, HOGS, BENCH_WAIT_MEDIAN },
	{ 2, 200000, HOGS, BENCH_WAIT_P90 },
	{ 2, 1000000, HOGS, BENCH_LATE_P90 },
};

BENCH_FAMILY(completion, contended)
