/* SPDX-License-Identifier: MIT */
/* A plugin with locks, and their classes' keys, of its own: plugin_host.c. */
#include <ksync/ksync.h>

__attribute__((visibility("default"))) void plugin_use(ksync_mutex_t *hosts,
						       int inside);

static KSYNC_DEFINE_MUTEX(own);
static ksync_mutex_t made;

static void both(ksync_mutex_t *one, ksync_mutex_t *two)
{
	ksync_mutex_lock(one);
	ksync_mutex_lock(two);
	ksync_mutex_unlock(two);
	ksync_mutex_unlock(one);
}

void plugin_use(ksync_mutex_t *hosts, int inside)
{
	ksync_mutex_init(&made);
	if (inside) {
		both(&own, hosts);
		both(&made, hosts);
	} else {
		both(hosts, &own);
		both(hosts, &made);
	}
}
