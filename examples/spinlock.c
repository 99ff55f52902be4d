/* SPDX-License-Identifier: MIT */
/* Statistics of which the parts belong together, kept by many threads. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/spinlock.h>

static struct {
	ksync_spinlock_t lock;
	long count, sum, largest; /* under lock */
} sizes = { .lock = KSYNC_SPINLOCK_INIT };

static void sizes_add(long size)
{
	ksync_guard(spinlock)(&sizes.lock);
	sizes.count++;
	sizes.sum += size;
	if (sizes.largest < size)
		sizes.largest = size;
}

static void *work(void *unused)
{
	for (long size = 1; size <= 1000; size++)
		sizes_add(size);
	return unused;
}

int main(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%ld, %ld on average, at most %ld\n", sizes.count,
	       sizes.sum / sizes.count, sizes.largest);
	return sizes.count != 3000 || sizes.sum != 3 * 500500;
}
