/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/quota.h>
/* The first that comes with <sys/quota.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_SYS_QUOTA_H) && \
	!defined(KSYNC__LINUX_QUOTA_FOR_SYS_QUOTA)
#define KSYNC__LINUX_QUOTA_FOR_SYS_QUOTA
#include_next <linux/quota.h>
#else
#error "<linux/quota.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: <sys/quota.h>. A header of your own goes \
before ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the \
system's"
#endif
