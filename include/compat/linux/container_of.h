/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_CONTAINER_OF_H
#define KSYNC_COMPAT_CONTAINER_OF_H

#include <linux/kernel_names.h>

#define container_of(ptr, type, member) ksync_container_of(ptr, type, member)

/* The same, const if *ptr is. */
#define container_of_const(ptr, type, member)                          \
	_Generic((ptr),                                                \
		const __typeof__(*(ptr)) *: (                          \
			 const type *)container_of(ptr, type, member), \
		default: container_of(ptr, type, member))

#endif
