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

/* A function that no callback has. */
static inline void ksync__glue_not_called(struct rcu_head *head)
{
	(void)head;
}

#define rcu_head_init(head) ((void)((head)->func = ksync__glue_not_called))
#define rcu_head_after_call_rcu(head, f) (READ_ONCE((head)->func) == (f))

/* A reader that lets grace periods end in between. */
#define cond_resched_rcu()         \
	do {                       \
		rcu_read_unlock(); \
		cond_resched();    \
		rcu_read_lock();   \
	} while (0)

#endif

#endif
