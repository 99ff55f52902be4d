/* SPDX-License-Identifier: MIT */
/* The names of ksync::linux, and what kernel code does to a task besides. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/sched.h>

#ifndef KSYNC_GLUE_SCHED_H
#define KSYNC_GLUE_SCHED_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/sched/prio.h>

/*
 * What can be read of a task: its thread's number, 0 once that has ended. The
 * library's record goes on behind it, so a task is never copied.
 */
struct task_struct {
	int pid;
};
#define task_pid_nr(task) ksync_task_tid(task)
#define task_pid_vnr(task) ksync_task_tid(task)

struct cpumask;
void ksync_glue_set_nice(int pid, long nice);
int ksync_glue_set_cpus(int pid, const struct cpumask *mask);
#define set_user_nice(task, nice) \
	ksync_glue_set_nice(ksync_task_tid(task), (nice))
/* 0, or the negative number of the error. */
#define set_cpus_allowed_ptr(task, mask) \
	ksync_glue_set_cpus(ksync_task_tid(task), (mask))

/* No-ops: the program says it with sched_setscheduler(). */
static inline void sched_set_fifo(struct task_struct *task)
{
	(void)task;
}

static inline void sched_set_fifo_low(struct task_struct *task)
{
	(void)task;
}

static inline void sched_set_normal(struct task_struct *task, int nice)
{
	(void)task;
	(void)nice;
}

#endif

#endif
