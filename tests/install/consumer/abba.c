/* SPDX-License-Identifier: MIT */
/*
 * Takes two mutexes in both orders, by one thread. The checked library reports
 * it, and the release library does not. In C and in C++.
 */
#include <stdio.h>
#include <string.h>

#include <ksync/ksync.h>

static KSYNC_DEFINE_MUTEX(journal);
static KSYNC_DEFINE_MUTEX(accounts);

static int reports;

static void count_it(const struct ksync_report *report)
{
	if (strstr(report->what, "order that can deadlock"))
		reports++;
	ksync_report_print(report);
}

int main(void)
{
	struct ksync_status status;

	ksync_status(&status);
	ksync_report_hook_set(count_it);
	ksync_mutex_lock(&journal);
	ksync_mutex_lock(&accounts);
	ksync_mutex_unlock(&accounts);
	ksync_mutex_unlock(&journal);

	ksync_mutex_lock(&accounts);
	ksync_mutex_lock(&journal);
	ksync_mutex_unlock(&journal);
	ksync_mutex_unlock(&accounts);
	printf("%s: %d reports\n", status.variant, reports);
	return reports != KSYNC_CHECKED ||
	       strcmp(status.variant, KSYNC_CHECKED ? "checked" : "release") !=
		       0;
}
