/* SPDX-License-Identifier: MIT */
/*
 * RCU at the ends: threads whose first use is a reader in a destructor, and
 * whose memory is gone; main before its callbacks; nothing left at exit.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <sys/mman.h>

#include <ksync/rcu.h>

#include "check.h"

#define STACK (256 << 10)

static pthread_key_t key;
static __thread int round_now;
static int round_wanted;

static void destructor(void *value)
{
	if (++round_now < round_wanted) {
		pthread_setspecific(key, value);
		return;
	}
	ksync_rcu_read_lock();
	require(ksync_rcu_read_lock_held());
	ksync_rcu_read_unlock();
}

static void *with_destructor(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

/* Its stack, where its thread-local data is, too, is unmapped at once. */
static void reader_in_destructor(void)
{
	void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	require(pthread_attr_setstack(&attr, stack, STACK) == 0);
	require(pthread_create(&thread, &attr, with_destructor, NULL) == 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	munmap(stack, STACK);
}

static void readers_in_destructors(void)
{
	require(pthread_key_create(&key, destructor) == 0);
	for (round_wanted = 1; round_wanted <= 4; round_wanted++) {
		for (int i = 0; i < 50; i++)
			reader_in_destructor();
		ksync_synchronize_rcu();
	}
}

static void scene_rounds(void)
{
	readers_in_destructors();
}

/* The program's key is behind the library's, and is served after it. */
static void scene_rounds_behind(void)
{
	pthread_key_t unused;

	for (int i = 0; i < 40; i++)
		require(pthread_key_create(&unused, NULL) == 0);
	readers_in_destructors();
}

static int freed;

static void count_and_free(ksync_rcu_head_t *head)
{
	free(head);
	__atomic_add_fetch(&freed, 1, __ATOMIC_RELAXED);
}

static void callback(void)
{
	ksync_call_rcu((ksync_rcu_head_t *)malloc(sizeof(ksync_rcu_head_t)),
		       count_and_free);
}

static void *outlive(void *arg)
{
	usleep(20000);
	callback();
	return arg;
}

/* The process ends with its last thread, though there were callbacks. */
static void scene_main(void)
{
	callback();
	ksync_rcu_barrier();
	callback();
	started(outlive, NULL);
	pthread_exit(NULL);
}

/* No memory, and no thread, is left: valgrind looks. */
static void scene_clean(void)
{
	callback();
	ksync_rcu_barrier();
	require(freed == 1);
}

static const struct scene scenes[] = {
	{ "rounds", scene_rounds },
	{ "rounds_behind", scene_rounds_behind },
	{ "main", scene_main },
	{ "clean", scene_clean },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_scene(scenes, argc, argv);
}
