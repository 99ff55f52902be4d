/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/time.h>
/* The first that comes with <asm/signal.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_ASM_X86_SIGNAL_H) && \
	!defined(KSYNC__LINUX_TIME_FOR_ASM_SIGNAL)
#define KSYNC__LINUX_TIME_FOR_ASM_SIGNAL
#include_next <linux/time.h>
/* The first that comes with <asm-generic/signal.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__ASM_GENERIC_SIGNAL_H) && \
	!defined(KSYNC__LINUX_TIME_FOR_ASM_GENERIC_SIGNAL)
#define KSYNC__LINUX_TIME_FOR_ASM_GENERIC_SIGNAL
#include_next <linux/time.h>
/* The first that comes with <linux/coda.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_CODA_HEADER_) && \
	!defined(KSYNC__LINUX_TIME_FOR_LINUX_CODA)
#define KSYNC__LINUX_TIME_FOR_LINUX_CODA
#include_next <linux/time.h>
/* The first that comes with <linux/resource.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_RESOURCE_H) && \
	!defined(KSYNC__LINUX_TIME_FOR_LINUX_RESOURCE)
#define KSYNC__LINUX_TIME_FOR_LINUX_RESOURCE
#include_next <linux/time.h>
/* The first that comes with <linux/timex.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_TIMEX_H) && \
	!defined(KSYNC__LINUX_TIME_FOR_LINUX_TIMEX)
#define KSYNC__LINUX_TIME_FOR_LINUX_TIMEX
#include_next <linux/time.h>
#else
#error "<linux/time.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: <time.h>; <linux/jiffies.h> has jiffies. A \
header of your own goes before ksync's in the include path; \
-DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
