/* SPDX-License-Identifier: MIT */
/* The size of a page. */
#ifndef KSYNC_GLUE_ASM_PAGE_H
#define KSYNC_GLUE_ASM_PAGE_H

#include <linux/mmzone.h>

#endif
