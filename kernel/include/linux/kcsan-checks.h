/* SPDX-License-Identifier: MIT */
/* No-ops: ThreadSanitizer looks for races. */
#ifndef KSYNC_GLUE_KCSAN_CHECKS_H
#define KSYNC_GLUE_KCSAN_CHECKS_H

#include <linux/types.h>

#define kcsan_check_access(ptr, size, type) ((void)(ptr))
#define __kcsan_check_access(ptr, size, type) ((void)(ptr))
#define kcsan_mb() ((void)0)
#define kcsan_wmb() ((void)0)
#define kcsan_rmb() ((void)0)
#define kcsan_release() ((void)0)
#define ASSERT_EXCLUSIVE_WRITER(var) ((void)0)
#define ASSERT_EXCLUSIVE_ACCESS(var) ((void)0)
#define ASSERT_EXCLUSIVE_BITS(var, mask) ((void)0)

#endif
