/* SPDX-License-Identifier: MIT */
/* Priorities of tasks. */
#ifndef KSYNC_GLUE_SCHED_PRIO_H
#define KSYNC_GLUE_SCHED_PRIO_H

#define MAX_NICE 19
#define MIN_NICE -20
#define MAX_RT_PRIO 100
#define DEFAULT_PRIO 120

#endif
