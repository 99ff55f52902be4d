/* SPDX-License-Identifier: MIT */
#include <ksync/compiler.h>

#undef KSYNC_INLINE
#define KSYNC_INLINE KSYNC_API

#include <ksync/box.h>
