/* SPDX-License-Identifier: MIT */
/* A table of routes: many threads look something up, now and then one of them
 * adds a route, and looks at once whether the others would find it. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/rwsem.h>

#define ROUTES 64
#define THREADS 4
#define LOOKUPS 20000

static KSYNC_DECLARE_RWSEM(sem);
static int routes[ROUTES]; /* these two under sem */
static int count;

static int look_up(int target)
{
	ksync_guard(rwsem_read)(&sem);
	for (int i = 0; i < count; i++)
		if (routes[i] == target)
			return i;
	return -1;
}

static int add(int target)
{
	int mine;

	ksync_down_write(&sem);
	mine = count;
	routes[count++] = target;
	ksync_downgrade_write(&sem); /* nobody writes in between */
	mine = routes[mine] == target && count == mine + 1;
	ksync_up_read(&sem);
	return mine;
}

static void *run(void *arg)
{
	long wrong = 0;
	int me = *(int *)arg;

	for (int i = 0; i < LOOKUPS; i++) {
		if (i % (LOOKUPS / (ROUTES / THREADS)) == 0)
			wrong += !add(me * LOOKUPS + i);
		wrong += look_up(me * LOOKUPS) < 0;
	}
	return (void *)wrong;
}

int main(void)
{
	pthread_t threads[THREADS];
	int ids[THREADS];
	long wrong = 0;

	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		pthread_create(&threads[i], NULL, run, &ids[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		wrong += (long)result;
	}
	printf("%d routes, %ld wrong\n", count, wrong);
	return wrong != 0 || count != ROUTES;
}
