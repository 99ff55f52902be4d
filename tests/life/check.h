/* SPDX-License-Identifier: MIT */
/* What the programs of this folder have in common. */
#ifndef CHECK_H
#define CHECK_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ksync/report.h>

/* A part of a program that one argument chooses. */
struct scene {
	const char *name;
	void (*run)(void);
};

#define require(holds)                                                   \
	do {                                                             \
		if (!(holds)) {                                          \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, \
				__LINE__, #holds);                       \
			_exit(1);                                        \
		}                                                        \
	} while (0)

static int reports;

static inline void count_report(const struct ksync_report *report)
{
	(void)report;
	__atomic_add_fetch(&reports, 1, __ATOMIC_RELAXED);
}

static inline pthread_t started(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	require(pthread_create(&thread, NULL, fn, arg) == 0);
	return thread;
}

static inline void run_thread(void *(*fn)(void *), void *arg)
{
	pthread_join(started(fn, arg), NULL);
}

/* The child exits with 0. */
static inline void is_well(pid_t child)
{
	int status;

	require(child > 0);
	require(waitpid(child, &status, 0) == child);
	require(status == 0);
}

static inline int run_scene(const struct scene *scene, int argc, char **argv)
{
	alarm(100);
	for (; argc == 2 && scene->name; scene++) {
		const char *a = scene->name, *b = argv[1];

		while (*a && *a == *b)
			a++, b++;
		if (*a || *b)
			continue;
		scene->run();
		return 0;
	}
	fprintf(stderr, "no such scene\n");
	return 2;
}

#endif
