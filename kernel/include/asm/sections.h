/* SPDX-License-Identifier: MIT */
/* Sections of the kernel: there are none. */
#ifndef KSYNC_GLUE_ASM_SECTIONS_H
#define KSYNC_GLUE_ASM_SECTIONS_H

#include <linux/kernel.h>

#endif
