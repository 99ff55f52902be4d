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
#include <limits.h>
#include <pthread.h>
#include <urcu/urcu-bp.h>
#include <urcu/static/urcu-bp.h>
#else
#include <urcu/urcu-memb.h>
#include <urcu/static/urcu-memb.h>
#endif

#include <ksync/rcu.h>

/* The counters' layout, in which rcu_spare.c goes on where liburcu ends. */
#define KSYNC__GP_PHASE (KSYNC__RCU_NEST_MASK + 1)

#if defined(KSYNC_RCU_BP)

KSYNC_STATIC_ASSERT(URCU_BP_GP_CTR_PHASE == KSYNC__GP_PHASE,
		    "liburcu's reader counter has changed");
KSYNC_STATIC_ASSERT(sizeof(struct urcu_bp_gp) >= sizeof(struct ksync__rcu_gp),
		    "liburcu's grace-period record has changed");

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

/* Who else registers it does no harm. */
static inline bool ksync__gp_is_the_programs(void)
{
	return false;
}

static inline void ksync__gp_start(void)
{
}

static inline void ksync__gp_register(void)
{
	urcu_bp_register_thread();
}

static inline bool ksync__gp_registered(void)
{
	return URCU_TLS(urcu_bp_reader) != NULL;
}

/* bp's own destructor does it. */
static inline void ksync__gp_unregister(void)
{
}

/* Where the calling thread's readers are counted; NULL: nowhere. */
static inline unsigned long *ksync__gp_counter(void)
{
	struct urcu_bp_reader *r = URCU_TLS(urcu_bp_reader);

	return r ? &r->ctr : NULL;
}

static inline struct ksync__rcu_gp *ksync__gp_word(void)
{
	return (struct ksync__rcu_gp *)&urcu_bp_gp;
}

/* Nobody who waits sleeps, and bp's readers wake nobody. */
static inline void ksync__gp_wake(void)
{
}

/* How long, at most, who waits for a reader may sleep. */
static inline ksync_s64 ksync__gp_sleep_ns(ksync_s64 longest)
{
	return longest < 10000000 ? longest : 10000000;
}

static inline void ksync__gp_stop_sleeping(void)
{
}

/* In a fork's child: bp's destructors take threads out unseen, so who knows
 * what state its registry was copied in. */
static inline bool ksync__gp_survives_fork(void)
{
	return false;
}

static inline void ksync__gp_forget(unsigned long *counter)
{
	(void)counter;
}

/* In a fork's child that will not call bp again: nor shall the calling thread's
 * exit. */
static inline void ksync__gp_abandon(void)
{
	struct urcu_bp_reader *r = URCU_TLS(urcu_bp_reader);

	for (pthread_key_t key = 0; r && key < PTHREAD_KEYS_MAX; key++)
		if (pthread_getspecific(key) == r)
			pthread_setspecific(key, NULL);
}

#else

KSYNC_STATIC_ASSERT(URCU_GP_CTR_PHASE == KSYNC__GP_PHASE,
		    "liburcu's reader counter has changed");
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

static bool ksync__gp_is_shared;

/*
 * A program that uses this flavour itself registers its threads when it likes,
 * and liburcu aborts if that was done before: so it has the registry to itself.
 * With ksync's archive in it, it is not known, and first come, first served.
 */
static inline bool ksync__gp_is_the_programs(void)
{
	return ksync__gp_is_shared || URCU_TLS(urcu_memb_reader).registered;
}

static inline void ksync__gp_start(void)
{
	static const char *const names[] = { "liburcu-memb.so", "liburcu.so",
					     NULL };

	ksync__gp_is_shared = ksync__others_need(names);
}

static inline void ksync__gp_register(void)
{
	urcu_memb_register_thread();
}

static inline bool ksync__gp_registered(void)
{
	return URCU_TLS(urcu_memb_reader).registered;
}

static inline void ksync__gp_unregister(void)
{
	urcu_memb_unregister_thread();
}

static inline unsigned long *ksync__gp_counter(void)
{
	return &URCU_TLS(urcu_memb_reader).ctr;
}

static inline struct ksync__rcu_gp *ksync__gp_word(void)
{
	return (struct ksync__rcu_gp *)&urcu_memb_gp;
}

/* Another thread sleeps in synchronize: an empty reader wakes it. */
static inline void ksync__gp_wake(void)
{
	urcu_memb_read_lock();
	urcu_memb_read_unlock();
}

static inline ksync_s64 ksync__gp_sleep_ns(ksync_s64 longest)
{
	return longest;
}

/* In a fork's child whose thread is inside synchronize: do not sleep any more,
 * there is nobody to wake it. */
static inline void ksync__gp_stop_sleeping(void)
{
	KSYNC_WRITE_ONCE(urcu_memb_gp.futex, 0);
}

static inline bool ksync__gp_survives_fork(void)
{
	return true;
}

/* In a fork's child: this thread is gone, without having unregistered. */
static inline void ksync__gp_forget(unsigned long *counter)
{
	struct urcu_reader *r =
		ksync_container_of(counter, struct urcu_reader, ctr);

	r->node.prev->next = r->node.next;
	r->node.next->prev = r->node.prev;
}

static inline void ksync__gp_abandon(void)
{
}

#endif

#endif
