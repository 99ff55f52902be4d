/* SPDX-License-Identifier: MIT */
/*
 * Threads that exit: with a lock, after a first use in each round of their
 * destructors, without a way to be told of it; and main before the others.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <ksync/mutex.h>
#include <ksync/task.h>

#include "check.h"

static pthread_key_t key;
static __thread int round_now;
static int round_wanted;
static void (*in_round)(void);

static void destructor(void *value)
{
	if (++round_now < round_wanted)
		pthread_setspecific(key, value);
	else
		in_round();
}

static void *with_destructor(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

/* Round 0 is the thread itself. */
static void in_thread(int round, void (*fn)(void))
{
	round_wanted = round;
	in_round = fn;
	run_thread(with_destructor, NULL);
}

/* ---- a first use that takes a lock and keeps it ---- */

static ksync_mutex_t kept;

static void keep(void)
{
	ksync_mutex_lock(&kept);
}

static void kept_from(int round)
{
	ksync_mutex_init(&kept);
	in_thread(round, keep);
	require(ksync_mutex_lock_timeout(&kept, 60000) == -EDEADLK);
	/* Once for this place. */
	require(reports == 1);
}

static void scene_rounds(void)
{
	ksync_report_hook_set(count_report);
	for (int round = 1; round <= 3; round++)
		kept_from(round);
}

/* Nothing tells of this end; who has waited for 10 s looks. */
static void scene_last_round(void)
{
	/* The first records are made: nobody looks through them. */
	(void)ksync_current();
	ksync_report_hook_set(count_report);
	kept_from(4);
}

/* ---- records of such threads are used again ---- */

#define MANY 1000

static const void *records[MANY];
static int made;

static void use(void)
{
	ksync_mutex_t m = KSYNC_MUTEX_INIT;
	const void *mine = ksync_current();
	int i = 0;

	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
	while (i < made && records[i] != mine)
		i++;
	records[i] = mine;
	if (i == made)
		made++;
}

static void scene_many(void)
{
	for (int i = 0; i < MANY; i++)
		in_thread(4, use);
	require(made < MANY / 4);
}

/* ---- no memory for the thread's exit hook ---- */

static __thread bool short_of_memory;

void *calloc(size_t n, size_t size);
void *calloc(size_t n, size_t size)
{
	static void *(*real)(size_t, size_t);
	static char early[4096];
	static size_t used;

	if (short_of_memory) {
		errno = ENOMEM;
		return NULL;
	}
	if (!real) {
		/* dlsym() needs some itself. */
		if (used) {
			used += (n * size + 15) / 16 * 16;
			return used > sizeof(early) ?
				       NULL :
				       early + used - (n * size + 15) / 16 * 16;
		}
		used = 16;
		*(void **)&real = dlsym(RTLD_NEXT, "calloc");
	}
	return real(n, size);
}

static void *keep_unwatched(void *arg)
{
	short_of_memory = true;
	ksync_mutex_lock(&kept);
	short_of_memory = false;
	return arg;
}

/* The library's is in the first block, which needs no memory. */
__attribute__((constructor(101))) static void use_up_keys(void)
{
	pthread_key_t unused;

	if (getenv("KEYS_USED_UP"))
		for (int i = 0; i < 40; i++)
			pthread_key_create(&unused, NULL);
}

static void scene_no_memory(void)
{
	ksync_report_hook_set(count_report);
	ksync_mutex_init(&kept);
	run_thread(keep_unwatched, NULL);
	require(ksync_mutex_lock_timeout(&kept, 60000) == -EDEADLK);
	/* Of the memory, and of the lock. */
	require(reports >= 1);
}

/* ---- main ends first ---- */

static KSYNC_DEFINE_MUTEX(m);
static pthread_t first;

static void *outlive(void *arg)
{
	pthread_join(first, NULL);
	for (int i = 0; i < 1000; i++) {
		ksync_mutex_lock(&m);
		ksync_mutex_unlock(&m);
	}
	require(ksync_mutex_lock_interruptible(&m) == 0);
	exit(0);
	return arg;
}

static void scene_main(void)
{
	first = pthread_self();
	ksync_mutex_lock(&m);
	ksync_mutex_unlock(&m);
	started(outlive, NULL);
	pthread_exit(NULL);
}

static const struct scene scenes[] = {
	{ "rounds", scene_rounds }, { "last_round", scene_last_round },
	{ "many", scene_many },	    { "no_memory", scene_no_memory },
	{ "main", scene_main },	    { NULL, NULL },
};

int main(int argc, char **argv)
{
	require(pthread_key_create(&key, destructor) == 0);
	return run_scene(scenes, argc, argv);
}
