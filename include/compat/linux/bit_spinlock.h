/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_BIT_SPINLOCK_H
#define KSYNC_COMPAT_BIT_SPINLOCK_H

#include <linux/kernel_common.h>

#include <ksync/bit_spinlock.h>

KSYNC__KERNEL_NAME void bit_spin_lock(int bitnum, unsigned long *addr)
{
	ksync_bit_spin_lock(bitnum, addr);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int bit_spin_trylock(int bitnum,
							 unsigned long *addr)
{
	return ksync_bit_spin_trylock(bitnum, addr);
}

KSYNC__KERNEL_NAME void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	ksync_bit_spin_unlock(bitnum, addr);
}

KSYNC__KERNEL_NAME void __bit_spin_unlock(int bitnum, unsigned long *addr)
{
	ksync___bit_spin_unlock(bitnum, addr);
}

KSYNC__KERNEL_NAME int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return ksync_bit_spin_is_locked(bitnum, addr);
}

#endif
