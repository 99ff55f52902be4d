/* SPDX-License-Identifier: MIT */
/*
 * The checked library: patterns of locking in all kinds of locks and their
 * mixtures, with what is to be said of each.
 *
 * A case is a string of steps, all done by one thread, one after the other, so
 * nothing ever waits: what is reported is what could happen, not what does.
 *
 *	A a	take lock A, give it back; likewise B, C, D, and O
 *	'A	another lock of A's class
 *	A?	try to take it
 *	nA	take it as the inner one of two of its class (subclass 1)
 *	NA	take it where O orders all of its class
 *	iA	initialise it; fA: free its memory; hA: assert that it is held
 *	( )	begin and end a reader of RCU; [ ] a section that may not sleep
 *	! z	might_sleep(), synchronize_rcu()
 *
 * The kinds of A, B, ... are letters of the table below; the last is that of
 * all that follow.
 */
#include <ctype.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

#include "verdict.h"

#define LOCKS 5
#define OUTER 4

union any_lock {
	struct mutex mutex;
	spinlock_t spin;
	raw_spinlock_t raw;
	struct semaphore sem;
	struct rw_semaphore rwsem;
	struct percpu_rw_semaphore percpu;
	rwlock_t rwlock;
	struct rt_mutex rt;
	struct ww_mutex ww;
	seqlock_t seq;
};

struct kind {
	char letter;
	void (*init)(union any_lock *lock, struct lock_class_key *key,
		     const char *name);
	void (*take)(union any_lock *lock);
	bool (*try)(union any_lock *lock);
	void (*give)(union any_lock *lock);
	/* NULL: it has no such form. */
	void (*take_nested)(union any_lock *lock);
	void (*take_nest)(union any_lock *lock, struct mutex *outer);
	void (*assert)(union any_lock *lock);
};

#define INIT(field, init_call)                                       \
	static void field##_init_it(union any_lock *lock,            \
				    struct lock_class_key *key,      \
				    const char *name)                \
	{                                                            \
		init_call;                                           \
		lockdep_set_class_and_name(&lock->field, key, name); \
	}
#define FORM(name, call)                       \
	static void name(union any_lock *lock) \
	{                                      \
		call;                          \
	}
#define TRY(name, call)                        \
	static bool name(union any_lock *lock) \
	{                                      \
		return call;                   \
	}
#define NEST(name, call)                                            \
	static void name(union any_lock *lock, struct mutex *outer) \
	{                                                           \
		call;                                               \
	}

INIT(mutex, mutex_init(&lock->mutex))
FORM(mutex_take, mutex_lock(&lock->mutex))
TRY(mutex_try, mutex_trylock(&lock->mutex))
FORM(mutex_give, mutex_unlock(&lock->mutex))
FORM(mutex_nested, mutex_lock_nested(&lock->mutex, SINGLE_DEPTH_NESTING))
NEST(mutex_nest, mutex_lock_nest_lock(&lock->mutex, outer))
FORM(mutex_assert, lockdep_assert_held(&lock->mutex))

INIT(spin, spin_lock_init(&lock->spin))
FORM(spin_take, spin_lock(&lock->spin))
TRY(spin_try, spin_trylock(&lock->spin))
FORM(spin_give, spin_unlock(&lock->spin))
FORM(spin_nested, spin_lock_nested(&lock->spin, SINGLE_DEPTH_NESTING))
NEST(spin_nest, spin_lock_nest_lock(&lock->spin, outer))
FORM(spin_assert, lockdep_assert_held(&lock->spin))

INIT(raw, raw_spin_lock_init(&lock->raw))
FORM(raw_take, raw_spin_lock(&lock->raw))
TRY(raw_try, raw_spin_trylock(&lock->raw))
FORM(raw_give, raw_spin_unlock(&lock->raw))
FORM(raw_nested, raw_spin_lock_nested(&lock->raw, SINGLE_DEPTH_NESTING))
NEST(raw_nest, raw_spin_lock_nest_lock(&lock->raw, outer))
FORM(raw_assert, lockdep_assert_held(&lock->raw))

INIT(sem, sema_init(&lock->sem, 1); ksync_semaphore_set_lock(&lock->sem))
FORM(sem_take, down(&lock->sem))
TRY(sem_try, !down_trylock(&lock->sem))
FORM(sem_give, up(&lock->sem))
FORM(sem_assert, lockdep_assert_held(&lock->sem))

INIT(rwsem, init_rwsem(&lock->rwsem))
FORM(rwsem_take, down_write(&lock->rwsem))
TRY(rwsem_try, down_write_trylock(&lock->rwsem))
FORM(rwsem_give, up_write(&lock->rwsem))
FORM(rwsem_nested, down_write_nested(&lock->rwsem, SINGLE_DEPTH_NESTING))
NEST(rwsem_nest, down_write_nest_lock(&lock->rwsem, outer))
FORM(rwsem_assert, lockdep_assert_held_write(&lock->rwsem))

INIT(percpu, cr_assert_eq(percpu_init_rwsem(&lock->percpu), 0))
FORM(percpu_take, percpu_down_write(&lock->percpu))
FORM(percpu_give, percpu_up_write(&lock->percpu))
FORM(percpu_assert, percpu_rwsem_assert_held(&lock->percpu))

INIT(rwlock, rwlock_init(&lock->rwlock))
FORM(rwlock_take, write_lock(&lock->rwlock))
TRY(rwlock_try, write_trylock(&lock->rwlock))
FORM(rwlock_give, write_unlock(&lock->rwlock))
FORM(rwlock_nested, write_lock_nested(&lock->rwlock, SINGLE_DEPTH_NESTING))
FORM(rwlock_assert, lockdep_assert_held_write(&lock->rwlock))

INIT(rt, rt_mutex_init(&lock->rt))
FORM(rt_take, rt_mutex_lock(&lock->rt))
TRY(rt_try, rt_mutex_trylock(&lock->rt))
FORM(rt_give, rt_mutex_unlock(&lock->rt))
FORM(rt_nested, rt_mutex_lock_nested(&lock->rt, SINGLE_DEPTH_NESTING))
NEST(rt_nest, rt_mutex_lock_nest_lock(&lock->rt, outer))
FORM(rt_assert, lockdep_assert_held(&lock->rt))

static DEFINE_WW_CLASS(ww_class);

static void ww_init_it(union any_lock *lock, struct lock_class_key *key,
		       const char *name)
{
	ww_mutex_init(&lock->ww, &ww_class);
	lockdep_set_class_and_name(&lock->ww.base, key, name);
}
/* What could only hang is refused here, after the report. */
FORM(ww_take, if (ww_mutex_lock(&lock->ww, NULL)) _exit(0))
TRY(ww_try, ww_mutex_trylock(&lock->ww, NULL))
FORM(ww_give, ww_mutex_unlock(&lock->ww))
FORM(ww_assert, lockdep_assert_held(&lock->ww.base))

static void seq_init_it(union any_lock *lock, struct lock_class_key *key,
			const char *name)
{
	seqlock_init(&lock->seq);
	lockdep_set_class_and_name(&lock->seq.lock, &key[0], name);
	lockdep_set_class(&lock->seq.seqcount.seqcount, &key[1]);
}
FORM(seq_take, write_seqlock(&lock->seq))
FORM(seq_give, write_sequnlock(&lock->seq))
FORM(seq_assert, lockdep_assert_held(&lock->seq.lock))

static void count_init(union any_lock *lock, struct lock_class_key *key,
		       const char *name)
{
	(void)key;
	(void)name;
	sema_init(&lock->sem, 3);
}

static const struct kind kinds[] = {
	{ 'm', mutex_init_it, mutex_take, mutex_try, mutex_give, mutex_nested,
	  mutex_nest, mutex_assert },
	{ 's', spin_init_it, spin_take, spin_try, spin_give, spin_nested,
	  spin_nest, spin_assert },
	{ 'p', raw_init_it, raw_take, raw_try, raw_give, raw_nested, raw_nest,
	  raw_assert },
	/* A semaphore of one unit that is said to be a lock, and others. */
	{ 'u', sem_init_it, sem_take, sem_try, sem_give, NULL, NULL,
	  sem_assert },
	/* Written, without a context. */
	{ 'w', rwsem_init_it, rwsem_take, rwsem_try, rwsem_give, rwsem_nested,
	  rwsem_nest, rwsem_assert },
	{ 'd', percpu_init_it, percpu_take, NULL, percpu_give, NULL, NULL,
	  percpu_assert },
	{ 'l', rwlock_init_it, rwlock_take, rwlock_try, rwlock_give,
	  rwlock_nested, NULL, rwlock_assert },
	{ 't', rt_init_it, rt_take, rt_try, rt_give, rt_nested, rt_nest,
	  rt_assert },
	{ 'x', ww_init_it, ww_take, ww_try, ww_give, NULL, NULL, ww_assert },
	{ 'q', seq_init_it, seq_take, NULL, seq_give, NULL, NULL, seq_assert },
	{ 'c', count_init, sem_take, sem_try, sem_give, NULL, NULL, NULL },
};
#define ORDERED "mspuwltx"
/* In each other, of four: two that sleep, and two that spin. */
#define MIXED "mspu"
#define EACH ORDERED "qc"

static struct {
	const struct kind *kind;
	struct lock_class_key key[2]; /* of a lock's parts */
	union any_lock lock[2];
} locks[LOCKS];

static const struct kind *kind_of(char letter)
{
	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
		if (kinds[n].letter == letter)
			return &kinds[n];
	return NULL;
}

static void make_locks(const char *letters)
{
	static const char *const names[] = { "A", "B", "C", "D", "outer" };

	for (int i = 0; i < LOCKS; i++) {
		locks[i].kind = kind_of(i == OUTER ? 'm' : *letters);
		letters += letters[1] != '\0';
		for (int n = 0; n < 2; n++)
			locks[i].kind->init(&locks[i].lock[n], locks[i].key,
					    names[i]);
	}
}

static void lock_step(char mode, char letter, bool second, bool try)
{
	int i = toupper((unsigned char)letter) == 'O' ?
			OUTER :
			toupper((unsigned char)letter) - 'A';
	const struct kind *kind = locks[i].kind;
	union any_lock *lock = &locks[i].lock[second];

	if (islower((unsigned char)letter))
		kind->give(lock);
	else if (mode == 'n')
		kind->take_nested(lock);
	else if (mode == 'N')
		kind->take_nest(lock, &locks[OUTER].lock[0].mutex);
	else if (mode == 'i')
		kind->init(lock, locks[i].key, "again");
	else if (mode == 'f')
		debug_check_no_locks_freed(lock, sizeof(*lock));
	else if (mode == 'h')
		kind->assert(lock);
	else if (try)
		cr_assert(kind->try(lock));
	else
		kind->take(lock);
}

static void other_step(char step)
{
	switch (step) {
	case '(':
		rcu_read_lock();
		break;
	case ')':
		rcu_read_unlock();
		break;
	case '[':
		ksync_non_block_start();
		break;
	case ']':
		ksync_non_block_end();
		break;
	case '!':
		ksync_might_sleep();
		break;
	case 'z':
		synchronize_rcu();
		break;
	}
}

static void play(const char *steps)
{
	bool second = false;
	char mode = '\0';

	for (; *steps; steps++) {
		if (strchr("nNifh", *steps)) {
			mode = *steps;
		} else if (*steps == '\'') {
			second = true;
		} else if (strchr("ABCDOabcdo", *steps)) {
			lock_step(mode, *steps, second, steps[1] == '?');
			second = false;
			mode = '\0';
		} else {
			other_step(*steps);
		}
	}
}

struct sample {
	const char *kinds;
	const char *steps;
	const char *verdict;
};

static void play_sample(const void *arg)
{
	const struct sample *sample = arg;

	make_locks(sample->kinds);
	play(sample->steps);
}

static void judge_one(const struct sample *sample)
{
	const char *found = verdict_of(play_sample, sample);

	cr_expect_str_eq(found, sample->verdict,
			 "%s %s: reported \"%s\" instead of \"%s\"",
			 sample->kinds, sample->steps, found, sample->verdict);
}

static void judge(const struct sample *list, size_t count)
{
	for (size_t n = 0; n < count; n++)
		judge_one(&list[n]);
}
#define JUDGE(list) judge(list, sizeof(list) / sizeof((list)[0]))

struct pattern {
	const char *steps;
	const char *verdict;
};

/* Each pattern in each of these kinds. */
static void judge_in(const char *letters, const struct pattern *list,
		     size_t count)
{
	for (; *letters; letters++) {
		const char kind[] = { *letters, '\0' };

		for (size_t n = 0; n < count; n++) {
			const struct sample sample = { kind, list[n].steps,
						       list[n].verdict };

			judge_one(&sample);
		}
	}
}
#define JUDGE_IN(letters, list) \
	judge_in(letters, list, sizeof(list) / sizeof((list)[0]))

TestSuite(lockdep, .init = reports_take, .fini = reports_none, .timeout = 200);

/* ---- each kind by itself ---- */

/* Of any length, found when the last step of the circle is seen. */
static const struct pattern circles[] = {
	{ "ABba ABba", "" },
	{ "ABba BAab", "o" },
	{ "ABba BCcb CAac", "o" },
	{ "ABba CAac BCcb", "o" },
	{ "ABba BCcb CDdc DAad", "o" },
	{ "ABba CDdc BDdb DAad", "o" },
	{ "ABba CDdc BCcb DAad", "o" },
	{ "ABCDOodcba OAao", "o" },
	{ "ABCDdcba DAad", "o" },
	{ "ABCDdcba CAac", "o" },
	{ "ABCDdcba CBbc", "o" },
	/* Released in another order: the same steps. */
	{ "ABab BAba", "o" },
	{ "ABCabc CABbac", "o" },
	/* B was released before C was taken. */
	{ "ABbCca CBbc", "" },
	{ "ABabCc CAac", "" },
	{ "ABaCbc CAac", "o" },
	{ "ABaCbc CBbc", "o" },
	/* No circle without the step from B to C. */
	{ "ABba CDdc DAad", "" },
	{ "ABba ACca BCcb", "" },
	{ "ABba CBbc CAac", "" },
	/* Each circle once, and others are told of afterwards. */
	{ "ABba BAab BAab BAab", "o" },
	{ "ABba BAab CDdc DCcd", "oo" },
	{ "ABba BAab ACca CAac", "oo" },
	/* By a lock beside that all hold it cannot happen; as in the kernel
	 * that is not looked for. */
	{ "CABbac CBAabc", "o" },
};

Test(lockdep, circles)
{
	JUDGE_IN("muwtxd", circles);
	for (size_t n = 0; n < sizeof(circles) / sizeof(circles[0]); n++)
		if (!strchr(circles[n].steps, 'O'))
			judge_in("spl", &circles[n], 1);
}

Test(lockdep, two_of_a_class)
{
	static const struct pattern list[] = {
		{ "A'A'aa", "c" },     { "AB'A'aba", "c" },
		{ "'AA", "c" },	       { "Aa'A'a", "" },
		{ "AB'Bba", "c" },     { "ABba 'A'B'b'a", "" },
		{ "ABba 'BA'b", "o" }, { "ABba B'A'ab", "o" },
	};
	/* A trylock does not wait, so two of a class may be held. */
	static const struct pattern tried[] = {
		{ "A'A?'aa", "" },
		{ "A?'A'aa", "c" },
		{ "A?'A?'aa", "" },
	};

	JUDGE_IN(ORDERED "d", list);
	JUDGE_IN(ORDERED, tried);
}

/* No edge leads to a lock that was tried; but others wait for its holder. */
Test(lockdep, trylocks)
{
	static const struct pattern list[] = {
		{ "ABba BA?ab", "" },	  { "AB?ba BAab", "" },
		{ "AB?ba BA?ab", "" },	  { "A?Bba BAab", "o" },
		{ "A?B?Ccba CAac", "o" }, { "A?B?Ccba CBbc", "o" },
		{ "AB?Ccba CAac", "o" },  { "AB?Ccba CBbc", "o" },
		{ "AB?C?ba BAab", "" },	  { "AB?ba ABba BAab", "o" },
	};

	JUDGE_IN(ORDERED, list);
}

Test(lockdep, subclasses)
{
	static const struct pattern list[] = {
		{ "An'A'aa", "" },	   { "An'A'aa nA'A", "o" },
		{ "nA'A'aa", "" },	   { "nAn'A", "c" },
		{ "nA'A'aa An'A", "o" },   { "ABba nBAab", "" },
		{ "An'Aa'a 'AnAa'a", "" }, { "AnBba nBAab", "o" },
		{ "AnBba BAab", "" },
	};

	JUDGE_IN("mspwlt", list);
}

Test(lockdep, an_outer_lock_orders_a_class)
{
	static const struct pattern list[] = {
		{ "ONAN'A'aao", "" },
		{ "ON'ANA'aao", "" },
		{ "OAN'A'aao", "" },
		{ "ON'AA", "c" },
		{ "NAa", "N" },
		{ "OoNA", "N" },
		{ "BNAab", "N" },
		/* It comes too late to order what is held. */
		{ "AON'A", "c" },
		{ "ONABN'A'aabo", "" },
		/* Another that follows directly is not asked, as there. */
		{ "AN'A", "" },
		/* Both of the class are waited for by who holds O. */
		{ "ONABN'ACc'aabo CBbc", "o" },
		{ "ONABN'ACc'aabo CAac", "o" },
	};
	static const struct pattern inverse[] = {
		{ "ONAN'A'aao AO", "o" },
	};

	JUDGE_IN("mwt", list);
	JUDGE_IN("mwt", inverse);
	for (size_t n = 0; n < sizeof(list) / sizeof(list[0]); n++)
		if (!strstr(list[n].steps, "AO"))
			judge_in("sp", &list[n], 1);
}

Test(lockdep, a_lock_of_its_own)
{
	static const struct pattern list[] = {
		{ "AA", "r" },	{ "ABA", "r" },	     { "Aaa", "n" },
		{ "a", "n" },	{ "ABaa", "n" },     { "ABbb", "n" },
		{ "AiA", "i" }, { "AaiAAa", "" },    { "ABiB", "i" },
		{ "AfA", "f" }, { "fA", "" },	     { "Af'A", "" },
		{ "AhAa", "" }, { "A'AfBfA", "cf" },
	};
	static const struct pattern tried[] = {
		{ "A?a", "" },
		{ "A?aAa", "" },
		{ "A?A", "r" },
	};

	JUDGE_IN(ORDERED "d", list);
	JUDGE_IN(ORDERED, tried);
}

/* It is two, a lock and a counter, and each tells its own. */
Test(lockdep, a_seqlock)
{
	static const struct pattern list[] = {
		{ "ABba ABba", "" }, { "ABba BAab", "o" },
		{ "A'A'aa", "cc" },  { "ABba BCcb CAac", "o" },
		{ "AA", "r" },	     { "Aaa", "?nn" },
		{ "AiA", "ii" },     { "AfA", "f" },
		{ "AhAa", "" },	     { "AaiAAa", "" },
		{ "A!a", "s" },
	};

	JUDGE_IN("q", list);
}

/* Units may come from anywhere, and are not in any order. */
Test(lockdep, a_counting_semaphore)
{
	static const struct pattern list[] = {
		{ "ABba BAab", "" }, { "AAaa", "" },  { "Aaa", "" },
		{ "a", "" },	     { "AA?aa", "" }, { "AiA", "" },
	};

	JUDGE_IN("c", list);
}

/* ---- in each other ---- */

/* What is said of a kind that is taken while another is held. */
static char said_inside(char held, char inner)
{
	switch (inner) {
	case 'm':
	case 'u':
	case 'c':
	case 'w':
	case 't':
	case 'x':
	case '!':
	case 'z':
		return strchr("mucwtx", held) ? '\0' : 's';
	case 's':
	case 'l':
	case 'q':
		return held == 'p' ? 'w' : '\0';
	default:
		return '\0';
	}
}

/*
 * Every pattern of up to four locks in all mixtures of kinds. The order is told
 * when the circle is closed; and before, once for a place in the program, what
 * is waited for where nobody may. A step "AB" is "take A, and B in it".
 */
static const char *const mixed[] = {
	"AB BA",       "AB BC CA",    "AB CA BC",    "AB BC CD DA",
	"AB CD BD DA", "AB CD BC DA", "AB AC BC",    "AB BC AC",
	"AB CB CA",    "AB CD",	      "AB BC CD AD",
};

static void mixed_one(const char *letters, const char *pairs, bool circle)
{
	char steps[64] = "", expected[16] = "";
	char said[8] = "";
	const struct sample sample = { letters, steps, expected };

	for (; *pairs; pairs += pairs[2] ? 3 : 2) {
		const char *held = &letters[pairs[0] - 'A'];
		const char *inner = &letters[pairs[1] - 'A'];
		char what = said_inside(*held, *inner);

		sprintf(steps + strlen(steps), "%.2s%c%c ", pairs,
			tolower((unsigned char)pairs[1]),
			tolower((unsigned char)pairs[0]));
		/* One place takes all locks of a kind; a semaphore's two are
		 * at one place, too. */
		if (what && !strchr(said, *inner)) {
			strncat(expected, &what, 1);
			strncat(said, inner, 1);
		}
	}
	if (circle)
		strcat(expected, "o");
	judge_one(&sample);
}

Test(lockdep, mixed_kinds)
{
	for (size_t n = 0; n < sizeof(mixed) / sizeof(mixed[0]); n++) {
		const bool four = strchr(mixed[n], 'D');
		const bool three = strchr(mixed[n], 'C');

		for (int mix = 0; mix < (four ? 256 : three ? 64 : 16); mix++) {
			const char letters[] = { MIXED[mix % 4],
						 MIXED[mix / 4 % 4],
						 MIXED[mix / 16 % 4],
						 MIXED[mix / 64], '\0' };

			mixed_one(letters, mixed[n], n < 6);
		}
	}
}

/* Whatever is held, and what is done in it. */
Test(lockdep, contexts)
{
	static const char *const outer[] = { "A%sa", "(%s)", "[%s]", "A?%sa" };
	static const char *const inner[] = { "Bb", "B?b", "!", "()", "[]" };

	for (const char *held = EACH; *held; held++)
		for (const char *taken = EACH; *taken; taken++)
			for (int o = 0; o < 4; o++)
				for (int i = 0; i < 5; i++) {
					if ((o == 3 && *held == 'q') ||
					    (i == 1 && *taken == 'q'))
						continue; /* not to be tried */
					const char letters[] = { *held, *taken,
								 '\0' };
					char steps[32], expected[2] = "";
					const struct sample sample = {
						letters, steps, expected
					};
					char in = o == 1 || o == 2 ? 's' :
								     *held;

					snprintf(steps, sizeof(steps), outer[o],
						 inner[i]);
					if (i == 0)
						*expected =
							said_inside(in, *taken);
					if (i == 2)
						*expected =
							said_inside(in, '!');
					judge_one(&sample);
				}
}

/* What is further out counts, and what was left does not. */
Test(lockdep, nested_contexts)
{
	static const struct sample list[] = {
		{ "sm", "A()Bba", "s" },
		{ "sm", "(A)Bba", "s" },
		{ "sm", "(Aa)Bb", "" },
		{ "sm", "(A)a!Bb", "" },
		{ "sm", "A(a)!Bb", "" },
		{ "sm", "A(a!)", "s" },
		{ "sm", "((Aa)!)", "s" },
		{ "sm", "((Aa))!", "" },
		{ "sm", "A'A?'a!a", "s" },
		{ "sm", "A'A?a!'a", "s" },
		{ "sm", "A'A?a'a!", "" },
		{ "sm", "B?A!ab", "s" },
		{ "sm", "BA!ab!", "s" },
		{ "ms", "ABb!a", "" },
		{ "ms", "AB!ba", "s" },
		{ "msp", "ABCcba", "" },
		{ "msp", "ACBbca", "w" },
		{ "psm", "A(B)ba", "w" },
		{ "psm", "AB?Cc", "s" },
		{ "psm", "BA?Bb", "wr" },
		{ "psm", "BA?'B?Cc", "s" },
		{ "sm", "[[]!]", "s" },
		{ "sm", "[A]!a", "s" },
		{ "sm", "[A]a!", "" },
		{ "sm", "A[a]!", "" },
		{ "sm", "[]]", "m" },
		{ "sm", "AB?!ba", "s" },
		{ "sm", "AB?b!a", "s" },
		/* A reader may take what spins, and a reader may be begun in
		 * all. */
		{ "ps", "(A(B?b)a)", "" },
		{ "ps", "(B(Aa)b)", "" },
		/* Nobody waits in the kernel, either, for what it tries. */
		{ "sm", "AB?Cba", "s" },
		{ "sc", "AB?ba", "" },
		{ "sc", "AB?b!", "s" },
		{ "sc", "Aba", "" },
		{ "m", "z", "" },
		{ "m", "Aza", "" },
		{ "s", "Az", "s" },
		{ "s", "[z]", "s" },
	};

	JUDGE(list);
}

/* Both said, each in its turn: a place may be wrong in two ways. */
Test(lockdep, contexts_and_orders)
{
	static const struct sample list[] = {
		{ "ms", "ABba BAab", "so" },   { "sm", "ABba BAab", "so" },
		{ "sp", "ABba BAab", "wo" },   { "ps", "ABba BAab", "wo" },
		{ "ms", "ABba (BAab)", "so" }, { "mu", "ABba (BAab)", "sso" },
		{ "m", "A('A", "sc" },	       { "m", "(ABba) BAab", "so" },
	};

	JUDGE(list);
}
