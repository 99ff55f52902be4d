/* SPDX-License-Identifier: MIT */
/* A range that is read all the time and replaced now and then. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/rcu.h>

struct range {
	int low, high;
	ksync_rcu_head_t rcu;
};

static struct range *range;

/* One thread replaces it; several would need a lock here. */
static void range_set(int low)
{
	struct range *fresh = malloc(sizeof(*fresh));
	struct range *old;

	if (!fresh)
		abort();
	fresh->low = low;
	fresh->high = low + 10;
	old = ksync_rcu_replace_pointer(range, fresh, 1);
	ksync_kfree_rcu(old, rcu); /* when no reader looks at it any more */
}

static void *look(void *unused)
{
	for (int i = 0; i < 100000; i++) {
		ksync_guard(rcu)();
		struct range *now = ksync_rcu_dereference(range);

		if (now->low + 10 != now->high)
			abort();
	}
	return unused;
}

int main(void)
{
	pthread_t reader;

	range_set(0);
	pthread_create(&reader, NULL, look, NULL);
	for (int i = 1; i < 1000; i++)
		range_set(i);
	pthread_join(reader, NULL);
	ksync_rcu_barrier(); /* until all old ones are freed */
	printf("from %d to %d\n", range->low, range->high);
	free(range);
	return 0;
}
