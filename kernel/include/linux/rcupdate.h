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

/* A reader that lets grace periods end in between. */
#define cond_resched_rcu()         \
	do {                       \
		rcu_read_unlock(); \
		cond_resched();    \
		rcu_read_lock();   \
	} while (0)

#endif

#endif
