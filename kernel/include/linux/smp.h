/* SPDX-License-Identifier: MIT */
/* Which CPU this is; calls on other CPUs are an error in words. */
#ifndef KSYNC_GLUE_SMP_H
#define KSYNC_GLUE_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>

unsigned int ksync_glue_this_cpu(void);

/*
 * May be another one a moment later: preempt_disable() does not pin a thread.
 */
#define raw_smp_processor_id() ksync_glue_this_cpu()
#define smp_processor_id() ksync_glue_this_cpu()
#define get_cpu()                      \
	__extension__({                \
		preempt_disable();     \
		ksync_glue_this_cpu(); \
	})
#define put_cpu() preempt_enable()

/* On each CPU is here once for each, in the caller, one after the other. */
typedef void (*smp_call_func_t)(void *info);

static inline void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	unsigned int cpu;

	(void)wait;
	for_each_online_cpu(cpu) func(info);
}

KSYNC__GLUE_NOT_HERE("ksync::kernel cannot run a function on a CPU")
int smp_call_function_single(int cpu, smp_call_func_t func, void *info,
			     int wait);
KSYNC__GLUE_NOT_HERE("ksync::kernel cannot run a function on a CPU")
void smp_call_function(smp_call_func_t func, void *info, int wait);

#endif
