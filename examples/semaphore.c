/* SPDX-License-Identifier: MIT */
/* A producer, a consumer, and a ring of four places between them. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/semaphore.h>

#define PLACES 4
#define ITEMS 1000

static KSYNC_DEFINE_SEMAPHORE(places, PLACES); /* the consumer gives them */
static KSYNC_DEFINE_SEMAPHORE(items, 0);       /* the producer gives them */
static int ring[PLACES];

static void *produce(void *unused)
{
	for (int i = 0; i < ITEMS; i++) {
		ksync_down(&places);
		ring[i % PLACES] = i;
		ksync_up(&items);
	}
	return unused;
}

int main(void)
{
	pthread_t producer;
	long sum = 0;
	int i;

	pthread_create(&producer, NULL, produce, NULL);
	for (i = 0; i < ITEMS; i++) {
		if (ksync_down_timeout(&items, 10 * KSYNC_HZ))
			break; /* -ETIME: nothing came for ten seconds */
		sum += ring[i % PLACES];
		ksync_up(&places);
	}
	pthread_join(producer, NULL);
	printf("%d items, sum %ld\n", i, sum);
	return sum != (ITEMS - 1L) * ITEMS / 2;
}
