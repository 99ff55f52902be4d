/* SPDX-License-Identifier: MIT */
/*
 * What the headers of this folder begin with. It is no header of the kernel's:
 * do not include it.
 *
 * They give ksync's functions the kernel's names, for C programs that ask for
 * them by the CMake target ksync::linux or the pkg-config module ksync-linux.
 * Functions are inlines; a macro stands only where the kernel has one. What is
 * not here is not in ksync.
 *
 * The tags of ksync's types follow one define for a whole translation unit, so
 * that "struct mutex" and ksync_mutex_t are the same type.
 */
#ifndef KSYNC_COMPAT_KERNEL_NAMES_H
#define KSYNC_COMPAT_KERNEL_NAMES_H

#ifdef __cplusplus
#error "kernel names are for C; use the ksync_ names of <ksync/...> in C++"
#endif

#ifndef KSYNC_KERNEL_NAMES
#ifdef KSYNC_NAMES_H
#error "<ksync/...> came before <linux/...>: define KSYNC_KERNEL_NAMES for the \
whole translation unit (CMake: link ksync::linux; pkg-config: ksync-linux)"
#endif
#define KSYNC_KERNEL_NAMES
#endif

#ifdef __has_include
#if !__has_include(<ksync/compiler.h>)
#error "ksync's own headers are not found: link ksync::ksync beside \
ksync::linux; by hand, add the -I that holds ksync/"
#endif
#endif

#include <ksync/compiler.h>
#include <ksync/names.h>

/*
 * Inlined also without optimization: a report names the place in the program
 * that called, not the one in here.
 */
#define KSYNC__KERNEL_NAME static inline __attribute__((unused, always_inline))

#endif
