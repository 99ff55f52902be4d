/* SPDX-License-Identifier: MIT */
/*
 * What the explorer's sleeps, clock and naps do to others: exactly these
 * outcomes. Each test has a step that takes something away from another
 * thread, or gives it, by what is not memory: a wake-up, the spurious wake-up,
 * time.
 */
#include <ksync/atomic.h>

#include "explore.h"

#define NEVER INT64_MAX
#define SOON (explore_clock() + 1000)
#define NAP (explore_clock() + 2000000)
#define FAR (explore_clock() + 10000000000)

static int x, y;
static uint32_t a, b;
static int r[EXPLORE_THREADS][2];

#define GET(v) KSYNC_READ_ONCE(v)
#define SET(v, value) KSYNC_WRITE_ONCE(v, value)

static int sleep_on(uint32_t *word, int64_t deadline)
{
	return explore_futex_wait(word, 0, deadline) == 0;
}

/*
 * A nap shows all that was stored before it, also to him who stores: his store
 * comes behind. Thread 1 knows that x = 1 was stored, not what x is.
 */
static void nap_store(int self)
{
	if (self == 0) {
		SET(x, 1);
		SET(y, 1);
		(void)sleep_on(&a, NAP);
	} else if (self == 1) {
		r[1][0] = GET(y);
		r[1][1] = 1;
		(void)sleep_on(&b, NEVER);
		SET(x, 2);
		r[1][1] = 2;
	} else {
		explore_futex_wake(&b, 1);
	}
}

static void show_nap_store(void)
{
	explore_outcome("%d%d.%d", r[1][0], r[1][1], GET(x));
}

/* The same with a load. */
static void nap_load(int self)
{
	if (self == 0) {
		SET(x, 1);
		(void)sleep_on(&a, NAP);
		SET(y, 1);
	} else {
		r[1][0] = GET(y);
		r[1][1] = GET(x);
	}
}

static void show_own(void)
{
	explore_outcome("%d%d", r[1][0], r[1][1]);
}

/* A deadline that comes moves the clock for all. */
static void clock_moves(int self)
{
	if (self == 0)
		(void)sleep_on(&a, SOON);
	else
		r[1][0] = explore_clock() > 1000000000;
}

/* And brings another's deadline near, who may be woken, too. */
static void clock_brings_near(int self)
{
	if (self == 0)
		(void)sleep_on(&a, explore_clock() + 4000000000);
	else if (self == 1)
		r[1][0] = 1 + sleep_on(&b, 1000000000 + 8000000000);
	else
		explore_futex_wake(&b, 1);
}

/* One spurious wake-up, and two who could have it; one is woken, too. */
static void spurious_one(int self)
{
	if (self == 0) {
		(void)sleep_on(&a, NEVER);
	} else if (self == 1) {
		(void)sleep_on(&b, NEVER);
		r[1][0] = (int)GET(b);
		r[1][1] = GET(x);
	} else {
		SET(x, 1);
		SET(b, 1u);
		explore_futex_wake(&b, 1);
	}
}

/* Nobody is woken: either has it, or the first has it twice. */
static void spurious_either(int self)
{
	r[self][0] += sleep_on(self ? &a : &b, NEVER);
	r[self][0] += sleep_on(self ? &a : &b, NEVER);
}

static void show_both(void)
{
	explore_outcome("%d%d", r[0][0], r[1][0]);
}

/* The same, though who had it goes on: to time, */
static void spurious_then_time(int self)
{
	if (self) {
		r[1][0] = 1 + sleep_on(&b, NEVER);
		return;
	}
	r[0][0] = 1 + sleep_on(&a, 9000000000);
	r[0][0] += sleep_on(&a, 1000001000);
}

/* or to wake the other, who could have had it before. */
static void spurious_then_wake(int self)
{
	if (self == 0) {
		r[0][0] = 1 + sleep_on(&a, NEVER);
		r[0][1] = explore_futex_wake(&b, 1);
	} else {
		r[1][0] = 1 + sleep_on(&b, NEVER);
		SET(x, 1);
	}
}

/* Who finds an old value comes into the queue now, behind who was there. */
static void queue_behind(int self)
{
	if (self == 0) {
		ksync_xchg_release(&a, 1);
		explore_futex_wake(&a, 1);
	} else if (self == 1) {
		r[0][0] = 1 + (explore_futex_wait(&a, 1, NEVER) == 0);
	} else {
		r[1][0] = 1 + sleep_on(&a, NEVER);
	}
}

/* A wake-up that one may have or the other; who comes late has none. */
static void wake_either(int self)
{
	if (self == 2)
		explore_futex_wake(&a, 1);
	else
		r[self][0] = sleep_on(&a, SOON);
}

/*
 * Store buffering over a futex: operations on one word have an order, those on
 * two words have none.
 */
static void sb_same_word(int self)
{
	SET(*(self ? &x : &y), 1);
	if (self)
		(void)explore_futex_wait(&a, 1, NEVER);
	else
		explore_futex_wake(&a, 1);
	r[self][0] = GET(*(self ? &y : &x));
}

static void sb_two_words(int self)
{
	SET(*(self ? &x : &y), 1);
	(void)explore_futex_wait(self ? &a : &b, 1, NEVER);
	r[self][0] = GET(*(self ? &y : &x));
}

/* Membarrier that may fail: who registers late may find it gone. */
static void registers(int self)
{
	r[self][0] = explore_membarrier(self == 1);
}

static const struct explore_test tests[] = {
	{ "nap.store", .threads = 3, .thread = nap_store, .servants = 2,
	  .finish = show_nap_store,
	  .outcomes = "01.1|02.1|02.2|11.1|12.1|12.2" },
	{ "nap.load", .threads = 2, .thread = nap_load, .finish = show_own,
	  .outcomes = "00|01|11" },
	{ "clock.moves", .threads = 2, .thread = clock_moves,
	  .finish = show_own, .outcomes = "00|10" },
	{ "clock.brings_near", .threads = 3, .thread = clock_brings_near,
	  .servants = 2, .finish = show_own, .outcomes = "10|20" },
	{ "spurious.one", .threads = 3, .thread = spurious_one, .servants = 1,
	  .spurious = 1, .finish = show_own, .outcomes = "00|01|10|11" },
	{ "spurious.either", .threads = 2, .thread = spurious_either,
	  .servants = 3, .spurious = 2, .finish = show_both,
	  .outcomes = "02|11|20" },
	{ "spurious.then_time", .threads = 2, .thread = spurious_then_time,
	  .servants = 3, .spurious = 1, .finish = show_both,
	  .outcomes = "02|20" },
	{ "spurious.then_wake", .threads = 2, .thread = spurious_then_wake,
	  .servants = 3, .spurious = 1, .finish = show_both,
	  .outcomes = "02|20|22" },
	{ "queue.behind", .threads = 3, .thread = queue_behind, .servants = 7,
	  .finish = show_both, .outcomes = "01|02|11|12|21" },
	{ "wake.either", .threads = 3, .thread = wake_either,
	  .finish = show_both, .outcomes = "00|01|10" },
	{ "sb.same_word", .threads = 2, .thread = sb_same_word,
	  .finish = show_both, .outcomes = "01|10|11" },
	{ "sb.two_words", .threads = 2, .thread = sb_two_words,
	  .finish = show_both, .outcomes = "00|01|10|11" },
	{ "registers", .threads = 2, .thread = registers, .finish = show_both,
	  .barrier_fails = true, .outcomes = "00|01|11" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return explore_main(argc, argv, tests);
}
