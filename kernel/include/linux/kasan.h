/* SPDX-License-Identifier: MIT */
/* No-ops: AddressSanitizer looks at every access. */
#ifndef KSYNC_GLUE_KASAN_H
#define KSYNC_GLUE_KASAN_H

#include <linux/types.h>

#define kasan_disable_current() ((void)0)
#define kasan_enable_current() ((void)0)
#define kasan_record_aux_stack(ptr) ((void)(ptr))
#define kasan_record_aux_stack_noalloc(ptr) ((void)(ptr))
#define kasan_check_byte(ptr) ((void)(ptr), true)

#endif
