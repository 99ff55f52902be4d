/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/capability.h>
/* The first that comes with <linux/binfmts.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_BINFMTS_H) && \
	!defined(KSYNC__LINUX_CAPABILITY_FOR_LINUX_BINFMTS)
#define KSYNC__LINUX_CAPABILITY_FOR_LINUX_BINFMTS
#include_next <linux/capability.h>
#else
#error "<linux/capability.h>: ksync has nothing of the kernel's, and the \
system's is another file. Instead: <sys/capability.h> of libcap. A \
header of your own goes before ksync's in the include path; \
-DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
