/* SPDX-License-Identifier: MIT */
/*
 * Ported code: kernel names, beside a translation unit in native names. The
 * native headers come first: that takes what ksync::linux defines.
 */
#include "till.h"

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include <stdio.h>

static DEFINE_SPINLOCK(quick);

int main(void)
{
	struct mutex *lock = &till.lock;
	unsigned long flags;

	mutex_lock(lock);
	till.cents += 5;
	if (!till_is_mine() || !mutex_is_locked(lock))
		return 1;
	mutex_unlock(lock);
	if (till_is_mine())
		return 1;
	till_add(5);

	spin_lock_irqsave(&quick, flags);
	spin_unlock_irqrestore(&quick, flags);
	refcount_inc(&till.users);

	printf("kernel names: %d cents, %u users\n", till.cents,
	       refcount_read(&till.users));
	return till.cents != 10 || refcount_read(&till.users) != 2;
}
