/* SPDX-License-Identifier: MIT */
/*
 * The names of ksync::linux, and whether a head has been given to call_rcu().
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/rcupdate.h>

#ifndef KSYNC_GLUE_RCUPDATE_H
#define KSYNC_GLUE_RCUPDATE_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/sched.h>

/* A function that no callback has. */
static inline void ksync__glue_not_called(struct rcu_head *head)
{
	(void)head;
}

#define rcu_head_init(head) ((void)((head)->func = ksync__glue_not_called))
#define rcu_head_after_call_rcu(head, f) (READ_ONCE((head)->func) == (f))

/* Whether a count that wraps is at another, or before it. */
#define ULONG_CMP_GE(a, b) (ULONG_MAX / 2 >= (a) - (b))
#define ULONG_CMP_LT(a, b) (ULONG_MAX / 2 < (a) - (b))
#define RCU_SEQ_CTR_SHIFT 2
#define RCU_SEQ_STATE_MASK ((1 << RCU_SEQ_CTR_SHIFT) - 1)
#define rcu_is_watching() true
#define rcu_inkernel_boot_has_ended() true
#define rcu_momentary_eqs() ((void)0)
#define rcu_scheduler_active 2
#define cond_resched_tasks_rcu_qs() cond_resched()
#define init_rcu_head(head) ((void)(head))
#define destroy_rcu_head(head) ((void)(head))
#define init_rcu_head_on_stack(head) ((void)(head))
#define destroy_rcu_head_on_stack(head) ((void)(head))
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);

/*
 * Grace periods that are looked for rather than waited for. A cookie is over
 * when the grace period of a later start_poll_synchronize_rcu() is: nobody
 * counts those of synchronize_rcu(), so that an answer may come late, and
 * cond_synchronize_rcu() may wait for one more. ORDER is the grace period's.
 */
struct ksync_glue_rcu_poll {
	struct rcu_head rcu;
	unsigned long cookie;
};
extern unsigned long ksync_glue_rcu_asked, ksync_glue_rcu_over; /* atomic */
void *ksync_glue_alloc(size_t size, gfp_t flags);
void kfree(const void *p);

static inline void ksync__glue_rcu_is_over(unsigned long cookie)
{
	unsigned long over =
		__atomic_load_n(&ksync_glue_rcu_over, __ATOMIC_RELAXED);

	while (ULONG_CMP_LT(over, cookie) &&
	       !__atomic_compare_exchange_n(&ksync_glue_rcu_over, &over, cookie,
					    false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

static inline void ksync__glue_rcu_polled(struct rcu_head *head)
{
	struct ksync_glue_rcu_poll *poll =
		container_of(head, struct ksync_glue_rcu_poll, rcu);

	ksync__glue_rcu_is_over(poll->cookie);
	kfree(poll);
}

static inline unsigned long ksync__glue_start_poll(void)
{
	unsigned long cookie =
		__atomic_add_fetch(&ksync_glue_rcu_asked, 1, __ATOMIC_SEQ_CST);
	struct ksync_glue_rcu_poll *poll =
		(struct ksync_glue_rcu_poll *)ksync_glue_alloc(sizeof(*poll),
							       0);

	if (poll) {
		poll->cookie = cookie;
		call_rcu(&poll->rcu, ksync__glue_rcu_polled);
	} else {
		synchronize_rcu();
		ksync__glue_rcu_is_over(cookie);
	}
	return cookie;
}

static inline unsigned long ksync__glue_get_state(void)
{
	return __atomic_add_fetch(&ksync_glue_rcu_asked, 0, __ATOMIC_SEQ_CST) +
	       1;
}

static inline bool ksync__glue_poll_state(unsigned long cookie)
{
	return ULONG_CMP_GE(__atomic_load_n(&ksync_glue_rcu_over,
					    __ATOMIC_ACQUIRE),
			    cookie);
}

static inline void ksync__glue_cond_synchronize(unsigned long cookie)
{
	if (!ksync__glue_poll_state(cookie))
		synchronize_rcu();
}

#ifndef start_poll_synchronize_rcu
#define start_poll_synchronize_rcu() ksync__glue_start_poll()
#define get_state_synchronize_rcu() ksync__glue_get_state()
#define poll_state_synchronize_rcu(cookie) ksync__glue_poll_state(cookie)
#define cond_synchronize_rcu(cookie) ksync__glue_cond_synchronize(cookie)
#define start_poll_synchronize_rcu_expedited() start_poll_synchronize_rcu()
#define cond_synchronize_rcu_expedited(cookie) cond_synchronize_rcu(cookie)
#define get_completed_synchronize_rcu() \
	__atomic_load_n(&ksync_glue_rcu_over, __ATOMIC_ACQUIRE)
#define same_state_synchronize_rcu(a, b) ((a) == (b))
#define NUM_ACTIVE_RCU_POLL_OLDSTATE 2
#endif

/* A reader that lets grace periods end in between. */
#define cond_resched_rcu()         \
	do {                       \
		rcu_read_unlock(); \
		cond_resched();    \
		rcu_read_lock();   \
	} while (0)

#endif

#endif
