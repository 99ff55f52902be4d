/* SPDX-License-Identifier: MIT */
/*
 * What the compilers that we support have in common: gcc 12 and clang 14 on,
 * as C11 and later, as C++11 and later.
 */
#ifndef KSYNC_COMPILER_H
#define KSYNC_COMPILER_H

#include <stddef.h>
#include <stdint.h>

/* 1 in what is built for the checked library, ksync::checked: its locks are
 * larger, so it has link names of its own. */
#ifndef KSYNC_CHECKED
#define KSYNC_CHECKED 0
#endif
#if KSYNC_CHECKED
#define KSYNC_VARIANT "checked"
#include <ksync/checked_names.h>
#else
#define KSYNC_VARIANT "release"
#endif

#ifdef __cplusplus
#define KSYNC_BEGIN_DECLS extern "C" {
#define KSYNC_END_DECLS }
#else
#define KSYNC_BEGIN_DECLS
#define KSYNC_END_DECLS
#endif

/*
 * An exported function or object. The static library is compiled with all
 * hidden: what it is linked into exports none of it, and another copy in the
 * same process does not meet it.
 */
#ifdef KSYNC_HIDDEN
#define KSYNC_API __attribute__((visibility("hidden")))
#else
#define KSYNC_API __attribute__((visibility("default")))
#endif
/* One that only the checked library has; the other never refers to it. */
#if KSYNC_CHECKED
#define KSYNC_CHECKED_API KSYNC_API
#else
#define KSYNC_CHECKED_API
#endif

/*
 * A function whose body is in a header, inlined also without optimization: a
 * report names the place that called it. src/api/ffi.c redefines this, so that
 * each of them also exists as an exported symbol for languages without C
 * headers.
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

/* Casts that C++ users may be warned about when they are written as in C: of a
 * number or a void pointer; of another pointer, or between both. */
#ifdef __cplusplus
#define KSYNC__CAST(type, x) static_cast<type>(x)
#define KSYNC__RECAST(type, x) reinterpret_cast<type>(x)
#else
#define KSYNC__CAST(type, x) ((type)(x))
#define KSYNC__RECAST(type, x) ((type)(x))
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

/*
 * The object of which *ptr is the member. A pointer to something else than the
 * member's type, or to void, is an error. In C++ the object is const if *ptr
 * is; in C a const is dropped, as in the kernel.
 */
#define KSYNC__NOT_THE_MEMBER "container_of(): not a pointer to that member"
#ifdef __cplusplus
extern "C++" {
template <class ksync__t, class ksync__m, class ksync__p>
struct ksync__container {
	static_assert(sizeof(ksync__t) == 0, KSYNC__NOT_THE_MEMBER);
};
template <class ksync__t, class ksync__m>
struct ksync__container<ksync__t, ksync__m, ksync__m> {
	typedef ksync__t type;
	typedef char byte;
};
template <class ksync__t, class ksync__m>
struct ksync__container<ksync__t, ksync__m, const ksync__m> {
	typedef const ksync__t type;
	typedef const char byte;
};
template <class ksync__t, class ksync__m>
struct ksync__container<ksync__t, ksync__m, void> {
	typedef ksync__t type;
	typedef char byte;
};
template <class ksync__t, class ksync__m>
struct ksync__container<ksync__t, ksync__m, const void> {
	typedef const ksync__t type;
	typedef const char byte;
};
template <class ksync__t, class ksync__m, class ksync__p>
KSYNC_PRIVATE_INLINE
	typename ksync__container<ksync__t, ksync__m, ksync__p>::type *
	ksync__container_of(ksync__p *ptr, uintptr_t offset)
{
	typedef ksync__container<ksync__t, ksync__m, ksync__p> container;

	return reinterpret_cast<typename container::type *>(
		reinterpret_cast<typename container::byte *>(ptr) - offset);
}
}
/* offsetof() is for types without a base. */
#define KSYNC__SOMEWHERE 0x1000
#define KSYNC__MEMBER_AT(type, member) \
	(reinterpret_cast<type *>(KSYNC__SOMEWHERE)->member)
#define ksync_container_of(ptr, type, member)                          \
	ksync__container_of<type, __typeof__(reinterpret_cast<type *>( \
						     KSYNC__SOMEWHERE) \
						     ->member)>(       \
		ptr, reinterpret_cast<uintptr_t>(__builtin_addressof(  \
			     KSYNC__MEMBER_AT(type, member))) -        \
			     KSYNC__SOMEWHERE)
#else
#define ksync_container_of(ptr, type, member)                              \
	__extension__({                                                    \
		_Static_assert(__builtin_types_compatible_p(               \
				       __typeof__(*(ptr)),                 \
				       __typeof__(((type *)0)->member)) || \
				       __builtin_types_compatible_p(       \
					       __typeof__(*(ptr)), void),  \
			       KSYNC__NOT_THE_MEMBER);                     \
		(type *)(uintptr_t)((const volatile char *)(ptr) -         \
				    offsetof(type, member));               \
	})
#endif

#endif
