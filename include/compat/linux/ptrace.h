/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/ptrace.h>
/* The first that comes with <asm-generic/bpf_perf_event.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__ASM_GENERIC_BPF_PERF_EVENT_H__) && \
	!defined(KSYNC__LINUX_PTRACE_FOR_ASM_GENERIC_BPF_PERF_EVENT)
#define KSYNC__LINUX_PTRACE_FOR_ASM_GENERIC_BPF_PERF_EVENT
#include_next <linux/ptrace.h>
#else
#error "<linux/ptrace.h>: ksync has nothing of the kernel's, and the system's \
is another file. Instead: <sys/ptrace.h>. A header of your own goes \
before ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets the \
system's"
#endif
