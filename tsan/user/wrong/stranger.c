/* SPDX-License-Identifier: MIT */
/*
 * A thread unlocks a mutex that another one holds.
 * Reported as: unlock of an unlocked mutex \(or by a wrong thread\)
 */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(lock);

static void *unlock(void *unused)
{
	(void)unused;
	ksync_mutex_unlock(&lock);
	return NULL;
}

int main(void)
{
	ksync_mutex_lock(&lock);
	finish(start(unlock, NULL));
	return 0;
}
