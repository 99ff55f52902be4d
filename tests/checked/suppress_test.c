/* SPDX-License-Identifier: MIT */
/*
 * The checked library: classes of which nothing is reported. Each case is this
 * program once more, with KSYNC_SUPPRESS in its environment.
 */
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "../support/process.h"
#include "../support/report.h"

static DEFINE_MUTEX(journal);
static DEFINE_MUTEX(journals);
static DEFINE_MUTEX(accounts);
static DEFINE_SPINLOCK(cache);
static int told;

static void count(const struct ksync_report *report)
{
	(void)report;
	told++;
}

static void both(struct mutex *one, struct mutex *two)
{
	mutex_lock(one);
	mutex_lock(two);
	mutex_unlock(two);
	mutex_unlock(one);
}

/* Two circles, a sleep under a spinlock, an assertion, and what the lock itself
 * reports. */
__attribute__((constructor)) static void play(void)
{
	if (!getenv("SUPPRESS_PLAY"))
		return;
	ksync_report_hook_set(count);
	both(&journal, &accounts);
	both(&accounts, &journal);
	both(&journals, &accounts);
	both(&accounts, &journals);
	spin_lock(&cache);
	mutex_lock(&journal);
	mutex_unlock(&journal);
	spin_unlock(&cache);
	lockdep_assert_held(&cache);
	mutex_unlock(&journals);
	_exit(told);
}

static void again(void *names)
{
	char *args[] = { "suppress", NULL };

	setenv("SUPPRESS_PLAY", "1", 1);
	if (names)
		setenv("KSYNC_SUPPRESS", names, 1);
	execv("/proc/self/exe", args);
}

static int told_with(char *names)
{
	int status = in_child(again, names);

	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TestSuite(suppress, .init = reports_take, .fini = reports_none, .timeout = 60);

Test(suppress, by_the_names_of_classes)
{
	cr_expect_eq(told_with(NULL), 5);
	cr_expect_eq(told_with(""), 5);
	cr_expect_eq(told_with("journ"), 5);
	cr_expect_eq(told_with("other,cache"), 4);
	/* A circle with it, and the sleep that it would be. */
	cr_expect_eq(told_with("journal"), 3);
	cr_expect_eq(told_with("journals"), 3);
	cr_expect_eq(told_with("journals,journal,cache"), 0);
	cr_expect_eq(told_with("accounts"), 3);
}
