/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_WW_MUTEX_H
#define KSYNC_COMPAT_WW_MUTEX_H

#include <linux/mutex.h>

#include <ksync/ww_mutex.h>

#define __WW_CLASS_INITIALIZER(name, wait_die) \
	KSYNC__WW_CLASS_INIT(name, wait_die)
#define DEFINE_WW_CLASS(name) \
	struct ww_class name = KSYNC__WW_CLASS_INIT(name, 0)
#define DEFINE_WD_CLASS(name) \
	struct ww_class name = KSYNC__WW_CLASS_INIT(name, 1)

KSYNC__KERNEL_NAME void ww_mutex_init(struct ww_mutex *lock,
				      struct ww_class *ww_class)
{
	ksync_ww_mutex_init(lock, ww_class);
}

KSYNC__KERNEL_NAME void ww_mutex_destroy(struct ww_mutex *lock)
{
	ksync_ww_mutex_destroy(lock);
}

KSYNC__KERNEL_NAME void ww_acquire_init(struct ww_acquire_ctx *ctx,
					struct ww_class *ww_class)
{
	ksync_ww_acquire_init(ctx, ww_class);
}

KSYNC__KERNEL_NAME void ww_acquire_done(struct ww_acquire_ctx *ctx)
{
	ksync_ww_acquire_done(ctx);
}

KSYNC__KERNEL_NAME void ww_acquire_fini(struct ww_acquire_ctx *ctx)
{
	ksync_ww_acquire_fini(ctx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ksync_ww_mutex_lock(lock, ctx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ksync_ww_mutex_lock_interruptible(lock, ctx);
}

KSYNC__KERNEL_NAME void ww_mutex_lock_slow(struct ww_mutex *lock,
					   struct ww_acquire_ctx *ctx)
{
	ksync_ww_mutex_lock_slow(lock, ctx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
ww_mutex_lock_slow_interruptible(struct ww_mutex *lock,
				 struct ww_acquire_ctx *ctx)
{
	return ksync_ww_mutex_lock_slow_interruptible(lock, ctx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ksync_ww_mutex_trylock(lock, ctx);
}

KSYNC__KERNEL_NAME void ww_mutex_unlock(struct ww_mutex *lock)
{
	ksync_ww_mutex_unlock(lock);
}

KSYNC__KERNEL_NAME bool ww_mutex_is_locked(struct ww_mutex *lock)
{
	return ksync_ww_mutex_is_locked(lock);
}

#endif
