/* SPDX-License-Identifier: MIT */
/* Delays. */
#ifndef KSYNC_GLUE_ASM_DELAY_H
#define KSYNC_GLUE_ASM_DELAY_H

#include <linux/delay.h>

#endif
