/* SPDX-License-Identifier: MIT */
/*
 * This library has no lock validator: the _nested forms of locks exist and
 * lock. Assertions that would check nothing are left out.
 */
#ifndef KSYNC_COMPAT_LOCKDEP_H
#define KSYNC_COMPAT_LOCKDEP_H

#include <linux/kernel_names.h>

/* The subclass for a second lock of one class, taken inside the first. */
#define SINGLE_DEPTH_NESTING 1

#endif
