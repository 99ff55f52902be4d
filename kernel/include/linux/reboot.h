/* SPDX-License-Identifier: MIT */
/* The system's header, and the end of the system: of the program. */
/* The next line is an extension; this header has nothing to warn about. */
#pragma GCC system_header
#pragma push_macro("KSYNC_SYSTEM_HEADERS")
#undef KSYNC_SYSTEM_HEADERS
#define KSYNC_SYSTEM_HEADERS
#include_next <linux/reboot.h>
#pragma pop_macro("KSYNC_SYSTEM_HEADERS")

#ifndef KSYNC_GLUE_REBOOT_H
#define KSYNC_GLUE_REBOOT_H

#if !defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <linux/notifier.h>

#include <stdlib.h>

#define SYS_DOWN 0x0001
#define SYS_RESTART SYS_DOWN
#define SYS_HALT 0x0002
#define SYS_POWER_OFF 0x0003
#define kernel_power_off() exit(0)
#define kernel_halt() exit(0)
#define kernel_restart(cmd) exit(0)
#define orderly_poweroff(force) exit(0)
#define register_reboot_notifier(nb) ((void)(nb), 0)
#define unregister_reboot_notifier(nb) ((void)(nb), 0)

#endif

#endif
