/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/ipc.h>
/* The first that comes with <linux/msg.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_MSG_H) && \
	!defined(KSYNC__LINUX_IPC_FOR_LINUX_MSG)
#define KSYNC__LINUX_IPC_FOR_LINUX_MSG
#include_next <linux/ipc.h>
/* The first that comes with <linux/sem.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_SEM_H) && \
	!defined(KSYNC__LINUX_IPC_FOR_LINUX_SEM)
#define KSYNC__LINUX_IPC_FOR_LINUX_SEM
#include_next <linux/ipc.h>
/* The first that comes with <linux/shm.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_SHM_H_) && \
	!defined(KSYNC__LINUX_IPC_FOR_LINUX_SHM)
#define KSYNC__LINUX_IPC_FOR_LINUX_SHM
#include_next <linux/ipc.h>
#else
#error "<linux/ipc.h>: ksync has nothing of the kernel's, and the system's is \
another file. Instead: <sys/ipc.h>. A header of your own goes before \
ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the system's"
#endif
