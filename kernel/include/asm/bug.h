/* SPDX-License-Identifier: MIT */
/* Warnings. */
#ifndef KSYNC_GLUE_ASM_BUG_H
#define KSYNC_GLUE_ASM_BUG_H

#include <linux/bug.h>

#endif
