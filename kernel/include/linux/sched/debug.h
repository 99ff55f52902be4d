/* SPDX-License-Identifier: MIT */
/* Tasks are not shown: no-ops. */
#ifndef KSYNC_GLUE_SCHED_DEBUG_H
#define KSYNC_GLUE_SCHED_DEBUG_H

#include <linux/kernel.h>
#include <linux/sched.h>

#define __sched
#define sched_show_task(p) ((void)(p))
#define show_state() ((void)0)
#define dump_cpu_task(cpu) ((void)(cpu))

#endif
