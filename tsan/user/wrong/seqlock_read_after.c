/* SPDX-License-Identifier: MIT */
/*
 * A reader reads plainly once more after its section has ended.
 * Reported as: data race
 */
#include <unistd.h>

#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_SEQLOCK(sl);
static long value; /* in write sections */
static int left;

static void *look(void *unused)
{
	long seen;

	ksync_scoped_seqlock_read(&sl, ksync_ss_lockless) seen = value;
	if (*(volatile long *)&value != seen)
		KSYNC_WRITE_ONCE(left, 2);
	KSYNC_WRITE_ONCE(left, 1);
	return unused;
}

int main(void)
{
	pthread_t reader = start(look, NULL);

	while (!KSYNC_READ_ONCE(left))
		usleep(100);
	ksync_write_seqlock(&sl);
	value++;
	ksync_write_sequnlock(&sl);
	finish(reader);
	return 0;
}
