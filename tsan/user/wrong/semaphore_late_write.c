/* SPDX-License-Identifier: MIT */
/*
 * A producer writes to an item after it has given the unit for it.
 * Reported as: data race
 */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_SEMAPHORE(items, 0);
static long item;

static void *consume(void *unused)
{
	ksync_down(&items);
	item++;
	return unused;
}

static void *produce(void *unused)
{
	item = 1;
	ksync_up(&items);
	item = 2;
	return unused;
}

int main(void)
{
	pthread_t consumer = start(consume, NULL);
	pthread_t producer = start(produce, NULL);

	finish(producer);
	finish(consumer);
	return 0;
}
