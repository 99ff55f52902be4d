/* SPDX-License-Identifier: MIT */
/*
 * Reports: a hook finds its own data, and each kind of misuse at a place is
 * told once.
 */
#include <ksync/refcount.h>
#include <ksync/report.h>

#include "watch/report.h"
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

/* Two kinds at one place, which begin in one slot; each of them twice. */
static void report_kinds(int self)
{
	ksync__misuse("model", &data, self % 2 ? "misused" : "abused", "do not",
		      &told, KSYNC_HOLDER_NONE);
}

static void report_both_kinds(int self)
{
	report_kinds(self);
	report_kinds(self + 1);
}

static void twice(void)
{
	explore_assert(told == 2);
}

static const struct explore_test tests[] = {
	{ "hook", .threads = 2, .setup = setup, .thread = set_and_report },
	{ "once", .threads = 2, .setup = hooked, .thread = report,
	  .finish = once },
	{ "kinds", .threads = 2, .setup = hooked, .thread = report_both_kinds,
	  .finish = twice },
	{ "kinds3", .threads = 3, .setup = hooked, .thread = report_kinds,
	  .finish = twice },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
