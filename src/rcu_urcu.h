/* SPDX-License-Identifier: MIT */
/*
 * liburcu as ksync uses it: the only file that includes its headers. The
 * flavour is chosen when ksync is configured (KSYNC_RCU): memb, whose readers
 * need membarrier to be fast, or bp.
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
#define URCU(name) urcu_bp_##name
typedef struct urcu_bp_gp ksync__urcu_gp_t;
typedef struct urcu_bp_reader ksync__urcu_reader_t;
#else
#include <urcu/urcu-memb.h>
#include <urcu/static/urcu-memb.h>
#define URCU(name) urcu_memb_##name
typedef struct urcu_gp ksync__urcu_gp_t;
typedef struct urcu_reader ksync__urcu_reader_t;
#endif

#include <ksync/rcu.h>

KSYNC_STATIC_ASSERT(offsetof(ksync__urcu_gp_t, ctr) ==
			    offsetof(struct ksync__rcu_gp, ctr),
		    "liburcu's grace-period record has changed");
KSYNC_STATIC_ASSERT(sizeof(((ksync__urcu_reader_t *)0)->ctr) == sizeof(long),
		    "liburcu's reader counter has changed");

static inline void ksync__gp_read_lock(void)
{
	URCU(read_lock)();
}

static inline void ksync__gp_read_unlock(void)
{
	URCU(read_unlock)();
}

static inline bool ksync__gp_reading(void)
{
	return URCU(read_ongoing)() != 0;
}

static inline void ksync__gp_synchronize(void)
{
	URCU(synchronize_rcu)();
}

/* Do readers need a processor barrier? Not the inline ones. */
static inline bool ksync__gp_has_membarrier(void)
{
	return URCU(has_sys_membarrier) != 0;
}

static inline const struct ksync__rcu_gp *ksync__gp_record(void)
{
	return (const struct ksync__rcu_gp *)&URCU(gp);
}

#if defined(KSYNC_RCU_BP)

/* bp has no futex in its record: what follows ctr is padding, never -1. */
KSYNC_STATIC_ASSERT(sizeof(ksync__urcu_gp_t) >= sizeof(struct ksync__rcu_gp),
		    "liburcu's grace-period record has changed");

/* False if nobody has to unregister it: bp's own destructor does. */
static inline bool ksync__gp_register(void)
{
	urcu_bp_register_thread();
	return false;
}

static inline void ksync__gp_unregister(void)
{
}

static inline ksync__urcu_reader_t *ksync__gp_reader(void)
{
	return URCU_TLS(urcu_bp_reader);
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

KSYNC_STATIC_ASSERT(offsetof(ksync__urcu_gp_t, futex) ==
			    offsetof(struct ksync__rcu_gp, futex),
		    "liburcu's grace-period record has changed");

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

static inline ksync__urcu_reader_t *ksync__gp_reader(void)
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
	ksync__urcu_reader_t *r = reader;

	r->node.prev->next = r->node.next;
	r->node.next->prev = r->node.prev;
}

#endif

#endif
