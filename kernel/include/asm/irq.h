/* SPDX-License-Identifier: MIT */
/* There are no interrupts. */
#ifndef KSYNC_GLUE_ASM_IRQ_H
#define KSYNC_GLUE_ASM_IRQ_H

#include <linux/interrupt.h>

#endif
