/* SPDX-License-Identifier: MIT */
/* How many elements an array has; of a pointer an error. */
#ifndef KSYNC_GLUE_ARRAY_SIZE_H
#define KSYNC_GLUE_ARRAY_SIZE_H

#include <linux/compiler.h>

#undef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) + (size_t)__must_be_array(a))

#endif
