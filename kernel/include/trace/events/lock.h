/* SPDX-License-Identifier: MIT */
/* Nothing is traced: no-ops. The checked library tells who waits for whom. */
#ifndef KSYNC_GLUE_TRACE_LOCK_H
#define KSYNC_GLUE_TRACE_LOCK_H

#include <linux/tracepoint.h>

#define LCB_F_SPIN (1U << 0)
#define LCB_F_READ (1U << 1)
#define LCB_F_WRITE (1U << 2)
#define LCB_F_RT (1U << 3)
#define LCB_F_PERCPU (1U << 4)
#define LCB_F_MUTEX (1U << 5)

TRACE_EVENT(contention_begin, TP_PROTO(void *lock, unsigned int flags))
TRACE_EVENT(contention_end, TP_PROTO(void *lock, int ret))

#endif
