/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/string.h>
/* The first that comes with <linux/auto_dev-ioctl.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_AUTO_DEV_IOCTL_H) && \
	!defined(KSYNC__LINUX_STRING_FOR_LINUX_AUTO_DEV_IOCTL)
#define KSYNC__LINUX_STRING_FOR_LINUX_AUTO_DEV_IOCTL
#include_next <linux/string.h>
/* The first that comes with <linux/cec.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_CEC_UAPI_H) && \
	!defined(KSYNC__LINUX_STRING_FOR_LINUX_CEC)
#define KSYNC__LINUX_STRING_FOR_LINUX_CEC
#include_next <linux/string.h>
/* The first that comes with <linux/tipc_config.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_TIPC_CONFIG_H_) && \
	!defined(KSYNC__LINUX_STRING_FOR_LINUX_TIPC_CONFIG)
#define KSYNC__LINUX_STRING_FOR_LINUX_TIPC_CONFIG
#include_next <linux/string.h>
#else
#error "<linux/string.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: link ksync::kernel, which has it; or \
<string.h>. A header of your own goes before ksync's in the include \
path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
