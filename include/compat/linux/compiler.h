/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_COMPILER_H
#define KSYNC_COMPAT_COMPILER_H

#include <linux/kernel_names.h>

#include <ksync/atomic.h>

#define likely(x) ksync_likely(x)
#define unlikely(x) ksync_unlikely(x)

#define barrier() ksync_barrier()
#define READ_ONCE(x) KSYNC_READ_ONCE(x)
#define WRITE_ONCE(x, v) KSYNC_WRITE_ONCE(x, v)

/*
 * The expression's value, although others may change what it reads: a race that
 * is meant. ThreadSanitizer, too, says nothing of it.
 */
#if KSYNC_THREAD_SANITIZER
extern void AnnotateIgnoreReadsBegin(const char *, int);
extern void AnnotateIgnoreReadsEnd(const char *, int);
extern void AnnotateIgnoreWritesBegin(const char *, int);
extern void AnnotateIgnoreWritesEnd(const char *, int);
#define data_race(expr)                                        \
	__extension__({                                        \
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);  \
		AnnotateIgnoreWritesBegin(__FILE__, __LINE__); \
		__auto_type ksync__raced = (expr);             \
		AnnotateIgnoreWritesEnd(__FILE__, __LINE__);   \
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);    \
		ksync__raced;                                  \
	})
#else
#define data_race(expr)                            \
	__extension__({                            \
		__auto_type ksync__raced = (expr); \
		ksync__raced;                      \
	})
#endif

/* libc has some of these, too. */
#ifndef __must_check
#define __must_check KSYNC_MUST_CHECK
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((unused))
#endif
#ifndef __always_unused
#define __always_unused __attribute__((unused))
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* For static checkers; the compilers that we support have no use for them. */
#ifndef __must_hold
#define __must_hold(lock)
#endif
#ifndef __acquires
#define __acquires(lock)
#endif
#ifndef __releases
#define __releases(lock)
#endif

#endif
