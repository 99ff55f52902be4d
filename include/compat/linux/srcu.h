/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SRCU_H
#define KSYNC_COMPAT_SRCU_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/spinlock.h>

#include <ksync/srcu.h>

/* As in <linux/rcupdate.h>, which a build without liburcu has not. */
#define rcu_head ksync_rcu_head
#define callback_head ksync_rcu_head
#define srcu_ctr ksync_srcu_ctr

#define DEFINE_SRCU(name) struct srcu_struct name = KSYNC__SRCU_INIT(#name)
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)
#define DEFINE_SRCU_FAST(name) DEFINE_SRCU(name)
#define DEFINE_STATIC_SRCU_FAST(name) DEFINE_STATIC_SRCU(name)

#define init_srcu_struct(ssp) ksync_init_srcu_struct(ssp)
#define init_srcu_struct_fast(ssp) ksync_init_srcu_struct(ssp)

KSYNC__KERNEL_NAME void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	ksync_cleanup_srcu_struct(ssp);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int srcu_read_lock(struct srcu_struct *ssp)
{
	return ksync_srcu_read_lock(ssp);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
srcu_read_lock_notrace(struct srcu_struct *ssp)
{
	return ksync_srcu_read_lock(ssp);
}

KSYNC__KERNEL_NAME void srcu_read_unlock_notrace(struct srcu_struct *ssp,
						 int idx)
{
	ksync_srcu_read_unlock(ssp, idx);
}

KSYNC__KERNEL_NAME void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	ksync_srcu_read_unlock(ssp, idx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
srcu_read_lock_nmisafe(struct srcu_struct *ssp)
{
	return ksync_srcu_read_lock_nmisafe(ssp);
}

KSYNC__KERNEL_NAME void srcu_read_unlock_nmisafe(struct srcu_struct *ssp,
						 int idx)
{
	ksync_srcu_read_unlock_nmisafe(ssp, idx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct srcu_ctr *
srcu_read_lock_fast(struct srcu_struct *ssp)
{
	return ksync_srcu_read_lock_fast(ssp);
}

KSYNC__KERNEL_NAME void srcu_read_unlock_fast(struct srcu_struct *ssp,
					      struct srcu_ctr *scp)
{
	ksync_srcu_read_unlock_fast(ssp, scp);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int srcu_down_read(struct srcu_struct *ssp)
{
	return ksync_srcu_down_read(ssp);
}

KSYNC__KERNEL_NAME void srcu_up_read(struct srcu_struct *ssp, int idx)
{
	ksync_srcu_up_read(ssp, idx);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK struct srcu_ctr *
srcu_down_read_fast(struct srcu_struct *ssp)
{
	return ksync_srcu_down_read_fast(ssp);
}

KSYNC__KERNEL_NAME void srcu_up_read_fast(struct srcu_struct *ssp,
					  struct srcu_ctr *scp)
{
	ksync_srcu_up_read_fast(ssp, scp);
}

KSYNC__KERNEL_NAME int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return ksync_srcu_read_lock_held(ssp);
}

KSYNC__KERNEL_NAME void synchronize_srcu(struct srcu_struct *ssp)
{
	ksync_synchronize_srcu(ssp);
}

KSYNC__KERNEL_NAME void synchronize_srcu_expedited(struct srcu_struct *ssp)
{
	ksync_synchronize_srcu_expedited(ssp);
}

KSYNC__KERNEL_NAME unsigned long
get_state_synchronize_srcu(struct srcu_struct *ssp)
{
	return ksync_get_state_synchronize_srcu(ssp);
}

KSYNC__KERNEL_NAME unsigned long
start_poll_synchronize_srcu(struct srcu_struct *ssp)
{
	return ksync_start_poll_synchronize_srcu(ssp);
}

KSYNC__KERNEL_NAME bool poll_state_synchronize_srcu(struct srcu_struct *ssp,
						    unsigned long cookie)
{
	return ksync_poll_state_synchronize_srcu(ssp, cookie);
}

KSYNC__KERNEL_NAME unsigned long get_completed_synchronize_srcu(void)
{
	return KSYNC_SRCU_COMPLETED;
}

KSYNC__KERNEL_NAME bool same_state_synchronize_srcu(unsigned long oldstate1,
						    unsigned long oldstate2)
{
	return oldstate1 == oldstate2;
}

#define NUM_ACTIVE_SRCU_POLL_OLDSTATE 2

KSYNC__KERNEL_NAME void call_srcu(struct srcu_struct *ssp,
				  struct rcu_head *head,
				  void (*func)(struct rcu_head *head))
{
	ksync_call_srcu(ssp, head, func);
}

KSYNC__KERNEL_NAME void srcu_barrier(struct srcu_struct *ssp)
{
	ksync_srcu_barrier(ssp);
}

#define srcu_dereference(p, ssp) ksync_srcu_dereference(p, ssp)
#define srcu_dereference_check(p, ssp, c) \
	ksync_srcu_dereference_check(p, ssp, c)
#define srcu_dereference_notrace(p, ssp) ksync_srcu_dereference_check(p, ssp, 1)

/* After srcu_read_unlock(): what was before it comes fully before the rest. */
#define smp_mb__after_srcu_read_unlock() ksync_smp_mb()
#define smp_mb__after_srcu_read_lock() ksync_smp_mb()

#endif
