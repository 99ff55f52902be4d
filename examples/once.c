/* SPDX-License-Identifier: MIT */
/* A table of squares that the first thread to need it makes. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/once.h>

struct squares {
	ksync_once_t made;
	int of[100];
};

static struct squares squares = { .made = KSYNC_ONCE_INIT };

static void squares_make(void *arg)
{
	struct squares *s = arg;

	for (int i = 0; i < 100; i++)
		s->of[i] = i * i;
}

static int square(int n)
{
	ksync_once(&squares.made, squares_make, &squares);
	return squares.of[n];
}

static void *work(void *sum)
{
	for (int n = 0; n < 100; n++)
		*(int *)sum += square(n);
	return NULL;
}

int main(void)
{
	pthread_t threads[3];
	int sums[3] = { 0 };

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, &sums[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d, %d, %d\n", sums[0], sums[1], sums[2]);
	return sums[0] != 328350 || sums[1] != sums[0] || sums[2] != sums[0];
}
