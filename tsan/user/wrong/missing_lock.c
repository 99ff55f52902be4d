/* SPDX-License-Identifier: MIT */
/*
 * One thread forgets to lock.
 * Reported as: data race
 */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(lock);
static long counter;

static void *count(void *number)
{
	for (int i = 0; i < 1000; i++) {
		if (number)
			ksync_mutex_lock(&lock);
		counter++;
		if (number)
			ksync_mutex_unlock(&lock);
	}
	return NULL;
}

int main(void)
{
	crew(count);
	return 0;
}
