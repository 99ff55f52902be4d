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

KSYNC__KERNEL_NAME void rcu_read_lock_sched_notrace(void)
{
	ksync_rcu_read_lock();
}

KSYNC__KERNEL_NAME void rcu_read_unlock_sched_notrace(void)
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

/* Grace periods that are polled. There is one kind, so the full state is the
 * cookie, and expedited is what all are. */
#define NUM_ACTIVE_RCU_POLL_OLDSTATE 2
#define NUM_ACTIVE_RCU_POLL_FULL_OLDSTATE 2

struct rcu_gp_oldstate {
	unsigned long rgos_norm;
};

KSYNC__KERNEL_NAME unsigned long get_completed_synchronize_rcu(void)
{
	return KSYNC_RCU_COMPLETED;
}

KSYNC__KERNEL_NAME void
get_completed_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp)
{
	rgosp->rgos_norm = KSYNC_RCU_COMPLETED;
}

KSYNC__KERNEL_NAME unsigned long get_state_synchronize_rcu(void)
{
	return ksync_get_state_synchronize_rcu();
}

KSYNC__KERNEL_NAME void
get_state_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp)
{
	rgosp->rgos_norm = ksync_get_state_synchronize_rcu();
}

KSYNC__KERNEL_NAME unsigned long start_poll_synchronize_rcu(void)
{
	return ksync_start_poll_synchronize_rcu();
}

KSYNC__KERNEL_NAME void
start_poll_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp)
{
	rgosp->rgos_norm = ksync_start_poll_synchronize_rcu();
}

KSYNC__KERNEL_NAME unsigned long start_poll_synchronize_rcu_expedited(void)
{
	return ksync_start_poll_synchronize_rcu();
}

KSYNC__KERNEL_NAME void
start_poll_synchronize_rcu_expedited_full(struct rcu_gp_oldstate *rgosp)
{
	rgosp->rgos_norm = ksync_start_poll_synchronize_rcu();
}

KSYNC__KERNEL_NAME bool poll_state_synchronize_rcu(unsigned long oldstate)
{
	return ksync_poll_state_synchronize_rcu(oldstate);
}

KSYNC__KERNEL_NAME bool
poll_state_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp)
{
	return ksync_poll_state_synchronize_rcu(rgosp->rgos_norm);
}

KSYNC__KERNEL_NAME void cond_synchronize_rcu(unsigned long oldstate)
{
	ksync_cond_synchronize_rcu(oldstate);
}

KSYNC__KERNEL_NAME void cond_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp)
{
	ksync_cond_synchronize_rcu(rgosp->rgos_norm);
}

KSYNC__KERNEL_NAME void cond_synchronize_rcu_expedited(unsigned long oldstate)
{
	ksync_cond_synchronize_rcu(oldstate);
}

KSYNC__KERNEL_NAME void
cond_synchronize_rcu_expedited_full(struct rcu_gp_oldstate *rgosp)
{
	ksync_cond_synchronize_rcu(rgosp->rgos_norm);
}

KSYNC__KERNEL_NAME bool same_state_synchronize_rcu(unsigned long oldstate1,
						   unsigned long oldstate2)
{
	return oldstate1 == oldstate2;
}

KSYNC__KERNEL_NAME bool
same_state_synchronize_rcu_full(struct rcu_gp_oldstate *rgosp1,
				struct rcu_gp_oldstate *rgosp2)
{
	return rgosp1->rgos_norm == rgosp2->rgos_norm;
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

/* An object that waits to be freed is a callback. */
KSYNC__KERNEL_NAME void kvfree_rcu_barrier(void)
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
#define rcu_dereference_raw_check(p) ksync_rcu_dereference_raw(p)
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
#define lockdep_assert_in_rcu_read_lock_bh() lockdep_assert_in_rcu_read_lock()
#define lockdep_assert_in_rcu_read_lock_sched() \
	lockdep_assert_in_rcu_read_lock()
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
