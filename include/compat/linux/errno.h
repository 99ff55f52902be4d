/* SPDX-License-Identifier: MIT */
/*
 * The system's header, and error codes that the kernel uses among its own
 * parts. libc's <errno.h> includes this.
 */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#include_next <linux/errno.h>

#ifndef KSYNC_COMPAT_ERRNO_H
#define KSYNC_COMPAT_ERRNO_H

#ifndef __cplusplus
#define ERESTARTSYS 512
#define ENOTSUPP 524
#endif

#endif
