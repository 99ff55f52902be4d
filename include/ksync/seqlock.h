/* SPDX-License-Identifier: MIT */
/*
 * Seqlock: a sequence counter and the spinlock by which its writers exclude
 * each other; and counters that know by which lock of the program they do.
 * <ksync/seqcount.h> says what a counter promises, and what a reader must not
 * do.
 *
 *	ksync_write_seqlock(&sl);
 *	shared = value;
 *	ksync_write_sequnlock(&sl);
 *
 *	ksync_scoped_seqlock_read(&sl, ksync_ss_lockless)
 *		copy = shared;
 *
 * Every ksync_..._seqcount_...() function takes any of the counters: in C by
 * _Generic, in C++ by overloads. A lock's name adds one thing: the checked
 * library reports a write section in which the lock is not held.
 */
#ifndef KSYNC_SEQLOCK_H
#define KSYNC_SEQLOCK_H

#include <ksync/lockdep.h>
#include <ksync/mutex.h>
#include <ksync/raw_spinlock.h>
#include <ksync/rwlock.h>
#include <ksync/seqcount.h>
#include <ksync/spinlock.h>
#include <ksync/ww_mutex.h>

#if KSYNC_CHECKED
#define KSYNC__SEQCOUNT_LOCK_FIELD(type) type *lock;
#define KSYNC__SEQCOUNT_LOCK_INIT(lock) , lock
#define KSYNC__SEQCOUNT_LOCK_SET(s, l) ((s)->lock = (l))
#define KSYNC__SEQCOUNT_LOCK_ASSERT(s, watched) \
	((s)->lock ? ksync_lockdep_assert_held_write(watched) : (void)0)
#else
#define KSYNC__SEQCOUNT_LOCK_FIELD(type)
#define KSYNC__SEQCOUNT_LOCK_INIT(lock)
#define KSYNC__SEQCOUNT_LOCK_SET(s, l) ((void)(s), (void)(l))
#define KSYNC__SEQCOUNT_LOCK_ASSERT(s, watched) ((void)(s))
#endif

/*
 * A counter whose writers hold a lock of this type, by the watched part of
 * s->lock, for writing. For the functions, _read()
 * gives the counter of any type; _write() does, too, and sees to the lock.
 */
#define KSYNC__SEQCOUNT_LOCKNAME(lockname, type, watched)             \
	typedef struct KSYNC_TAG(seqcount_##lockname) {               \
		ksync_seqcount_t seqcount;                            \
		KSYNC__SEQCOUNT_LOCK_FIELD(type)                      \
	} ksync_seqcount_##lockname##_t;                              \
                                                                      \
	KSYNC_PRIVATE_INLINE void ksync__seqcount_##lockname##_init(  \
		ksync_seqcount_##lockname##_t *s, type *lock,         \
		const char *name, ksync_lock_class_key_t *key)        \
	{                                                             \
		ksync__seqcount_init(&s->seqcount, name, key);        \
		KSYNC__SEQCOUNT_LOCK_SET(s, lock);                    \
	}                                                             \
	KSYNC__BEGIN_OVERLOADS                                        \
	KSYNC_PRIVATE_INLINE const ksync_seqcount_t *KSYNC__OVERLOAD( \
		ksync__seqcount_read,                                 \
		_##lockname)(const ksync_seqcount_##lockname##_t *s)  \
	{                                                             \
		return &s->seqcount;                                  \
	}                                                             \
	KSYNC_PRIVATE_INLINE ksync_seqcount_t *KSYNC__OVERLOAD(       \
		ksync__seqcount_write,                                \
		_##lockname)(ksync_seqcount_##lockname##_t * s)       \
	{                                                             \
		KSYNC__SEQCOUNT_LOCK_ASSERT(s, watched);              \
		return &s->seqcount;                                  \
	}                                                             \
	KSYNC__END_OVERLOADS

KSYNC_BEGIN_DECLS

KSYNC__BEGIN_OVERLOADS
KSYNC_PRIVATE_INLINE const ksync_seqcount_t *
KSYNC__OVERLOAD(ksync__seqcount_read, _alone)(const ksync_seqcount_t *s)
{
	return s;
}
KSYNC_PRIVATE_INLINE ksync_seqcount_t *
KSYNC__OVERLOAD(ksync__seqcount_write, _alone)(ksync_seqcount_t *s)
{
	return s;
}
KSYNC__END_OVERLOADS

/* Each of them stands in KSYNC__SEQCOUNT_OF(), too. */
KSYNC__SEQCOUNT_LOCKNAME(raw_spinlock, ksync_raw_spinlock_t, s->lock)
KSYNC__SEQCOUNT_LOCKNAME(spinlock, ksync_spinlock_t, s->lock)
KSYNC__SEQCOUNT_LOCKNAME(rwlock, ksync_rwlock_t, s->lock)
KSYNC__SEQCOUNT_LOCKNAME(mutex, ksync_mutex_t, s->lock)
KSYNC__SEQCOUNT_LOCKNAME(ww_mutex, ksync_ww_mutex_t, &s->lock->base)

KSYNC_END_DECLS

#ifdef __cplusplus
#define KSYNC__SEQCOUNT_OF(what, s) ksync__seqcount_##what(s)
#else
/* clang-format off */
#define KSYNC__SEQCOUNT_CASE(what, lockname) \
	ksync_seqcount_##lockname##_t: ksync__seqcount_##what##_##lockname
#define KSYNC__SEQCOUNT_OF(what, s)                               \
	_Generic(*(s),                                            \
		ksync_seqcount_t: ksync__seqcount_##what##_alone, \
		KSYNC__SEQCOUNT_CASE(what, raw_spinlock),         \
		KSYNC__SEQCOUNT_CASE(what, spinlock),             \
		KSYNC__SEQCOUNT_CASE(what, rwlock),               \
		KSYNC__SEQCOUNT_CASE(what, mutex),                \
		KSYNC__SEQCOUNT_CASE(what, ww_mutex))(s)
/* clang-format on */
#endif

/* Their initialisers: (name, &lock); and in a program: (&counter, &lock). */
#define KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock) \
	{ KSYNC__SEQCOUNT_INIT(#name) KSYNC__SEQCOUNT_LOCK_INIT(lock) }
#define KSYNC_SEQCNT_RAW_SPINLOCK_ZERO(name, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock)
#define KSYNC_SEQCNT_SPINLOCK_ZERO(name, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock)
#define KSYNC_SEQCNT_RWLOCK_ZERO(name, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock)
#define KSYNC_SEQCNT_WW_MUTEX_ZERO(name, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock)
#define KSYNC_SEQCNT_MUTEX_ZERO(name, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_ZERO(name, lock)

#if KSYNC_CHECKED
#define KSYNC__SEQCOUNT_LOCKNAME_INIT(lockname, s, lock)                      \
	__extension__({                                                       \
		static ksync_lock_class_key_t ksync__here;                    \
		ksync__seqcount_##lockname##_init(s, lock, #s, &ksync__here); \
	})
#else
#define KSYNC__SEQCOUNT_LOCKNAME_INIT(lockname, s, lock) \
	ksync__seqcount_##lockname##_init(s, lock, "seqcount", NULL)
#endif
#define ksync_seqcount_raw_spinlock_init(s, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_INIT(raw_spinlock, s, lock)
#define ksync_seqcount_spinlock_init(s, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_INIT(spinlock, s, lock)
#define ksync_seqcount_rwlock_init(s, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_INIT(rwlock, s, lock)
#define ksync_seqcount_ww_mutex_init(s, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_INIT(ww_mutex, s, lock)
#define ksync_seqcount_mutex_init(s, lock) \
	KSYNC__SEQCOUNT_LOCKNAME_INIT(mutex, s, lock)

/* The functions of <ksync/seqcount.h>, for any of the counters. */
#define ksync_read_seqcount_begin(s) \
	ksync_read_seqcount_begin(KSYNC__SEQCOUNT_OF(read, s))
#define ksync_raw_read_seqcount_begin(s) \
	ksync_raw_read_seqcount_begin(KSYNC__SEQCOUNT_OF(read, s))
#define ksync_raw_read_seqcount(s) \
	ksync_raw_read_seqcount(KSYNC__SEQCOUNT_OF(read, s))
#define ksync_raw_seqcount_begin(s) \
	ksync_raw_seqcount_begin(KSYNC__SEQCOUNT_OF(read, s))
#define ksync_read_seqcount_retry(s, start) \
	ksync_read_seqcount_retry(KSYNC__SEQCOUNT_OF(read, s), start)
#define ksync___read_seqcount_retry(s, start) \
	ksync___read_seqcount_retry(KSYNC__SEQCOUNT_OF(read, s), start)
#define ksync_read_seqcount_discard(s) \
	ksync_read_seqcount_discard(KSYNC__SEQCOUNT_OF(read, s))
#define ksync_write_seqcount_begin(s) \
	ksync_write_seqcount_begin(KSYNC__SEQCOUNT_OF(write, s))
#define ksync_write_seqcount_begin_nested(s, subclass)                  \
	ksync_write_seqcount_begin_nested(KSYNC__SEQCOUNT_OF(write, s), \
					  subclass)
#define ksync_write_seqcount_end(s) \
	ksync_write_seqcount_end(KSYNC__SEQCOUNT_OF(write, s))
#define ksync_raw_write_seqcount_begin(s) \
	ksync_raw_write_seqcount_begin(KSYNC__SEQCOUNT_OF(write, s))
#define ksync_raw_write_seqcount_end(s) \
	ksync_raw_write_seqcount_end(KSYNC__SEQCOUNT_OF(write, s))
#define ksync_raw_write_seqcount_barrier(s) \
	ksync_raw_write_seqcount_barrier(KSYNC__SEQCOUNT_OF(write, s))
#define ksync_write_seqcount_invalidate(s) \
	ksync_write_seqcount_invalidate(KSYNC__SEQCOUNT_OF(write, s))
/* Begin to read into the variable "start", unless a writer writes: false. */
#define ksync_raw_seqcount_try_begin(s, start) \
	ksync__raw_seqcount_try(KSYNC__SEQCOUNT_OF(read, s), &(start))

/* ---- seqlock ---- */

typedef struct KSYNC_TAG(seqlock) {
	ksync_seqcount_spinlock_t seqcount; /* under lock */
	ksync_spinlock_t lock;
} ksync_seqlock_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_seqlock_t) == 8,
		    "docs/seqlock.md says so");

#define KSYNC_SEQLOCK_UNLOCKED(name)                           \
	{ { KSYNC__SEQCOUNT_INIT(#name)                        \
		    KSYNC__SEQCOUNT_LOCK_INIT(&(name).lock) }, \
	  KSYNC__SPINLOCK_INIT(#name) }
#define KSYNC_DEFINE_SEQLOCK(name) \
	ksync_seqlock_t name = KSYNC_SEQLOCK_UNLOCKED(name)

KSYNC_BEGIN_DECLS

KSYNC_PRIVATE_INLINE void ksync__seqlock_init(ksync_seqlock_t *sl,
					      const char *name,
					      ksync_lock_class_key_t *seq_key,
					      ksync_lock_class_key_t *key)
{
	ksync__spin_lock_init(&sl->lock, name, key);
	ksync__seqcount_spinlock_init(&sl->seqcount, &sl->lock, name, seq_key);
}

/**
 * ksync_seqlock_init() - make a seqlock ready for use
 * @sl: memory for a seqlock that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_seqlock_t sl;
 *
 *	ksync_seqlock_init(&sl);
 */
KSYNC_INLINE void ksync_seqlock_init(ksync_seqlock_t *sl)
{
	ksync__seqlock_init(sl, "seqlock", NULL, NULL);
}
#if KSYNC_CHECKED
#define ksync_seqlock_init(sl)                                                \
	__extension__({                                                       \
		static ksync_lock_class_key_t ksync__here;                    \
		static ksync_lock_class_key_t ksync__seq_here;                \
		ksync__seqlock_init(sl, #sl, &ksync__seq_here, &ksync__here); \
	})
#endif

/**
 * ksync_read_seqbegin() - begin to read
 * @sl: initialised seqlock
 *
 * Waits for the end of a write section that is under way.
 *
 * Context: Any but a signal handler that may have interrupted a write section
 *	of the same thread.
 * Order: Acquire, of what sections that have ended wrote.
 * Return: what ksync_read_seqretry() is to be given.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	unsigned int seq;
 *
 *	do {
 *		seq = ksync_read_seqbegin(&sl);
 *	} while (ksync_read_seqretry(&sl, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_read_seqbegin(const ksync_seqlock_t *sl)
{
	return ksync_read_seqcount_begin(&sl->seqcount);
}

/**
 * ksync_read_seqretry() - end to read: is it worth nothing?
 * @sl: the seqlock of the section
 * @start: what ksync_read_seqbegin() returned
 *
 * Context: Any.
 * Order: What was read before stays before the look at the counter.
 * Return: true if a writer may have written meanwhile: what was read may be
 *	torn.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	unsigned int seq;
 *
 *	do {
 *		seq = ksync_read_seqbegin(&sl);
 *	} while (ksync_read_seqretry(&sl, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_read_seqretry(const ksync_seqlock_t *sl, unsigned int start)
{
	return ksync_read_seqcount_retry(&sl->seqcount, start);
}

/**
 * ksync_read_seqdiscard() - end to read: nothing of it is used
 * @sl: the seqlock of the section
 *
 * Context: Any.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	unsigned int seq = ksync_read_seqbegin(&sl);
 *
 *	if (seq)
 *		ksync_read_seqdiscard(&sl);
 *	else if (ksync_read_seqretry(&sl, seq))
 *		seq = 0;
 */
KSYNC_INLINE void ksync_read_seqdiscard(const ksync_seqlock_t *sl)
{
	ksync_read_seqcount_discard(&sl->seqcount);
}

/**
 * ksync_write_seqlock() - exclude other writers and begin to write
 * @sl: initialised seqlock that the caller does not hold
 *
 * Context: Any but signal handlers. What follows must not sleep.
 * Order: Acquire; what is written next is written after the counter has
 *	changed.
 * Locks: Holds @sl.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *
 *	ksync_write_seqlock(&sl);
 *	ksync_write_sequnlock(&sl);
 */
KSYNC_INLINE void ksync_write_seqlock(ksync_seqlock_t *sl)
{
	ksync_spin_lock(&sl->lock);
	ksync_write_seqcount_begin(&sl->seqcount);
}

/**
 * ksync_write_sequnlock() - end to write and let others
 * @sl: seqlock that the caller holds by ksync_write_seqlock()
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases @sl.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *
 *	ksync_write_seqlock(&sl);
 *	ksync_write_sequnlock(&sl);
 */
KSYNC_INLINE void ksync_write_sequnlock(ksync_seqlock_t *sl)
{
	ksync_write_seqcount_end(&sl->seqcount);
	ksync_spin_unlock(&sl->lock);
}

/**
 * ksync_read_seqlock_excl() - exclude writers, and read
 * @sl: initialised seqlock that the caller does not hold
 *
 * Excludes others who read so, too, but no reader without the lock: the counter
 * stays as it is.
 *
 * Context: Any but signal handlers. What follows must not sleep.
 * Order: Acquire.
 * Locks: Holds @sl.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *
 *	ksync_read_seqlock_excl(&sl);
 *	ksync_read_sequnlock_excl(&sl);
 */
KSYNC_INLINE void ksync_read_seqlock_excl(ksync_seqlock_t *sl)
{
	ksync_spin_lock(&sl->lock);
}

/**
 * ksync_read_sequnlock_excl() - let writers write
 * @sl: seqlock that the caller holds by ksync_read_seqlock_excl()
 *
 * Context: Any.
 * Order: Release.
 * Locks: Releases @sl.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *
 *	ksync_read_seqlock_excl(&sl);
 *	ksync_read_sequnlock_excl(&sl);
 */
KSYNC_INLINE void ksync_read_sequnlock_excl(ksync_seqlock_t *sl)
{
	ksync_spin_unlock(&sl->lock);
}

/**
 * ksync_read_seqbegin_or_lock() - begin to read without the lock, or with it
 * @sl: initialised seqlock
 * @seq: even: read without; becomes what the others of these are to be given.
 *	Odd: read with the lock held
 *
 * Context: As ksync_read_seqlock_excl().
 * Order: Acquire.
 * Locks: Holds @sl if *@seq is odd.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	int seq, next = 0;
 *
 *	do {
 *		seq = next;
 *		ksync_read_seqbegin_or_lock(&sl, &seq);
 *		next = 1;
 *	} while (ksync_need_seqretry(&sl, seq));
 *	ksync_done_seqretry(&sl, seq);
 */
KSYNC_INLINE void ksync_read_seqbegin_or_lock(ksync_seqlock_t *sl, int *seq)
{
	if (*seq & 1)
		ksync_read_seqlock_excl(sl);
	else
		*seq = KSYNC__CAST(int, ksync_read_seqbegin(sl));
}

/**
 * ksync_need_seqretry() - was it read without the lock, and is worth nothing?
 * @sl: the seqlock of the section
 * @seq: of ksync_read_seqbegin_or_lock()
 *
 * Context: Any.
 * Order: What was read before stays before the look at the counter.
 * Return: true if it has to be read again.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	int seq = 0;
 *
 *	ksync_read_seqbegin_or_lock(&sl, &seq);
 *	if (!ksync_need_seqretry(&sl, seq))
 *		ksync_done_seqretry(&sl, seq);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool ksync_need_seqretry(ksync_seqlock_t *sl,
						       int seq)
{
	return !(seq & 1) &&
	       ksync_read_seqretry(sl, KSYNC__CAST(unsigned int, seq));
}

/**
 * ksync_done_seqretry() - let go of the lock if it was read with it
 * @sl: the seqlock of the section
 * @seq: of ksync_read_seqbegin_or_lock()
 *
 * Context: Any.
 * Order: Release if @seq is odd.
 * Locks: Does not hold @sl.
 * Example::
 *
 *	static KSYNC_DEFINE_SEQLOCK(sl);
 *	int seq = 1;
 *
 *	ksync_read_seqbegin_or_lock(&sl, &seq);
 *	if (!ksync_need_seqretry(&sl, seq))
 *		ksync_done_seqretry(&sl, seq);
 */
KSYNC_INLINE void ksync_done_seqretry(ksync_seqlock_t *sl, int seq)
{
	if (seq & 1)
		ksync_read_sequnlock_excl(sl);
}

/* The forms that are called as those of the spinlock. */
#define KSYNC__SEQLOCK_FORMS(form)                              \
	KSYNC_PRIVATE_INLINE void ksync__write_seqlock##form(   \
		ksync_seqlock_t *sl)                            \
	{                                                       \
		ksync_spin_lock##form(&sl->lock);               \
		ksync_write_seqcount_begin(&sl->seqcount);      \
	}                                                       \
	KSYNC_PRIVATE_INLINE void ksync__write_sequnlock##form( \
		ksync_seqlock_t *sl)                            \
	{                                                       \
		ksync_write_seqcount_end(&sl->seqcount);        \
		ksync_spin_unlock##form(&sl->lock);             \
	}

KSYNC__SEQLOCK_FORMS(_irq)
KSYNC__SEQLOCK_FORMS(_bh)
#undef KSYNC__SEQLOCK_FORMS

KSYNC_PRIVATE_INLINE unsigned long
ksync__write_seqlock_irqsave(ksync_seqlock_t *sl)
{
	unsigned long flags;

	ksync_spin_lock_irqsave(&sl->lock, flags);
	ksync_write_seqcount_begin(&sl->seqcount);
	return flags;
}

KSYNC_PRIVATE_INLINE void ksync__write_sequnlock_irqrestore(ksync_seqlock_t *sl,
							    unsigned long flags)
{
	ksync_write_seqcount_end(&sl->seqcount);
	ksync_spin_unlock_irqrestore(&sl->lock, flags);
}

KSYNC_PRIVATE_INLINE unsigned long
ksync__read_seqlock_excl_irqsave(ksync_seqlock_t *sl)
{
	unsigned long flags;

	ksync_spin_lock_irqsave(&sl->lock, flags);
	return flags;
}

KSYNC_PRIVATE_INLINE unsigned long
ksync__read_seqbegin_or_lock_irqsave(ksync_seqlock_t *sl, int *seq)
{
	if (*seq & 1)
		return ksync__read_seqlock_excl_irqsave(sl);
	*seq = KSYNC__CAST(int, ksync_read_seqbegin(sl));
	return 0;
}

KSYNC_PRIVATE_INLINE void ksync__done_seqretry_irqrestore(ksync_seqlock_t *sl,
							  int seq,
							  unsigned long flags)
{
	if (seq & 1)
		ksync_spin_unlock_irqrestore(&sl->lock, flags);
}

/*
 * ksync_scoped_seqlock_read(): the statement that follows runs until what it
 * read is whole. How the passes after the first, which takes no lock, go:
 */
enum ksync_ss_state {
	ksync_ss_lockless, /* as the first, as often as it takes */
	ksync_ss_lock,	   /* the second is the last: with the lock held */
	ksync_ss_lock_irqsave,
};

struct ksync__ss {
	ksync_seqlock_t *sl;
	unsigned long flags;
	unsigned int seq;
	bool reads; /* without the lock */
	bool holds; /* the lock, as "as" says */
	enum ksync_ss_state as;
};

/* Also if the statement was left by break, return or goto. */
KSYNC_PRIVATE_INLINE void ksync__ss_end(struct ksync__ss *s)
{
	if (s->reads)
		ksync_read_seqdiscard(s->sl);
	if (!s->holds)
		return;
	if (s->as == ksync_ss_lock_irqsave)
		ksync_spin_unlock_irqrestore(&s->sl->lock, s->flags);
	else
		ksync_spin_unlock(&s->sl->lock);
}

KSYNC_PRIVATE_INLINE struct ksync__ss ksync__ss_begin(ksync_seqlock_t *sl,
						      enum ksync_ss_state as)
{
	struct ksync__ss s = { sl, 0, 0, false, false, as };

	return s;
}

KSYNC_PRIVATE_INLINE bool ksync__ss_next(struct ksync__ss *s)
{
	bool first = !s->reads;

	if (s->holds)
		return false;
	s->reads = false;
	if (!first && !ksync_read_seqretry(s->sl, s->seq))
		return false;
	if (first || s->as == ksync_ss_lockless) {
		s->seq = ksync_read_seqbegin(s->sl);
		s->reads = true;
		return true;
	}
	if (s->as == ksync_ss_lock_irqsave)
		ksync_spin_lock_irqsave(&s->sl->lock, s->flags);
	else
		ksync_spin_lock(&s->sl->lock);
	s->holds = true;
	return true;
}

KSYNC_END_DECLS

#define ksync_write_seqlock_irq(sl) ksync__write_seqlock_irq(sl)
#define ksync_write_sequnlock_irq(sl) ksync__write_sequnlock_irq(sl)
#define ksync_write_seqlock_bh(sl) ksync__write_seqlock_bh(sl)
#define ksync_write_sequnlock_bh(sl) ksync__write_sequnlock_bh(sl)
#define ksync_write_seqlock_irqsave(sl, flags) \
	((void)((flags) = ksync__write_seqlock_irqsave(sl)))
#define ksync_write_sequnlock_irqrestore(sl, flags) \
	ksync__write_sequnlock_irqrestore(sl, flags)

#define ksync_read_seqlock_excl_irq(sl) ksync_spin_lock_irq(&(sl)->lock)
#define ksync_read_sequnlock_excl_irq(sl) ksync_spin_unlock_irq(&(sl)->lock)
#define ksync_read_seqlock_excl_bh(sl) ksync_spin_lock_bh(&(sl)->lock)
#define ksync_read_sequnlock_excl_bh(sl) ksync_spin_unlock_bh(&(sl)->lock)
#define ksync_read_seqlock_excl_irqsave(sl, flags) \
	((void)((flags) = ksync__read_seqlock_excl_irqsave(sl)))
#define ksync_read_sequnlock_excl_irqrestore(sl, flags) \
	ksync_spin_unlock_irqrestore(&(sl)->lock, flags)

/* Returns the flags. */
#define ksync_read_seqbegin_or_lock_irqsave(sl, seq) \
	ksync__read_seqbegin_or_lock_irqsave(sl, seq)
#define ksync_done_seqretry_irqrestore(sl, seq, flags) \
	ksync__done_seqretry_irqrestore(sl, seq, flags)

/*
 * (sl, as): the statement that follows reads, once or several times. A break,
 * return or goto out of it is clean; whether what was read then is whole, the
 * statement does not know unless it held the lock.
 */
#define ksync_scoped_seqlock_read(sl, as) \
	KSYNC__SCOPED_SEQLOCK(KSYNC_UNIQUE(ksync__ss_), sl, as)
#define KSYNC__SCOPED_SEQLOCK(ss, sl, as)                       \
	for (struct ksync__ss ss KSYNC_CLEANUP(ksync__ss_end) = \
		     ksync__ss_begin(sl, as);                   \
	     ksync__ss_next(&ss);)

/* ksync_guard(write_seqlock)(&sl), and for who reads with the lock held. */
KSYNC_DEFINE_GUARD(write_seqlock, ksync_seqlock_t *, ksync_write_seqlock(_T),
		   ksync_write_sequnlock(_T))
KSYNC_DEFINE_GUARD(write_seqlock_irq, ksync_seqlock_t *,
		   ksync_write_seqlock_irq(_T), ksync_write_sequnlock_irq(_T))
KSYNC_DEFINE_GUARD(write_seqlock_bh, ksync_seqlock_t *,
		   ksync_write_seqlock_bh(_T), ksync_write_sequnlock_bh(_T))
KSYNC_DEFINE_LOCK_GUARD_1(write_seqlock_irqsave, ksync_seqlock_t,
			  ksync_write_seqlock_irqsave(_T->lock, _T->flags),
			  ksync_write_sequnlock_irqrestore(_T->lock, _T->flags),
			  unsigned long flags)
KSYNC_DEFINE_GUARD(read_seqlock_excl, ksync_seqlock_t *,
		   ksync_read_seqlock_excl(_T), ksync_read_sequnlock_excl(_T))

#endif
