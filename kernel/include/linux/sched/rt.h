/* SPDX-License-Identifier: MIT */
/* Scheduling in real time: no task is seen to have it. */
#ifndef KSYNC_GLUE_SCHED_RT_H
#define KSYNC_GLUE_SCHED_RT_H

#include <linux/sched.h>
#include <linux/sched/prio.h>

#define rt_task(p) 0
#define rt_or_dl_task(p) 0

#endif
