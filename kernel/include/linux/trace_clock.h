/* SPDX-License-Identifier: MIT */
/* Clocks of the traces: the monotonic one. */
#ifndef KSYNC_GLUE_TRACE_CLOCK_H
#define KSYNC_GLUE_TRACE_CLOCK_H

#include <linux/timekeeping.h>

#define trace_clock_local() ktime_get_ns()
#define trace_clock() ktime_get_ns()
#define trace_clock_global() ktime_get_ns()
#define trace_clock_jiffies() jiffies

#endif
