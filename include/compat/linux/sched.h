/* SPDX-License-Identifier: MIT */
/* The system's header, and the kernel's names for the task. */
#include_next <linux/sched.h>

#ifndef KSYNC_COMPAT_SCHED_H
#define KSYNC_COMPAT_SCHED_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#define MAX_SCHEDULE_TIMEOUT KSYNC_MAX_SCHEDULE_TIMEOUT

#endif

#endif
