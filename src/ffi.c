/* SPDX-License-Identifier: MIT */
/*
 * An exported copy of every inline function of the public headers, under its
 * own name, for languages that cannot compile them. They announce locks to
 * ThreadSanitizer when the program brings it.
 */
#include <ksync/compiler.h>

#undef KSYNC_INLINE
#define KSYNC_INLINE KSYNC_API
#ifndef KSYNC_LOCK_NOTES
#define KSYNC_LOCK_NOTES 1
#endif

#include <ksync/ksync.h>
