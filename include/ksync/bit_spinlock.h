/* SPDX-License-Identifier: MIT */
/*
 * Bit spinlock: a spinlock of one bit in a word that has other uses, where
 * nothing larger has room. Waiters spin, then nap, as those of a spinlock.
 *
 * It costs more than a spinlock, as lock and unlock keep the other bits, and
 * little is known of it: there is no initialiser, and no order of locks is
 * looked at; the checked library knows that it is held, and where it was taken.
 * The word's other bits are changed by atomic operations, or under the lock;
 * <ksync/hlist_bl.h> has a use.
 */
#ifndef KSYNC_BIT_SPINLOCK_H
#define KSYNC_BIT_SPINLOCK_H

#include <ksync/atomic.h>
#include <ksync/bitops.h>
#include <ksync/watch.h>

KSYNC_BEGIN_DECLS

/* All bits have one map: so nothing is written to it, as for readers. */
#define KSYNC__BIT_HOW (KSYNC_WATCH_SHARED | KSYNC_WATCH_RECURSIVE)
#define KSYNC__BIT(addr)                                          \
	ksync__watched(KSYNC__CAST(void *, addr), KSYNC__BIT_MAP, \
		       KSYNC_KIND_BIT_SPINLOCK)

/* One wait for a bit, in src/word/bit_spinlock.c. */
struct ksync__bit_wait {
	unsigned int turn; /* begins as 0 */
};

KSYNC_API void ksync__bit_spin_wait(long bit, const unsigned long *addr,
				    struct ksync__bit_wait *wait);
KSYNC_API void ksync__bit_spin_unlock_free(long bit, const unsigned long *addr);

/**
 * ksync_bit_spin_is_locked() - does anybody hold the bit?
 * @bit: its number, from 0 on, also beyond the first word
 * @addr: the word, or the first of several
 *
 * Context: Any.
 * Order: None; it does not say who holds it, either.
 * Return: true if it is held.
 * Example::
 *
 *	static unsigned long word;
 *	bool busy = ksync_bit_spin_is_locked(0, &word);
 */
KSYNC_INLINE bool ksync_bit_spin_is_locked(long bit, const unsigned long *addr)
{
	return ksync_test_bit(bit, addr);
}

/**
 * ksync_bit_spin_trylock() - take a bit if it is free
 * @bit: its number
 * @addr: the word
 *
 * Context: Any.
 * Order: Acquire if it returns 1, none otherwise.
 * Locks: Holds the bit if it returns 1.
 * Return: 1 if it took the bit, 0 if somebody holds it.
 * Example::
 *
 *	static unsigned long word;
 *
 *	if (ksync_bit_spin_trylock(0, &word))
 *		ksync_bit_spin_unlock(0, &word);
 */
KSYNC_MUST_CHECK KSYNC_INLINE int ksync_bit_spin_trylock(long bit,
							 unsigned long *addr)
{
	/* ORDER bit_spinlock.held: acquire. Sees all that was written under
	 * the bit. Other end: ksync_bit_spin_unlock(). */
	if (ksync_test_bit(bit, addr) || ksync_test_and_set_bit_lock(bit, addr))
		return 0;
	ksync_watch_acquired(KSYNC__BIT(addr), KSYNC__BIT_HOW);
	return 1;
}

/**
 * ksync_bit_spin_lock() - take a bit
 * @bit: its number
 * @addr: the word
 *
 * Ten seconds in which it was held at each look are reported, and the wait goes
 * on.
 *
 * Context: Any but signal handlers. What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds the bit.
 * Example::
 *
 *	static unsigned long word;
 *
 *	ksync_bit_spin_lock(0, &word);
 *	ksync_bit_spin_unlock(0, &word);
 */
KSYNC_INLINE void ksync_bit_spin_lock(long bit, unsigned long *addr)
{
	struct ksync__bit_wait wait = { 0 };

	ksync_watch_acquire(KSYNC__BIT(addr), KSYNC__BIT_HOW);
	/* ORDER bit_spinlock.held: acquire. Other end:
	 * ksync_bit_spin_unlock(). */
	while (ksync_unlikely(ksync_test_and_set_bit_lock(bit, addr))) {
		ksync_watch_contended(KSYNC__BIT(addr));
		ksync__bit_spin_wait(bit, addr, &wait);
	}
	ksync_watch_acquired(KSYNC__BIT(addr), KSYNC__BIT_HOW);
}

/**
 * ksync_bit_spin_unlock() - release a bit
 * @bit: its number
 * @addr: the word
 *
 * The release of a free bit is reported.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases the bit; the word may be freed by the time this returns.
 * Example::
 *
 *	static unsigned long word;
 *
 *	ksync_bit_spin_lock(0, &word);
 *	ksync_bit_spin_unlock(0, &word);
 */
KSYNC_INLINE void ksync_bit_spin_unlock(long bit, unsigned long *addr)
{
	if (ksync_unlikely(!ksync_test_bit(bit, addr))) {
		ksync__bit_spin_unlock_free(bit, addr);
		return;
	}
	(void)ksync_watch_release(KSYNC__BIT(addr), KSYNC__BIT_HOW);
	/* ORDER bit_spinlock.held: release. Other end:
	 * ksync_bit_spin_trylock(). */
	ksync_clear_bit_unlock(bit, addr);
}

/**
 * ksync___bit_spin_unlock() - release a bit of a word that nobody else changes
 * @bit: its number
 * @addr: the word, all of whose bits change under this bit alone
 *
 * A store instead of an atomic operation.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases the bit; the word may be freed by the time this returns.
 * Example::
 *
 *	static unsigned long word;
 *
 *	ksync_bit_spin_lock(0, &word);
 *	word |= 4;
 *	ksync___bit_spin_unlock(0, &word);
 */
KSYNC_INLINE void ksync___bit_spin_unlock(long bit, unsigned long *addr)
{
	volatile unsigned long *at = ksync__bit_word(bit, addr);
	unsigned long word = KSYNC_READ_ONCE(*at);

	if (ksync_unlikely(!(word & ksync__bit_mask(bit)))) {
		ksync__bit_spin_unlock_free(bit, addr);
		return;
	}
	(void)ksync_watch_release(KSYNC__BIT(addr), KSYNC__BIT_HOW);
	/* ORDER bit_spinlock.held: release. Other end:
	 * ksync_bit_spin_trylock(). */
	ksync_smp_store_release(at, word & ~ksync__bit_mask(bit));
}

KSYNC_END_DECLS

#endif
