/* SPDX-License-Identifier: MIT */
/* Readers of RCU tasks trace: of SRCU's kind, and not here. */
#ifndef KSYNC_GLUE_RCUPDATE_TRACE_H
#define KSYNC_GLUE_RCUPDATE_TRACE_H

#include <linux/rcupdate.h>
#include <linux/sched.h>

#define rcu_read_lock_trace_held() 0
#define rcu_trace_implies_rcu_gp() false

#endif
