/* SPDX-License-Identifier: MIT */
/*
 * Two threads protect the same data with different locks.
 * Reported as: data race
 */
#include <ksync/ksync.h>

#include "../crew.h"

static ksync_mutex_t mutex = KSYNC_MUTEX_INIT;
static ksync_spinlock_t spinlock = KSYNC_SPINLOCK_INIT;
static long counter;

static void *count(void *number)
{
	for (int i = 0; i < 1000; i++) {
		if (number) {
			ksync_guard(mutex)(&mutex);
			counter++;
		} else {
			ksync_guard(spinlock)(&spinlock);
			counter++;
		}
	}
	return NULL;
}

int main(void)
{
	crew(count);
	return 0;
}
