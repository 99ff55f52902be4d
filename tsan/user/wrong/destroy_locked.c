/* SPDX-License-Identifier: MIT */
/*
 * A mutex is destroyed while somebody holds it.
 * Reported as: destroy of a locked mutex
 */
#include <ksync/ksync.h>

#include "../crew.h"

int main(void)
{
	ksync_mutex_t lock;

	ksync_mutex_init(&lock);
	ksync_mutex_lock(&lock);
	ksync_mutex_destroy(&lock);
	return 0;
}
