/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCUPDATE_H
#define KSYNC_COMPAT_RCUPDATE_H

#include <linux/spinlock.h>

#include <ksync/rcu.h>

/* The kernel's two names for one type, which the library calls by its own. */
#define rcu_head ksync_rcu_head
#define callback_head ksync_rcu_head

typedef void (*rcu_callback_t)(struct rcu_head *head);

#define __rcu

KSYNC__KERNEL_NAME void rcu_read_lock(void)
{
	ksync_rcu_read_lock();
}

KSYNC__KERNEL_NAME void rcu_read_unlock(void)
{
	ksync_rcu_read_unlock();
}

KSYNC__KERNEL_NAME void rcu_read_lock_bh(void)
{
	ksync_rcu_read_lock();
}

KSYNC__KERNEL_NAME void rcu_read_unlock_bh(void)
{
	ksync_rcu_read_unlock();
}

KSYNC__KERNEL_NAME void rcu_read_lock_sched(void)
{
	ksync_rcu_read_lock();
}

KSYNC__KERNEL_NAME void rcu_read_unlock_sched(void)
{
	ksync_rcu_read_unlock();
}

KSYNC__KERNEL_NAME int rcu_read_lock_held(void)
{
	return ksync_rcu_read_lock_held();
}

KSYNC__KERNEL_NAME int rcu_read_lock_bh_held(void)
{
	return ksync_rcu_read_lock_held();
}

KSYNC__KERNEL_NAME int rcu_read_lock_sched_held(void)
{
	return ksync_rcu_read_lock_held();
}

KSYNC__KERNEL_NAME int rcu_read_lock_any_held(void)
{
	return ksync_rcu_read_lock_held();
}

KSYNC__KERNEL_NAME void synchronize_rcu(void)
{
	ksync_synchronize_rcu();
}

KSYNC__KERNEL_NAME void synchronize_rcu_expedited(void)
{
	ksync_synchronize_rcu_expedited();
}

KSYNC__KERNEL_NAME void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	ksync_call_rcu(head, func);
}

KSYNC__KERNEL_NAME void call_rcu_hurry(struct rcu_head *head,
				       rcu_callback_t func)
{
	ksync_call_rcu_hurry(head, func);
}

KSYNC__KERNEL_NAME void rcu_barrier(void)
{
	ksync_rcu_barrier();
}

#define kfree_rcu(ptr, rhf) ksync_kfree_rcu(ptr, rhf)
#define kvfree_rcu(ptr, rhf) ksync_kfree_rcu(ptr, rhf)
#define kfree_rcu_mightsleep(ptr) ksync_kfree_rcu_mightsleep(ptr)
#define kvfree_rcu_mightsleep(ptr) ksync_kfree_rcu_mightsleep(ptr)

#define rcu_assign_pointer(p, v) ksync_rcu_assign_pointer(p, v)
#define rcu_dereference(p) ksync_rcu_dereference(p)
#define rcu_dereference_raw(p) ksync_rcu_dereference_raw(p)
#define rcu_dereference_check(p, c) ksync_rcu_dereference_check(p, c)
#define rcu_dereference_bh_check(p, c) ksync_rcu_dereference_check(p, c)
#define rcu_dereference_sched_check(p, c) ksync_rcu_dereference_check(p, c)
#define rcu_dereference_bh(p) ksync_rcu_dereference(p)
#define rcu_dereference_sched(p) ksync_rcu_dereference(p)
#define rcu_dereference_protected(p, c) ksync_rcu_dereference_protected(p, c)
#define rcu_access_pointer(p) ksync_rcu_access_pointer(p)
#define rcu_replace_pointer(p, v, c) ksync_rcu_replace_pointer(p, v, c)
/* Reported, once for a place, if "c" is true; for the checked library alone. */
#define RCU_LOCKDEP_WARN(c, s)                           \
	do {                                             \
		if (KSYNC_CHECKED && ksync_unlikely(c))  \
			ksync__lockdep_assert_failed(s); \
	} while (0)
#define lockdep_assert_in_rcu_read_lock() \
	ksync_lockdep_assert(ksync_rcu_read_lock_held())
#define lockdep_assert_in_rcu_reader() lockdep_assert_in_rcu_read_lock()
#define rcu_sleep_check() \
	RCU_LOCKDEP_WARN(rcu_read_lock_held(), "sleeps in a reader of RCU")
#define rcu_pointer_handoff(p) ksync_rcu_pointer_handoff(p)
#define unrcu_pointer(p) ksync_unrcu_pointer(p)
#define RCU_INIT_POINTER(p, v) KSYNC_RCU_INIT_POINTER(p, v)
#define RCU_INITIALIZER(v) KSYNC_RCU_INITIALIZER(v)
/* In the initialiser of a structure with the member p. */
#define RCU_POINTER_INITIALIZER(p, v) .p = RCU_INITIALIZER(v)

/* After taking a lock, to order what was before an unlock fully before it. */
#define smp_mb__after_unlock_lock() ksync_smp_mb()

#endif
