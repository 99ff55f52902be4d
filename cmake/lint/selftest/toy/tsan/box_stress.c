/* SPDX-License-Identifier: MIT */
/* Invariant: a value that was put is taken, whole. */
#include <pthread.h>
#include <stddef.h>

#include <ksync/box.h>

#define ROUNDS 1000

static ksync_box_t boxes[ROUNDS];

static void *take_all(void *arg)
{
	int *wrong = arg;
	int value;

	for (int i = 0; i < ROUNDS; i++) {
		while (!ksync_box_take(&boxes[i], &value))
			ksync_barrier();
		*wrong += value != i;
	}
	return NULL;
}

int main(void)
{
	pthread_t taker;
	int wrong = 0;

	pthread_create(&taker, NULL, take_all, &wrong);
	for (int i = 0; i < ROUNDS; i++)
		ksync_box_put(&boxes[i], i);
	pthread_join(taker, NULL);
	return wrong ? 1 : 0;
}
