/* SPDX-License-Identifier: MIT */
/*
 * Word: WRITER, PENDING, READERS_WAIT, and the number of readers
 *
 *  from       event                 to         by      order
 *  0          write                 W          writer  acquire
 *  W          once more, directly   W          writer
 *  P, R       write: its turn       W, R       writer  acquire
 *  R          write: lapsed         W          writer  acquire
 *  n          read                  n+1        reader  acquire
 *  n, R       read: their turn      n+1        reader  acquire
 *  P, R       read: lapsed          1          reader  acquire
 *  W or P     a reader waits        same, R    reader
 *  W or n     a writer waits        same, P    writer
 *  n+1        end of reading        n          reader  release
 *  W, P, R    end of writing        P, R       writer  release
 *
 * Turns: nobody holds it, and P: a writer's, who came before the readers that
 * wait. Only R: the readers', who wait since a writer had it. So a writer does
 * not set P while another has the lock and readers wait.
 *
 * Claim: 0, or the token of who has waited for too long. A writer's: others
 * leave the next turn of writers to it. A reader's: no writer goes, nor sets P,
 * before that reader has come in, as may others meanwhile.
 *
 *  I1  Unlock is one operation and the last access. So nobody can be woken:
 *      waiters nap.
 *  I2  P and R are hints. The writer's plain stores may wipe them out, and who
 *      waits says it again at each look. One that nobody means any more, as its
 *      thread is gone, or does not run, lapses: whoever sees the lock free and
 *      reserved for the others for too long takes it all the same, and the hint
 *      goes. That is not for ever.
 *  I3  The number of readers changes only where W is not set, so no store of a
 *      writer loses one.
 *  I4  A claim is a hint, too, and lapses like the others, a reader's also
 *      while others read. Two writers with one token may both go.
 */
#include <ksync/rwlock.h>

#include "port/port.h"
#include "task/wait.h"
#include "watch/report.h"

#define WRITER KSYNC__RW_WRITER
#define PENDING KSYNC__RW_PENDING
#define READERS_WAIT KSYNC__RW_READERS_WAIT
#define READERS KSYNC__RW_READERS

#define LOCKUP_NS 10000000000LL

/* One wait. */
struct look {
	struct ksync__backoff backoff;
	struct ksync__wait patience; /* then it claims */
	struct ksync__wait reserved; /* what it could have is for others */
	bool was_free;		     /* at the last look */
	ksync_s64 since;	     /* somebody has held it */
	ksync_u32 token;	     /* of its claim; odd: a writer's */
};

static void look_begin(struct look *l, ksync_u32 writes)
{
	*l = (struct look){
		.backoff.how = KSYNC__BACKOFF_SHORT_NAPS,
		.since = ksync__clock_ns(),
		.token = ((ksync_u32)(uintptr_t)l & ~1u) | writes,
	};
	ksync__wait_queued(&l->patience);
	ksync__wait_queued(&l->reserved);
}

/* Nobody holds the lock. */
static bool word_free(int word)
{
	return !(word & (WRITER | READERS));
}

/*
 * True once it was reserved for others at each look for too long; while it was
 * held, and since it is free, are two times.
 */
static bool look_lapsed(struct look *l, bool is_free, bool reserved)
{
	if (!reserved || is_free != l->was_free)
		ksync__wait_queued(&l->reserved);
	l->backoff.bounded = reserved;
	l->was_free = is_free;
	return reserved && ksync__wait_is_impatient(&l->reserved);
}

/* Until the next look. */
static void look_away(struct look *l, ksync_rwlock_t *lock, int word,
		      const void *where)
{
	if (word_free(word)) {
		l->since = ksync__clock_ns();
	} else if (ksync__clock_ns() - l->since >= LOCKUP_NS) {
		ksync__misuse(
			"rwlock", lock,
			"held at each look for 10 seconds: lockup "
			"suspected",
			"the caller holds it itself, perhaps as a reader, "
			"or its holder sleeps, is gone, or never unlocks",
			where, KSYNC_HOLDER_NONE);
		l->since = ksync__clock_ns();
	}
	if (!KSYNC_READ_ONCE(lock->claim) &&
	    ksync__wait_is_impatient(&l->patience))
		(void)ksync_cmpxchg_relaxed(&lock->claim, 0u, l->token);
	ksync_watch_step("rwlock.wait");
	ksync__backoff_wait(&l->backoff, &lock->word);
}

/* It has the lock. */
static void look_end(const struct look *l, ksync_rwlock_t *lock)
{
	if (KSYNC_READ_ONCE(lock->claim) == l->token)
		KSYNC_WRITE_ONCE(lock->claim, 0u);
}

KSYNC_COLD void ksync__read_lock_slow(ksync_rwlock_t *lock)
{
	struct look l;

	look_begin(&l, 0);
	for (;;) {
		int word = ksync_atomic_read(&lock->word);
		bool is_free = word_free(word);
		bool lapsed =
			look_lapsed(&l, is_free, is_free && (word & PENDING));

		if (!(word & (WRITER | PENDING)) || lapsed) {
			/* ORDER rwlock.held: acquire. Other end:
			 * ksync_write_unlock(). */
			if (ksync_atomic_try_cmpxchg_acquire(
				    &lock->word, &word, (word & READERS) + 1))
				break;
			continue;
		}
		if (!(word & READERS_WAIT) &&
		    !ksync_atomic_try_cmpxchg_relaxed(&lock->word, &word,
						      word | READERS_WAIT))
			continue;
		look_away(&l, lock, word, KSYNC__CALLER());
	}
	look_end(&l, lock);
}

static bool readers_turn(int word)
{
	return (word & (PENDING | READERS_WAIT)) == READERS_WAIT;
}

/* Is what a writer may do at this word for somebody else? */
static bool writer_stays_back(int word, ksync_u32 claim, ksync_u32 token)
{
	if (!word_free(word))
		return claim && !(claim & 1);
	return readers_turn(word) || (claim && claim != token);
}

/* What a writer makes of it: readers wait on, but for those that never came. */
static int word_written(int word)
{
	return word & PENDING ? WRITER | (word & READERS_WAIT) : WRITER;
}

/* Who waits comes before readers that come later; but whoever waits already
 * while a writer has it comes before this one. */
static bool may_be_pending(int word)
{
	return !(word & PENDING) &&
	       (!(word & READERS_WAIT) || (word & READERS));
}

KSYNC_COLD void ksync__write_lock_slow(ksync_rwlock_t *lock)
{
	struct look l;

	look_begin(&l, 1);
	for (;;) {
		int word = ksync_atomic_read(&lock->word);
		ksync_u32 claim = KSYNC_READ_ONCE(lock->claim);
		bool back = writer_stays_back(word, claim, l.token);

		if (look_lapsed(&l, word_free(word), back)) {
			if (claim && claim != l.token)
				(void)ksync_cmpxchg_relaxed(&lock->claim, claim,
							    0u);
			back = false;
		}
		if (word_free(word) && !back) {
			/* ORDER rwlock.held: acquire. Comes after all reading,
			 * too. Other end: ksync_read_unlock(). */
			if (ksync_atomic_try_cmpxchg_acquire(
				    &lock->word, &word, word_written(word)))
				break;
			continue;
		}
		if (!back && may_be_pending(word) &&
		    !ksync_atomic_try_cmpxchg_relaxed(&lock->word, &word,
						      word | PENDING))
			continue;
		look_away(&l, lock, word, KSYNC__CALLER());
	}
	look_end(&l, lock);
}

KSYNC_COLD void ksync__read_unlock_free(ksync_rwlock_t *lock)
{
	ksync__misuse("rwlock", lock, "unlocked for reading, but nobody reads",
		      "unlock once for each lock, and a writer's lock by "
		      "write_unlock()",
		      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}

KSYNC_COLD void ksync__write_unlock_free(ksync_rwlock_t *lock)
{
	ksync__misuse("rwlock", lock,
		      "unlocked for writing, but no writer holds it",
		      "unlock once for each lock, and a reader's lock by "
		      "read_unlock()",
		      KSYNC__CALLER(), KSYNC_HOLDER_NONE);
}
