/* SPDX-License-Identifier: MIT */
/*
 * Numbers of which each processor has its own copy, in cache lines of its own:
 * to count in one costs no locked operation and no line that moves. Only the
 * sum of the copies means something. A copy may be negative, and wraps; a
 * thread may add on one processor and subtract on another.
 *
 * This is what <ksync/percpu_ref.h> and others are made of, so the names are
 * the library's own.
 *
 * A restartable section (<ksync/rseq.h>) adds where the kernel and libc offer
 * it; ksync_status() tells. Else, and in a thread for which there is none, it
 * is an atomic operation, which orders fully. The heavy half that goes with
 * both is ksync__percpu_fence(); in between, a caller's ksync_barrier() is the
 * light half of it.
 */
#ifndef KSYNC_PERCPU_H
#define KSYNC_PERCPU_H

#include <ksync/machine.h>
#include <ksync/rseq.h>
#include <ksync/watch.h>

KSYNC_BEGIN_DECLS

/*
 * Zeroed copies of an object of this size, of at most KSYNC__PERCPU_MOST bytes,
 * aligned for any number: the address of the first processor's. NULL if there
 * is no memory. Takes no lock. free, of the same size: nobody adds any more. A
 * fork's child finds all copies as they were.
 */
#define KSYNC__PERCPU_MOST 1024u
KSYNC_API void *ksync__percpu_alloc(size_t size);
KSYNC_API void ksync__percpu_free(void *p, size_t size);

/* Out of line: an atomic operation, in a place where no section adds. */
KSYNC_API void ksync__percpu_add_slow(long *p, long v);

/* Add v to a copy of *p, an object in such memory: a release, as to who finds
 * it in the sum. */
KSYNC_PRIVATE_INLINE void ksync__percpu_add(long *p, long v)
{
	if (KSYNC_THREAD_SANITIZER)
		ksync_watch_opaque_release(p);
	if (ksync_unlikely(!ksync__section_add(p, v)))
		ksync__percpu_add_slow(p, v);
}

/*
 * The same, if a section can do it and *flags has no bit of the mask, where
 * both are one: whoever sets a bit and calls ksync__percpu_fence() finds all
 * that was added in ksync__percpu_sum() then, and nothing is added later.
 * False: nothing was added, as a bit is set, or as this thread has no sections.
 * Order: release, as above, and an acquire of what ksync__percpu_open() was
 * called after.
 */
KSYNC_PRIVATE_INLINE bool
ksync__percpu_add_unless(long *p, long v, ksync_u32 *flags, ksync_u32 mask)
{
	bool added;

	if (KSYNC_THREAD_SANITIZER)
		ksync_watch_opaque_release(p);
	added = ksync__section_add_unless(p, v, flags, mask);
	if (KSYNC_THREAD_SANITIZER)
		ksync_watch_opaque_acquire(flags);
	return ksync_likely(added);
}

/* The sum of all copies, each as it is when it is read: an acquire. */
KSYNC_API long ksync__percpu_sum(const long *p);
/* The copy of the processor that the caller runs on, about; -1 in a thread that
 * has no sections. */
KSYNC_API long ksync__percpu_here(const long *p);
/* All copies become 0. Nobody adds meanwhile. */
KSYNC_API void ksync__percpu_zero(long *p);

/*
 * The heavy half. Each other thread is at one place between call and return: of
 * its sections those before have happened and are seen by the caller, and those
 * after see what the caller did. With ksync_barrier() in that thread this holds
 * for all that it does before and after, and so it does without sections, with
 * an addition in its place.
 *
 * 12 us beside a running thread. Where membarrier(2) is refused since the start
 * the caller visits each processor, or sleeps. Not from a signal handler.
 */
KSYNC_API void ksync__percpu_fence(void);

/*
 * What ksync__percpu_add_unless() looks at: one at a time changes it. close:
 * sets a bit, and returns when no section that has not seen it will add any
 * more. open: clears it; who adds then knows what the caller did before.
 */
KSYNC_API void ksync__percpu_close(ksync_u32 *flags, ksync_u32 bit);
KSYNC_API void ksync__percpu_open(ksync_u32 *flags, ksync_u32 bit);

/* Are there sections, in threads for which libc registered? Does not change
 * after the start. */
KSYNC_API bool ksync__percpu_has_sections(void);

KSYNC_END_DECLS

#endif
