/* SPDX-License-Identifier: MIT */
/* There are no interrupts. */
#ifndef KSYNC_GLUE_HARDIRQ_H
#define KSYNC_GLUE_HARDIRQ_H

#include <linux/preempt.h>

#define synchronize_irq(irq) ((void)(irq))
#define irq_enter() ((void)0)
#define irq_exit() ((void)0)
#define nmi_enter() ((void)0)
#define nmi_exit() ((void)0)

#endif
