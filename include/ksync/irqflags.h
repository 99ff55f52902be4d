/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of the calling thread, of which a signal handler is one here.
 *
 * Off by default: the _irq and _irqsave forms of locks, and the functions here,
 * then only remember that interrupts are disabled, for ksync_irqs_disabled().
 * A program whose signal handlers take locks calls
 * ksync_irq_signals_set(true), first thing: from then on they really block the
 * thread's asynchronous signals, cancellation included, and a lock that is
 * taken under those names everywhere else can be taken by handlers, too.
 *
 * Blocking and restoring are a system call each, some 0.1 us, unless they are
 * disabled already. What a thread does to itself (SIGSEGV and the like) is
 * never blocked. The mask of signals belongs to this while it is disabled:
 * enabling restores what it was before. The _bh forms do not block.
 */
#ifndef KSYNC_IRQFLAGS_H
#define KSYNC_IRQFLAGS_H

#include <ksync/atomic.h>
#include <ksync/cleanup.h>
#include <ksync/watch.h>

/* What flags are: */
#define KSYNC__IRQS_ON 0u
#define KSYNC__IRQS_OFF 1u
/* ... and inside, how the thread disabled them. */
#define KSYNC__IRQS_BLOCKED 2u

KSYNC_BEGIN_DECLS

/* Of the calling thread, and its handlers: KSYNC__IRQS_. */
extern KSYNC_API KSYNC_TLS unsigned int ksync__irqs;
extern KSYNC_API bool ksync__irqs_are_signals;

KSYNC_API void ksync__irqs_block(void);
KSYNC_API void ksync__irqs_unblock(void);

/**
 * ksync_irq_signals_set() - should disabling interrupts block signals?
 * @on: whether it should, in all threads
 *
 * What a thread has disabled at the moment it enables again as it began.
 *
 * Context: Any. Before threads or handlers take the first lock that this
 *	matters to.
 * Order: None.
 * Return: what it was before; false at first.
 * Example::
 *
 *	ksync_irq_signals_set(true);
 */
KSYNC_API bool ksync_irq_signals_set(bool on);

/**
 * ksync_local_irq_disable() - no interrupts from here on, in this thread
 *
 * The caller must not sleep until they are enabled. Nothing changes if they are
 * disabled already. A thread that is made
 * meanwhile begins with its signals blocked, as pthread_create() says; one that
 * exits with them blocked is reported.
 *
 * Context: Any.
 * Example::
 *
 *	ksync_local_irq_disable();
 *	ksync_local_irq_enable();
 */
KSYNC_INLINE void ksync_local_irq_disable(void)
{
	if (ksync__irqs & KSYNC__IRQS_OFF)
		return;
	ksync_watch_atomic_enter();
	if (ksync_unlikely(KSYNC_READ_ONCE(ksync__irqs_are_signals)))
		ksync__irqs_block();
	else
		ksync__irqs = KSYNC__IRQS_OFF;
}

/**
 * ksync_local_irq_enable() - interrupts again, in this thread
 *
 * Also if they were disabled before the caller disabled them: where that may
 * be, ksync_local_irq_save() and ksync_local_irq_restore().
 *
 * Context: Any.
 * Example::
 *
 *	ksync_local_irq_disable();
 *	ksync_local_irq_enable();
 */
KSYNC_INLINE void ksync_local_irq_enable(void)
{
	const bool were_off = KSYNC_CHECKED && ksync__irqs & KSYNC__IRQS_OFF;

	if (ksync_unlikely(ksync__irqs & KSYNC__IRQS_BLOCKED))
		ksync__irqs_unblock();
	else
		ksync__irqs = KSYNC__IRQS_ON;
	if (were_off)
		ksync_watch_atomic_exit();
}

/**
 * ksync_irqs_disabled() - has this thread disabled its interrupts?
 *
 * Context: Any.
 * Return: true if so, whether that blocked signals or not.
 * Example::
 *
 *	bool off = ksync_irqs_disabled();
 */
KSYNC_INLINE bool ksync_irqs_disabled(void)
{
	return (ksync__irqs & KSYNC__IRQS_OFF) != 0;
}

/* Disable; what restore is given. */
KSYNC_PRIVATE_INLINE unsigned long ksync__irqs_save(void)
{
	unsigned long flags = ksync__irqs & KSYNC__IRQS_OFF;

	ksync_local_irq_disable();
	return flags;
}

/**
 * ksync_local_irq_restore() - interrupts as they were
 * @flags: what ksync_local_irq_save() stored
 *
 * Context: Any.
 * Example::
 *
 *	unsigned long flags;
 *
 *	ksync_local_irq_save(flags);
 *	ksync_local_irq_restore(flags);
 */
KSYNC_INLINE void ksync_local_irq_restore(unsigned long flags)
{
	if (flags & KSYNC__IRQS_OFF)
		ksync_local_irq_disable();
	else
		ksync_local_irq_enable();
}

KSYNC_END_DECLS

/* Disable, and store how they were, an unsigned long. */
#define ksync_local_irq_save(flags) ((void)((flags) = ksync__irqs_save()))
/* Store how they are. */
#define ksync_local_save_flags(flags) \
	((void)((flags) = ksync__irqs & KSYNC__IRQS_OFF))
/* Do these flags say that they were disabled? */
#define ksync_irqs_disabled_flags(flags) (((flags) & KSYNC__IRQS_OFF) != 0)

/*
 * The _irq forms of a lock: interrupts are disabled while somebody waits for
 * it, as in the kernel. A trylock that fails leaves them as they were.
 */
#define KSYNC__IRQ_LOCK(lock) (ksync_local_irq_disable(), lock)
#define KSYNC__IRQ_TRYLOCK(trylock) \
	(ksync_local_irq_disable(), \
	 (trylock) ? 1 : (ksync_local_irq_enable(), 0))
#define KSYNC__IRQ_UNLOCK(unlock) (unlock, ksync_local_irq_enable())
#define KSYNC__IRQSAVE_LOCK(lock, flags) (ksync_local_irq_save(flags), lock)
#define KSYNC__IRQSAVE_TRYLOCK(trylock, flags) \
	(ksync_local_irq_save(flags),          \
	 (trylock) ? 1 : (ksync_local_irq_restore(flags), 0))
#define KSYNC__IRQRESTORE_UNLOCK(unlock, flags) \
	(unlock, ksync_local_irq_restore(flags))

/* ksync_guard(irq)(), ksync_guard(irqsave)() */
KSYNC_DEFINE_LOCK_GUARD_0(irq, ksync_local_irq_disable(),
			  ksync_local_irq_enable())
KSYNC_DEFINE_LOCK_GUARD_0(irqsave, ksync_local_irq_save(_T->flags),
			  ksync_local_irq_restore(_T->flags),
			  unsigned long flags)

#endif
