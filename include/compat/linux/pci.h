/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/pci.h>
/* The first that comes with <sys/pci.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_SYS_PCI_H) && \
	!defined(KSYNC__LINUX_PCI_FOR_SYS_PCI)
#define KSYNC__LINUX_PCI_FOR_SYS_PCI
#include_next <linux/pci.h>
#else
#error "<linux/pci.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: <sys/pci.h>. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
