/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_RCUWAIT_H
#define KSYNC_COMPAT_RCUWAIT_H

#include <linux/sched.h>

#include <ksync/rcuwait.h>

#define __RCUWAIT_INITIALIZER(name) KSYNC_RCUWAIT_INIT

KSYNC__KERNEL_NAME void rcuwait_init(struct rcuwait *w)
{
	ksync_rcuwait_init(w);
}

KSYNC__KERNEL_NAME int rcuwait_active(struct rcuwait *w)
{
	return ksync_rcuwait_active(w);
}

KSYNC__KERNEL_NAME void prepare_to_rcuwait(struct rcuwait *w)
{
	ksync_prepare_to_rcuwait(w);
}

KSYNC__KERNEL_NAME void finish_rcuwait(struct rcuwait *w)
{
	ksync_finish_rcuwait(w);
}

KSYNC__KERNEL_NAME int rcuwait_wake_up(struct rcuwait *w)
{
	return ksync_rcuwait_wake_up(w);
}

#define rcuwait_wait_event(w, condition, state) \
	ksync_rcuwait_wait_event(w, condition, state)

#endif
