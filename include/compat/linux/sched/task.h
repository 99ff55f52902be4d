/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SCHED_TASK_H
#define KSYNC_COMPAT_SCHED_TASK_H

#include <linux/kernel_names.h>

#include <ksync/task.h>

#define current ksync_current()

KSYNC__KERNEL_NAME struct task_struct *get_task_struct(struct task_struct *t)
{
	return ksync_task_get(t);
}

KSYNC__KERNEL_NAME void put_task_struct(struct task_struct *t)
{
	ksync_task_put(t);
}

#endif
