/* SPDX-License-Identifier: MIT */
/*
 * CPUs neither come nor go: locks against that are no-ops, and a callback is
 * never called.
 */
#ifndef KSYNC_GLUE_CPU_H
#define KSYNC_GLUE_CPU_H

#include <linux/cpuhplock.h>
#include <linux/cpumask.h>
#include <linux/notifier.h>
#include <linux/smp.h>

enum cpuhp_state {
	CPUHP_OFFLINE,
	CPUHP_RADIX_DEAD,
	CPUHP_PERCPU_CNT_DEAD,
	CPUHP_AP_ONLINE_DYN,
	CPUHP_ONLINE
};
#define cpuhp_setup_state(state, name, up, down) ((void)(up), (void)(down), 0)
#define cpuhp_setup_state_nocalls(state, name, up, down) \
	cpuhp_setup_state(state, name, up, down)
#define cpuhp_remove_state(state) ((void)(state))
#define cpuhp_remove_state_nocalls(state) ((void)(state))
#define add_cpu(cpu) (-EPERM)
#define remove_cpu(cpu) (-EPERM)
#define cpu_up(cpu) (-EPERM)
#define cpu_down(cpu) (-EPERM)
#define cpu_is_hotpluggable(cpu) 0
#define cpuhp_tasks_frozen false

#endif
