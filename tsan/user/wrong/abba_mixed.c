/* SPDX-License-Identifier: MIT */
/*
 * A mutex and a spinlock are taken in both orders; this time nobody waits.
 * Reported as: lock-order-inversion
 */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(mutex);
static KSYNC_DEFINE_SPINLOCK(spinlock);

static void *mutex_first(void *unused)
{
	(void)unused;
	ksync_mutex_lock(&mutex);
	ksync_spin_lock(&spinlock);
	ksync_spin_unlock(&spinlock);
	ksync_mutex_unlock(&mutex);
	return NULL;
}

static void *spinlock_first(void *unused)
{
	(void)unused;
	ksync_spin_lock(&spinlock);
	ksync_mutex_lock(&mutex);
	ksync_mutex_unlock(&mutex);
	ksync_spin_unlock(&spinlock);
	return NULL;
}

int main(void)
{
	in_turn(mutex_first, spinlock_first);
	return 0;
}
