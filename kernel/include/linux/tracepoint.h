/* SPDX-License-Identifier: MIT */
/*
 * Nothing is traced. A header of events, here or the kernel's own, makes a
 * trace_NAME() of each that evaluates its arguments and does nothing; its
 * fields and how they are printed are left out.
 */
#ifndef KSYNC_GLUE_TRACEPOINT_H
#define KSYNC_GLUE_TRACEPOINT_H

#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/types.h>

struct tracepoint;

#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...) __VA_ARGS__
#define TP_CONDITION(...) __VA_ARGS__

#define KSYNC__GLUE_TRACE(name, ...)                                           \
	static inline void trace_##name(__VA_ARGS__)                           \
	{                                                                      \
	}                                                                      \
	static inline void __attribute__((__unused__)) trace_##name##_rcuidle( \
		__VA_ARGS__)                                                   \
	{                                                                      \
	}                                                                      \
	static inline bool                                                     \
		__attribute__((__unused__)) trace_##name##_enabled(void)       \
	{                                                                      \
		return false;                                                  \
	}

#define DECLARE_TRACE(name, proto, args) KSYNC__GLUE_TRACE(name, proto)
#define DECLARE_TRACE_NOARGS(name) KSYNC__GLUE_TRACE(name, void)
#define DECLARE_TRACE_CONDITION(name, proto, args, cond) \
	KSYNC__GLUE_TRACE(name, proto)
#define DECLARE_EVENT_CLASS(name, proto, args, ...)
#define DEFINE_EVENT(template, name, proto, args) KSYNC__GLUE_TRACE(name, proto)
#define DEFINE_EVENT_PRINT(template, name, proto, ...) \
	KSYNC__GLUE_TRACE(name, proto)
#define DEFINE_EVENT_CONDITION(template, name, proto, ...) \
	KSYNC__GLUE_TRACE(name, proto)
#define DEFINE_EVENT_FN(template, name, proto, ...) \
	KSYNC__GLUE_TRACE(name, proto)
#define TRACE_EVENT(name, proto, ...) KSYNC__GLUE_TRACE(name, proto)
#define TRACE_EVENT_FN(name, proto, ...) KSYNC__GLUE_TRACE(name, proto)
#define TRACE_EVENT_FN_COND(name, proto, ...) KSYNC__GLUE_TRACE(name, proto)
#define TRACE_EVENT_CONDITION(name, proto, ...) KSYNC__GLUE_TRACE(name, proto)
#define TRACE_EVENT_FLAGS(event, flag)
#define TRACE_EVENT_PERF_PERM(event, ...)
#define TRACE_DEFINE_ENUM(name)
#define TRACE_DEFINE_SIZEOF(name)
#define DEFINE_TRACE(name, proto, args)
#define DEFINE_TRACE_FN(name, reg, unreg, proto, args)
#define PARAMS(...) __VA_ARGS__

#define tracepoint_string(str) (str)
#define tracepoint_enabled(tp) false
#define tracepoint_synchronize_unregister() ((void)0)

#endif
