/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters: readers that write nothing, take no lock and never make a
 * writer wait. A writer makes the counter odd, writes, and makes it even again;
 * a reader that finds another number afterwards than before throws away what it
 * read, and reads again.
 *
 *	do {
 *		seq = ksync_read_seqcount_begin(&s);
 *		copy = shared;
 *	} while (ksync_read_seqcount_retry(&s, seq));
 *
 * What is read in a section may be torn until the retry function has said that
 * it is not: follow no pointer that a writer may free, index nothing by it, and
 * do not loop on it. RCU is for those.
 *
 * Writers have to exclude each other; <ksync/seqlock.h> has counters that know
 * by which lock, and a lock that has a counter. A write section is short and
 * does not sleep: readers wait for its end. A reader spins for a moment, then
 * naps, so a writer that lost its processor gets it back, also if the reader
 * has a realtime class. A signal handler must not read what its own thread may
 * be writing: see the latch.
 *
 * Plain accesses are enough, as in the kernel; formally they are data races.
 * ksync_seqcount_copy_in() and _copy_out() are not, in C11 and to
 * ThreadSanitizer. To that, plain reads in a section are no races either: it
 * ignores what the thread does until the section's end (docs/seqlock.md).
 *
 * Every section ends: by a retry function, whose answer is "read again", or by
 * ksync_read_seqcount_discard(). The checked library reports one that did not.
 */
#ifndef KSYNC_SEQCOUNT_H
#define KSYNC_SEQCOUNT_H

#include <ksync/atomic.h>
#include <ksync/watch.h>

typedef struct KSYNC_TAG(seqcount) {
	ksync_u32 sequence; /* odd: a writer writes. src/object/seqlock.c */
	KSYNC__DEP_MAP_FIELD
} ksync_seqcount_t;

/* A counter for two copies of the data: readers never wait. */
typedef struct KSYNC_TAG(seqcount_latch) {
	ksync_seqcount_t seqcount;
} ksync_seqcount_latch_t;

KSYNC_STATIC_ASSERT(KSYNC_CHECKED || sizeof(ksync_seqcount_t) == 4,
		    "docs/seqlock.md says so");

#define KSYNC__SEQCOUNT_INIT(name) \
	{ 0 KSYNC__DEP_MAP_INIT(name, KSYNC_KIND_SEQCOUNT, 0) }
#define KSYNC_SEQCNT_ZERO(name) KSYNC__SEQCOUNT_INIT(#name)
#define KSYNC_SEQCNT_LATCH_ZERO(name) { KSYNC__SEQCOUNT_INIT(#name) }

KSYNC_BEGIN_DECLS

/* The slow paths, in src/object/seqlock.c. */
KSYNC_API unsigned int ksync__seqcount_wait(const ksync_seqcount_t *s);
KSYNC_API void ksync__seqcount_begun_twice(ksync_seqcount_t *s);
KSYNC_API void ksync__seqcount_not_begun(ksync_seqcount_t *s);

/* What the verbs of the seam are told. Readers do not change the counter, but
 * the checked library's part of it. */
KSYNC_PRIVATE_INLINE struct ksync_watched
ksync__seqcount(const ksync_seqcount_t *s)
{
	ksync_seqcount_t *object =
		KSYNC__RECAST(ksync_seqcount_t *, KSYNC__RECAST(uintptr_t, s));

	return ksync__watched(object, KSYNC__DEP_MAP(object),
			      KSYNC_KIND_SEQCOUNT);
}

/* "name" lives as long as the program. */
KSYNC_PRIVATE_INLINE void ksync__seqcount_init(ksync_seqcount_t *s,
					       const char *name,
					       ksync_lock_class_key_t *key)
{
	KSYNC_WRITE_ONCE(s->sequence, 0u);
	ksync_watch_created(ksync__seqcount(s), 0, name, key);
}

/**
 * ksync_seqcount_init() - make a sequence counter ready for use
 * @s: memory for a counter that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_seqcount_t s;
 *
 *	ksync_seqcount_init(&s);
 */
KSYNC_INLINE void ksync_seqcount_init(ksync_seqcount_t *s)
{
	ksync__seqcount_init(s, "seqcount", NULL);
}
#if KSYNC_CHECKED
#define ksync_seqcount_init(s) KSYNC__INIT_HERE(ksync__seqcount_init, s)
#endif

/* The counter now, with what was written before it became that. */
KSYNC_PRIVATE_INLINE ksync_u32 ksync__seqcount_load(const ksync_seqcount_t *s)
{
	/* ORDER seqcount.done: acquire. Sees all of the sections that have
	 * ended. Other end: ksync__seqcount_advance(). */
	return ksync_smp_load_acquire(&s->sequence);
}

/* What was read since the counter was "start" may be torn. */
KSYNC_PRIVATE_INLINE bool ksync__seqcount_differs(const ksync_seqcount_t *s,
						  unsigned int start)
{
	return KSYNC_READ_ONCE(s->sequence) != start;
}

KSYNC_PRIVATE_INLINE bool ksync__seqcount_changed(const ksync_seqcount_t *s,
						  unsigned int start)
{
	/* ORDER seqcount.begun: acquire. Who read what a section wrote sees
	 * that it has begun. Other end: ksync__seqcount_open(). */
	ksync_smp_rmb();
	return ksync__seqcount_differs(s, start);
}

/* What follows is part of a section that the counter shows. */
KSYNC_PRIVATE_INLINE void ksync__seqcount_open(void)
{
	/* ORDER seqcount.begun: release. Other end:
	 * ksync__seqcount_changed(). */
	ksync_smp_wmb();
}

/* A writer's, after what it wrote. */
KSYNC_PRIVATE_INLINE void ksync__seqcount_advance(ksync_seqcount_t *s,
						  ksync_u32 steps)
{
	/* ORDER seqcount.done: release. Other end: ksync__seqcount_load(). */
	ksync_smp_store_release(&s->sequence,
				KSYNC_READ_ONCE(s->sequence) + steps);
}

/**
 * ksync_read_seqcount_begin() - begin to read
 * @s: initialised counter
 *
 * Waits for the end of a write section that is under way; one that lasts for
 * ten seconds is reported, and waited for further.
 *
 * Context: Any but a signal handler that may have interrupted a write section
 *	of the same thread.
 * Order: Acquire, of what sections that have ended wrote.
 * Return: what the section's end is to be given.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq;
 *
 *	do {
 *		seq = ksync_read_seqcount_begin(&s);
 *	} while (ksync_read_seqcount_retry(&s, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_read_seqcount_begin(const ksync_seqcount_t *s)
{
	ksync_u32 seq;

	ksync_watch_read_begin(ksync__seqcount(s));
	seq = ksync__seqcount_load(s);
	if (ksync_unlikely(seq & 1u)) {
		ksync_watch_contended(ksync__seqcount(s));
		seq = ksync__seqcount_wait(s);
		ksync_watch_abandoned(ksync__seqcount(s), 0);
	}
	return seq;
}

/**
 * ksync_raw_read_seqcount_begin() - begin to read, unseen by the checks
 * @s: initialised counter
 *
 * Context: As ksync_read_seqcount_begin().
 * Order: Acquire, of what sections that have ended wrote.
 * Return: what the section's end is to be given.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq = ksync_raw_read_seqcount_begin(&s);
 *	bool again = ksync_read_seqcount_retry(&s, seq);
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_raw_read_seqcount_begin(const ksync_seqcount_t *s)
{
	ksync_u32 seq;

	ksync_watch_raw_read_begin();
	seq = ksync__seqcount_load(s);
	return ksync_likely(!(seq & 1u)) ? seq : ksync__seqcount_wait(s);
}

/**
 * ksync_raw_read_seqcount() - begin to read, in whatever state
 * @s: initialised counter
 *
 * Context: Any.
 * Order: Acquire, of what sections that have ended wrote.
 * Return: the counter; odd if a writer is writing, and then what is read may be
 *	torn though the counter does not change.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq = ksync_raw_read_seqcount(&s);
 *	bool again = (seq & 1) || ksync_read_seqcount_retry(&s, seq);
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_raw_read_seqcount(const ksync_seqcount_t *s)
{
	ksync_watch_raw_read_begin();
	return ksync__seqcount_load(s);
}

/**
 * ksync_raw_seqcount_begin() - begin to read without waiting
 * @s: initialised counter
 *
 * If a writer is writing, the section's end says "read again". For readers
 * that then do something else.
 *
 * Context: Any.
 * Order: Acquire, of what sections that have ended wrote.
 * Return: what the section's end is to be given.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq = ksync_raw_seqcount_begin(&s);
 *	bool failed = ksync_read_seqcount_retry(&s, seq);
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_raw_seqcount_begin(const ksync_seqcount_t *s)
{
	ksync_watch_raw_read_begin();
	return ksync__seqcount_load(s) & ~1u;
}

KSYNC_PRIVATE_INLINE bool ksync__raw_seqcount_try(const ksync_seqcount_t *s,
						  unsigned int *start)
{
	*start = ksync__seqcount_load(s);
	if (*start & 1u)
		return false;
	ksync_watch_raw_read_begin();
	return true;
}

/**
 * ksync_read_seqcount_retry() - end to read: is it worth nothing?
 * @s: the counter of the section
 * @start: what the section's beginning returned
 *
 * Context: Any.
 * Order: What was read before stays before the look at the counter.
 * Return: true if a writer may have written meanwhile: what was read may be
 *	torn.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq;
 *
 *	do {
 *		seq = ksync_read_seqcount_begin(&s);
 *	} while (ksync_read_seqcount_retry(&s, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_read_seqcount_retry(const ksync_seqcount_t *s, unsigned int start)
{
	bool again = ksync__seqcount_changed(s, start);

	ksync_watch_read_end(ksync__seqcount(s));
	return ksync_unlikely(again);
}

/**
 * ksync___read_seqcount_retry() - the same without a barrier
 * @s: the counter of the section
 * @start: what the section's beginning returned
 *
 * The caller has seen to it that what it read was read before this.
 *
 * Context: Any.
 * Order: None.
 * Return: true if a writer may have written meanwhile.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq = ksync_read_seqcount_begin(&s);
 *	bool again;
 *
 *	ksync_smp_rmb();
 *	again = ksync___read_seqcount_retry(&s, seq);
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync___read_seqcount_retry(const ksync_seqcount_t *s, unsigned int start)
{
	bool again = ksync__seqcount_differs(s, start);

	ksync_watch_read_end(ksync__seqcount(s));
	return ksync_unlikely(again);
}

/**
 * ksync_read_seqcount_discard() - end to read: nothing of it is used
 * @s: the counter of the section
 *
 * For a way out of a section without a retry.
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	unsigned int seq = ksync_read_seqcount_begin(&s);
 *
 *	if (seq > 100)
 *		ksync_read_seqcount_discard(&s);
 *	else if (ksync_read_seqcount_retry(&s, seq))
 *		seq = 0;
 */
KSYNC_INLINE void ksync_read_seqcount_discard(const ksync_seqcount_t *s)
{
	ksync_watch_read_end(ksync__seqcount(s));
}

/* A section begins; false: one is under way, and that was reported. The counter
 * goes on, odd: readers of before will see that it changed. */
KSYNC_PRIVATE_INLINE bool ksync__seqcount_enter(ksync_seqcount_t *s)
{
	ksync_u32 seq = KSYNC_READ_ONCE(s->sequence);

	if (ksync_unlikely(seq & 1u))
		return false;
	KSYNC_WRITE_ONCE(s->sequence, seq + 1u);
	ksync__seqcount_open();
	return true;
}

KSYNC_PRIVATE_INLINE bool ksync__seqcount_is_written(const ksync_seqcount_t *s)
{
	return KSYNC_READ_ONCE(s->sequence) & 1u;
}

/* "how" is for lockdep. */
KSYNC_PRIVATE_INLINE void ksync__write_seqcount_begin(ksync_seqcount_t *s,
						      unsigned int how)
{
	/* Not in the list of what is held twice: it ends once. */
	if (KSYNC_CHECKED && !ksync__seqcount_is_written(s))
		ksync_watch_acquire(ksync__seqcount(s), how);
	if (ksync_unlikely(!ksync__seqcount_enter(s)))
		ksync__seqcount_begun_twice(s);
	else
		ksync_watch_acquired(ksync__seqcount(s), how);
}

/**
 * ksync_write_seqcount_begin() - begin to write
 * @s: initialised counter, of which the caller excludes other writers
 *
 * A section within a section of the same counter is reported, whoever is in
 * that: readers may take for whole what is not.
 *
 * Context: Any. What follows must not sleep.
 * Order: What is written next is written after the counter has changed.
 * Locks: In a write section of @s.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_write_seqcount_begin(&s);
 *	ksync_write_seqcount_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_begin(ksync_seqcount_t *s)
{
	ksync__write_seqcount_begin(s, 0);
}

/**
 * ksync_write_seqcount_begin_nested() - the same, in another one of its class
 * @s: initialised counter, of which the caller excludes other writers
 * @subclass: less than KSYNC_SUBCLASSES; for the checked library
 *
 * Context: Any. What follows must not sleep.
 * Order: What is written next is written after the counter has changed.
 * Locks: In a write section of @s.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_write_seqcount_begin_nested(&s, KSYNC_SINGLE_DEPTH_NESTING);
 *	ksync_write_seqcount_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_begin_nested(ksync_seqcount_t *s,
						    int subclass)
{
	ksync__write_seqcount_begin(s, KSYNC_WATCH_SUBCLASS(subclass));
}

/**
 * ksync_raw_write_seqcount_begin() - begin to write, unseen by the checks
 * @s: initialised counter, of which the caller excludes other writers
 *
 * Ended by ksync_raw_write_seqcount_end().
 *
 * Context: Any.
 * Order: What is written next is written after the counter has changed.
 * Locks: In a write section of @s.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_raw_write_seqcount_begin(&s);
 *	ksync_raw_write_seqcount_end(&s);
 */
KSYNC_INLINE void ksync_raw_write_seqcount_begin(ksync_seqcount_t *s)
{
	if (ksync_unlikely(!ksync__seqcount_enter(s)))
		ksync__seqcount_begun_twice(s);
}

/**
 * ksync_raw_write_seqcount_end() - end to write, unseen by the checks
 * @s: the counter of the section
 *
 * Context: Any.
 * Order: Release.
 * Locks: Not in a write section of @s any more.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_raw_write_seqcount_begin(&s);
 *	ksync_raw_write_seqcount_end(&s);
 */
KSYNC_INLINE void ksync_raw_write_seqcount_end(ksync_seqcount_t *s)
{
	if (ksync_unlikely(!ksync__seqcount_is_written(s)))
		ksync__seqcount_not_begun(s);
	else
		ksync__seqcount_advance(s, 1u);
}

/**
 * ksync_write_seqcount_end() - end to write
 * @s: the counter of the section
 *
 * An end without a beginning is reported.
 *
 * Context: Any.
 * Order: Release.
 * Locks: Not in a write section of @s any more.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_write_seqcount_begin(&s);
 *	ksync_write_seqcount_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_end(ksync_seqcount_t *s)
{
	if (ksync_unlikely(!ksync_watch_release(ksync__seqcount(s), 0)))
		return;
	ksync_raw_write_seqcount_end(s);
	ksync_watch_released(ksync__seqcount(s), 0);
}

/**
 * ksync_raw_write_seqcount_barrier() - what was before goes with what follows
 * @s: initialised counter, of which the caller excludes other writers
 *
 * A reader that finds nothing changed has seen what was written before this, or
 * nothing of what is written after it.
 *
 * Context: Any.
 * Order: Full for readers of @s, none for others.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *	static int x = 0, y = 1;
 *
 *	KSYNC_WRITE_ONCE(x, 1);
 *	ksync_raw_write_seqcount_barrier(&s);
 *	KSYNC_WRITE_ONCE(y, 0);
 */
KSYNC_INLINE void ksync_raw_write_seqcount_barrier(ksync_seqcount_t *s)
{
	KSYNC_WRITE_ONCE(s->sequence, KSYNC_READ_ONCE(s->sequence) + 1u);
	ksync__seqcount_open();
	ksync__seqcount_advance(s, 1u);
}

/**
 * ksync_write_seqcount_invalidate() - who reads now has to read again
 * @s: initialised counter, of which the caller excludes other writers
 *
 * Context: Any.
 * Order: Release: who begins to read after it sees what was written before it.
 * Example::
 *
 *	static ksync_seqcount_t s = KSYNC_SEQCNT_ZERO(s);
 *
 *	ksync_write_seqcount_invalidate(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_invalidate(ksync_seqcount_t *s)
{
	ksync__seqcount_advance(s, 2u);
}

/* ---- latch: two copies ---- */

/**
 * ksync_seqcount_latch_init() - make a latch ready for use
 * @s: memory for a latch that nobody uses
 *
 * Context: Any.
 * Example::
 *
 *	ksync_seqcount_latch_t s;
 *
 *	ksync_seqcount_latch_init(&s);
 */
KSYNC_INLINE void ksync_seqcount_latch_init(ksync_seqcount_latch_t *s)
{
	ksync_seqcount_init(&s->seqcount);
}

/**
 * ksync_read_seqcount_latch() - begin to read one of two copies
 * @s: initialised latch
 *
 * Never waits: also for a signal handler that has interrupted the writer.
 *
 * Context: Any.
 * Order: Acquire, of the copy to read.
 * Return: what the section's end is to be given; its lowest bit says which copy
 *	to read.
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *	static int copies[2];
 *	unsigned int seq;
 *	int value;
 *
 *	do {
 *		seq = ksync_read_seqcount_latch(&s);
 *		value = copies[seq & 1];
 *	} while (ksync_read_seqcount_latch_retry(&s, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE unsigned int
ksync_read_seqcount_latch(const ksync_seqcount_latch_t *s)
{
	ksync_watch_raw_read_begin();
	return ksync__seqcount_load(&s->seqcount);
}

/**
 * ksync_read_seqcount_latch_retry() - end to read: is it worth nothing?
 * @s: the latch of the section
 * @start: what the section's beginning returned
 *
 * Context: Any.
 * Order: What was read before stays before the look at the latch.
 * Return: true if the copy may have been written meanwhile.
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *	unsigned int seq;
 *
 *	do {
 *		seq = ksync_read_seqcount_latch(&s);
 *	} while (ksync_read_seqcount_latch_retry(&s, seq));
 */
KSYNC_MUST_CHECK KSYNC_INLINE bool
ksync_read_seqcount_latch_retry(const ksync_seqcount_latch_t *s,
				unsigned int start)
{
	return ksync_read_seqcount_retry(&s->seqcount, start);
}

/**
 * ksync_raw_write_seqcount_latch() - send readers to the other copy
 * @s: initialised latch, of which the caller excludes other writers
 *
 * Context: Any.
 * Order: What was written before is there for who is sent to it; what is
 *	written next is written after they were sent away.
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *	static int copies[2];
 *
 *	ksync_raw_write_seqcount_latch(&s);
 *	copies[0]++;
 *	ksync_raw_write_seqcount_latch(&s);
 *	copies[1]++;
 */
KSYNC_INLINE void ksync_raw_write_seqcount_latch(ksync_seqcount_latch_t *s)
{
	ksync__seqcount_advance(&s->seqcount, 1u);
	ksync__seqcount_open();
}

/**
 * ksync_write_seqcount_latch_begin() - begin to write: first copy 0
 * @s: initialised latch, of which the caller excludes other writers
 *
 * Context: Any. May be interrupted by readers of @s, and may sleep.
 * Order: As ksync_raw_write_seqcount_latch().
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *	static int copies[2];
 *
 *	ksync_write_seqcount_latch_begin(&s);
 *	copies[0]++;
 *	ksync_write_seqcount_latch(&s);
 *	copies[1]++;
 *	ksync_write_seqcount_latch_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_latch_begin(ksync_seqcount_latch_t *s)
{
	if (ksync_unlikely(ksync__seqcount_is_written(&s->seqcount)))
		ksync__seqcount_begun_twice(&s->seqcount);
	else
		ksync_raw_write_seqcount_latch(s);
}

/**
 * ksync_write_seqcount_latch() - copy 0 is written, copy 1 is next
 * @s: the latch of the section
 *
 * Context: Any.
 * Order: As ksync_raw_write_seqcount_latch().
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *
 *	ksync_write_seqcount_latch_begin(&s);
 *	ksync_write_seqcount_latch(&s);
 *	ksync_write_seqcount_latch_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_latch(ksync_seqcount_latch_t *s)
{
	if (ksync_unlikely(!ksync__seqcount_is_written(&s->seqcount)))
		ksync__seqcount_not_begun(&s->seqcount);
	else
		ksync_raw_write_seqcount_latch(s);
}

/**
 * ksync_write_seqcount_latch_end() - end to write
 * @s: the latch of the section
 *
 * Context: Any.
 * Example::
 *
 *	static ksync_seqcount_latch_t s = KSYNC_SEQCNT_LATCH_ZERO(s);
 *
 *	ksync_write_seqcount_latch_begin(&s);
 *	ksync_write_seqcount_latch(&s);
 *	ksync_write_seqcount_latch_end(&s);
 */
KSYNC_INLINE void ksync_write_seqcount_latch_end(ksync_seqcount_latch_t *s)
{
	if (ksync_unlikely(ksync__seqcount_is_written(&s->seqcount)))
		ksync__seqcount_begun_twice(&s->seqcount);
}

/* ---- copies ---- */

/* One function for several types: in C++ by overloads. */
#ifdef __cplusplus
#define KSYNC__OVERLOAD(name, suffix) name
#define KSYNC__BEGIN_OVERLOADS extern "C++" {
#define KSYNC__END_OVERLOADS }
#else
#define KSYNC__OVERLOAD(name, suffix) name##suffix
#define KSYNC__BEGIN_OVERLOADS
#define KSYNC__END_OVERLOADS
#endif

/* By words, each by one access; the counter tells whether they belong together.
 */
#define KSYNC__SEQCOUNT_COPIES(n)                                              \
	KSYNC_PRIVATE_INLINE void KSYNC__OVERLOAD(ksync__seqcount_copy_out,    \
						  n)(                          \
		ksync__word##n * to, const ksync__word##n *from, size_t size)  \
	{                                                                      \
		for (size_t at = 0; at < size / n; at++)                       \
			to[at] = KSYNC_READ_ONCE(from[at]);                    \
	}                                                                      \
	KSYNC_PRIVATE_INLINE void KSYNC__OVERLOAD(ksync__seqcount_copy_in, n)( \
		ksync__word##n * to, const ksync__word##n *from, size_t size)  \
	{                                                                      \
		for (size_t at = 0; at < size / n; at++)                       \
			KSYNC_WRITE_ONCE(to[at], from[at]);                    \
	}

KSYNC__BEGIN_OVERLOADS
KSYNC__SEQCOUNT_COPIES(1)
KSYNC__SEQCOUNT_COPIES(2)
KSYNC__SEQCOUNT_COPIES(4)
KSYNC__SEQCOUNT_COPIES(8)
KSYNC__END_OVERLOADS
#undef KSYNC__SEQCOUNT_COPIES

KSYNC_END_DECLS

/* The largest word that an object of this alignment consists of. */
#define KSYNC__SEQCOUNT_WORD(align)                    \
	((align) % 8 == 0 && sizeof(void *) >= 8 ? 8 : \
	 (align) % 4 == 0			 ? 4 : \
	 (align) % 2 == 0			 ? 2 : \
						   1)

#ifdef __cplusplus
extern "C++" {
template <class ksync__t> struct ksync__seqcount_word {
	static_assert(__is_trivially_copyable(ksync__t),
		      "a type that cannot be copied byte by byte");
	typedef typename ksync__word<KSYNC__SEQCOUNT_WORD(
		alignof(ksync__t))>::type type;
};
template <class ksync__t>
KSYNC_PRIVATE_INLINE void ksync__seqcount_copy_out_as(ksync__t *to,
						      const ksync__t *from)
{
	typedef typename ksync__seqcount_word<ksync__t>::type word;

	ksync__seqcount_copy_out(reinterpret_cast<word *>(to),
				 reinterpret_cast<const word *>(from),
				 sizeof(*to));
}
template <class ksync__t>
KSYNC_PRIVATE_INLINE void ksync__seqcount_copy_in_as(ksync__t *to,
						     const ksync__t *from)
{
	typedef typename ksync__seqcount_word<ksync__t>::type word;

	ksync__seqcount_copy_in(reinterpret_cast<word *>(to),
				reinterpret_cast<const word *>(from),
				sizeof(*to));
}
}
#define KSYNC__SEQCOUNT_COPY(how, to, from) \
	ksync__seqcount_copy_##how##_as(to, from)
#else
#define KSYNC__SEQCOUNT_HAS(to, n) \
	(KSYNC__SEQCOUNT_WORD(__alignof__(__typeof__(*(to)))) == (n))
#define KSYNC__SEQCOUNT_COPY(how, to, from)                                 \
	__extension__({                                                     \
		_Static_assert(                                             \
			__builtin_types_compatible_p(__typeof__(*(to)),     \
						     __typeof__(*(from))),  \
			"not two pointers to one type");                    \
		__builtin_choose_expr(                                      \
			KSYNC__SEQCOUNT_HAS(to, 8),                         \
			ksync__seqcount_copy_##how##8,                      \
			__builtin_choose_expr(                              \
				KSYNC__SEQCOUNT_HAS(to, 4),                 \
				ksync__seqcount_copy_##how##4,              \
				__builtin_choose_expr(                      \
					KSYNC__SEQCOUNT_HAS(to, 2),         \
					ksync__seqcount_copy_##how##2,      \
					ksync__seqcount_copy_##how##1)))(   \
			(void *)(to), (const void *)(from), sizeof(*(to))); \
	})
#endif

/*
 * (to, from): pointers to one type, which may be of any size. In a read
 * section, *from into the caller's own *to; in a write section, the caller's
 * own *from into *to. Each word by one access that is no data race.
 */
#define ksync_seqcount_copy_out(to, from) KSYNC__SEQCOUNT_COPY(out, to, from)
#define ksync_seqcount_copy_in(to, from) KSYNC__SEQCOUNT_COPY(in, to, from)

#endif
