/* SPDX-License-Identifier: MIT */
/*
 * What the compilers that we support have in common: gcc 12 and clang 14 on,
 * as C11 and later, as C++11 and later.
 */
#ifndef KSYNC_COMPILER_H
#define KSYNC_COMPILER_H

#ifdef __cplusplus
#define KSYNC_BEGIN_DECLS extern "C" {
#define KSYNC_END_DECLS }
#else
#define KSYNC_BEGIN_DECLS
#define KSYNC_END_DECLS
#endif

/* An exported function or object. */
#define KSYNC_API __attribute__((visibility("default")))

/*
 * A function whose body is in a header, inlined also without optimization: a
 * report names the place that called it. src/ffi.c redefines this, so that each
 * of them also exists as an exported symbol for languages without C headers.
 */
#ifndef KSYNC_INLINE
#define KSYNC_INLINE static inline __attribute__((unused, always_inline))
#endif

/* A helper of such a function: never a symbol. */
#define KSYNC_PRIVATE_INLINE \
	static inline __attribute__((unused, always_inline))

#define KSYNC_NOINLINE __attribute__((noinline))
#define KSYNC_COLD __attribute__((noinline, cold))
#define KSYNC_MUST_CHECK __attribute__((warn_unused_result))
#define KSYNC_ALIGNED(n) __attribute__((aligned(n)))
#define KSYNC_CLEANUP(fn) __attribute__((cleanup(fn), unused))

/* Thread-local data that inline fast paths read without a call. */
#define KSYNC_TLS __thread __attribute__((tls_model("initial-exec")))

#define ksync_likely(x) __builtin_expect(!!(x), 1)
#define ksync_unlikely(x) __builtin_expect(!!(x), 0)

#define KSYNC_PASTE_(a, b) a##b
#define KSYNC_PASTE(a, b) KSYNC_PASTE_(a, b)
#define KSYNC_UNIQUE(prefix) KSYNC_PASTE(prefix, __COUNTER__)

#ifdef __cplusplus
#define KSYNC_STATIC_ASSERT(cond, why) static_assert(cond, why)
#else
#define KSYNC_STATIC_ASSERT(cond, why) _Static_assert(cond, why)
#endif

/* 1 in a translation unit that is instrumented by ThreadSanitizer. The model
 * explorer uses the same instrumentation for the code that all others run, and
 * says 0. */
#ifdef KSYNC_THREAD_SANITIZER
#elif defined(__SANITIZE_THREAD__)
#define KSYNC_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KSYNC_THREAD_SANITIZER 1
#endif
#endif
#ifndef KSYNC_THREAD_SANITIZER
#define KSYNC_THREAD_SANITIZER 0
#endif

#define ksync_container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#endif
