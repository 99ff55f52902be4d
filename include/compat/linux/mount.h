/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/mount.h>
/* The first that comes with <linux/fs.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_FS_H) && \
	!defined(KSYNC__LINUX_MOUNT_FOR_LINUX_FS)
#define KSYNC__LINUX_MOUNT_FOR_LINUX_FS
#include_next <linux/mount.h>
/* The first that comes with <sys/mount.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_SYS_MOUNT_H) && \
	!defined(KSYNC__LINUX_MOUNT_FOR_SYS_MOUNT)
#define KSYNC__LINUX_MOUNT_FOR_SYS_MOUNT
#include_next <linux/mount.h>
#else
#error "<linux/mount.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: <sys/mount.h>. A header of your own goes \
before ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the \
system's"
#endif
