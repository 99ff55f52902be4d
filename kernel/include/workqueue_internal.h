/* SPDX-License-Identifier: MIT */
/* Who runs a work, for kernel/async.c. */
#ifndef KSYNC_GLUE_WORKQUEUE_INTERNAL_H
#define KSYNC_GLUE_WORKQUEUE_INTERNAL_H

#include <linux/workqueue.h>

struct worker {
	work_func_t current_func;
};

/* The worker that this thread is, or NULL. */
struct worker *ksync_glue_worker(void);
#define current_wq_worker() ksync_glue_worker()

#endif
