/* SPDX-License-Identifier: MIT */
/* A position that one thread moves, and that others read all the time. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/seqlock.h>

struct position {
	double x, y, z;
};

static KSYNC_DEFINE_SEQLOCK(lock);
static struct position shared; /* in write sections of lock */

static void move_to(double to)
{
	struct position next = { to, 2 * to, 3 * to };

	ksync_guard(write_seqlock)(&lock);
	ksync_seqcount_copy_in(&shared, &next);
}

/* Takes no lock and writes nothing; reads again if it has moved meanwhile. */
static struct position position(void)
{
	struct position seen;

	ksync_scoped_seqlock_read(&lock, ksync_ss_lockless)
		ksync_seqcount_copy_out(&seen, &shared);
	return seen;
}

static void *look(void *torn)
{
	struct position seen;

	do {
		seen = position();
		if (seen.y > 2 * seen.x || seen.z > 3 * seen.x)
			*(int *)torn = 1;
	} while (seen.x < 1000);
	return NULL;
}

int main(void)
{
	pthread_t readers[2];
	int torn[2] = { 0, 0 };

	for (int i = 0; i < 2; i++)
		pthread_create(&readers[i], NULL, look, &torn[i]);
	for (int to = 1; to <= 1000; to++)
		move_to(to);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	printf("at %.0f, %.0f, %.0f\n", position().x, position().y,
	       position().z);
	return torn[0] || torn[1];
}
