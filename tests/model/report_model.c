/* SPDX-License-Identifier: MIT */
/*
 * Reports: a hook finds its own data, and a misuse is told once.
 */
#include <ksync/refcount.h>
#include <ksync/report.h>

#include "../../src/watch/report.h"
#include "system.h"

static int data; /* the hook's own */
static int told;

static void tell(const struct ksync_report *report)
{
	(void)report;
	explore_assert(data == 1);
	(void)ksync_atomic_fetch_inc_relaxed((ksync_atomic_t *)&told);
}

static void quiet(const struct ksync_report *report)
{
	(void)report;
}

static void setup(void)
{
	ksync_report_hook_set(quiet);
	system_tasks(2);
}

static void set_and_report(int self)
{
	if (self == 0) {
		data = 1;
		ksync_report_hook_set(tell);
		return;
	}
	ksync__misuse("model", &data, "misused", "do not", &told,
		      KSYNC_HOLDER_NONE);
}

static void hooked(void)
{
	data = 1;
	ksync_report_hook_set(tell);
	system_tasks(2);
}

static void report(int self)
{
	(void)self;
	ksync__misuse("model", &data, "misused", "do not", &told,
		      KSYNC_HOLDER_NONE);
}

static void once(void)
{
	explore_assert(told == 1);
}

static const struct explore_test tests[] = {
	{ "hook", .threads = 2, .setup = setup, .thread = set_and_report },
	{ "once", .threads = 2, .setup = hooked, .thread = report,
	  .finish = once },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
