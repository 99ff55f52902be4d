/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_CONTAINER_OF_H
#define KSYNC_COMPAT_CONTAINER_OF_H

#include <stddef.h>

#include <linux/kernel_names.h>

/*
 * The object of which *ptr is the member. A pointer to something else than the
 * member's type, or to void, is an error.
 */
#define container_of(ptr, type, member)                                  \
	__extension__({                                                  \
		KSYNC_STATIC_ASSERT(                                     \
			__builtin_types_compatible_p(                    \
				__typeof__(*(ptr)),                      \
				__typeof__(((type *)0)->member)) ||      \
				__builtin_types_compatible_p(            \
					__typeof__(*(ptr)), void),       \
			"container_of(): not a pointer to that member"); \
		ksync_container_of(ptr, type, member);                   \
	})

/* The same, const if *ptr is. */
#define container_of_const(ptr, type, member)                          \
	_Generic((ptr),                                                \
		const __typeof__(*(ptr)) *: (                          \
			 const type *)container_of(ptr, type, member), \
		default: container_of(ptr, type, member))

#endif
