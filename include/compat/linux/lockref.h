/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_LOCKREF_H
#define KSYNC_COMPAT_LOCKREF_H

#include <linux/spinlock.h>

#include <ksync/lockref.h>

KSYNC__KERNEL_NAME void lockref_init(struct lockref *lockref)
{
	ksync_lockref_init(lockref);
}

KSYNC__KERNEL_NAME void lockref_get(struct lockref *lockref)
{
	ksync_lockref_get(lockref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
lockref_get_not_zero(struct lockref *lockref)
{
	return ksync_lockref_get_not_zero(lockref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
lockref_get_not_dead(struct lockref *lockref)
{
	return ksync_lockref_get_not_dead(lockref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
lockref_put_not_zero(struct lockref *lockref)
{
	return ksync_lockref_put_not_zero(lockref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME int
lockref_put_return(struct lockref *lockref)
{
	return ksync_lockref_put_return(lockref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
lockref_put_or_lock(struct lockref *lockref)
{
	return ksync_lockref_put_or_lock(lockref);
}

KSYNC__KERNEL_NAME void lockref_mark_dead(struct lockref *lockref)
{
	ksync_lockref_mark_dead(lockref);
}

KSYNC__KERNEL_NAME bool __lockref_is_dead(const struct lockref *l)
{
	return ksync___lockref_is_dead(l);
}

#endif
