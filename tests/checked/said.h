/* SPDX-License-Identifier: MIT */
/*
 * What the checked library says, report by report, with its details. What could
 * only hang aborts, or goes "back" where a test set that (sigsetjmp, back_set).
 */
#ifndef TESTS_CHECKED_SAID_H
#define TESTS_CHECKED_SAID_H

#include <setjmp.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../support/report.h"

/* The last report's details, which are gone when the hook returns. */
static char details[4096];
static sigjmp_buf back;
static bool back_set;

static void keep_details(const struct ksync_report *report)
{
	reports_hook(report);
	details[0] = '\0';
	if (report->details)
		(void)strncpy(details, report->details, sizeof(details) - 1);
	if (report->kind == KSYNC_REPORT_DEADLOCK && back_set)
		siglongjmp(back, 1);
}

static void said_take(void)
{
	reports_take();
	reports.of_life = true;
	ksync_report_hook_set(keep_details);
}

#define SAID_SUITE(name) \
	TestSuite(name, .init = said_take, .fini = reports_none, .timeout = 60)

/* One report with these words, since the last look. */
#define expect_said(words)                                                     \
	do {                                                                   \
		cr_assert_eq(reports_count(), 1, "%d reports, not 1: %s",      \
			     reports_count(), words);                          \
		cr_assert(strstr(reports.kept[0].what, words), "reported: %s", \
			  reports.kept[0].what);                               \
		cr_assert(reports.kept[0].where);                              \
		reports_forget();                                              \
	} while (0)
#define expect_details(words) \
	cr_assert(strstr(details, words), "%s is not in:\n%s", words, details)
#define expect_silence() \
	cr_assert_eq(reports_count(), 0, "reported: %s", reports.kept[0].what)

#endif
