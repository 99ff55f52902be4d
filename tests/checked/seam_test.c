/* SPDX-License-Identifier: MIT */
/*
 * The checked library through its seam alone: a lock here is a map and verbs,
 * so each way of taking one is tried, whether a family has it yet or not.
 *
 * A case is a string of steps, all done by one thread: A takes lock A alone,
 * rA as a reader, qA as a reader that may read again; a ? after it tries; a
 * gives it back; vA makes a reader of who holds A alone; 'A to 'E are second
 * locks of the same classes.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>

#include "verdict.h"

#define LOCKS 5

struct lock {
	struct ksync__dep_map map;
	unsigned int how;
};

static struct lock locks[2][LOCKS];
static struct lock_class_key keys[LOCKS];

struct sample {
	enum ksync_lock_kind kind;
	const char *steps;
	const char *verdict;
};

static struct ksync_watched watched(struct lock *lock)
{
	return ksync__watched(lock, &lock->map, lock->map.kind);
}

static void make_locks(enum ksync_lock_kind kind)
{
	static const char *const names[LOCKS] = { "A", "B", "C", "D", "E" };

	for (int i = 0; i < LOCKS; i++) {
		lockdep_register_key(&keys[i]);
		for (int n = 0; n < 2; n++)
			ksync__dep_created(&locks[n][i].map, &locks[n][i], kind,
					   0, names[i], &keys[i]);
	}
}

static void take(struct lock *lock, unsigned int how)
{
	lock->how = how & KSYNC_WATCH_SHARED;
	ksync_watch_acquire(watched(lock), how);
	ksync_watch_acquired(watched(lock), how);
}

static void give(struct lock *lock)
{
	(void)ksync_watch_release(watched(lock), lock->how);
	ksync_watch_released(watched(lock), lock->how);
}

static void downgrade(struct lock *lock)
{
	lock->how = KSYNC_WATCH_SHARED;
	ksync_watch_downgrade(watched(lock));
}

static void play(const char *steps)
{
	unsigned int how = 0;
	bool second = false;
	bool down = false;

	for (; *steps; steps++) {
		struct lock *lock;

		how |= *steps == 'r' ? KSYNC_WATCH_SHARED : 0;
		how |= *steps == 'q' ?
			       KSYNC_WATCH_SHARED | KSYNC_WATCH_RECURSIVE :
			       0;
		second |= *steps == '\'';
		down |= *steps == 'v';
		if (!strchr("abcdeABCDE", *steps))
			continue;
		lock = &locks[second][toupper((unsigned char)*steps) - 'A'];
		if (down)
			downgrade(lock);
		else if (islower((unsigned char)*steps))
			give(lock);
		else
			take(lock,
			     how | (steps[1] == '?' ? KSYNC_WATCH_TRY : 0u));
		how = 0;
		second = false;
		down = false;
	}
}

static void play_sample(const void *arg)
{
	const struct sample *sample = arg;

	make_locks(sample->kind);
	play(sample->steps);
}

static void judge_one(const struct sample *sample)
{
	const char *found = verdict_of(play_sample, sample);

	cr_expect_str_eq(found, sample->verdict,
			 "kind %d, %s: reported \"%s\" instead of \"%s\"",
			 (int)sample->kind, sample->steps, found,
			 sample->verdict);
}

/* Where sleeping and spinning do not differ. */
static void judge(const char *steps, const char *expected)
{
	struct sample sample = { KSYNC_KIND_RWSEM, steps, expected };

	judge_one(&sample);
	sample.kind = KSYNC_KIND_RWLOCK;
	judge_one(&sample);
}

static void judge_all(const char *const (*list)[2], size_t count)
{
	for (size_t n = 0; n < count; n++)
		judge(list[n][0], list[n][1]);
}
#define JUDGE(list) judge_all(list, sizeof(list) / sizeof((list)[0]))

TestSuite(seam, .init = reports_take, .fini = reports_none, .timeout = 100);

/* One lock twice. Only who may read again may, and only as a reader. */
Test(seam, again)
{
	static const char *const list[][2] = {
		{ "AA", "r" },	    { "rAA", "r" },    { "qAA", "r" },
		{ "ArA", "r" },	    { "rArA", "R" },   { "qArA", "R" },
		{ "AqA", "r" },	    { "rAqA", "" },    { "qAqA", "" },
		{ "rAqAaa", "" },   { "AA?", "" },     { "ArA?", "" },
		{ "rAA?a", "" },    { "rArA?aa", "" }, { "qAqAaaA", "" },
		{ "rAqABaab", "" },
	};

	JUDGE(list);
}

/* Two of a class, the same. */
Test(seam, two_of_a_class)
{
	static const char *const list[][2] = {
		{ "A'A", "c" },	   { "rA'A", "c" },  { "qA'A", "c" },
		{ "Ar'A", "c" },   { "rAr'A", "c" }, { "qAr'A", "c" },
		{ "Aq'A", "c" },   { "rAq'A", "" },  { "qAq'A", "" },
		{ "A'A?a'a", "" }, { "A?'A", "c" },  { "rABr'A", "c" },
		{ "qABq'A", "" },  { "Aa'A'a", "" }, { "ABC'A", "c" },
	};

	JUDGE(list);
}

/*
 * AB-BA in all four modes of each end. A reader waits for writers only, but
 * one that may not read again waits for readers, too, behind a writer that
 * waits; so only where one that may comes to what readers hold nobody waits.
 */
Test(seam, abba)
{
	static const char *const modes[] = { "", "r", "q" };

	for (int a1 = 0; a1 < 3; a1++)
		for (int b1 = 0; b1 < 3; b1++)
			for (int b2 = 0; b2 < 3; b2++)
				for (int a2 = 0; a2 < 3; a2++) {
					char steps[32];
					bool waits_b = b1 != 2 || b2 == 0;
					bool waits_a = a2 != 2 || a1 == 0;

					snprintf(steps, sizeof(steps),
						 "%sA%sBba %sB%sAab", modes[a1],
						 modes[b1], modes[b2],
						 modes[a2]);
					judge(steps,
					      waits_a && waits_b ? "o" : "");
				}
}

/* A trylock waits for nobody, in any mode; what it took is waited for. */
Test(seam, trylocks)
{
	static const char *const list[][2] = {
		{ "AB?ba BAab", "" },	   { "ArB?ba BAab", "" },
		{ "A?Bba BAab", "o" },	   { "rA?Bba BAab", "o" },
		{ "qA?Bba BqAab", "" },	   { "qA?Bba BrAab", "o" },
		{ "A?rB?Ccba CAac", "o" }, { "rAB?Ccba CAac", "o" },
		{ "qAB?Ccba CqAac", "" },
	};

	JUDGE(list);
}

/* A way is as strong as its weakest place, whatever its length. */
Test(seam, ways)
{
	static const char *const list[][2] = {
		/* X reads B and may again, who holds B reads: no way. */
		{ "AqBba rBCcb CAac", "" },
		{ "AqBba qBCcb CAac", "" },
		{ "AqBba BCcb CAac", "o" },
		{ "ArBba qBCcb CAac", "o" },
		{ "ArBba rBCcb CAac", "o" },
		/* And where the circle closes. */
		{ "rABba BCcb CqAac", "" },
		{ "qABba BCcb CrAac", "o" },
		{ "qABba BCcb CAac", "o" },
		/* There are two ways, of which one counts. */
		{ "AqBba rBCcb ADda DCcd CAac", "o" },
		{ "AqBba ABba rBCcb CAac", "o" },
		{ "AqBba rBCcb BCcb CAac", "o" },
		/* The strong way to B is found after the weak one. */
		{ "AqBba ADda DBbd rBCcb CAac", "o" },
		{ "ADda DBbd AqBba rBCcb CAac", "o" },
		/* Seen first from the other side. */
		{ "CAac rBCcb AqBba", "" },
		{ "CAac rBCcb ArBba", "o" },
		{ "CAac BCcb AqBba", "o" },
	};

	JUDGE(list);
}

/* What is held beyond a reader that may read again is waited for. */
Test(seam, inside_a_reader)
{
	static const char *const list[][2] = {
		{ "AqBCcba CAac", "o" },
		{ "ArBCcba CAac", "o" },
		{ "AqBqCDdcba DAad", "o" },
		{ "qAqBCcba CqAac", "" },
		{ "qAqBCcba CAac", "o" },
		{ "AqBC?Ddcba DAad", "o" },
		/* C was taken in what was left of another chain. */
		{ "AqBaCcb AqBCcba CAac", "o" },
		{ "D?C?rBdcb qBrDbd", "o" },
		/* The reader is read again, of which a step is made. */
		{ "qABq'A'aba 'AB", "o" },
	};

	JUDGE(list);
}

/* A chain that differs in a mode only is another chain. */
Test(seam, each_mode_is_looked_at)
{
	static const char *const list[][2] = {
		{ "AqBba rBAab AqBba ArBba", "o" },
		{ "rABba BqAab BrAab", "o" },
		{ "rABba BqAab ABba", "o" },
		{ "rABba BqAab BqAab rABba", "" },
		/* An order that was told still has its other modes. */
		{ "rABba BAab BqAab ACca CBbc", "oo" },
		{ "ABba BAab ACca CBbc", "o" },
	};

	JUDGE(list);
}

/* Each circle is told once, and each is told. */
Test(seam, each_circle_once)
{
	static const char *const list[][2] = {
		{ "ABba BAab BAab ABba", "o" },
		{ "ABba BAab CDdc DCcd", "oo" },
		{ "ABba ACca BAab CAac", "oo" },
		/* C closes a circle with B, and when it is next taken so, one
		 * with A. */
		{ "CAac CBbc ABCcba ABCcba ABCcba", "oo" },
	};

	JUDGE(list);
}

Test(seam, downgrades)
{
	static const char *const list[][2] = {
		{ "AvABba BqAab", "" },
		{ "ABbvAa BqAab", "o" },
		{ "AvABba BrAab", "o" },
		{ "AvArA", "R" },
		{ "vA", "v" },
		{ "rAvA", "v" },
		/* A was held alone when B was taken, whatever came then. */
		{ "ABvACcba CqAac", "o" },
		{ "AvABCcba CqAac", "" },
		{ "AvAa vA", "v" },
		{ "AvAqAaa", "" },
	};

	JUDGE(list);
}

/* ---- against all there is to know ---- */

/*
 * A second opinion on orders: all pairs of what was held and what was waited
 * for, whatever was between; and a search of all ways without a plan.
 */
static struct step {
	int first, then;
	bool shared; /* first, with readers */
	bool reads;  /* then, and may again */
} steps[400];
static int step_count;

static bool way(int from, bool reads, const struct step *last,
		unsigned int visited)
{
	for (int i = 0; i < step_count; i++) {
		const struct step *s = &steps[i];

		if (s->first != from || (reads && s->shared))
			continue;
		if (s->then == last->first && !(s->reads && last->shared))
			return true;
		if (!(visited & 1u << s->then * 2 << s->reads) &&
		    way(s->then, s->reads, last,
			visited | 1u << s->then * 2 << s->reads))
			return true;
	}
	return false;
}

static bool step_add(struct step step)
{
	bool closes;

	for (int i = 0; i < step_count; i++)
		if (steps[i].first == step.first &&
		    steps[i].then == step.then &&
		    steps[i].shared == step.shared &&
		    steps[i].reads == step.reads)
			return false;
	closes = way(step.then, step.reads, &step, 0);
	steps[step_count++] = step;
	return closes;
}

/* A program of some threads' sections, until a circle is closed. */
struct random_case {
	unsigned int seed;
	int *wrong;
};

static unsigned int dice(unsigned int *seed, unsigned int sides)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % sides;
}

static bool random_section(unsigned int *seed, char *text)
{
	static const char *const modes[] = { "", "r", "q" };
	int held[LOCKS];
	bool shared[LOCKS];
	unsigned int taken = 0;
	int depth = 0;
	bool closes = false;

	*text = '\0';
	for (unsigned int n = dice(seed, 4) + 2; n-- && !closes;) {
		unsigned int lock = dice(seed, LOCKS);
		unsigned int mode = dice(seed, 3);
		bool try = !dice(seed, 5);

		if (taken & 1u << lock) {
			/* Give back any, in any order. */
			for (int i = 0; i < depth; i++)
				if (held[i] == (int)lock) {
					memmove(&held[i], &held[i + 1],
						sizeof(int) * (size_t)(depth -
								       i - 1));
					memmove(&shared[i], &shared[i + 1],
						(size_t)(depth - i - 1));
				}
			depth--;
			taken &= ~(1u << lock);
			sprintf(text + strlen(text), "%c", 'a' + (char)lock);
			continue;
		}
		for (int i = 0; i < depth && !try; i++)
			closes |= step_add((struct step){
				held[i], (int)lock, shared[i], mode == 2 });
		held[depth] = (int)lock;
		shared[depth++] = mode != 0;
		taken |= 1u << lock;
		sprintf(text + strlen(text), "%s%c%s", modes[mode],
			'A' + (char)lock, try ? "?" : "");
	}
	for (int i = 0; i < depth; i++)
		sprintf(text + strlen(text), "%c", 'a' + (char)held[i]);
	return closes;
}

static int orders_told;

static void count_orders(const struct ksync_report *report)
{
	orders_told += verdict_letter(report->what) == 'o';
}

#define RANDOM_CASES 4000

Test(seam, as_a_search_without_a_plan)
{
	unsigned int seed = 20;
	int deadlocks = 0;

	ksync_report_hook_set(count_orders);
	for (int n = 0; n < RANDOM_CASES; n++) {
		char text[1024] = "";
		bool closes = false;

		make_locks(n % 2 ? KSYNC_KIND_RWSEM : KSYNC_KIND_RWLOCK);
		step_count = 0;
		orders_told = 0;
		for (int sections = 0; sections < 6 && !closes; sections++) {
			char *section = text + strlen(text);

			closes = random_section(&seed, section);
			play(section);
			strcat(text, " ");
		}
		cr_assert_eq(orders_told != 0, closes, "case %d, %s: %d told",
			     n, text, orders_told);
		deadlocks += closes;
	}
	/* Both outcomes are common, or this says little. */
	cr_assert_gt(deadlocks, RANDOM_CASES / 10);
	cr_assert_lt(deadlocks, RANDOM_CASES - RANDOM_CASES / 10);
}
