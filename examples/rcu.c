/* SPDX-License-Identifier: MIT */
/* A setting that is read all the time and replaced now and then. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/mutex.h>
#include <ksync/rcu.h>

struct setting {
	int low;
	int high;
	ksync_rcu_head_t rcu;
};

static struct setting *setting;
static KSYNC_DEFINE_MUTEX(setting_lock);

static void setting_replace(int low, int high)
{
	struct setting *next = malloc(sizeof(*next));
	struct setting *old;

	if (!next)
		abort();
	next->low = low;
	next->high = high;
	ksync_mutex_lock(&setting_lock);
	old = ksync_rcu_replace_pointer(setting, next, 1);
	ksync_mutex_unlock(&setting_lock);
	/* Readers may still look at it: free it after a grace period. */
	ksync_kfree_rcu(old, rcu);
}

static void *look(void *unused)
{
	for (int i = 0; i < 100000; i++) {
		struct setting *now;

		ksync_guard(rcu)();
		now = ksync_rcu_dereference(setting);
		if (now->low + 10 != now->high)
			abort();
	}
	return unused;
}

int main(void)
{
	pthread_t readers[2];

	setting_replace(0, 10);
	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, look, NULL);
	for (int i = 1; i < 1000; i++)
		setting_replace(i, i + 10);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	/* Run what is outstanding, so that nothing is left. */
	ksync_rcu_barrier();
	printf("low %d\n", setting->low);
	free(setting);
	return 0;
}
