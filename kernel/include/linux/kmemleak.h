/* SPDX-License-Identifier: MIT */
/* No-ops: valgrind and AddressSanitizer look for leaks. */
#ifndef KSYNC_GLUE_KMEMLEAK_H
#define KSYNC_GLUE_KMEMLEAK_H

#include <linux/types.h>

#define kmemleak_not_leak(ptr) ((void)(ptr))
#define kmemleak_ignore(ptr) ((void)(ptr))
#define kmemleak_update_trace(ptr) ((void)(ptr))
#define kmemleak_alloc(ptr, size, n, gfp) ((void)(ptr))
#define kmemleak_free(ptr) ((void)(ptr))
#define kmemleak_transient_leak(ptr) ((void)(ptr))

#endif
