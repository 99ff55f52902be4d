/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_IRQFLAGS_H
#define KSYNC_COMPAT_IRQFLAGS_H

#include <linux/cleanup.h>
#include <linux/kernel_names.h>

#include <ksync/irqflags.h>

#define local_irq_save(flags) ksync_local_irq_save(flags)
#define local_irq_restore(flags) ksync_local_irq_restore(flags)
#define local_irq_disable() ksync_local_irq_disable()
#define local_irq_enable() ksync_local_irq_enable()
#define local_save_flags(flags) ksync_local_save_flags(flags)
#define irqs_disabled() ksync_irqs_disabled()
#define irqs_disabled_flags(flags) ksync_irqs_disabled_flags(flags)

#endif
