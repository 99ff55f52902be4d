/* SPDX-License-Identifier: MIT */
/* What the kernel's build gives every file before its first line. */
#ifndef KSYNC_GLUE_COMPILER_TYPES_H
#define KSYNC_GLUE_COMPILER_TYPES_H

#include <linux/compiler_attributes.h>
#include <linux/kconfig.h>

/* For sparse, which is not run here. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __bitwise
#define __safe
#define __private
#define __chk_user_ptr(x) ((void)0)
#define __chk_io_ptr(x) ((void)0)
#define ACCESS_PRIVATE(p, member) ((p)->member)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __cond_lock(x, c) (c)
#define __cond_acquires(x)
#define __counted_by(member)
#define __counted_by_le(member)
#define __counted_by_be(member)
#define __context__(x, n) ((void)0)

#define notrace __attribute__((__no_instrument_function__))
#define noinline_for_stack noinline
#define noinstr noinline notrace
#define __noinstr_section(section) noinline notrace
#define __no_kasan_or_inline __always_inline
#define __no_kcsan
#define __no_sanitize_or_inline __always_inline
#define __no_sanitize_address __attribute__((__no_sanitize__("address")))
#define __no_sanitize_undefined __attribute__((__no_sanitize__("undefined")))
#define __nocfi
#define __signed_wrap /* -fwrapv is on */
#define __latent_entropy
#define __randomize_layout
#define __no_randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __signed_scalar_typeof(x) __typeof__(x)
#define asm_inline __asm__
#define asm_volatile_goto(x...) __asm__ goto(x)
#ifndef asm_goto_output
#define asm_goto_output(x...) __asm__ goto(x)
#endif

/* The type without qualifiers. */
#define __unqual_scalar_typeof(x)                                     \
	__typeof__(_Generic((x),                                      \
			   char: (char)0,                             \
			   signed char: (signed char)0,               \
			   unsigned char: (unsigned char)0,           \
			   short: (short)0,                           \
			   unsigned short: (unsigned short)0,         \
			   int: (int)0,                               \
			   unsigned int: (unsigned int)0,             \
			   long: (long)0,                             \
			   unsigned long: (unsigned long)0,           \
			   long long: (long long)0,                   \
			   unsigned long long: (unsigned long long)0, \
			   default: (x)))
#define __native_word(t)                                            \
	(sizeof(t) == sizeof(char) || sizeof(t) == sizeof(short) || \
	 sizeof(t) == sizeof(int) || sizeof(t) == sizeof(long))
#ifndef __same_type
#define __same_type(a, b) \
	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#endif

/* Compilation fails with `msg` unless the compiler sees that it holds. */
#define KSYNC__COMPILETIME(cond, msg, id)                          \
	do {                                                       \
		__attribute__((__noreturn__)) extern void id(void) \
			__attribute__((__error__(msg)));           \
		if (!(cond))                                       \
			id();                                      \
	} while (0)
#define KSYNC__COMPILETIME_(cond, msg, n) \
	KSYNC__COMPILETIME(cond, msg, ksync__compiletime_##n)
#define KSYNC__COMPILETIME__(cond, msg, n) KSYNC__COMPILETIME_(cond, msg, n)
#ifdef __OPTIMIZE__
#define compiletime_assert(cond, msg) \
	KSYNC__COMPILETIME__(cond, msg, __COUNTER__)
#else
#define compiletime_assert(cond, msg) ((void)(cond))
#endif
#define compiletime_assert_atomic_type(t) \
	compiletime_assert(__native_word(t), "needs a native word")
#define __diag_push()
#define __diag_pop()
#define __diag_ignore(...)
#define __diag_ignore_all(...)
#define __diag_warn(...)
#define __diag_error(...)

#endif
