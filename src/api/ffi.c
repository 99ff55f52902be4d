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

/* No locks: the same in both libraries. */
#include <ksync/atomic.h>

#if KSYNC_CHECKED
#undef KSYNC_INLINE
#define KSYNC_INLINE static __attribute__((unused))
#endif
#include <ksync/ksync.h>
#if KSYNC_CHECKED
#include <ksync/lockdep.h>

#define KSYNC__ALIAS(name, other) \
	extern KSYNC_API __typeof__(name) other __attribute__((alias(#name)));
#include "inline_names.h" /* made by cmake/CheckedNames.cmake */
#endif
