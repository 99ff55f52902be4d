/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/uio.h>
/* The first that comes with <linux/target_core_user.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__TARGET_CORE_USER_H) && \
	!defined(KSYNC__LINUX_UIO_FOR_LINUX_TARGET_CORE_USER)
#define KSYNC__LINUX_UIO_FOR_LINUX_TARGET_CORE_USER
#include_next <linux/uio.h>
#else
#error "<linux/uio.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: <sys/uio.h>. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
