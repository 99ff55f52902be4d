/* SPDX-License-Identifier: MIT */
/*
 * Nothing is traced: the trace_ functions are those of the trace/events
 * headers here.
 */
#ifndef KSYNC_GLUE_TRACEPOINT_H
#define KSYNC_GLUE_TRACEPOINT_H

#include <linux/compiler.h>

#define tracepoint_string(str) (str)
#define tracepoint_enabled(tp) false

#endif
