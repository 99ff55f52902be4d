/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_ONCE_LITE_H
#define KSYNC_COMPAT_ONCE_LITE_H

#include <linux/kernel_names.h>

#include <linux/types.h>

#include <ksync/once.h>

#define DO_ONCE_LITE(...) KSYNC_DO_ONCE_LITE(__VA_ARGS__)
#define DO_ONCE_LITE_IF(...) KSYNC_DO_ONCE_LITE_IF(__VA_ARGS__)
#define __ONCE_LITE_IF(condition) KSYNC___ONCE_LITE_IF(condition)

#endif
