/* SPDX-License-Identifier: MIT */
/* No-ops: nothing probes a function. */
#ifndef KSYNC_GLUE_KPROBES_H
#define KSYNC_GLUE_KPROBES_H

#include <linux/compiler.h>

#define NOKPROBE_SYMBOL(fn) struct ksync__glue_export
#define __kprobes
#define nokprobe_inline inline

#endif
