/* SPDX-License-Identifier: MIT */
/*
 * Each call that waits, in one copy of the library, and what ends the wait in
 * the same one or in another: none waits for longer.
 */
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "../support/waits.h"
#include "check.h"

#define ROUNDS 1
/* Less than after which some look whether somebody will wake them. */
#define LONGEST_S 5

static struct waited objects;
static const struct wait *waiter; /* the row by which a thread waits */

static void *wait_main(void *arg)
{
	waiter->wait(&objects);
	return arg;
}

static const struct wait *plugin_waits(void)
{
	const struct wait *(*rows)(void) = NULL;
	void *plugin = dlopen("./plugin.so", RTLD_NOW | RTLD_LOCAL);

	require(plugin);
	*(void **)&rows = dlsym(plugin, "plugin_waits");
	require(rows);
	return rows();
}

static long seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec;
}

static void wait_once(const struct wait *waits_by, const struct wait *ends_by)
{
	long began = seconds();
	pthread_t thread;

	waited_init(&objects);
	waiter = waits_by;
	if (ends_by->before)
		ends_by->before(&objects);
	thread = started(wait_main, NULL);
	usleep(2000);
	ends_by->end(&objects);
	pthread_join(thread, NULL);
	require(objects.failures == 0);
	require(seconds() - began < LONGEST_S);
}

static void each(const struct wait *waits_by, const struct wait *ends_by)
{
	ksync_report_hook_set(count_report);
	for (size_t i = 0; i < WAITS; i++) {
		if (waits_by != ends_by && waits[i].within_a_copy)
			continue;
		printf("%s\n", waits[i].name);
		fflush(stdout);
		for (int round = 0; round < ROUNDS; round++)
			wait_once(&waits_by[i], &ends_by[i]);
	}
	require(reports == 0);
}

static void scene_one_copy(void)
{
	each(waits, waits);
}

static void scene_other_copy_ends(void)
{
	each(waits, plugin_waits());
}

static void scene_other_copy_waits(void)
{
	each(plugin_waits(), waits);
}

/* ---- what only one copy may unlock ---- */

static const char *said;

static void note_report(const struct ksync_report *report)
{
	said = report->what;
}

static const struct wait *row_of(const struct wait *rows, const char *name)
{
	while (strcmp(rows->name, name) != 0)
		rows++;
	return rows;
}

static const char *const owned[] = { "mutex", "rwsem_read", "ww_mutex",
				     "rt_mutex", "once" };

#define OWNED (sizeof(owned) / sizeof(owned[0]))

static void scene_stranger_ends(void)
{
	const struct wait *others = plugin_waits();

	ksync_report_hook_set(note_report);
	for (size_t i = 0; i < OWNED; i++) {
		const struct wait *mine = row_of(waits, owned[i]);
		const struct wait *other = row_of(others, owned[i]);

		waited_init(&objects);
		said = NULL;
		other->before(&objects);
		mine->end(&objects);
		require(said && strstr(said, "through another copy"));
		/* It still has it, until it is ended where it was begun. */
		other->end(&objects);
		mine->wait(&objects);
		require(objects.failures == 0);
	}
}

/* It would wait for itself: that is told at once. */
static void scene_stranger_begins(void)
{
	const struct wait *others = plugin_waits();

	ksync_report_hook_set(note_report);
	for (size_t i = 0; i < OWNED; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			alarm(LONGEST_S);
			waited_init(&objects);
			row_of(others, owned[i])->before(&objects);
			row_of(waits, owned[i])->before(&objects);
			/* Or its caller is told. */
			_exit(objects.failures == 0);
		}
		require(waitpid(child, &status, 0) == child);
		require(strcmp(owned[i], "ww_mutex") == 0 ?
				status == 0 :
				WIFSIGNALED(status) &&
					WTERMSIG(status) == SIGABRT);
	}
}

static const struct scene scenes[] = {
	{ "one_copy", scene_one_copy },
	{ "other_copy_ends", scene_other_copy_ends },
	{ "other_copy_waits", scene_other_copy_waits },
	{ "stranger_ends", scene_stranger_ends },
	{ "stranger_begins", scene_stranger_begins },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_scene(scenes, argc, argv);
}
