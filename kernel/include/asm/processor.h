/* SPDX-License-Identifier: MIT */
/* cpu_relax(). */
#ifndef KSYNC_GLUE_ASM_PROCESSOR_H
#define KSYNC_GLUE_ASM_PROCESSOR_H

#include <linux/processor.h>

#endif
