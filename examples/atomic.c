/* SPDX-License-Identifier: MIT */
/* Threads that count what they move; the last one says how much it was. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/atomic.h>

#define MOVERS 4

static ksync_atomic_long_t moved = KSYNC_ATOMIC_LONG_INIT(0);
static ksync_atomic_t at_work = KSYNC_ATOMIC_INIT(MOVERS);

static void *move(void *unused)
{
	for (int i = 0; i < 1000; i++)
		ksync_atomic_long_add(1500, &moved);
	/* Fully ordered: who finds 0 sees all that the others counted. */
	if (ksync_atomic_dec_and_test(&at_work))
		printf("%ld bytes\n", (long)ksync_atomic_long_read(&moved));
	return unused;
}

int main(void)
{
	pthread_t movers[MOVERS];

	for (int i = 0; i < MOVERS; i++)
		pthread_create(&movers[i], NULL, move, NULL);
	for (int i = 0; i < MOVERS; i++)
		pthread_join(movers[i], NULL);
	return ksync_atomic_long_read(&moved) != 1500L * 1000 * MOVERS;
}
