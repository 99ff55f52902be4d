/* SPDX-License-Identifier: MIT */
/*
 * Word: count (32) | lock (32), a raw lock's (raw_lock.c)
 *
 *  from           event          to               by          order
 *  n, free        get            n + 1, free      anybody     full
 *  n > 0, free    put            n - 1, free      a holder    full
 *  any, free      lock           any, held        one half    acquire
 *  any, held      what the holder likes, to the count's half
 *  any, held      unlock         any, free        one half    release
 *
 *  I1  Who changes the word has found the lock free in it, and leaves it so:
 *      the change is as short as a section can be. While somebody holds the
 *      lock the whole word never has the value that others compare with.
 *  I2  Threads that change the count make each other's comparisons fail, but
 *      then one of them has succeeded. Who fails too often takes the lock,
 *      which ends that.
 */
#include <ksync/lockref.h>
#include <ksync/watch.h>

#define TRIES 100

union lockref_word {
	struct {
		ksync_u32 lock;
		int count;
	} half;
	ksync_u64 whole;
};

static ksync__word8 *lockref_word(ksync_lockref_t *ref)
{
	return (ksync__word8 *)(void *)ref;
}

/* Before the word is changed: is that allowed? The count, or why not. */
static int lockref_look(ksync__word8 whole, int least)
{
	union lockref_word word = { .whole = whole };

	if (word.half.lock != KSYNC__RAW_FREE)
		return KSYNC__LOCKREF_LOCKED;
	return word.half.count < least ? KSYNC__LOCKREF_REFUSED :
					 word.half.count;
}

static ksync__word8 lockref_of(int count)
{
	union lockref_word word = { .half = { KSYNC__RAW_FREE, count } };

	return word.whole;
}

int ksync__lockref_try_get(ksync_lockref_t *ref, int least)
{
	ksync__word8 word = KSYNC_READ_ONCE(*lockref_word(ref));
	int count;

	for (int tries = 0; tries < TRIES; tries++) {
		count = lockref_look(word, least);
		if (count < 0)
			return count;
		/* ORDER lockref.word: full. Who got a reference sees what was
		 * done under the lock before, and by puts. Other end:
		 * ksync__lockref_try_put(). */
		if (ksync_try_cmpxchg(lockref_word(ref), &word,
				      lockref_of(count + 1))) {
			ksync_watch_order_acquire(ref);
			return count + 1;
		}
	}
	return KSYNC__LOCKREF_LOCKED;
}

int ksync__lockref_try_put(ksync_lockref_t *ref, int least)
{
	ksync__word8 word = KSYNC_READ_ONCE(*lockref_word(ref));
	int count;

	ksync_watch_order_release(ref);
	for (int tries = 0; tries < TRIES; tries++) {
		count = lockref_look(word, least);
		if (count < 0)
			return count;
		/* ORDER lockref.word: full. Who takes the lock, or puts the
		 * last reference, sees what was done with this one. Other end:
		 * ksync__lockref_try_get(). */
		if (ksync_try_cmpxchg(lockref_word(ref), &word,
				      lockref_of(count - 1))) {
			ksync_watch_order_acquire(ref);
			return count - 1;
		}
	}
	return KSYNC__LOCKREF_LOCKED;
}
