/* SPDX-License-Identifier: MIT */
/* Waiting in a loop. */
#ifndef KSYNC_GLUE_PROCESSOR_H
#define KSYNC_GLUE_PROCESSOR_H

#include <linux/atomic.h>

#ifndef cpu_relax
#define cpu_relax() ksync_cpu_relax()
#endif
#define spin_begin() ((void)0)
#define spin_cpu_relax() cpu_relax()
#define spin_end() ((void)0)
#define spin_until_cond(cond)           \
	while (ksync_unlikely(!(cond))) \
	cpu_relax()

#endif
