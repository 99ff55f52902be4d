/* SPDX-License-Identifier: MIT */
/*
 * How types are called. A program that is compiled under kernel names
 * (KSYNC_KERNEL_NAMES, set by the CMake target ksync::linux and the pkg-config
 * module ksync-linux for whole translation units) sees "struct mutex"; every
 * other program sees "struct ksync_mutex". ksync_mutex_t is the same type in
 * both, and tags are not linked, so objects of both kinds link together.
 */
#ifndef KSYNC_NAMES_H
#define KSYNC_NAMES_H

#ifdef KSYNC_KERNEL_NAMES
#define KSYNC_TAG(name) name
#else
#define KSYNC_TAG(name) ksync_##name
#endif

#endif
