/* SPDX-License-Identifier: MIT */
/* Nothing is traced: no-ops. */
#ifndef KSYNC_GLUE_TRACE_NOTIFIER_H
#define KSYNC_GLUE_TRACE_NOTIFIER_H

#include <linux/tracepoint.h>

TRACE_EVENT(notifier_register, TP_PROTO(void *cb))
TRACE_EVENT(notifier_unregister, TP_PROTO(void *cb))
TRACE_EVENT(notifier_run, TP_PROTO(void *cb))

#endif
