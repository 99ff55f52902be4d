/* SPDX-License-Identifier: MIT */
/*
 * There are no soft interrupts: a section without them is one without
 * preemption.
 */
#ifndef KSYNC_GLUE_BOTTOM_HALF_H
#define KSYNC_GLUE_BOTTOM_HALF_H

#include <linux/preempt.h>

#ifndef local_bh_disable
#define local_bh_disable() preempt_disable()
#define local_bh_enable() preempt_enable()
#define _local_bh_enable() preempt_enable()
#endif

#endif
