/* SPDX-License-Identifier: MIT */
/* Made from include/compat/headers.txt by cmake/lint/lint.py --write. */
#if defined(KSYNC_SYSTEM_HEADERS) || defined(__cplusplus) || \
	defined(__ASSEMBLER__)
#include_next <linux/netdevice.h>
/* The first that comes with <linux/if_arp.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(_LINUX_IF_ARP_H) && \
	!defined(KSYNC__LINUX_NETDEVICE_FOR_LINUX_IF_ARP)
#define KSYNC__LINUX_NETDEVICE_FOR_LINUX_IF_ARP
#include_next <linux/netdevice.h>
/* The first that comes with <linux/mctp.h> is its own. */
#elif __INCLUDE_LEVEL__ > 1 && defined(__UAPI_MCTP_H) && \
	!defined(KSYNC__LINUX_NETDEVICE_FOR_LINUX_MCTP)
#define KSYNC__LINUX_NETDEVICE_FOR_LINUX_MCTP
#include_next <linux/netdevice.h>
#else
#error "<linux/netdevice.h>: ksync has nothing of the kernel's, and the \
system's is another file. Instead: <net/if.h>. A header of your own \
goes before ksync's in the include path; -DKSYNC_SYSTEM_HEADERS gets \
the system's"
#endif
