/* SPDX-License-Identifier: MIT */
/*
 * Two mutexes are taken in both orders; this time nobody waits.
 * Reported as: lock-order-inversion
 */
#include <ksync/ksync.h>

#include "../crew.h"

static KSYNC_DEFINE_MUTEX(a);
static KSYNC_DEFINE_MUTEX(b);

static void *ab(void *unused)
{
	(void)unused;
	ksync_mutex_lock(&a);
	ksync_mutex_lock(&b);
	ksync_mutex_unlock(&b);
	ksync_mutex_unlock(&a);
	return NULL;
}

static void *ba(void *unused)
{
	(void)unused;
	ksync_mutex_lock(&b);
	ksync_mutex_lock(&a);
	ksync_mutex_unlock(&a);
	ksync_mutex_unlock(&b);
	return NULL;
}

int main(void)
{
	in_turn(ab, ba);
	return 0;
}
