/* SPDX-License-Identifier: MIT */
/* Threads of a small test program. Creating and joining them orders. */
#ifndef KSYNC_TSAN_USER_CREW_H
#define KSYNC_TSAN_USER_CREW_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CREW 4

static inline void need(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "failed: %s\n", what);
	exit(1);
}

static inline pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t id;

	need(pthread_create(&id, NULL, fn, arg) == 0, "pthread_create");
	return id;
}

static inline void finish(pthread_t id)
{
	need(pthread_join(id, NULL) == 0, "pthread_join");
}

/* fn(0), fn(1), ... at once; the argument is a number. */
static inline void crew(void *(*fn)(void *))
{
	pthread_t id[CREW];

	for (size_t i = 0; i < CREW; i++)
		id[i] = start(fn, (void *)i);
	for (size_t i = 0; i < CREW; i++)
		finish(id[i]);
}

/* One after the other. */
static inline void in_turn(void *(*first)(void *), void *(*second)(void *))
{
	finish(start(first, NULL));
	finish(start(second, NULL));
}

#endif
