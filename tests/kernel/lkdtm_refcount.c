/* SPDX-License-Identifier: MIT */
/*
 * Each trigger of the kernel's own test of refcounts is reported as it
 * should.
 */
#include "lkdtm.h"

#include <linux/module.h>
#include <ksync/report.h>

static int reports;
static const char *said;

static void count(const struct ksync_report *report)
{
	reports++;
	said = report->what;
}

/* What is said of each, as the kernel's own words for it are. */
static const struct {
	const char *name, *what;
} expected[] = {
	{ "REFCOUNT_INC_OVERFLOW", "saturated" },
	{ "REFCOUNT_ADD_OVERFLOW", "saturated" },
	{ "REFCOUNT_INC_NOT_ZERO_OVERFLOW", "saturated" },
	{ "REFCOUNT_ADD_NOT_ZERO_OVERFLOW", "saturated" },
	{ "REFCOUNT_DEC_ZERO", "put the last reference" },
	{ "REFCOUNT_DEC_NEGATIVE", "put the last reference" },
	{ "REFCOUNT_DEC_AND_TEST_NEGATIVE", "below 0" },
	{ "REFCOUNT_SUB_AND_TEST_NEGATIVE", "below 0" },
	{ "REFCOUNT_SUB_AND_TEST_ZERO", "below 0" },
	{ "REFCOUNT_INC_ZERO", "incremented from 0" },
	{ "REFCOUNT_ADD_ZERO", "incremented from 0" },
	{ "REFCOUNT_INC_SATURATED", "saturated" },
	{ "REFCOUNT_DEC_SATURATED", "put the last reference" },
	{ "REFCOUNT_ADD_SATURATED", "saturated" },
	{ "REFCOUNT_INC_NOT_ZERO_SATURATED", "saturated" },
	{ "REFCOUNT_ADD_NOT_ZERO_SATURATED", "saturated" },
	{ "REFCOUNT_DEC_AND_TEST_SATURATED", "below 0" },
	{ "REFCOUNT_SUB_AND_TEST_SATURATED", "below 0" },
};

static const char *expects(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!strcmp(expected[i].name, name))
			return expected[i].what;
	}
	return "a row in this table";
}

static int __init triggers(void)
{
	int wrong = 0;

	ksync_report_hook_set(count);
	for (size_t i = 0; i < refcount_crashtypes.len; i++) {
		struct crashtype *one = &refcount_crashtypes.crashtypes[i];

		if (strstr(one->name, "TIMING"))
			continue;
		reports = 0;
		said = "nothing";
		one->func();
		printf("%s: %d: %s\n", one->name, reports, said);
		wrong += reports != 1 || !strstr(said, expects(one->name));
	}
	return wrong ? -EINVAL : 0;
}
module_init(triggers);
