/* SPDX-License-Identifier: MIT */
/* Has a copy of the library inside, or another one than the program's. */
#include <ksync/ksync.h>

#include "../support/waits.h"

#define VISIBLE __attribute__((visibility("default")))

VISIBLE void plugin_lock(ksync_mutex_t *m);
VISIBLE int plugin_lock_interruptible(ksync_mutex_t *m);
VISIBLE void plugin_unlock(ksync_mutex_t *m);
VISIBLE void plugin_read(void);
VISIBLE const struct wait *plugin_waits(void);
VISIBLE bool plugin_counts(void);

void plugin_lock(ksync_mutex_t *m)
{
	ksync_mutex_lock(m);
}

int plugin_lock_interruptible(ksync_mutex_t *m)
{
	return ksync_mutex_lock_interruptible(m);
}

void plugin_unlock(ksync_mutex_t *m)
{
	ksync_mutex_unlock(m);
}

void plugin_read(void)
{
#if KSYNC_HAVE_RCU
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
#endif
}

const struct wait *plugin_waits(void)
{
	return waits;
}

/* By restartable sections, of which the kernel knows the last one. */
bool plugin_counts(void)
{
	ksync_percpu_ref_t refs;

	if (ksync_percpu_ref_init(&refs, NULL, 0))
		return false;
	ksync_percpu_ref_get(&refs);
	ksync_percpu_ref_exit(&refs);
	return true;
}
