/* SPDX-License-Identifier: MIT */
/* The kernel's printf, whose %p has forms: see linux/printk.h. */
#ifndef KSYNC_GLUE_SPRINTF_H
#define KSYNC_GLUE_SPRINTF_H

#include <linux/printk.h>
#include <stdio.h>

#define vsnprintf(buf, size, fmt, args) \
	ksync_glue_vsnprintf(buf, size, fmt, args)
#define snprintf(buf, size, fmt...) ksync_glue_snprintf(buf, size, fmt)

#endif
