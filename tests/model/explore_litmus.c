/* SPDX-License-Identifier: MIT */
/*
 * The explorer's memory against the classic litmus tests: exactly the outcomes
 * that C11 allows, but for those in which a load reads from the future ("lb").
 * An outcome is what the loads read, in the threads' order, then final values.
 */
#include <ksync/atomic.h>

#include "explore.h"

static int x, y, z;
static int r[EXPLORE_THREADS][2];

#define GET(v) KSYNC_READ_ONCE(v)
#define SET(v, value) KSYNC_WRITE_ONCE(v, value)
#define ACQ(v) ksync_smp_load_acquire(&(v))
#define REL(v, value) ksync_smp_store_release(&(v), value)
#define SC_GET(v) ksync__mc_load(&(v), __ATOMIC_SEQ_CST)
#define SC_SET(v, value) ksync__mc_store(&(v), value, __ATOMIC_SEQ_CST)
#define MB() ksync_smp_mb()

static void show_reads(void)
{
	explore_outcome("%d%d", r[0][0], r[1][0]);
}

static void show_second(void)
{
	explore_outcome("%d%d", r[1][0], r[1][1]);
}

static void show_final(void)
{
	explore_outcome("%d%d", GET(x), GET(y));
}

/* Store buffering: each stores, then looks for the other's store. */
#define SB(name, store0, between0, load0, store1, between1, load1) \
	static void name(int self)                                 \
	{                                                          \
		if (self == 0) {                                   \
			store0;                                    \
			between0;                                  \
			r[0][0] = load0;                           \
		} else {                                           \
			store1;                                    \
			between1;                                  \
			r[1][0] = load1;                           \
		}                                                  \
	}
#define NOTHING ((void)0)
SB(sb, SET(x, 1), NOTHING, GET(y), SET(y, 1), NOTHING, GET(x))
SB(sb_rel_acq, REL(x, 1), NOTHING, ACQ(y), REL(y, 1), NOTHING, ACQ(x))
SB(sb_mb, SET(x, 1), MB(), GET(y), SET(y, 1), MB(), GET(x))
SB(sb_one_mb, SET(x, 1), MB(), GET(y), SET(y, 1), NOTHING, GET(x))
SB(sb_sc, SC_SET(x, 1), NOTHING, SC_GET(y), SC_SET(y, 1), NOTHING, SC_GET(x))
SB(sb_full, ksync_xchg(&x, 1), NOTHING, GET(y), ksync_xchg(&y, 1), NOTHING,
   GET(x))
SB(sb_acq_rmw, ksync_xchg_acquire(&x, 1), NOTHING, GET(y),
   ksync_xchg_acquire(&y, 1), NOTHING, GET(x))
/* membarrier on one side replaces the full barrier on the other. */
SB(sb_heavy, SET(x, 1), ksync_barrier(), GET(y), SET(y, 1),
   explore_membarrier(false), GET(x))
SB(sb_heavy_mb, SET(x, 1), MB(), GET(y), SET(y, 1), explore_membarrier(false),
   GET(x))
SB(sb_light, SET(x, 1), ksync_barrier(), GET(y), SET(y, 1), ksync_barrier(),
   GET(x))
/* The compiler may swap the store and the load around the membarrier. */
SB(sb_heavy_alone, SET(x, 1), NOTHING, GET(y), SET(y, 1),
   explore_membarrier(false), GET(x))

/* Message passing: data in x, flag in y. */
#define MP(name, send, receive)           \
	static void name(int self)        \
	{                                 \
		if (self == 0) {          \
			SET(x, 1);        \
			send;             \
		} else {                  \
			receive;          \
			r[1][1] = GET(x); \
		}                         \
	}
MP(mp, SET(y, 1), r[1][0] = GET(y))
MP(mp_rel_acq, REL(y, 1), r[1][0] = ACQ(y))
MP(mp_rel_only, REL(y, 1), r[1][0] = GET(y))
MP(mp_acq_only, SET(y, 1), r[1][0] = ACQ(y))
MP(mp_fences, ksync_smp_wmb(); SET(y, 1), r[1][0] = GET(y); ksync_smp_rmb())
MP(mp_wmb_only, ksync_smp_wmb(); SET(y, 1), r[1][0] = GET(y))
MP(mp_mb, MB(); SET(y, 1), r[1][0] = GET(y); MB())
MP(mp_rmw, ksync_xchg_release(&y, 1), r[1][0] = ksync_xchg_acquire(&y, 2))

/* The same by a membarrier on one side. */
MP(mp_heavy_sends, explore_membarrier(false); SET(y, 1), r[1][0] = GET(y);
   ksync_barrier())
MP(mp_heavy_receives, ksync_barrier(); SET(y, 1), r[1][0] = GET(y);
   explore_membarrier(false))
MP(mp_heavy_alone, SET(y, 1), r[1][0] = GET(y); explore_membarrier(false))

/* A message to a third thread through a second: release sequences. */
#define CHAIN(name, hop)                  \
	static void name(int self)        \
	{                                 \
		if (self == 0) {          \
			SET(x, 1);        \
			REL(y, 1);        \
		} else if (self == 1) {   \
			hop;              \
		} else {                  \
			r[1][0] = ACQ(y); \
			r[1][1] = GET(x); \
		}                         \
	}
CHAIN(chain_rmw, ksync_atomic_add(1, (ksync_atomic_t *)&y))
CHAIN(chain_store, if (GET(y) == 1) SET(y, 2))

static void chain_own(int self)
{
	if (self == 0) {
		SET(x, 1);
		REL(y, 1);
		SET(y, 2);
	} else {
		r[1][0] = ACQ(y);
		r[1][1] = GET(x);
	}
}

/* Write to read causality, over a second thread's own store. */
static void wrc(int self)
{
	if (self == 0) {
		SET(x, 1);
	} else if (self == 1) {
		r[0][0] = GET(x);
		REL(y, 1);
	} else {
		r[1][0] = ACQ(y);
		r[1][1] = GET(x);
	}
}

static void show_wrc(void)
{
	explore_outcome("%d%d%d", r[0][0], r[1][0], r[1][1]);
}

/* Two readers see two independent writes: in the same order? */
#define IRIW(name, load, between)          \
	static void name(int self)         \
	{                                  \
		if (self == 0) {           \
			REL(x, 1);         \
		} else if (self == 1) {    \
			REL(y, 1);         \
		} else if (self == 2) {    \
			r[2][0] = load(x); \
			between;           \
			r[2][1] = load(y); \
		} else {                   \
			r[3][0] = load(y); \
			between;           \
			r[3][1] = load(x); \
		}                          \
	}
IRIW(iriw, GET, NOTHING)
IRIW(iriw_acq, ACQ, NOTHING)
IRIW(iriw_mb, GET, MB())

static void iriw_sc(int self)
{
	if (self == 0) {
		SC_SET(x, 1);
	} else if (self == 1) {
		SC_SET(y, 1);
	} else if (self == 2) {
		r[2][0] = SC_GET(x);
		r[2][1] = SC_GET(y);
	} else {
		r[3][0] = SC_GET(y);
		r[3][1] = SC_GET(x);
	}
}

static void show_iriw(void)
{
	explore_outcome("%d%d%d%d", r[2][0], r[2][1], r[3][0], r[3][1]);
}

/* Coherence: one location has one order, which nobody sees backwards. */
static void corr(int self)
{
	if (self == 0) {
		SET(x, 1);
		SET(x, 2);
	} else {
		r[1][0] = GET(x);
		r[1][1] = GET(x);
	}
}

static void cowr(int self)
{
	if (self == 0) {
		SET(x, 1);
		r[0][0] = GET(x);
	} else {
		SET(x, 2);
	}
}

static void show_cowr(void)
{
	explore_outcome("%d%d", r[0][0], GET(x));
}

static void corw(int self)
{
	if (self == 0) {
		r[0][0] = GET(x);
		SET(x, 1);
	} else {
		SET(x, 2);
	}
}

/* A thread's own two stores keep their order, whatever is between. */
static void coww(int self)
{
	if (self == 0) {
		SET(x, 1);
		SET(x, 2);
	} else {
		SET(x, 3);
	}
}

/* Two writers' order, as two readers see it. */
static void corr_two(int self)
{
	if (self < 2) {
		SET(x, self + 1);
	} else {
		r[self][0] = GET(x);
		r[self][1] = GET(x);
	}
}

static void show_corr_two(void)
{
	bool up = r[2][0] == 1 && r[2][1] == 2;
	bool down = r[3][0] == 2 && r[3][1] == 1;

	explore_outcome("%s", up && down ? "differ" : "agree");
}

/*
 * A message in front of another, by somebody who knew of that: a third thread
 * reads the newer, then what was there before it; or is itself such a store.
 */
#define OLDER(name, first, second)        \
	static void name(int self)        \
	{                                 \
		if (self == 0) {          \
			SET(x, 1);        \
			SET(y, 1);        \
		} else if (self == 1) {   \
			r[0][0] = GET(y); \
			SET(x, 2);        \
		} else {                  \
			r[1][0] = first;  \
			r[1][1] = second; \
		}                         \
	}
OLDER(older, GET(x), GET(x))
OLDER(older_one, GET(x), 0)
OLDER(older_rmw, ksync_xchg_relaxed(&x, 3), GET(x))
OLDER(older_cmpxchg, ksync_cmpxchg_relaxed(&x, 2, 3), GET(x))
OLDER(older_store, (SET(x, 3), 0), GET(x))

static void show_older(void)
{
	explore_outcome("%d%d%d.%d", r[0][0], r[1][0], r[1][1], GET(x));
}

/* Who stores in front of what he has read of, but not acquired, has read of it
 * still: his acquire fence shows it. */
static void front_acquired(int self)
{
	if (self == 0) {
		SET(x, 2);
		REL(y, 1);
	} else {
		r[0][0] = GET(y);
		SET(x, 1);
		ksync_smp_rmb();
		r[1][0] = GET(x);
	}
}

static void show_front(void)
{
	explore_outcome("%d%d.%d", r[0][0], r[1][0], GET(x));
}

/* Two plus two writes: may the first of each be the last? */
#define WW(name, between, second)     \
	static void name(int self)    \
	{                             \
		if (self == 0) {      \
			SET(x, 1);    \
			between;      \
			second(y, 2); \
		} else {              \
			SET(y, 1);    \
			between;      \
			second(x, 2); \
		}                     \
	}
WW(ww, NOTHING, SET)
WW(ww_rel, NOTHING, REL)
WW(ww_mb, MB(), SET)

static void ww_sc(int self)
{
	if (self == 0) {
		SC_SET(x, 1);
		SC_SET(y, 2);
	} else {
		SC_SET(y, 1);
		SC_SET(x, 2);
	}
}

/* R: a store's place in the order, against a load. */
#define R_SHAPE(name, between)            \
	static void name(int self)        \
	{                                 \
		if (self == 0) {          \
			SET(x, 1);        \
			between;          \
			SET(y, 1);        \
		} else {                  \
			SET(y, 2);        \
			between;          \
			r[1][0] = GET(x); \
		}                         \
	}
R_SHAPE(r_shape, NOTHING)
R_SHAPE(r_mb, MB())

static void show_r(void)
{
	explore_outcome("%d%d", r[1][0], GET(y));
}

/* S: who has read a message stores after it. */
#define S_SHAPE(name, send, load)          \
	static void name(int self)         \
	{                                  \
		if (self == 0) {           \
			SET(x, 2);         \
			send(y, 1);        \
		} else {                   \
			r[1][0] = load(y); \
			SET(x, 1);         \
		}                          \
	}
S_SHAPE(s_shape, SET, GET)
S_SHAPE(s_rel_acq, REL, ACQ)

static void show_s(void)
{
	explore_outcome("%d%d", r[1][0], GET(x));
}

/* Load buffering: C11 lets both loads read 1; the explorer does not. */
static void lb(int self)
{
	if (self == 0) {
		r[0][0] = GET(x);
		SET(y, 1);
	} else {
		r[1][0] = GET(y);
		SET(x, 1);
	}
}

/* Read-modify-writes lose nothing, and one compare-exchange wins. */
static void add(int self)
{
	(void)self;
	ksync_atomic_inc((ksync_atomic_t *)&x);
	ksync_atomic_inc((ksync_atomic_t *)&x);
}

static void win(int self)
{
	r[self][0] = ksync_cmpxchg_relaxed(&x, 0, self + 1) == 0;
}

static void show_x(void)
{
	explore_outcome("%d", GET(x));
}

static void show_wins(void)
{
	explore_outcome("%d", r[0][0] + r[1][0] + r[2][0]);
}

/* A failed compare-exchange is a relaxed load, which may be of old news. */
static void stale_cmpxchg(int self)
{
	if (self == 0) {
		SET(x, 1);
		SET(y, 1);
	} else {
		r[1][0] = GET(y);
		r[1][1] = ksync_cmpxchg(&x, 5, 6);
	}
}

/* Counting under a lock of one word. */
static int payload;

static void lock(int *word)
{
	while (ksync_cmpxchg_acquire(word, 0, 1))
		explore_await(word, false);
}

static void locked(int self)
{
	(void)self;
	lock(&z);
	payload++;
	REL(z, 0);
}

static void show_payload(void)
{
	explore_outcome("%d", payload);
}

/* A sequence lock: torn reads are not used. */
#define SEQLOCK(name, wmb, rmb)                          \
	static void name(int self)                       \
	{                                                \
		int before, a, b;                        \
                                                         \
		if (self == 0) {                         \
			SET(z, 1);                       \
			wmb;                             \
			SET(x, 1);                       \
			SET(y, 1);                       \
			REL(z, 2);                       \
			return;                          \
		}                                        \
		before = ACQ(z);                         \
		a = GET(x);                              \
		b = GET(y);                              \
		rmb;                                     \
		if (before % 2 == 0 && GET(z) == before) \
			explore_assert(a == b);          \
	}
SEQLOCK(seqlock, ksync_smp_wmb(), ksync_smp_rmb())
SEQLOCK(seqlock_no_wmb, NOTHING, ksync_smp_rmb())
SEQLOCK(seqlock_no_rmb, ksync_smp_wmb(), NOTHING)

/* Readers in sections, and an updater that waits for them, then frees. */
static int readers[EXPLORE_THREADS];
static int *object;

static void rcu_setup(void)
{
	object = explore_alloc(sizeof(*object));
	*object = 1;
}

#define RCU(name, reader_barrier, updater_barrier)                 \
	static void name(int self)                                 \
	{                                                          \
		int *seen;                                         \
                                                                   \
		if (self) {                                        \
			SET(readers[self], 1);                     \
			reader_barrier;                            \
			seen = ACQ(object);                        \
			if (seen)                                  \
				explore_assert(*seen == 1);        \
			REL(readers[self], 0);                     \
			return;                                    \
		}                                                  \
		seen = GET(object);                                \
		SET(object, (int *)NULL);                          \
		updater_barrier;                                   \
		for (int i = 1; i < 3; i++)                        \
			while (ACQ(readers[i]))                    \
				explore_await(&readers[i], false); \
		explore_free(seen);                                \
	}
RCU(rcu_mb, MB(), MB())
RCU(rcu_heavy, ksync_barrier(), explore_membarrier(false))
RCU(rcu_none, NOTHING, NOTHING)
RCU(rcu_heavy_alone, NOTHING, explore_membarrier(false))

#define READS .threads = 2, .finish = show_reads
#define SECOND .threads = 2, .finish = show_second
#define FINAL .threads = 2, .finish = show_final

static const struct explore_test tests[] = {
	{ "sb", READS, .thread = sb, .outcomes = "00|01|10|11" },
	{ "sb.rel_acq", READS, .thread = sb_rel_acq,
	  .outcomes = "00|01|10|11" },
	{ "sb.mb", READS, .thread = sb_mb, .outcomes = "01|10|11" },
	{ "sb.one_mb", READS, .thread = sb_one_mb, .outcomes = "00|01|10|11" },
	{ "sb.sc", READS, .thread = sb_sc, .outcomes = "01|10|11" },
	{ "sb.full", READS, .thread = sb_full, .outcomes = "01|10|11" },
	{ "sb.acq_rmw", READS, .thread = sb_acq_rmw,
	  .outcomes = "00|01|10|11" },
	{ "sb.heavy", READS, .thread = sb_heavy, .outcomes = "01|10|11" },
	{ "sb.heavy_mb", READS, .thread = sb_heavy_mb, .outcomes = "01|10|11" },
	{ "sb.heavy_fails", READS, .thread = sb_heavy, .barrier_fails = true,
	  .outcomes = "00|01|10|11" },
	{ "sb.light", READS, .thread = sb_light, .outcomes = "00|01|10|11" },
	{ "sb.heavy_alone", READS, .thread = sb_heavy_alone,
	  .outcomes = "00|01|10|11" },

	{ "mp", SECOND, .thread = mp, .outcomes = "00|01|10|11" },
	{ "mp.rel_acq", SECOND, .thread = mp_rel_acq, .outcomes = "00|01|11" },
	{ "mp.rel_only", SECOND, .thread = mp_rel_only,
	  .outcomes = "00|01|10|11" },
	{ "mp.acq_only", SECOND, .thread = mp_acq_only,
	  .outcomes = "00|01|10|11" },
	{ "mp.fences", SECOND, .thread = mp_fences, .outcomes = "00|01|11" },
	{ "mp.wmb_only", SECOND, .thread = mp_wmb_only,
	  .outcomes = "00|01|10|11" },
	{ "mp.mb", SECOND, .thread = mp_mb, .outcomes = "00|01|11" },
	{ "mp.heavy_sends", SECOND, .thread = mp_heavy_sends,
	  .outcomes = "00|01|11" },
	{ "mp.heavy_receives", SECOND, .thread = mp_heavy_receives,
	  .outcomes = "00|01|11" },
	{ "mp.heavy_alone", SECOND, .thread = mp_heavy_alone,
	  .outcomes = "00|01|10|11" },
	{ "mp.rmw", SECOND, .thread = mp_rmw, .outcomes = "00|01|11" },

	{ "chain.rmw", .threads = 3, .finish = show_second, .thread = chain_rmw,
	  .outcomes = "00|01|10|11|21" },
	{ "chain.store", .threads = 3, .finish = show_second,
	  .thread = chain_store, .outcomes = "00|01|11|20|21" },
	{ "chain.own", SECOND, .thread = chain_own,
	  .outcomes = "00|01|11|20|21" },
	{ "wrc", .threads = 3, .finish = show_wrc, .thread = wrc,
	  .outcomes = "000|001|010|011|100|101|111" },

	{ "iriw", .threads = 4, .finish = show_iriw, .thread = iriw,
	  .outcomes = "0000|0001|0010|0011|0100|0101|0110|0111|"
		      "1000|1001|1010|1011|1100|1101|1110|1111" },
	{ "iriw.acq", .threads = 4, .finish = show_iriw, .thread = iriw_acq,
	  .outcomes = "0000|0001|0010|0011|0100|0101|0110|0111|"
		      "1000|1001|1010|1011|1100|1101|1110|1111" },
	{ "iriw.mb", .threads = 4, .finish = show_iriw, .thread = iriw_mb,
	  .outcomes = "0000|0001|0010|0011|0100|0101|0110|0111|"
		      "1000|1001|1011|1100|1101|1110|1111" },
	{ "iriw.sc", .threads = 4, .finish = show_iriw, .thread = iriw_sc,
	  .outcomes = "0000|0001|0010|0011|0100|0101|0110|0111|"
		      "1000|1001|1011|1100|1101|1110|1111" },

	{ "corr", SECOND, .thread = corr, .outcomes = "00|01|02|11|12|22" },
	{ "cowr", .threads = 2, .finish = show_cowr, .thread = cowr,
	  .outcomes = "11|12|22" },
	{ "corw", .threads = 2, .finish = show_cowr, .thread = corw,
	  .outcomes = "01|02|21" },
	{ "coww", .threads = 2, .finish = show_x, .thread = coww,
	  .outcomes = "2|3" },
	{ "corr.two", .threads = 4, .finish = show_corr_two, .thread = corr_two,
	  .outcomes = "agree" },
	{ "older", .threads = 3, .finish = show_older, .thread = older,
	  .outcomes = "000.1|000.2|001.1|001.2|002.1|002.2|011.1|"
		      "011.2|012.2|021.1|022.1|022.2|100.1|100.2|"
		      "101.1|101.2|102.1|102.2|111.1|111.2|112.2|"
		      "121.1|122.1|122.2" },
	{ "older.one", .threads = 3, .finish = show_older, .thread = older_one,
	  .outcomes = "000.1|000.2|010.1|010.2|020.1|020.2|100.1|"
		      "100.2|110.1|110.2|120.1|120.2" },
	{ "older.rmw", .threads = 3, .finish = show_older, .thread = older_rmw,
	  .outcomes = "001.1|001.2|002.1|002.2|003.1|003.2|012.2|"
		      "013.2|013.3|021.1|023.1|023.3|101.1|101.2|"
		      "102.1|102.2|103.1|103.2|112.2|113.2|113.3|"
		      "121.1|123.1|123.3" },
	{ "older.cmpxchg", .threads = 3, .finish = show_older,
	  .thread = older_cmpxchg,
	  .outcomes = "000.1|000.2|001.1|001.2|002.1|002.2|011.1|"
		      "011.2|012.2|021.1|023.1|023.3|100.1|100.2|"
		      "101.1|101.2|102.1|102.2|111.1|111.2|112.2|"
		      "121.1|123.1|123.3" },
	{ "older.store", .threads = 3, .finish = show_older,
	  .thread = older_store,
	  .outcomes = "001.1|001.2|002.1|002.2|003.1|003.2|003.3|"
		      "101.1|101.2|102.1|102.2|103.1|103.2|103.3" },
	{ "front_acquired", .threads = 2, .finish = show_front,
	  .thread = front_acquired, .outcomes = "01.1|01.2|02.2|11.1|12.2" },
	{ "2+2w", FINAL, .thread = ww, .outcomes = "11|12|21|22" },
	{ "2+2w.rel", FINAL, .thread = ww_rel, .outcomes = "11|12|21|22" },
	{ "2+2w.sc", FINAL, .thread = ww_sc, .outcomes = "12|21|22" },
	{ "2+2w.mb", FINAL, .thread = ww_mb, .outcomes = "12|21|22" },
	{ "r", .threads = 2, .finish = show_r, .thread = r_shape,
	  .outcomes = "01|02|11|12" },
	{ "r.mb", .threads = 2, .finish = show_r, .thread = r_mb,
	  .outcomes = "01|11|12" },
	{ "s", .threads = 2, .finish = show_s, .thread = s_shape,
	  .outcomes = "01|02|11|12" },
	{ "s.rel_acq", .threads = 2, .finish = show_s, .thread = s_rel_acq,
	  .outcomes = "01|02|11" },
	{ "lb", READS, .thread = lb, .outcomes = "00|01|10" },

	{ "add", .threads = 3, .finish = show_x, .thread = add,
	  .outcomes = "6" },
	{ "win", .threads = 3, .finish = show_wins, .thread = win,
	  .outcomes = "1" },
	{ "stale_cmpxchg", SECOND, .thread = stale_cmpxchg,
	  .outcomes = "00|01|10|11" },
	{ "lock", .threads = 3, .finish = show_payload, .thread = locked,
	  .outcomes = "3" },
	{ "seqlock", .threads = 2, .thread = seqlock },
	{ "seqlock.no_wmb", .threads = 2, .thread = seqlock_no_wmb,
	  .fails = "a == b is false" },
	{ "seqlock.no_rmb", .threads = 2, .thread = seqlock_no_rmb,
	  .fails = "a == b is false" },
	{ "rcu.mb", .threads = 3, .setup = rcu_setup, .thread = rcu_mb },
	{ "rcu.heavy", .threads = 3, .setup = rcu_setup, .thread = rcu_heavy },
	{ "rcu.none", .threads = 3, .setup = rcu_setup, .thread = rcu_none,
	  .fails = "use after free" },
	{ "rcu.heavy_alone", .threads = 3, .setup = rcu_setup,
	  .thread = rcu_heavy_alone, .fails = "use after free" },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return explore_main(argc, argv, tests);
}
