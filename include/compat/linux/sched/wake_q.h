/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SCHED_WAKE_Q_H
#define KSYNC_COMPAT_SCHED_WAKE_Q_H

#include <linux/sched.h>

#include <ksync/wake_q.h>

#define WAKE_Q_HEAD_INITIALIZER(name) KSYNC_WAKE_Q_INIT
#define DEFINE_WAKE_Q(name) KSYNC_DEFINE_WAKE_Q(name)

KSYNC__KERNEL_NAME void wake_q_init(struct wake_q_head *head)
{
	ksync_wake_q_init(head);
}

KSYNC__KERNEL_NAME bool wake_q_empty(struct wake_q_head *head)
{
	return ksync_wake_q_empty(head);
}

KSYNC__KERNEL_NAME void wake_q_add(struct wake_q_head *head,
				   struct task_struct *task)
{
	ksync_wake_q_add(head, task);
}

KSYNC__KERNEL_NAME void wake_q_add_safe(struct wake_q_head *head,
					struct task_struct *task)
{
	ksync_wake_q_add_safe(head, task);
}

KSYNC__KERNEL_NAME void wake_up_q(struct wake_q_head *head)
{
	ksync_wake_up_q(head);
}

#endif
