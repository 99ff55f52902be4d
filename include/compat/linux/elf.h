/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/elf.h>
/* The first that comes with <linux/elf-fdpic.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_ELF_FDPIC_H) && \
	!defined(KSYNC__LINUX_ELF_FOR_LINUX_ELF_FDPIC)
#define KSYNC__LINUX_ELF_FOR_LINUX_ELF_FDPIC
#include_next <linux/elf.h>
#else
#error "<linux/elf.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: <elf.h>. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
