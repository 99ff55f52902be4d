/* SPDX-License-Identifier: MIT */
/* Routes that are looked up all the time, and changed now and then. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ksync/mutex.h>
#include <ksync/rculist.h>

struct route {
	ksync_list_head_t node;
	ksync_rcu_head_t rcu;
	int to;
	int by;
};

static KSYNC_LIST_HEAD(routes);
static KSYNC_DEFINE_MUTEX(lock); /* of who changes them */

static void route_set(int to, int by)
{
	struct route *fresh = calloc(1, sizeof(*fresh));
	struct route *old;

	if (!fresh)
		exit(1);
	fresh->to = to;
	fresh->by = by;
	ksync_guard(mutex)(&lock);
	ksync_list_for_each_entry(old, &routes, node)
		if (old->to == to) {
			ksync_list_replace_rcu(&old->node, &fresh->node);
			ksync_kfree_rcu(old, rcu);
			return;
		}
	ksync_list_add_rcu(&fresh->node, &routes);
}

static int route_by(int to)
{
	struct route *r;

	ksync_guard(rcu)();
	ksync_list_for_each_entry_rcu(r, &routes,
				      node) if (r->to == to) return r->by;
	return -1;
}

static void *look_up(void *wrong)
{
	for (int i = 0; i < 10000; i++)
		if (route_by(3) < 10)
			*(int *)wrong = 1;
	return NULL;
}

int main(void)
{
	pthread_t reader;
	struct route *r, *next;
	int wrong = 0;

	for (int to = 0; to < 5; to++)
		route_set(to, 10);
	pthread_create(&reader, NULL, look_up, &wrong);
	for (int by = 11; by < 100; by++)
		route_set(3, by);
	pthread_join(reader, NULL);
	printf("to 3 by %d\n", route_by(3));
	ksync_list_for_each_entry_safe(r, next, &routes, node) {
		ksync_list_del(&r->node);
		free(r);
	}
	ksync_rcu_barrier();
	return wrong;
}
