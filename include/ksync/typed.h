/* SPDX-License-Identifier: MIT */
/*
 * What macros are written with that make a type and its functions: an Arc, a
 * revocable.
 */
#ifndef KSYNC_TYPED_H
#define KSYNC_TYPED_H

#include <ksync/compiler.h>

/* A wrong pointer type is an error in the file from here on, not a warning. */
#ifdef __cplusplus
#define KSYNC__TYPED_STRICT
#else
#define KSYNC__TYPED_STRICT \
	_Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")
#endif

/*
 * What gcc's analyzer is told: the reference that this function returns is put
 * by that one. It takes that only from declarations without a body (REF, FN).
 * Accessors (BODY) keep theirs and touch what they are given, as gcc 12 does
 * not take an access to a member for a use.
 */
#define KSYNC__TYPED_BODY(declaration, ...)               \
	static inline __attribute__((unused)) declaration \
	{                                                 \
		__VA_ARGS__                               \
	}
#ifdef KSYNC_ANALYZE
#define KSYNC__TYPED_SEE(a) (void)*(const volatile char *)(a)
#define KSYNC__TYPED_FN(declaration, ...) extern declaration;
#define KSYNC__TYPED_REF(put, declaration, ...) \
	extern KSYNC_MUST_CHECK __attribute__((malloc(put, 1))) declaration;
#else
#define KSYNC__TYPED_SEE(a) ((void)0)
#define KSYNC__TYPED_FN KSYNC__TYPED_BODY
#define KSYNC__TYPED_REF(put, declaration, ...) \
	KSYNC__TYPED_BODY(KSYNC_MUST_CHECK declaration, __VA_ARGS__)
#endif

/* The same object as a pointer of another kind. */
#define KSYNC__TYPED_AS(type, x) KSYNC__CAST(type *, KSYNC__CAST(void *, x))

#endif
