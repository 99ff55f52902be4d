/* SPDX-License-Identifier: MIT */
#ifndef KSYNC_COMPAT_SEQLOCK_H
#define KSYNC_COMPAT_SEQLOCK_H

#include <linux/kernel_common.h>
#include <linux/mutex.h>
#include <linux/seqlock_types.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

#define SEQCNT_ZERO(name) KSYNC_SEQCNT_ZERO(name)
#define SEQCNT_LATCH_ZERO(name) KSYNC_SEQCNT_LATCH_ZERO(name)
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) \
	KSYNC_SEQCNT_RAW_SPINLOCK_ZERO(name, lock)
#define SEQCNT_SPINLOCK_ZERO(name, lock) KSYNC_SEQCNT_SPINLOCK_ZERO(name, lock)
#define SEQCNT_RWLOCK_ZERO(name, lock) KSYNC_SEQCNT_RWLOCK_ZERO(name, lock)
#define SEQCNT_WW_MUTEX_ZERO(name, lock) KSYNC_SEQCNT_WW_MUTEX_ZERO(name, lock)
#define SEQCNT_MUTEX_ZERO(name, lock) KSYNC_SEQCNT_MUTEX_ZERO(name, lock)

#define seqcount_init(s) ksync_seqcount_init(s)
#define seqcount_latch_init(s) ksync_seqcount_latch_init(s)
#define seqcount_raw_spinlock_init(s, lock) \
	ksync_seqcount_raw_spinlock_init(s, lock)
#define seqcount_spinlock_init(s, lock) ksync_seqcount_spinlock_init(s, lock)
#define seqcount_rwlock_init(s, lock) ksync_seqcount_rwlock_init(s, lock)
#define seqcount_ww_mutex_init(s, lock) ksync_seqcount_ww_mutex_init(s, lock)
#define seqcount_mutex_init(s, lock) ksync_seqcount_mutex_init(s, lock)

/* Macros in the kernel, too: they take any of the counters. */
#define read_seqcount_begin(s) ksync_read_seqcount_begin(s)
#define raw_read_seqcount_begin(s) ksync_raw_read_seqcount_begin(s)
#define raw_read_seqcount(s) ksync_raw_read_seqcount(s)
#define raw_seqcount_begin(s) ksync_raw_seqcount_begin(s)
#define raw_seqcount_try_begin(s, start) ksync_raw_seqcount_try_begin(s, start)
#define read_seqcount_retry(s, start) ksync_read_seqcount_retry(s, start)
#define __read_seqcount_retry(s, start) ksync___read_seqcount_retry(s, start)
#define write_seqcount_begin(s) ksync_write_seqcount_begin(s)
#define write_seqcount_begin_nested(s, subclass) \
	ksync_write_seqcount_begin_nested(s, subclass)
#define write_seqcount_end(s) ksync_write_seqcount_end(s)
#define raw_write_seqcount_begin(s) ksync_raw_write_seqcount_begin(s)
#define raw_write_seqcount_end(s) ksync_raw_write_seqcount_end(s)
#define raw_write_seqcount_barrier(s) ksync_raw_write_seqcount_barrier(s)
#define write_seqcount_invalidate(s) ksync_write_seqcount_invalidate(s)

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK unsigned int
read_seqcount_latch(const seqcount_latch_t *s)
{
	return ksync_read_seqcount_latch(s);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK unsigned int
raw_read_seqcount_latch(const seqcount_latch_t *s)
{
	return ksync_read_seqcount_latch(s);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
read_seqcount_latch_retry(const seqcount_latch_t *s, unsigned int start)
{
	return ksync_read_seqcount_latch_retry(s, start);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int
raw_read_seqcount_latch_retry(const seqcount_latch_t *s, unsigned int start)
{
	return ksync_read_seqcount_latch_retry(s, start);
}

KSYNC__KERNEL_NAME void raw_write_seqcount_latch(seqcount_latch_t *s)
{
	ksync_raw_write_seqcount_latch(s);
}

KSYNC__KERNEL_NAME void write_seqcount_latch_begin(seqcount_latch_t *s)
{
	ksync_write_seqcount_latch_begin(s);
}

KSYNC__KERNEL_NAME void write_seqcount_latch(seqcount_latch_t *s)
{
	ksync_write_seqcount_latch(s);
}

KSYNC__KERNEL_NAME void write_seqcount_latch_end(seqcount_latch_t *s)
{
	ksync_write_seqcount_latch_end(s);
}

/* ---- seqlock_t ---- */

#define __SEQLOCK_UNLOCKED(name) KSYNC_SEQLOCK_UNLOCKED(name)
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)
#define seqlock_init(sl) ksync_seqlock_init(sl)

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK unsigned int
read_seqbegin(const seqlock_t *sl)
{
	return ksync_read_seqbegin(sl);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK unsigned int
read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return ksync_read_seqretry(sl, start);
}

#define KSYNC__SEQLOCK_NAMES(form)                                       \
	KSYNC__KERNEL_NAME void write_seqlock##form(seqlock_t *sl)       \
	{                                                                \
		ksync_write_seqlock##form(sl);                           \
	}                                                                \
	KSYNC__KERNEL_NAME void write_sequnlock##form(seqlock_t *sl)     \
	{                                                                \
		ksync_write_sequnlock##form(sl);                         \
	}                                                                \
	KSYNC__KERNEL_NAME void read_seqlock_excl##form(seqlock_t *sl)   \
	{                                                                \
		ksync_read_seqlock_excl##form(sl);                       \
	}                                                                \
	KSYNC__KERNEL_NAME void read_sequnlock_excl##form(seqlock_t *sl) \
	{                                                                \
		ksync_read_sequnlock_excl##form(sl);                     \
	}

KSYNC__SEQLOCK_NAMES()
KSYNC__SEQLOCK_NAMES(_irq)
KSYNC__SEQLOCK_NAMES(_bh)

#undef KSYNC__SEQLOCK_NAMES

#define write_seqlock_irqsave(sl, flags) ksync_write_seqlock_irqsave(sl, flags)
#define read_seqlock_excl_irqsave(sl, flags) \
	ksync_read_seqlock_excl_irqsave(sl, flags)

KSYNC__KERNEL_NAME void write_sequnlock_irqrestore(seqlock_t *sl,
						   unsigned long flags)
{
	ksync_write_sequnlock_irqrestore(sl, flags);
}

KSYNC__KERNEL_NAME void read_sequnlock_excl_irqrestore(seqlock_t *sl,
						       unsigned long flags)
{
	ksync_read_sequnlock_excl_irqrestore(sl, flags);
}

KSYNC__KERNEL_NAME void read_seqbegin_or_lock(seqlock_t *sl, int *seq)
{
	ksync_read_seqbegin_or_lock(sl, seq);
}

KSYNC__KERNEL_NAME KSYNC_MUST_CHECK int need_seqretry(seqlock_t *sl, int seq)
{
	return ksync_need_seqretry(sl, seq);
}

KSYNC__KERNEL_NAME void done_seqretry(seqlock_t *sl, int seq)
{
	ksync_done_seqretry(sl, seq);
}

KSYNC__KERNEL_NAME unsigned long read_seqbegin_or_lock_irqsave(seqlock_t *sl,
							       int *seq)
{
	return ksync_read_seqbegin_or_lock_irqsave(sl, seq);
}

KSYNC__KERNEL_NAME void done_seqretry_irqrestore(seqlock_t *sl, int seq,
						 unsigned long flags)
{
	ksync_done_seqretry_irqrestore(sl, seq, flags);
}

/* scoped_seqlock_read (&sl, ss_lock) { ... } */
enum ss_state {
	ss_lockless = ksync_ss_lockless,
	ss_lock = ksync_ss_lock,
	ss_lock_irqsave = ksync_ss_lock_irqsave,
};
#define scoped_seqlock_read(sl, as) \
	ksync_scoped_seqlock_read(sl, (enum ksync_ss_state)(as))

#endif
