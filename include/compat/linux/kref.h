/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_KREF_H
#define KSYNC_COMPAT_KREF_H

#include <linux/mutex.h>
#include <linux/refcount.h>

#include <ksync/kref.h>

#define KREF_INIT(n) KSYNC_KREF_INIT(n)

KSYNC__KERNEL_NAME void kref_init(struct kref *kref)
{
	ksync_kref_init(kref);
}

KSYNC__KERNEL_NAME unsigned int kref_read(const struct kref *kref)
{
	return ksync_kref_read(kref);
}

KSYNC__KERNEL_NAME void kref_get(struct kref *kref)
{
	ksync_kref_get(kref);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int kref_get_unless_zero(struct kref *kref)
{
	return ksync_kref_get_unless_zero(kref);
}

KSYNC__KERNEL_NAME int kref_put(struct kref *kref,
				void (*release)(struct kref *kref))
{
	return ksync_kref_put(kref, release);
}

KSYNC__KERNEL_NAME int kref_put_mutex(struct kref *kref,
				      void (*release)(struct kref *kref),
				      struct mutex *lock)
{
	return ksync_kref_put_mutex(kref, release, lock);
}

KSYNC__KERNEL_NAME int kref_put_lock(struct kref *kref,
				     void (*release)(struct kref *kref),
				     spinlock_t *lock)
{
	return ksync_kref_put_lock(kref, release, lock);
}

#endif
