/* SPDX-License-Identifier: MIT */
/*
 * A section in which the checked library lets nobody sleep; threads are
 * preempted as ever.
 */
#ifndef KSYNC_GLUE_PREEMPT_H
#define KSYNC_GLUE_PREEMPT_H

#include <linux/compiler.h>
#include <linux/lockdep.h>

#include <ksync/watch.h>

#define KSYNC__GLUE_NOT_HERE(text) __attribute__((__error__(text)))

#define preempt_disable()                   \
	do {                                \
		ksync_watch_atomic_enter(); \
		ksync_barrier();            \
	} while (0)
#define preempt_enable()                   \
	do {                               \
		ksync_barrier();           \
		ksync_watch_atomic_exit(); \
	} while (0)
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define preempt_check_resched() ((void)0)
#define migrate_disable() ((void)0)
#define migrate_enable() ((void)0)
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

/* There are no interrupts: code is always a task's. */
#define NMI_MASK 0x00f00000
#define HARDIRQ_MASK 0x000f0000
#define SOFTIRQ_MASK 0x0000ff00
#define PREEMPT_MASK 0x000000ff
#define SOFTIRQ_OFFSET 0x100
#define in_task() 1
#define in_nmi() 0
#define in_hardirq() 0
#define in_irq() 0
#define in_serving_softirq() 0
#define in_softirq() 0
#define in_interrupt() 0
#define in_atomic_preempt_off() in_atomic()
#define softirq_count() 0
#define hardirq_count() 0
#define irq_count() 0
#define interrupt_context_level() 0

#endif
