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
