/* SPDX-License-Identifier: MIT */
/*
 * A pointer or an error code in one word. Error codes are -1 to -4095; no
 * object lives in the last page of the address space.
 */
#ifndef KSYNC_ERR_H
#define KSYNC_ERR_H

#include <errno.h>

#include <ksync/types.h>

#define KSYNC_MAX_ERRNO 4095

KSYNC_BEGIN_DECLS

/**
 * ksync_ERR_PTR() - an error code as a pointer
 * @error: negative error code
 *
 * Context: Any.
 * Return: a pointer for which ksync_IS_ERR() is true.
 * Example::
 *
 *	void *p = ksync_ERR_PTR(-ENOMEM);
 */
KSYNC_INLINE void *ksync_ERR_PTR(long error)
{
	return KSYNC__RECAST(void *, KSYNC__CAST(intptr_t, error));
}

/**
 * ksync_PTR_ERR() - the error code in a pointer
 * @ptr: a pointer for which ksync_IS_ERR() is true
 *
 * Context: Any.
 * Return: the negative error code.
 * Example::
 *
 *	long e = ksync_PTR_ERR(ksync_ERR_PTR(-EBUSY));
 */
KSYNC_INLINE long ksync_PTR_ERR(const void *ptr)
{
	return KSYNC__CAST(long, KSYNC__RECAST(intptr_t, ptr));
}

/**
 * ksync_IS_ERR() - is this pointer an error code?
 * @ptr: any pointer
 *
 * Context: Any.
 * Return: true for an error code, false for an object and for NULL.
 * Example::
 *
 *	bool failed = ksync_IS_ERR(ksync_ERR_PTR(-EBUSY));
 */
KSYNC_INLINE bool ksync_IS_ERR(const void *ptr)
{
	return KSYNC__RECAST(uintptr_t, ptr) >=
	       UINTPTR_MAX - (KSYNC_MAX_ERRNO - 1);
}

/**
 * ksync_IS_ERR_OR_NULL() - is this pointer an error code or NULL?
 * @ptr: any pointer
 *
 * Context: Any.
 * Return: true for an error code and for NULL.
 * Example::
 *
 *	bool none = ksync_IS_ERR_OR_NULL(NULL);
 */
KSYNC_INLINE bool ksync_IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || ksync_IS_ERR(ptr);
}

KSYNC_END_DECLS

#endif
