/* SPDX-License-Identifier: MIT */
/* Attributes of gcc and clang in the kernel's words. */
#ifndef KSYNC_GLUE_COMPILER_ATTRIBUTES_H
#define KSYNC_GLUE_COMPILER_ATTRIBUTES_H

#define __alias(symbol) __attribute__((__alias__(#symbol)))
#undef __aligned
#define __aligned(x) __attribute__((__aligned__(x)))
#define __aligned_largest __attribute__((__aligned__))
#define __alloc_size(x, ...) __attribute__((__alloc_size__(x, ##__VA_ARGS__)))
#define __assume_aligned(a, ...) \
	__attribute__((__assume_aligned__(a, ##__VA_ARGS__)))
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define __cold __attribute__((__cold__))
#define __hot __attribute__((__hot__))
#undef __attribute_const__
#define __attribute_const__ __attribute__((__const__))
#define __pure __attribute__((__pure__))
#define __malloc __attribute__((__malloc__))
#define __mode(x) __attribute__((__mode__(x)))
#undef __packed
#define __packed __attribute__((__packed__))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __scanf(a, b) __attribute__((__format__(scanf, a, b)))
#undef __section
#define __section(section) __attribute__((__section__(section)))
#undef __used
#define __used __attribute__((__used__))
#undef __unused
#define __weak __attribute__((__weak__))
#undef __noreturn
#define __noreturn __attribute__((__noreturn__))
#define __gnu_inline __attribute__((__gnu_inline__))
#define __flatten __attribute__((__flatten__))
#define noinline __attribute__((__noinline__))
#define __noclone
#define __visible
#define __nonstring
#define __no_profile
#define __designated_init
#define __fix_address
#define __copy(symbol)
#define __compiletime_error(msg) __attribute__((__error__(msg)))
#define __compiletime_warning(msg) __attribute__((__warning__(msg)))
#define fallthrough __attribute__((__fallthrough__))
#ifndef __has_attribute
#define __has_attribute(x) 0
#endif

#endif
