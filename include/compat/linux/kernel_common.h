/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's headers of locks bring along, each by a long way of its
 * own, and what code relies on that includes none but these. It is no header of
 * the kernel's: do not include it.
 */
#ifndef KSYNC_COMPAT_KERNEL_COMMON_H
#define KSYNC_COMPAT_KERNEL_COMMON_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched/signal.h>
#include <linux/types.h>

#endif
