/* SPDX-License-Identifier: MIT */
/* Times in nanoseconds. */
#ifndef KSYNC_GLUE_KTIME_H
#define KSYNC_GLUE_KTIME_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/types.h>

#define KTIME_MAX ((s64) ~((u64)1 << 63))
#define KTIME_MIN (-KTIME_MAX - 1)
#define ktime_set(secs, nsecs) \
	((ktime_t)(secs) * NSEC_PER_SEC + (ktime_t)(nsecs))
#define ktime_sub(a, b) ((ktime_t)(a) - (ktime_t)(b))
#define ktime_add(a, b) ((ktime_t)(a) + (ktime_t)(b))
#define ktime_add_ns(kt, ns) ((ktime_t)(kt) + (s64)(ns))
#define ktime_sub_ns(kt, ns) ((ktime_t)(kt) - (s64)(ns))
#define ktime_add_us(kt, us) ktime_add_ns(kt, (s64)(us) * NSEC_PER_USEC)
#define ktime_add_ms(kt, ms) ktime_add_ns(kt, (s64)(ms) * NSEC_PER_MSEC)
#define ktime_to_ns(kt) ((s64)(kt))
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)(us) * NSEC_PER_USEC)
#define ms_to_ktime(ms) ((ktime_t)(ms) * NSEC_PER_MSEC)
#define ktime_to_us(kt) ((s64)(kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt) ((s64)(kt) / NSEC_PER_MSEC)
#define ktime_divns(kt, div) ((s64)(kt) / (s64)(div))
#define ktime_us_delta(later, earlier) ktime_to_us(ktime_sub(later, earlier))
#define ktime_ms_delta(later, earlier) ktime_to_ms(ktime_sub(later, earlier))
#define ktime_compare(a, b) \
	(((ktime_t)(a) > (ktime_t)(b)) - ((ktime_t)(a) < (ktime_t)(b)))
#define ktime_after(a, b) (ktime_compare(a, b) > 0)
#define ktime_before(a, b) (ktime_compare(a, b) < 0)
#define ktime_to_timespec64(kt) ns_to_timespec64(kt)
#include <linux/timekeeping.h>

#endif
