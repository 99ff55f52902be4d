/* SPDX-License-Identifier: MIT */
/* What must hold when the code is compiled. */
#ifndef KSYNC_GLUE_BUILD_BUG_H
#define KSYNC_GLUE_BUILD_BUG_H

#include <linux/compiler.h>

#include <assert.h>

#define BUILD_BUG_ON_ZERO(e) ((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_INVALID(e) ((void)(sizeof((long)(e))))
#define BUILD_BUG_ON_MSG(cond, msg) compiletime_assert(!(cond), msg)
#define BUILD_BUG_ON(cond) BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON: " #cond)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) \
	BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG")
/* The message is the expression where none is given. */
#undef static_assert
#define static_assert(expr, ...) \
	KSYNC__STATIC_ASSERT(expr, ##__VA_ARGS__, #expr)
#define KSYNC__STATIC_ASSERT(expr, msg, ...) _Static_assert(expr, msg)

#endif
