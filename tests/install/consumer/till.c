/* SPDX-License-Identifier: MIT */
#ifdef KSYNC_KERNEL_NAMES
#error "compile this one without ksync::linux"
#endif

#include "till.h"

struct till till = { KSYNC_MUTEX_INIT, KSYNC_REFCOUNT_INIT(1), 0 };

bool till_is_mine(void)
{
	return ksync_mutex_get_owner(&till.lock) ==
	       (unsigned long)ksync_current();
}

void till_add(int cents)
{
	ksync_guard(mutex)(&till.lock);
	till.cents += cents;
}
