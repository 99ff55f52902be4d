/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_POISON_H
#define KSYNC_COMPAT_POISON_H

#include <linux/kernel_names.h>

#include <ksync/list.h>

#define LIST_POISON1 KSYNC_LIST_POISON1
#define LIST_POISON2 KSYNC_LIST_POISON2

#endif
