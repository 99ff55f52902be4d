/* SPDX-License-Identifier: MIT */
/* Two accounts, and transfers in both directions at once. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/mutex.h>

struct account {
	ksync_mutex_t lock;
	long cents; /* under lock */
};

static struct account a = { KSYNC_MUTEX_INIT, 50000 };
static struct account b = { KSYNC_MUTEX_INIT, 50000 };

/* The locks are always taken in one order, whatever the direction. */
static void transfer(long cents)
{
	ksync_guard(mutex)(&a.lock);
	ksync_guard(mutex)(&b.lock);
	a.cents -= cents;
	b.cents += cents;
}

static void *trade(void *back)
{
	for (int i = 0; i < 10000; i++)
		transfer(back ? -1 : 1);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, trade, NULL);
	pthread_create(&threads[1], NULL, trade, &b);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("%ld and %ld cents\n", a.cents, b.cents);
	return a.cents != 50000 || b.cents != 50000;
}
