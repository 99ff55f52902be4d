/* SPDX-License-Identifier: MIT */
/* The clock of the scheduler. */
#ifndef KSYNC_GLUE_SCHED_CLOCK_H
#define KSYNC_GLUE_SCHED_CLOCK_H

#include <linux/timekeeping.h>

#endif
