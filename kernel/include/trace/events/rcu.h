/* SPDX-License-Identifier: MIT */
/* Nothing is traced: no-ops, of the events that are not of a grace period. */
#ifndef KSYNC_GLUE_TRACE_RCU_H
#define KSYNC_GLUE_TRACE_RCU_H

#include <linux/rcupdate.h>
#include <linux/tracepoint.h>

TRACE_EVENT(rcu_utilization, TP_PROTO(const char *s))
TRACE_EVENT(rcu_stall_warning, TP_PROTO(const char *rcuname, const char *msg))
TRACE_EVENT(rcu_torture_read,
	    TP_PROTO(const char *rcuname, struct rcu_head *rhp,
		     unsigned long secs, unsigned long c_old, unsigned long c))
TRACE_EVENT(rcu_callback,
	    TP_PROTO(const char *rcuname, struct rcu_head *rhp, long qlen))
TRACE_EVENT(rcu_batch_start,
	    TP_PROTO(const char *rcuname, long qlen, long blimit))
TRACE_EVENT(rcu_invoke_callback,
	    TP_PROTO(const char *rcuname, struct rcu_head *rhp))
TRACE_EVENT(rcu_batch_end, TP_PROTO(const char *rcuname, int callbacks_invoked,
				    char cb, char nr, char iit, char risk))
TRACE_EVENT(rcu_barrier, TP_PROTO(const char *rcuname, const char *s, int cpu,
				  int cnt, unsigned long done))
TRACE_EVENT(rcu_sr_normal, TP_PROTO(const char *rcuname, struct rcu_head *rhp,
				    const char *srevent))

#endif
