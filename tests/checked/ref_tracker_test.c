/* SPDX-License-Identifier: MIT */
/* The checked library: who holds references, and what is wrong with a put. */
#include <errno.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <linux/ref_tracker.h>

#include "../support/process.h"
#include "../support/threads.h"
#include "said.h"

SAID_SUITE(ref_tracker);

static struct ref_tracker_dir dir;

/* Two places that get references. */
static KSYNC_NOINLINE struct ref_tracker *get_here(void)
{
	struct ref_tracker *tracker;

	cr_assert_eq(ref_tracker_alloc(&dir, &tracker, 0), 0);
	return tracker;
}

static KSYNC_NOINLINE struct ref_tracker *get_there(void)
{
	struct ref_tracker *tracker;

	cr_assert_eq(ref_tracker_alloc(&dir, &tracker, 0), 0);
	return tracker;
}

/* All from one place, whatever the compiler makes of a loop. */
static KSYNC_NOINLINE void get_many(struct ref_tracker *(*get)(void),
				    volatile int times)
{
	while (times--)
		(void)get();
}

static void put(struct ref_tracker *tracker)
{
	cr_assert_eq(ref_tracker_free(&dir, &tracker), 0);
}

Test(ref_tracker, what_is_put_is_no_leak)
{
	struct ref_tracker *one, *two;

	ref_tracker_dir_init(&dir, 16, "inode");
	one = get_here();
	two = get_there();
	cr_assert(one && two && one != two);
	put(one);
	put(two);
	ref_tracker_dir_exit(&dir);
	expect_silence();
}

Test(ref_tracker, who_holds_references_at_the_end_is_told)
{
	struct ref_tracker *one;

	ref_tracker_dir_init(&dir, 16, "inode");
	one = get_here();
	(void)get_there();
	put(one);
	ref_tracker_dir_exit(&dir);
	cr_assert_eq(reports.kept[0].object, &dir);
	expect_said("references are held when their directory ends");
	expect_details("  name     inode\n");
	expect_details("  holds    1 of 1, got at 0x");
}

Test(ref_tracker, references_are_told_by_where_they_were_got)
{
	ref_tracker_dir_init(&dir, 16, "inode");
	get_many(get_here, 3);
	get_many(get_there, 2);
	ref_tracker_dir_exit(&dir);
	expect_said("references are held when their directory ends");
	expect_details("  holds    3 of 5, got at 0x");
	expect_details("  holds    2 of 5, got at 0x");
}

Test(ref_tracker, a_reference_that_is_put_twice_is_told)
{
	struct ref_tracker *one;

	ref_tracker_dir_init(&dir, 16, "inode");
	one = get_here();
	put(one);
	cr_assert_eq(ref_tracker_free(&dir, &one), -EINVAL);
	expect_said("a reference is put that was put before");
	expect_details("  got      0x");
	expect_details("  put      0x");
	ref_tracker_dir_exit(&dir);
	expect_silence();
}

Test(ref_tracker, so_many_that_were_put_are_known)
{
	struct ref_tracker *one, *two;

	ref_tracker_dir_init(&dir, 1, "inode");
	one = get_here();
	two = get_here();
	put(one);
	put(two);
	/* The second is in quarantine, the first is not. */
	cr_assert_eq(get_here(), one);
	cr_assert_neq(get_here(), two);
	cr_assert_eq(ref_tracker_free(&dir, &two), -EINVAL);
	expect_said("a reference is put that was put before");
}

Test(ref_tracker, references_without_trackers_are_counted)
{
	ref_tracker_dir_init(&dir, 16, "inode");
	cr_assert_eq(ref_tracker_alloc(&dir, NULL, 0), 0);
	cr_assert_eq(ref_tracker_alloc(&dir, NULL, 0), 0);
	cr_assert_eq(ref_tracker_free(&dir, NULL), 0);
	ref_tracker_dir_exit(&dir);
	expect_said("references are held when their directory ends");
	expect_details("  count    1 without trackers\n");
}

Test(ref_tracker, one_that_could_not_be_tracked_is_put)
{
	struct ref_tracker *none = NULL;

	ref_tracker_dir_init(&dir, 16, "inode");
	cr_assert_eq(ref_tracker_free(&dir, &none), -EEXIST);
	ref_tracker_dir_exit(&dir);
	expect_said("references are held when their directory ends");
	expect_details("  count    -1 that were not tracked\n");
}

Test(ref_tracker, a_directory_that_ended_is_not_used)
{
	struct ref_tracker *one;

	ref_tracker_dir_init(&dir, 16, "inode");
	ref_tracker_dir_exit(&dir);
	(void)ref_tracker_alloc(&dir, &one, 0);
	expect_said("used after its directory ended");
}

Test(ref_tracker, who_holds_references_can_be_asked)
{
	char text[4096];
	char few[8];

	ref_tracker_dir_init(&dir, 16, "inode");
	get_many(get_here, 2);
	cr_assert_gt(ref_tracker_dir_snprint(&dir, text, sizeof(text)), 0);
	cr_assert(strstr(text, "  holds    2 of 2, got at 0x"), "%s", text);
	cr_assert_eq(ref_tracker_dir_snprint(&dir, few, sizeof(few)), 7);
	cr_assert_eq(strlen(few), 7);
}

static void use(void *arg, int index)
{
	(void)arg;
	(void)index;
	for (struct effort e = effort(2000, 300); effort_more(&e);) {
		struct ref_tracker *one, *two;

		must(!ref_tracker_alloc(&dir, &one, 0));
		must(!ref_tracker_alloc(&dir, &two, 0));
		must(one != two);
		must(!ref_tracker_free(&dir, &one));
		must(!ref_tracker_free(&dir, &two));
	}
}

Test(ref_tracker, threads_get_and_put_at_once)
{
	struct crew crew;

	ref_tracker_dir_init(&dir, 4, "inode");
	crew_start(&crew, 3, use, NULL);
	crew_join(&crew);
	must_have_held();
	ref_tracker_dir_exit(&dir);
	expect_silence();
}

__attribute__((constructor)) static void play(void)
{
	const char *what = getenv("TRACKER_PLAY");

	if (!what)
		return;
	ref_tracker_dir_init(&dir, 16, "inode");
	(void)get_here();
	if (!strcmp(what, "fork")) {
		int status = -1;

		if (!fork())
			exit(0);
		wait(&status);
		_exit(status ? EXIT_FAILED : 0);
	}
	exit(0);
}

static void again(void *what)
{
	char *args[] = { "ref_tracker", NULL };

	setenv("TRACKER_PLAY", what, 1);
	setenv("KSYNC_ON_REPORT", "abort", 1);
	without_core();
	if (!freopen("/dev/null", "w", stderr))
		_exit(EXIT_FAILED);
	execv("/proc/self/exe", args);
}

Test(ref_tracker, an_exit_tells_who_holds_references)
{
	int status = in_child(again, "exit");

	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

Test(ref_tracker, that_of_a_forks_child_does_not)
{
	cr_assert_eq(in_child(again, "fork"), 0);
}
