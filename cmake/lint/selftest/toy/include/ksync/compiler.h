/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPILER_H
#define KSYNC_COMPILER_H

#define KSYNC_API __attribute__((visibility("default")))
#ifndef KSYNC_INLINE
#define KSYNC_INLINE static inline __attribute__((unused))
#endif

#endif
