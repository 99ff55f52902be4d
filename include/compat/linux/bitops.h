/* SPDX-License-Identifier: MIT */
/* Atomic bit operations: <ksync/bitops.h> has their orders. */
#ifndef KSYNC_COMPAT_BITOPS_H
#define KSYNC_COMPAT_BITOPS_H

#include <linux/kernel_names.h>

#include <ksync/bitops.h>

#define BITS_PER_BYTE 8
#ifndef BITS_PER_LONG
/* For the preprocessor, too. */
#define BITS_PER_LONG (8 * __SIZEOF_LONG__)
#endif
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BIT(nr) (1UL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)

#define KSYNC__BIT_NAME(type, name)                                         \
	KSYNC__KERNEL_NAME type name(long nr, volatile unsigned long *addr) \
	{                                                                   \
		return ksync_##name(nr, addr);                              \
	}

#define KSYNC__BIT_NAME_VOID(name)                                          \
	KSYNC__KERNEL_NAME void name(long nr, volatile unsigned long *addr) \
	{                                                                   \
		ksync_##name(nr, addr);                                     \
	}

KSYNC__BIT_NAME_VOID(set_bit)
KSYNC__BIT_NAME_VOID(clear_bit)
KSYNC__BIT_NAME_VOID(change_bit)
KSYNC__BIT_NAME_VOID(clear_bit_unlock)
KSYNC__BIT_NAME(bool, test_and_set_bit)
KSYNC__BIT_NAME(bool, test_and_clear_bit)
KSYNC__BIT_NAME(bool, test_and_change_bit)
KSYNC__BIT_NAME(bool, test_and_set_bit_lock)
KSYNC__BIT_NAME_VOID(__set_bit)
KSYNC__BIT_NAME_VOID(__clear_bit)
KSYNC__BIT_NAME_VOID(__change_bit)
KSYNC__BIT_NAME(bool, __test_and_set_bit)
KSYNC__BIT_NAME(bool, __test_and_clear_bit)
KSYNC__BIT_NAME(bool, __test_and_change_bit)

#undef KSYNC__BIT_NAME
#undef KSYNC__BIT_NAME_VOID

KSYNC__KERNEL_NAME void assign_bit(long nr, volatile unsigned long *addr,
				   bool value)
{
	ksync_assign_bit(nr, addr, value);
}

KSYNC__KERNEL_NAME void __assign_bit(long nr, volatile unsigned long *addr,
				     bool value)
{
	ksync___assign_bit(nr, addr, value);
}

KSYNC__KERNEL_NAME bool test_bit(long nr, const volatile unsigned long *addr)
{
	return ksync_test_bit(nr, addr);
}

KSYNC__KERNEL_NAME bool test_bit_acquire(long nr,
					 const volatile unsigned long *addr)
{
	return ksync_test_bit_acquire(nr, addr);
}

/* For the holder of a bit lock while nobody else changes the word. */
KSYNC__KERNEL_NAME void __clear_bit_unlock(long nr,
					   volatile unsigned long *addr)
{
	ksync_clear_bit_unlock(nr, addr);
}

#endif
