/* SPDX-License-Identifier: MIT */
/* There are no interrupts: what asks for one does not compile. */
#ifndef KSYNC_GLUE_INTERRUPT_H
#define KSYNC_GLUE_INTERRUPT_H

#include <linux/bottom_half.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/smp.h>

typedef int irqreturn_t;
#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_WAKE_THREAD 2
KSYNC__GLUE_NOT_HERE("ksync::kernel has no interrupts: use a thread")
int request_irq(unsigned int irq, irqreturn_t (*handler)(int, void *),
		unsigned long flags, const char *name, void *dev);
KSYNC__GLUE_NOT_HERE("ksync::kernel has no tasklets: use a work_struct")
void tasklet_schedule(void *tasklet);

#endif
