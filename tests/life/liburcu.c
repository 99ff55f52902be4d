/* SPDX-License-Identifier: MIT */
/*
 * A program that uses liburcu itself: whichever comes first, both take each
 * thread, both have their grace periods, and readers of both are waited for.
 */
#include <stdbool.h>
#include <stddef.h>

#include <urcu/urcu-memb.h>

#include <ksync/rcu.h>

#include "check.h"

static bool called;

static void call_back(struct rcu_head *head)
{
	(void)head;
	__atomic_store_n(&called, true, __ATOMIC_RELEASE);
}

static void wait_for_a_callback(void)
{
	static struct rcu_head head;

	urcu_memb_call_rcu(&head, call_back);
	urcu_memb_barrier();
	require(__atomic_load_n(&called, __ATOMIC_ACQUIRE));
}

static void read_both(void)
{
	ksync_rcu_read_lock();
	urcu_memb_read_lock();
	ksync_rcu_read_lock();
	urcu_memb_read_unlock();
	require(ksync_rcu_read_lock_held());
	ksync_rcu_read_unlock();
	ksync_rcu_read_unlock();
	require(!ksync_rcu_read_lock_held());
}

static void wait_both(void)
{
	urcu_memb_synchronize_rcu();
	ksync_synchronize_rcu();
	ksync_rcu_barrier();
}

static void read_ksync(void)
{
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
}

static void *register_first(void *arg)
{
	urcu_memb_register_thread();
	read_both();
	wait_both();
	urcu_memb_unregister_thread();
	return arg;
}

static void *read_first(void *arg)
{
	read_ksync();
	urcu_memb_register_thread();
	read_both();
	wait_both();
	urcu_memb_unregister_thread();
	read_ksync();
	ksync_synchronize_rcu();
	urcu_memb_register_thread();
	read_both();
	urcu_memb_unregister_thread();
	return arg;
}

static bool inside;
static bool over;

static void *read_long(void *arg)
{
	bool ksyncs = arg != NULL;

	urcu_memb_register_thread();
	if (ksyncs)
		ksync_rcu_read_lock();
	else
		urcu_memb_read_lock();
	__atomic_store_n(&inside, true, __ATOMIC_RELEASE);
	usleep(50000);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	if (ksyncs)
		ksync_rcu_read_unlock();
	else
		urcu_memb_read_unlock();
	urcu_memb_unregister_thread();
	return NULL;
}

/* The library's grace periods wait for readers of both. */
static void wait_for(void *whose)
{
	pthread_t thread;

	over = false;
	inside = false;
	thread = started(read_long, whose);
	while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE))
		usleep(1000);
	ksync_synchronize_rcu();
	require(__atomic_load_n(&over, __ATOMIC_ACQUIRE));
	pthread_join(thread, NULL);
}

/* Four threads at once, each again and again. */
static void *again(void *fn)
{
	for (int i = 0; i < 20; i++)
		run_thread(*(void *(**)(void *))fn, NULL);
	return NULL;
}

static void many(void *(*fn)(void *))
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = started(again, (void *)&fn);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

static void in_child(void)
{
	pid_t child = fork();

	if (child)
		is_well(child);
	if (child)
		return;
	read_ksync();
	ksync_synchronize_rcu();
	_exit(0);
}

static void scene_before(void)
{
	urcu_memb_register_thread();
	many(register_first);
	wait_for(NULL);
	wait_for(&over);
	wait_for_a_callback();
	wait_both();
	urcu_memb_unregister_thread();
	in_child();
}

static void scene_after(void)
{
	read_ksync();
	many(read_first);
	many(register_first);
	wait_for(NULL);
	wait_for(&over);
	(void)read_first(NULL);
	wait_for_a_callback();
	in_child();
}

static const struct scene scenes[] = {
	{ "before", scene_before },
	{ "after", scene_after },
	{ NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_scene(scenes, argc, argv);
}
