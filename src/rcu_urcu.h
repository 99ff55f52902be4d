/* SPDX-License-Identifier: MIT */
/*
 * liburcu as ksync uses it: the only file that includes its headers. The
 * flavour is chosen when ksync is configured (KSYNC_RCU): memb, whose readers
 * are inline in ksync's users, or bp, whose readers are not.
 *
 * The library's functions are called, never its inline bodies, so nothing of
 * them is in ksync or in its users.
 */
#ifndef KSYNC_SRC_RCU_URCU_H
#define KSYNC_SRC_RCU_URCU_H

#include <stddef.h>

#if defined(KSYNC_RCU_BP)
#include <urcu/urcu-bp.h>
#include <urcu/static/urcu-bp.h>
#else
#include <urcu/urcu-memb.h>
#include <urcu/static/urcu-memb.h>
#endif

#include <ksync/rcu.h>

#if defined(KSYNC_RCU_BP)

/*
 * bp takes a thread out of its registry in a destructor of its own, even inside
 * a reader, and puts it back when it reads again. That may be before ksync
 * hears of the exit and before other destructors read: so the nesting is
 * counted here, and nothing keeps the address of bp's counter.
 */
static KSYNC_TLS unsigned long ksync__bp_nesting;

static inline void ksync__gp_read_lock(void)
{
	ksync__bp_nesting++;
	urcu_bp_read_lock();
}

static inline void ksync__gp_read_unlock(void)
{
	ksync__bp_nesting--;
	/* If bp has ended the reader, there is nothing left to end. */
	if (URCU_TLS(urcu_bp_reader) && urcu_bp_read_ongoing())
		urcu_bp_read_unlock();
}

static inline bool ksync__gp_reading(void)
{
	return ksync__bp_nesting != 0;
}

static inline void ksync__gp_synchronize(void)
{
	urcu_bp_synchronize_rcu();
}

static inline bool ksync__gp_inline(struct ksync__rcu_reader *r)
{
	(void)r;
	return false;
}

/* False if nobody has to unregister it: bp's own destructor does. */
static inline bool ksync__gp_register(void)
{
	urcu_bp_register_thread();
	return false;
}

static inline void ksync__gp_unregister(void)
{
}

/* What ksync__gp_forget() is given of this thread; not NULL. */
static inline void *ksync__gp_reader(void)
{
	return &ksync__bp_nesting;
}

static inline void ksync__gp_wake(void)
{
}

static inline void ksync__gp_before_fork(void)
{
	urcu_bp_before_fork();
}

static inline void ksync__gp_after_fork_parent(void)
{
	urcu_bp_after_fork_parent();
}

static inline void ksync__gp_after_fork_child(void)
{
	urcu_bp_after_fork_child();
}

/* after_fork_child does it. */
static inline void ksync__gp_forget(void *reader)
{
	(void)reader;
}

#else

KSYNC_STATIC_ASSERT(offsetof(struct urcu_gp, ctr) ==
			    offsetof(struct ksync__rcu_gp, ctr),
		    "liburcu's grace-period record has changed");
KSYNC_STATIC_ASSERT(offsetof(struct urcu_gp, futex) ==
			    offsetof(struct ksync__rcu_gp, futex),
		    "liburcu's grace-period record has changed");
KSYNC_STATIC_ASSERT(sizeof(((struct urcu_reader *)0)->ctr) == sizeof(long),
		    "liburcu's reader counter has changed");

static inline void ksync__gp_read_lock(void)
{
	urcu_memb_read_lock();
}

static inline void ksync__gp_read_unlock(void)
{
	urcu_memb_read_unlock();
}

static inline bool ksync__gp_reading(void)
{
	return urcu_memb_read_ongoing() != 0;
}

static inline void ksync__gp_synchronize(void)
{
	urcu_memb_synchronize_rcu();
}

/*
 * What the inline form works on. False: it does not work here, as without
 * membarrier a reader needs a processor barrier, and the inline form has none.
 */
static inline bool ksync__gp_inline(struct ksync__rcu_reader *r)
{
	r->counter = &URCU_TLS(urcu_memb_reader).ctr;
	r->gp = (const struct ksync__rcu_gp *)&urcu_memb_gp;
	return urcu_memb_has_sys_membarrier != 0;
}

/* False if the program has registered the thread itself, with liburcu. */
static inline bool ksync__gp_register(void)
{
	if (URCU_TLS(urcu_memb_reader).registered)
		return false;
	urcu_memb_register_thread();
	return true;
}

static inline void ksync__gp_unregister(void)
{
	urcu_memb_unregister_thread();
}

static inline void *ksync__gp_reader(void)
{
	return &URCU_TLS(urcu_memb_reader);
}

/* Another thread sleeps in synchronize: an empty reader wakes it. */
static inline void ksync__gp_wake(void)
{
	urcu_memb_read_lock();
	urcu_memb_read_unlock();
}

static inline void ksync__gp_before_fork(void)
{
}

static inline void ksync__gp_after_fork_parent(void)
{
}

static inline void ksync__gp_after_fork_child(void)
{
}

/* In a fork's child: this thread is gone, without having unregistered. */
static inline void ksync__gp_forget(void *reader)
{
	struct urcu_reader *r = reader;

	r->node.prev->next = r->node.next;
	r->node.next->prev = r->node.prev;
}

#endif

#endif
