/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SWAIT_H
#define KSYNC_COMPAT_SWAIT_H

#include <linux/wait.h>

#include <ksync/swait.h>

#define DECLARE_SWAIT_QUEUE_HEAD(name) KSYNC_DECLARE_SWAIT_QUEUE_HEAD(name)
#define DECLARE_SWAIT_QUEUE_HEAD_ONSTACK(name) \
	KSYNC_DECLARE_SWAIT_QUEUE_HEAD(name)
#define DECLARE_SWAITQUEUE(name) KSYNC_DECLARE_SWAITQUEUE(name)
#define init_swait_queue_head(q) ksync_init_swait_queue_head(q)

KSYNC__KERNEL_NAME int swait_active(struct swait_queue_head *q)
{
	return ksync_swait_active(q);
}

KSYNC__KERNEL_NAME bool swq_has_sleeper(struct swait_queue_head *q)
{
	return ksync_swait_active(q);
}

KSYNC__KERNEL_NAME void swake_up_one(struct swait_queue_head *q)
{
	ksync_swake_up_one(q);
}

KSYNC__KERNEL_NAME void swake_up_all(struct swait_queue_head *q)
{
	ksync_swake_up_all(q);
}

KSYNC__KERNEL_NAME void prepare_to_swait_exclusive(struct swait_queue_head *q,
						   struct swait_queue *wait,
						   int state)
{
	ksync_prepare_to_swait_exclusive(q, wait, (unsigned int)state);
}

KSYNC__KERNEL_NAME long prepare_to_swait_event(struct swait_queue_head *q,
					       struct swait_queue *wait,
					       int state)
{
	return ksync__event_int(
		ksync_prepare_to_swait_event(q, wait, (unsigned int)state));
}

KSYNC__KERNEL_NAME void finish_swait(struct swait_queue_head *q,
				     struct swait_queue *wait)
{
	ksync_finish_swait(q, wait);
}

#define swait_event_exclusive(q, condition) \
	ksync_swait_event_exclusive(q, condition)
#define swait_event_idle_exclusive(q, condition) \
	ksync_swait_event_idle_exclusive(q, condition)
#define swait_event_interruptible_exclusive(q, condition) \
	ksync__event_int(                                 \
		ksync_swait_event_interruptible_exclusive(q, condition))
#define swait_event_timeout_exclusive(q, condition, timeout) \
	ksync_swait_event_timeout_exclusive(q, condition, timeout)
#define swait_event_idle_timeout_exclusive(q, condition, timeout) \
	ksync_swait_event_idle_timeout_exclusive(q, condition, timeout)
#define swait_event_interruptible_timeout_exclusive(q, condition, timeout)   \
	ksync__event_long(ksync_swait_event_interruptible_timeout_exclusive( \
		q, condition, timeout))

#endif
