/* SPDX-License-Identifier: MIT */
/* struct work_struct. */
#ifndef KSYNC_GLUE_WORKQUEUE_TYPES_H
#define KSYNC_GLUE_WORKQUEUE_TYPES_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <ksync/list_head.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/* The first three are where the kernel has them. */
struct work_struct {
	atomic_long_t data; /* 1: queued, or its timer runs */
	struct work_struct *next, **link;
	work_func_t func;
	struct workqueue_struct *queue;
	unsigned long ticket;
	int canceling;
};

#endif
