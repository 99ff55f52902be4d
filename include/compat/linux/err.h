/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_ERR_H
#define KSYNC_COMPAT_ERR_H

#include <linux/errno.h>
#include <linux/kernel_names.h>

#include <ksync/err.h>

#define MAX_ERRNO KSYNC_MAX_ERRNO
#define IS_ERR_VALUE(x) ksync_IS_ERR((const void *)(uintptr_t)(x))

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK void *ERR_PTR(long error)
{
	return ksync_ERR_PTR(error);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK long PTR_ERR(const void *ptr)
{
	return ksync_PTR_ERR(ptr);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool IS_ERR(const void *ptr)
{
	return ksync_IS_ERR(ptr);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK bool IS_ERR_OR_NULL(const void *ptr)
{
	return ksync_IS_ERR_OR_NULL(ptr);
}

/* The same error code in a pointer to something else. */
KSYNC__KERNEL_NAME KSYNC_MUST_CHECK void *ERR_CAST(const void *ptr)
{
	return ksync_ERR_PTR(ksync_PTR_ERR(ptr));
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int PTR_ERR_OR_ZERO(const void *ptr)
{
	return ksync_IS_ERR(ptr) ? (int)ksync_PTR_ERR(ptr) : 0;
}

#endif
