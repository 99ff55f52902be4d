/* SPDX-License-Identifier: MIT */
/* Processes: the program is one. */
#ifndef KSYNC_GLUE_PID_H
#define KSYNC_GLUE_PID_H

#include <linux/sched.h>

#include <unistd.h>

#define task_pid_nr(task) ksync_task_tid(task)

#endif
