/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_ONCE_H
#define KSYNC_COMPAT_ONCE_H

#include <linux/kernel_names.h>

#include <linux/types.h>

#include <ksync/once.h>

#define DO_ONCE(...) KSYNC_DO_ONCE(__VA_ARGS__)
#define DO_ONCE_SLEEPABLE(...) KSYNC_DO_ONCE_SLEEPABLE(__VA_ARGS__)

/* get_random_bytes() is yours. */
#define get_random_once(buf, nbytes) DO_ONCE(get_random_bytes, buf, nbytes)
#define get_random_sleepable_once(buf, nbytes) \
	DO_ONCE_SLEEPABLE(get_random_bytes, buf, nbytes)

#endif
