/* SPDX-License-Identifier: MIT */
/* Waiting for grace periods. */
#ifndef KSYNC_GLUE_RCUPDATE_WAIT_H
#define KSYNC_GLUE_RCUPDATE_WAIT_H

#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#endif
