/* SPDX-License-Identifier: MIT */
/*
 * An Arc behind an RCU pointer: a reader takes a reference inside a reader's
 * section. The pointer's own reference is put only after a grace period, so a
 * plain get never finds a dead object.
 */
#include "config.h"

#include <ksync/arc.h>
#include <ksync/rcu.h>

static ksync_atomic_long_t alive;

static void config_drop(struct config *c)
{
	(void)c;
	ksync_atomic_long_dec(&alive);
}

KSYNC_DEFINE_ARC(config, struct config, config_drop)

static struct config_arc *current_config;

struct config_ref *config_get(void)
{
	ksync_guard(rcu)();
	return (struct config_ref *)(void *)config_arc_get(
		ksync_rcu_dereference(current_config));
}

const struct config *config_of(struct config_ref *ref)
{
	return config_arc_data((struct config_arc *)(void *)ref);
}

void config_put(struct config_ref *ref)
{
	config_arc_put((struct config_arc *)(void *)ref);
}

bool config_set(const struct config *next)
{
	struct config_arc *fresh = config_arc_new(*next);
	struct config_arc *old;

	if (!fresh)
		return false;
	ksync_atomic_long_inc(&alive);
	old = ksync_rcu_replace_pointer(current_config, fresh, 1);
	if (old) {
		ksync_synchronize_rcu();
		config_arc_put(old);
	}
	return true;
}

void config_clear(void)
{
	struct config_arc *old =
		ksync_rcu_replace_pointer(current_config, NULL, 1);

	ksync_synchronize_rcu();
	config_arc_put(old);
}

long config_alive(void)
{
	return ksync_atomic_long_read(&alive);
}
