/* SPDX-License-Identifier: MIT */
/*
 * Park: no unpark is lost, and a token brings along what came before it.
 */
#include <errno.h>

#include <ksync/atomic.h>

#include "task/park.h"
#include "system.h"

static int payload;
static int flags[EXPLORE_THREADS];

static void two(void)
{
	explore_name(&payload, "payload");
	system_tasks(2);
}

static void three(void)
{
	system_tasks(3);
}

/* A park that was not early returns with the token. */
static void token(int self)
{
	if (self) {
		payload = 1;
		ksync__unpark(system_task(0));
		return;
	}
	explore_assert(ksync__park(system_task(0), KSYNC__NEVER) == 0);
	explore_assert(payload == 1);
}

/* Two tokens at once are one: so conditions are looked at again. */
static void conditions(int self)
{
	if (self) {
		KSYNC_WRITE_ONCE(flags[self], 1);
		ksync__unpark(system_task(0));
		return;
	}
	while (!KSYNC_READ_ONCE(flags[1]) || !KSYNC_READ_ONCE(flags[2]))
		(void)ksync__park(system_task(0), KSYNC__NEVER);
}

static void condition(int self)
{
	if (self) {
		KSYNC_WRITE_ONCE(flags[1], 1);
		ksync__unpark(system_task(0));
		return;
	}
	while (!KSYNC_READ_ONCE(flags[1]))
		(void)ksync__park(system_task(0), KSYNC__NEVER);
}

/* Who gave up keeps the token for the next time. */
static void timed(int self)
{
	int ret;

	if (self) {
		ksync__unpark(system_task(0));
		return;
	}
	ret = ksync__park(system_task(0), ksync__clock_ns() + 1000);
	explore_assert(ret == 0 || ret == -ETIME);
	if (ret)
		(void)ksync__park(system_task(0), KSYNC__NEVER);
	explore_outcome("%d", ret != 0);
}

static const struct explore_test tests[] = {
	{ "token", .threads = 2, .setup = two, .thread = token },
	{ "condition", .threads = 2, .setup = two, .thread = condition,
	  .spurious = 2 },
	{ "conditions", .threads = 3, .setup = three, .thread = conditions },
	{ "conditions_spurious", .threads = 3, .setup = three,
	  .thread = conditions, .spurious = 1, .bound = 2 },
	{ "timed", .threads = 2, .setup = two, .thread = timed,
	  .outcomes = "0|1" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
