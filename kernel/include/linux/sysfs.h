/* SPDX-License-Identifier: MIT */
/* Attributes: no-ops, as there is no sysfs. */
#ifndef KSYNC_GLUE_SYSFS_H
#define KSYNC_GLUE_SYSFS_H

#include <linux/stat.h>
#include <linux/types.h>

struct attribute {
	const char *name;
	umode_t mode;
};
#define sysfs_emit(buf, fmt...) scnprintf(buf, 4096, fmt)

#endif
