/* SPDX-License-Identifier: MIT */
/*
 * Scheduling in real time: no-ops, the program says it with
 * sched_setscheduler().
 */
#ifndef KSYNC_GLUE_SCHED_RT_H
#define KSYNC_GLUE_SCHED_RT_H

#include <linux/sched.h>
#include <linux/sched/prio.h>

#define rt_task(p) 0
#define sched_set_fifo(p) ((void)(p))
#define sched_set_fifo_low(p) ((void)(p))
#define sched_set_normal(p, nice) ((void)(p))

#endif
