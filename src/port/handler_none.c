/* SPDX-License-Identifier: MIT */
/* Without a runtime that unwinds stacks nobody can say. */
#include "port.h"

ksync_u64 ksync__handler_signals(const void **handler)
{
	(void)handler;
	return 0;
}
