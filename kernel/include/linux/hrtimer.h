/* SPDX-License-Identifier: MIT */
/* Timers of nanoseconds: a thread calls them. */
#ifndef KSYNC_GLUE_HRTIMER_H
#define KSYNC_GLUE_HRTIMER_H

#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/timer.h>

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0,
	HRTIMER_MODE_REL = 1,
	HRTIMER_MODE_PINNED = 2,
	HRTIMER_MODE_SOFT = 4,
	HRTIMER_MODE_HARD = 8,
	HRTIMER_MODE_ABS_HARD = 8,
	HRTIMER_MODE_REL_HARD = 9,
	HRTIMER_MODE_ABS_SOFT = 4,
	HRTIMER_MODE_REL_SOFT = 5,
};

struct hrtimer {
	struct ksync_glue_timer glue;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	s64 offset; /* of its clock from CLOCK_MONOTONIC */
};

void ksync_glue_hrtimer_fire(struct ksync_glue_timer *timer);
void hrtimer_init(struct hrtimer *timer, clockid_t clock,
		  enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);
#define hrtimer_setup(timer, fn, clock, mode) \
	(hrtimer_init(timer, clock, mode), (void)((timer)->function = (fn)))
#define hrtimer_cancel(timer) ((int)ksync_glue_timer_del(&(timer)->glue, true))
#define hrtimer_try_to_cancel(timer) \
	((int)ksync_glue_timer_del(&(timer)->glue, false))
#define hrtimer_active(timer) ksync_glue_timer_pending(&(timer)->glue)
#define hrtimer_is_queued(timer) ksync_glue_timer_pending(&(timer)->glue)
#define hrtimer_get_expires(timer) \
	((ktime_t)(timer)->glue.when + (timer)->offset)
#define hrtimer_start_range_ns(timer, tim, slack, mode) \
	hrtimer_start(timer, tim, mode)

#define schedule_hrtimeout(expires, mode) ksync__glue_hrtimeout(expires, mode)
/* Sleep until, or for, so long in the state that was set; 0 if it was all. */
#define schedule_hrtimeout_range(expires, slack, mode) \
	ksync__glue_hrtimeout(expires, mode)
static inline int ksync__glue_hrtimeout(ktime_t *expires,
					enum hrtimer_mode mode)
{
	s64 left;

	if (!expires) {
		schedule();
		return -EINTR;
	}
	left = mode & HRTIMER_MODE_REL ? *expires : *expires - ktime_get();
	return schedule_timeout(left <= 0 ? 0 : (left + 999999) / 1000000) ?
		       -EINTR :
		       0;
}

#endif
