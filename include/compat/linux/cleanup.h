/* SPDX-License-Identifier: MIT */
/* Scope-based forms: <ksync/cleanup.h> says what each does. */
#ifndef KSYNC_COMPAT_CLEANUP_H
#define KSYNC_COMPAT_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>

#include <ksync/cleanup.h>

#define DEFINE_FREE(name, type, expr) KSYNC_DEFINE_FREE(name, type, expr)
#define __free(name) ksync_free(name)
#define no_free_ptr(p) ksync_no_free_ptr(p)
#define return_ptr(p) ksync_return_ptr(p)
#define retain_and_null_ptr(p) ksync_retain_and_null_ptr(p)

#define DEFINE_CLASS(name, type, exit, init, ...) \
	KSYNC_DEFINE_CLASS(name, type, exit, init, __VA_ARGS__)
#define EXTEND_CLASS(name, ext, init, ...) \
	KSYNC_EXTEND_CLASS(name, ext, init, __VA_ARGS__)
#define CLASS(name, var) KSYNC_CLASS(name, var)

#define DEFINE_GUARD(name, type, lock, unlock) \
	KSYNC_DEFINE_GUARD(name, type, lock, unlock)
#define DEFINE_GUARD_COND(...) KSYNC_DEFINE_GUARD_COND(__VA_ARGS__)
#define DEFINE_LOCK_GUARD_0(...) KSYNC_DEFINE_LOCK_GUARD_0(__VA_ARGS__)
#define DEFINE_LOCK_GUARD_1(...) KSYNC_DEFINE_LOCK_GUARD_1(__VA_ARGS__)
#define DEFINE_LOCK_GUARD_1_COND(...) \
	KSYNC_DEFINE_LOCK_GUARD_1_COND(__VA_ARGS__)

#define guard(name) ksync_guard(name)
#define scoped_guard(...) ksync_scoped_guard(__VA_ARGS__)
#define scoped_cond_guard(...) ksync_scoped_cond_guard(__VA_ARGS__)
#define ACQUIRE(name, var) KSYNC_ACQUIRE(name, var)
#define ACQUIRE_ERR(name, var) KSYNC_ACQUIRE_ERR(name, var)

#endif
