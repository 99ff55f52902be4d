/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_PERCPU_REFCOUNT_H
#define KSYNC_COMPAT_PERCPU_REFCOUNT_H

#include <linux/atomic.h>

#include <ksync/percpu_ref.h>

enum {
	PERCPU_REF_INIT_ATOMIC = KSYNC_PERCPU_REF_INIT_ATOMIC,
	PERCPU_REF_INIT_DEAD = KSYNC_PERCPU_REF_INIT_DEAD,
	PERCPU_REF_ALLOW_REINIT = KSYNC_PERCPU_REF_ALLOW_REINIT,
};

typedef ksync_percpu_ref_func_t percpu_ref_func_t;

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME int
percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
		unsigned int flags, unsigned int gfp)
{
	(void)gfp;
	return ksync_percpu_ref_init(ref, release, flags);
}

KSYNC__KERNEL_NAME void percpu_ref_exit(struct percpu_ref *ref)
{
	ksync_percpu_ref_exit(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_get_many(struct percpu_ref *ref,
					    unsigned long nr)
{
	ksync_percpu_ref_get_many(ref, nr);
}

KSYNC__KERNEL_NAME void percpu_ref_get(struct percpu_ref *ref)
{
	ksync_percpu_ref_get(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	return ksync_percpu_ref_tryget_many(ref, nr);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
percpu_ref_tryget(struct percpu_ref *ref)
{
	return ksync_percpu_ref_tryget(ref);
}

KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return ksync_percpu_ref_tryget_live(ref);
}

/* For who is in a reader of RCU already. */
KSYNC_MUST_CHECK KSYNC__KERNEL_NAME bool
percpu_ref_tryget_live_rcu(struct percpu_ref *ref)
{
	return ksync_percpu_ref_tryget_live(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_put_many(struct percpu_ref *ref,
					    unsigned long nr)
{
	ksync_percpu_ref_put_many(ref, nr);
}

KSYNC__KERNEL_NAME void percpu_ref_put(struct percpu_ref *ref)
{
	ksync_percpu_ref_put(ref);
}

KSYNC__KERNEL_NAME bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return ksync_percpu_ref_is_dying(ref);
}

KSYNC__KERNEL_NAME bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return ksync_percpu_ref_is_zero(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_kill_and_confirm(struct percpu_ref *ref,
						    percpu_ref_func_t *confirm)
{
	ksync_percpu_ref_kill_and_confirm(ref, confirm);
}

KSYNC__KERNEL_NAME void percpu_ref_kill(struct percpu_ref *ref)
{
	ksync_percpu_ref_kill(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_switch_to_atomic(struct percpu_ref *ref,
						    percpu_ref_func_t *confirm)
{
	ksync_percpu_ref_switch_to_atomic(ref, confirm);
}

KSYNC__KERNEL_NAME void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	ksync_percpu_ref_switch_to_atomic_sync(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	ksync_percpu_ref_switch_to_percpu(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_resurrect(struct percpu_ref *ref)
{
	ksync_percpu_ref_resurrect(ref);
}

KSYNC__KERNEL_NAME void percpu_ref_reinit(struct percpu_ref *ref)
{
	ksync_percpu_ref_reinit(ref);
}

#endif
