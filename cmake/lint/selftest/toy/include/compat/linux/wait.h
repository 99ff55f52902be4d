/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/wait.h>
/* The first that comes with <linux/keyboard.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__LINUX_KEYBOARD_H) && \
	!defined(KSYNC__LINUX_WAIT_FOR_LINUX_KEYBOARD)
#define KSYNC__LINUX_WAIT_FOR_LINUX_KEYBOARD
#include_next <linux/wait.h>
#else
#error "<linux/wait.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: open the box. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
