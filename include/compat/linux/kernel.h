/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/kernel.h>
/* The first that comes with <sys/sysinfo.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_SYS_SYSINFO_H) && \
	!defined(KSYNC__LINUX_KERNEL_FOR_SYS_SYSINFO)
#define KSYNC__LINUX_KERNEL_FOR_SYS_SYSINFO
#include_next <linux/kernel.h>
#else
#error "<linux/kernel.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: link ksync::kernel, which has it; or \
<linux/container_of.h>, <linux/compiler.h>, <linux/errno.h>; \
ARRAY_SIZE() and the like are yours. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
