/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/sysctl.h>
#else
#error "<linux/sysctl.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: options of yours. A header of your own goes \
before ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the \
system's"
#endif
