/* SPDX-License-Identifier: MIT */
/* A counter. */
#ifndef KSYNC_GLUE_ASM_TIMEX_H
#define KSYNC_GLUE_ASM_TIMEX_H

#include <linux/timekeeping.h>

typedef u64 cycles_t;
/* Nanoseconds, as not every machine lets a program read its cycles. */
#define get_cycles() ((cycles_t)ktime_get_ns())

#endif
