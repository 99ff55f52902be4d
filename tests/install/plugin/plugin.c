/* SPDX-License-Identifier: MIT */
/*
 * A plugin whose threads meet in a mutex, in a spinlock and in RCU, which it
 * uses from its constructor to its destructor. CALLBACKS: with callbacks of its
 * own.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <ksync/ksync.h>

#define THREADS 4
#define ROUNDS 500

int plugin_run(void);
void plugin_touch(void);

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SPINLOCK(spinlock);
static int slow, quick;

#if KSYNC_HAVE_RCU

struct item {
	int value;
	ksync_rcu_head_t rcu;
};

static struct item *item;
static int called;

static void item_set(int value)
{
	struct item *fresh = malloc(sizeof(*fresh));
	struct item *old;

	if (!fresh)
		abort();
	fresh->value = value;
	ksync_mutex_lock(&mutex);
	old = ksync_rcu_replace_pointer(item, fresh, 1);
	ksync_mutex_unlock(&mutex);
	ksync_kfree_rcu_mightsleep(old);
}

static int item_get(void)
{
	ksync_guard(rcu)();
	return ksync_rcu_dereference(item)->value;
}

#ifdef CALLBACKS

static void call(ksync_rcu_head_t *head)
{
	free(ksync_container_of(head, struct item, rcu));
	called++;
}

static void call_and_wait(int n)
{
	called = 0;
	for (int i = 0; i < n; i++) {
		struct item *it = malloc(sizeof(*it));

		if (!it)
			abort();
		ksync_call_rcu(&it->rcu, call);
	}
	/* No callback may be left when its code goes. */
	ksync_rcu_barrier();
	if (called != n)
		abort();
}

#else

static void call_and_wait(int n)
{
	called = n;
}

#endif

__attribute__((constructor)) static void begin(void)
{
	item_set(1);
	ksync_synchronize_rcu();
	call_and_wait(1);
}

__attribute__((destructor)) static void end(void)
{
	if (item_get() < 1)
		abort();
	ksync_synchronize_rcu();
	call_and_wait(10);
	free(item);
}

#else

static void item_set(int value)
{
	(void)value;
}

static int item_get(void)
{
	return 1;
}

static void call_and_wait(int n)
{
	(void)n;
}

#endif

void plugin_touch(void)
{
	ksync_mutex_lock(&mutex);
	slow++;
	ksync_mutex_unlock(&mutex);
	if (item_get() < 1)
		abort();
}

static void *work(void *arg)
{
	const struct timespec nap = { 0, 100000 };

	for (int i = 0; i < ROUNDS; i++) {
		ksync_mutex_lock(&mutex);
		slow++;
		/* Long enough that the others go to sleep. */
		if (i % 100 == 0)
			nanosleep(&nap, NULL);
		ksync_mutex_unlock(&mutex);

		ksync_spin_lock(&spinlock);
		quick++;
		ksync_spin_unlock(&spinlock);
		if (item_get() < 1)
			abort();
		if (i % 100 == 0)
			item_set(i + 1);
	}
	return arg;
}

/* Returns 0 if all was counted. */
int plugin_run(void)
{
	pthread_t threads[THREADS];

	slow = quick = 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	call_and_wait(100);
	return slow != THREADS * ROUNDS || quick != THREADS * ROUNDS;
}
