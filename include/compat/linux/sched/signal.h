/* SPDX-License-Identifier: MIT */
/* A signal of the kernel's is an interrupt or a kill here: <ksync/task.h>. */
#ifndef KSYNC_COMPAT_SCHED_SIGNAL_H
#define KSYNC_COMPAT_SCHED_SIGNAL_H

#include <linux/kernel_names.h>
#include <linux/sched/task.h>

KSYNC__KERNEL_NAME int signal_pending(struct task_struct *p)
{
	return ksync_signal_pending(p);
}

KSYNC__KERNEL_NAME int fatal_signal_pending(struct task_struct *p)
{
	return ksync_fatal_signal_pending(p);
}

KSYNC__KERNEL_NAME int signal_pending_state(unsigned int state,
					    struct task_struct *p)
{
	return ksync_signal_pending_state(state, p);
}

#endif
