/* SPDX-License-Identifier: MIT */
/* Two accounts, transfers in both directions, and a wait that ends in time. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/mutex.h>

struct account {
	ksync_mutex_t lock;
	long cents;
};

static struct account accounts[2] = {
	{ KSYNC_MUTEX_INIT, 50000 },
	{ KSYNC_MUTEX_INIT, 50000 },
};

/* Always in one order, whatever the direction. */
static void transfer(int from, int to, long cents)
{
	ksync_guard(mutex)(&accounts[0].lock);
	ksync_guard(mutex)(&accounts[1].lock);
	accounts[from].cents -= cents;
	accounts[to].cents += cents;
}

static void *trade(void *direction)
{
	int from = direction != NULL;

	for (int i = 0; i < 100000; i++)
		transfer(from, !from, 1);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	long total;

	pthread_create(&threads[0], NULL, trade, NULL);
	pthread_create(&threads[1], NULL, trade, &threads[1]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);

	if (ksync_mutex_lock_timeout(&accounts[0].lock, KSYNC_HZ))
		return 1;
	total = accounts[0].cents + accounts[1].cents;
	ksync_mutex_unlock(&accounts[0].lock);
	printf("total %ld\n", total);
	return total != 100000;
}
