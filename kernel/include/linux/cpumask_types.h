/* SPDX-License-Identifier: MIT */
/* Sets of CPUs. */
#ifndef KSYNC_GLUE_CPUMASK_TYPES_H
#define KSYNC_GLUE_CPUMASK_TYPES_H

#include <linux/cpumask.h>

#endif
