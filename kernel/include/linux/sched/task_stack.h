/* SPDX-License-Identifier: MIT */
/* Stacks of tasks: which object lies on one is not known. */
#ifndef KSYNC_GLUE_SCHED_TASK_STACK_H
#define KSYNC_GLUE_SCHED_TASK_STACK_H

#define object_is_on_stack(obj) ((void)(obj), 0)

#endif
