/* SPDX-License-Identifier: MIT */
/* The clocks. */
#ifndef KSYNC_GLUE_TIMEKEEPING_H
#define KSYNC_GLUE_TIMEKEEPING_H

#include <linux/ktime.h>

static inline ktime_t ksync__glue_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return ktime_set(now.tv_sec, now.tv_nsec);
}

#define ktime_get() ksync__glue_clock(CLOCK_MONOTONIC)
#define ktime_get_real() ksync__glue_clock(CLOCK_REALTIME)
#define ktime_get_boottime() ksync__glue_clock(CLOCK_BOOTTIME)
#define ktime_get_raw() ksync__glue_clock(CLOCK_MONOTONIC_RAW)
#define ktime_get_coarse() ktime_get()
#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_real_ns() ((u64)ktime_get_real())
#define ktime_get_raw_ns() ((u64)ktime_get_raw())
#define ktime_get_boottime_ns() ((u64)ktime_get_boottime())
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define ktime_get_raw_fast_ns() ktime_get_raw_ns()
#define ktime_get_real_fast_ns() ktime_get_real_ns()
#define ktime_get_boot_fast_ns() ktime_get_boottime_ns()
#define ktime_get_seconds() ((time64_t)(ktime_get() / NSEC_PER_SEC))
#define ktime_get_real_seconds() ((time64_t)(ktime_get_real() / NSEC_PER_SEC))
#define ktime_get_boottime_seconds() \
	((time64_t)(ktime_get_boottime() / NSEC_PER_SEC))
#define ktime_get_ts64(ts) ((void)(*(ts) = ns_to_timespec64(ktime_get())))
#define ktime_get_real_ts64(ts) \
	((void)(*(ts) = ns_to_timespec64(ktime_get_real())))
#define ktime_get_coarse_real_ts64(ts) ktime_get_real_ts64(ts)
#define ktime_get_coarse_ts64(ts) ktime_get_ts64(ts)
#define ktime_get_boottime_ts64(ts) \
	((void)(*(ts) = ns_to_timespec64(ktime_get_boottime())))
#define local_clock() ktime_get_ns()
#define sched_clock() ktime_get_ns()

#endif
