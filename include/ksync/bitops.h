/* SPDX-License-Identifier: MIT */
/*
 * Atomic bit operations on an array of unsigned long, with the kernel's orders:
 * without a result relaxed; test_and_* fully ordered; _lock acquires, _unlock
 * releases. Bit nr counts from the first word's lowest bit. The __ forms are
 * for one thread.
 */
#ifndef KSYNC_BITOPS_H
#define KSYNC_BITOPS_H

#include <ksync/machine.h>

#define KSYNC_BITS_PER_LONG (sizeof(long) == 8 ? 64L : 32L)

KSYNC_BEGIN_DECLS

KSYNC_PRIVATE_INLINE unsigned long ksync__bit_mask(long nr)
{
	return 1UL << (nr & (KSYNC_BITS_PER_LONG - 1));
}

/* Rounds down: a negative bit is before the array, not beyond a shift. */
KSYNC_PRIVATE_INLINE long ksync__bit_index(long nr)
{
	return nr >> (KSYNC_BITS_PER_LONG == 64 ? 6 : 5);
}

KSYNC_PRIVATE_INLINE volatile unsigned long *
ksync__bit_word(long nr, volatile unsigned long *addr)
{
	return addr + ksync__bit_index(nr);
}

#define KSYNC__BIT_VOID(name, op, mask, order)                                \
	KSYNC_INLINE void ksync_##name(long nr, volatile unsigned long *addr) \
	{                                                                     \
		(void)ksync__mc_fetch##op(ksync__bit_word(nr, addr), mask,    \
					  KSYNC__MO##order);                  \
	}
#define KSYNC__BIT_TEST(name, op, mask, order)                                \
	KSYNC_INLINE bool ksync_##name(long nr, volatile unsigned long *addr) \
	{                                                                     \
		unsigned long old;                                            \
                                                                              \
		KSYNC__AROUND(KSYNC__MO##order);                              \
		old = ksync__mc_fetch##op(ksync__bit_word(nr, addr), mask,    \
					  KSYNC__MO##order);                  \
		KSYNC__AROUND(KSYNC__MO##order);                              \
		return (old & ksync__bit_mask(nr)) != 0;                      \
	}
#define KSYNC__BIT_PLAIN(name, expr)                                         \
	KSYNC_INLINE bool ksync___test_and_##name##_bit(                     \
		long nr, volatile unsigned long *addr)                       \
	{                                                                    \
		volatile unsigned long *word = ksync__bit_word(nr, addr);    \
		unsigned long mask = ksync__bit_mask(nr);                    \
		unsigned long old = *word;                                   \
                                                                             \
		*word = expr;                                                \
		return (old & mask) != 0;                                    \
	}                                                                    \
	KSYNC_INLINE void ksync___##name##_bit(long nr,                      \
					       volatile unsigned long *addr) \
	{                                                                    \
		(void)ksync___test_and_##name##_bit(nr, addr);               \
	}

KSYNC__BIT_VOID(set_bit, _or, ksync__bit_mask(nr), _RELAXED)
KSYNC__BIT_VOID(clear_bit, _and, ~ksync__bit_mask(nr), _RELAXED)
KSYNC__BIT_VOID(change_bit, _xor, ksync__bit_mask(nr), _RELAXED)
KSYNC__BIT_VOID(clear_bit_unlock, _and, ~ksync__bit_mask(nr), _RELEASE)
KSYNC__BIT_TEST(test_and_set_bit, _or, ksync__bit_mask(nr), _FULL)
KSYNC__BIT_TEST(test_and_clear_bit, _and, ~ksync__bit_mask(nr), _FULL)
KSYNC__BIT_TEST(test_and_change_bit, _xor, ksync__bit_mask(nr), _FULL)
KSYNC__BIT_TEST(test_and_set_bit_lock, _or, ksync__bit_mask(nr), _ACQUIRE)
KSYNC__BIT_PLAIN(set, old | mask)
KSYNC__BIT_PLAIN(clear, old & ~mask)
KSYNC__BIT_PLAIN(change, old ^ mask)

#undef KSYNC__BIT_VOID
#undef KSYNC__BIT_TEST
#undef KSYNC__BIT_PLAIN

/**
 * ksync_assign_bit() - set or clear bit @nr
 * @nr: number of the bit
 * @addr: first word of the array
 * @value: what the bit becomes
 *
 * Context: Any.
 * Order: None.
 * Example::
 *
 *	unsigned long map = 0;
 *
 *	ksync_assign_bit(3, &map, true);
 */
KSYNC_INLINE void ksync_assign_bit(long nr, volatile unsigned long *addr,
				   bool value)
{
	if (value)
		ksync_set_bit(nr, addr);
	else
		ksync_clear_bit(nr, addr);
}

KSYNC_INLINE void ksync___assign_bit(long nr, volatile unsigned long *addr,
				     bool value)
{
	if (value)
		ksync___set_bit(nr, addr);
	else
		ksync___clear_bit(nr, addr);
}

/**
 * ksync_test_bit() - is bit @nr set?
 * @nr: number of the bit
 * @addr: first word of the array
 *
 * Context: Any.
 * Order: None.
 * Return: true if the bit is set.
 * Example::
 *
 *	unsigned long map[2] = { 0, 0 };
 *
 *	ksync_set_bit(70, map);
 *	bool set = ksync_test_bit(70, map);
 */
KSYNC_INLINE bool ksync_test_bit(long nr, const volatile unsigned long *addr)
{
	return (ksync__mc_load(addr + ksync__bit_index(nr), KSYNC__MO_RELAXED) &
		ksync__bit_mask(nr)) != 0;
}

/**
 * ksync_test_bit_acquire() - is bit @nr set, and what came before it?
 * @nr: number of the bit
 * @addr: first word of the array
 *
 * Context: Any.
 * Order: Acquire; pairs with ksync_clear_bit_unlock() and full operations.
 * Return: true if the bit is set.
 * Example::
 *
 *	unsigned long map = 0;
 *	bool busy = ksync_test_bit_acquire(3, &map);
 */
KSYNC_INLINE bool ksync_test_bit_acquire(long nr,
					 const volatile unsigned long *addr)
{
	return (ksync__mc_load(addr + ksync__bit_index(nr), KSYNC__MO_ACQUIRE) &
		ksync__bit_mask(nr)) != 0;
}

KSYNC_END_DECLS

#endif
