/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/stat.h>
/* The first that comes with <sys/stat.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_SYS_STAT_H) && \
	!defined(KSYNC__LINUX_STAT_FOR_SYS_STAT)
#define KSYNC__LINUX_STAT_FOR_SYS_STAT
#include_next <linux/stat.h>
#else
#error "<linux/stat.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: link ksync::kernel, which has it; or \
<sys/stat.h>. A header of your own goes before ksync's in the include \
path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
