/* SPDX-License-Identifier: MIT */
/* No-ops: there is no trap to be told of. */
#ifndef KSYNC_GLUE_KDEBUG_H
#define KSYNC_GLUE_KDEBUG_H

#include <linux/notifier.h>

enum die_val { DIE_UNUSED };
struct pt_regs;
struct die_args {
	struct pt_regs *regs;
	const char *str;
	long err;
	int trapnr, signr;
};

#endif
