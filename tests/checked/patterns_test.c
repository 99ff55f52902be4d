/* SPDX-License-Identifier: MIT */
/*
 * The checked library: every deadlock pattern in every kind of lock, each with
 * what is to be said of it, printed as a table.
 *
 * A pattern is a string of steps, all done by one thread, so nothing ever
 * waits:
 *
 *	A a	take lock A, give it back; likewise B, C, D
 *	'A	another lock of A's class
 *	A?	try to take it
 *	nA	take it as the inner one of two of its class (subclass 1)
 *	O NA o	take it where the outer mutex O orders all of its class
 *	< >	begin and end a signal handler, in which what is between is done
 *	{ }	block its signal, and not any more
 *	iA fA	initialise it; its memory is freed
 */
#include <ctype.h>
#include <signal.h>
#include <string.h>

#include <criterion/criterion.h>
#include <linux/bit_spinlock.h>
#include <linux/completion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

#include "verdict.h"

#define LOCKS 4

union any_lock {
	struct mutex mutex;
	struct rt_mutex rt;
	struct ww_mutex ww;
	spinlock_t spin;
	raw_spinlock_t raw;
	rwlock_t rw;
	struct rw_semaphore sem;
	struct semaphore unit;
	seqlock_t seq;
	unsigned long bits;
	struct completion done;
};

/* What a kind can; NULL: it has no such form. */
struct kind {
	const char *name;
	void (*init)(union any_lock *lock, struct lock_class_key *key,
		     const char *name);
	void (*take)(union any_lock *lock);
	void (*give)(union any_lock *lock);
	bool (*try)(union any_lock *lock);
	void (*nested)(union any_lock *lock);
	void (*nest)(union any_lock *lock, struct mutex *outer);
	bool reads;
	bool pair;  /* it is two locks: what is said may be said of both */
	bool hangs; /* where it is taken again by its holder */
	const char *says; /* the verdicts that there are for it */
};

static DEFINE_WW_CLASS(ww_class);
static struct mutex outer;

#define KIND(id, field, init_call, take_call, give_call)                       \
	static void id##_init_it(union any_lock *lock,                         \
				 struct lock_class_key *key, const char *name) \
	{                                                                      \
		init_call;                                                     \
		lockdep_set_class_and_name(&lock->field, key, name);           \
	}                                                                      \
	static void id##_take(union any_lock *lock)                            \
	{                                                                      \
		take_call;                                                     \
	}                                                                      \
	static void id##_give(union any_lock *lock)                            \
	{                                                                      \
		give_call;                                                     \
	}
#define TRY(id, call)                              \
	static bool id##_try(union any_lock *lock) \
	{                                          \
		return call;                       \
	}
#define NESTED(id, call)                              \
	static void id##_nested(union any_lock *lock) \
	{                                             \
		call;                                 \
	}
#define NEST(id, call)                                                   \
	static void id##_nest(union any_lock *lock, struct mutex *mutex) \
	{                                                                \
		call;                                                    \
	}

KIND(mutex, mutex, mutex_init(&lock->mutex), mutex_lock(&lock->mutex),
     mutex_unlock(&lock->mutex))
TRY(mutex, mutex_trylock(&lock->mutex))
NESTED(mutex, mutex_lock_nested(&lock->mutex, SINGLE_DEPTH_NESTING))
NEST(mutex, mutex_lock_nest_lock(&lock->mutex, mutex))

KIND(rt, rt, rt_mutex_init(&lock->rt), rt_mutex_lock(&lock->rt),
     rt_mutex_unlock(&lock->rt))
TRY(rt, rt_mutex_trylock(&lock->rt))
NESTED(rt, rt_mutex_lock_nested(&lock->rt, SINGLE_DEPTH_NESTING))
NEST(rt, rt_mutex_lock_nest_lock(&lock->rt, mutex))

KIND(ww, ww.base, ww_mutex_init(&lock->ww, &ww_class),
     (void)!ww_mutex_lock(&lock->ww, NULL), ww_mutex_unlock(&lock->ww))
TRY(ww, ww_mutex_trylock(&lock->ww, NULL))

KIND(spin, spin, spin_lock_init(&lock->spin), spin_lock(&lock->spin),
     spin_unlock(&lock->spin))
TRY(spin, spin_trylock(&lock->spin))
NESTED(spin, spin_lock_nested(&lock->spin, SINGLE_DEPTH_NESTING))
NEST(spin, spin_lock_nest_lock(&lock->spin, mutex))

KIND(raw, raw, raw_spin_lock_init(&lock->raw), raw_spin_lock(&lock->raw),
     raw_spin_unlock(&lock->raw))
TRY(raw, raw_spin_trylock(&lock->raw))
NESTED(raw, raw_spin_lock_nested(&lock->raw, SINGLE_DEPTH_NESTING))
NEST(raw, raw_spin_lock_nest_lock(&lock->raw, mutex))

KIND(write, rw, rwlock_init(&lock->rw), write_lock(&lock->rw),
     write_unlock(&lock->rw))
TRY(write, write_trylock(&lock->rw))
NESTED(write, write_lock_nested(&lock->rw, SINGLE_DEPTH_NESTING))

KIND(read, rw, rwlock_init(&lock->rw), read_lock(&lock->rw),
     read_unlock(&lock->rw))
TRY(read, read_trylock(&lock->rw))

KIND(wsem, sem, init_rwsem(&lock->sem), down_write(&lock->sem),
     up_write(&lock->sem))
TRY(wsem, down_write_trylock(&lock->sem))
NESTED(wsem, down_write_nested(&lock->sem, SINGLE_DEPTH_NESTING))
NEST(wsem, down_write_nest_lock(&lock->sem, mutex))

KIND(rsem, sem, init_rwsem(&lock->sem), down_read(&lock->sem),
     up_read(&lock->sem))
TRY(rsem, down_read_trylock(&lock->sem))
NESTED(rsem, down_read_nested(&lock->sem, SINGLE_DEPTH_NESTING))

KIND(unit, unit, sema_init(&lock->unit, 1);
     ksync_semaphore_set_lock(&lock->unit), down(&lock->unit), up(&lock->unit))
TRY(unit, !down_trylock(&lock->unit))

static void seq_init_it(union any_lock *lock, struct lock_class_key *key,
			const char *name)
{
	/* The counter's class is the next key's. */
	seqlock_init(&lock->seq);
	lockdep_set_class_and_name(&lock->seq.lock, key, name);
	lockdep_set_class_and_name(&lock->seq.seqcount.seqcount, key + 1, name);
}
static void seq_take(union any_lock *lock)
{
	write_seqlock(&lock->seq);
}
static void seq_give(union any_lock *lock)
{
	write_sequnlock(&lock->seq);
}

/* A lock without memory of its own: no class, so no order. */
static void bit_init_it(union any_lock *lock, struct lock_class_key *key,
			const char *name)
{
	(void)key;
	(void)name;
	lock->bits = 0;
}
static void bit_take(union any_lock *lock)
{
	bit_spin_lock(0, &lock->bits);
}
static void bit_give(union any_lock *lock)
{
	bit_spin_unlock(0, &lock->bits);
}
TRY(bit, bit_spin_trylock(0, &lock->bits))

/*
 * A completion is no lock. To take the first is to be the one to complete it,
 * to take another meanwhile is to wait for it, which ends at once.
 */
static union any_lock *owed;

static void done_init_it(union any_lock *lock, struct lock_class_key *key,
			 const char *name)
{
	init_completion(&lock->done);
	lockdep_set_class_and_name(&lock->done, key, name);
	complete_all(&lock->done);
}
static void done_take(union any_lock *lock)
{
	if (owed) {
		wait_for_completion(&lock->done);
		return;
	}
	ksync_lockdep_owe(&lock->done);
	owed = lock;
}
static void done_give(union any_lock *lock)
{
	if (owed != lock)
		return;
	complete(&lock->done);
	owed = NULL;
}

/* Of the table below. */
#define ALL "rRcoNnifh"

#define OF(id) id##_init_it, id##_take, id##_give

static const struct kind kinds[] = {
	{ "spinlock", OF(spin), spin_try, spin_nested, spin_nest, .says = ALL },
	{ "raw_spin", OF(raw), raw_try, raw_nested, raw_nest, .says = ALL },
	{ "rwlock W", OF(write), write_try, write_nested, .says = ALL },
	{ "rwlock R", OF(read), read_try, .reads = true, .says = ALL },
	{ "seqlock", OF(seq), .pair = true, .says = ALL },
	{ "mutex", OF(mutex), mutex_try, mutex_nested, mutex_nest,
	  .says = ALL },
	{ "rt_mutex", OF(rt), rt_try, rt_nested, rt_nest, .says = ALL },
	{ "ww_mutex", OF(ww), ww_try, .says = ALL },
	{ "rwsem W", OF(wsem), wsem_try, wsem_nested, wsem_nest, .says = ALL },
	{ "rwsem R", OF(rsem), rsem_try, rsem_nested, .reads = true,
	  .says = ALL },
	{ "unit sem", OF(unit), unit_try, .says = ALL },
	{ "bit spin", OF(bit), bit_try, .hangs = true, .says = "nf" },
	{ "complete", OF(done), .says = "orcif" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---- patterns ---- */

static const struct pattern {
	const char *name;
	const char *steps;
	const char *verdict;
	const char *reads; /* of readers, if that differs */
} patterns[] = {
	{ "AA", "AA", "r", "R" },
	{ "AA trylock", "AA?", "", "" },
	{ "A-A class", "A'A", "c", NULL },
	{ "A-A class, trylock", "A'A?'aa", "", NULL },
	{ "AB AB", "ABba ABba", "", NULL },
	{ "ABBA", "ABba BAab", "o", NULL },
	{ "ABBCCA", "ABba BCcb CAac", "o", NULL },
	{ "ABCABC", "ABba CAac BCcb", "o", NULL },
	{ "ABBCCDDA", "ABba BCcb CDdc DAad", "o", NULL },
	{ "ABCDBDDA", "ABba CDdc BDdb DAad", "o", NULL },
	{ "ABCDBCDA", "ABba CDdc BCcb DAad", "o", NULL },
	{ "ABBCCD", "ABba BCcb CDdc ACca ADda", "", NULL },
	{ "ABCD at once, then DA", "ABCDdcba DAad", "o", NULL },
	{ "AB freed crosswise", "ABab BAba", "o", NULL },
	{ "ABBA, B tried", "AB?ba BAab", "", NULL },
	{ "ABBA, A tried inside", "ABba BA?ab", "", NULL },
	{ "ABBA, A tried outside", "A?Bba BAab", "o", NULL },
	{ "ABBCCA, C tried", "ABba BC?cb CAac", "", NULL },
	{ "ABCABC, A tried last", "ABba BCcb CA?ac", "", NULL },
	{ "nested A-A", "An'A'aa", "", NULL },
	{ "nested, inverse", "An'A'aa nA'A", "o", NULL },
	{ "nested twice", "nAn'A", "c", NULL },
	{ "nest_lock", "ONAN'A'aao", "", NULL },
	{ "nest_lock not held", "NAa", "N", NULL },
	{ "nest_lock, then ABBA", "ONABN'Ab'aao BAab", "o", NULL },
	{ "double unlock", "Aaa", "n", NULL },
	{ "unlock of nothing", "a", "n", NULL },
	{ "init while held", "AiA", "i", NULL },
	{ "free while held", "AfA", "f", NULL },
	/* In a handler. */
	{ "handler, elsewhere open", "{<Aa>} Aa", "h", NULL },
	{ "open, handler elsewhere", "Aa {<Aa>}", "h", NULL },
	{ "handler, elsewhere blocked", "{Aa<Aa>}", "", NULL },
	{ "handler, tried there", "{<A?a>} Aa", "", NULL },
	{ "open by a try, handler", "A?a {<Aa>}", "h", NULL },
	{ "safe to unsafe", "{<Aa>} {ABba} Bb", "h", NULL },
	{ "unsafe, then safe", "Bb {ABba} {<Aa>}", "h", NULL },
	{ "the way last", "Bb {<Aa>} {ABba}", "h", NULL },
	{ "safe to unsafe by C", "{<Aa>} {ACca} {CBbc} Bb", "h", NULL },
	{ "unsafe to safe", "{<Aa>} {BAab} {Bb}", "", NULL },
	{ "handler takes two", "{<ABba>} {BAab}", "o", NULL },
};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static struct {
	struct lock_class_key key[2];
	union any_lock lock[2];
} locks[LOCKS];

static void make_locks(const struct kind *kind)
{
	static const char *const names[LOCKS] = { "A", "B", "C", "D" };

	mutex_init(&outer);
	for (int i = 0; i < LOCKS; i++)
		for (int n = 0; n < 2; n++)
			kind->init(&locks[i].lock[n], locks[i].key, names[i]);
}

static const struct kind *playing;
static const char *in_handler; /* what the handler plays; where it ended */

static void play(const char *steps);

static void on_signal(int signal)
{
	(void)signal;
	play(in_handler);
}

static void signal_blocked(bool block)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* The handler, wherever: also where the signal is blocked. */
static void handle(const char *steps)
{
	sigset_t was;

	in_handler = steps;
	pthread_sigmask(SIG_BLOCK, NULL, &was);
	raise(SIGUSR1);
	signal_blocked(false);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
}

static void lock_step(char mode, char letter, bool second, bool try)
{
	int i = toupper((unsigned char)letter) - 'A';
	union any_lock *lock = &locks[i].lock[second];

	if (mode == 'i')
		playing->init(lock, locks[i].key, "again");
	else if (mode == 'f')
		debug_check_no_locks_freed(lock, sizeof(*lock));
	else if (islower((unsigned char)letter))
		playing->give(lock);
	else if (mode == 'n')
		playing->nested(lock);
	else if (mode == 'N')
		playing->nest(lock, &outer);
	else if (try)
		(void)playing->try(lock);
	else
		playing->take(lock);
}

static void play(const char *steps)
{
	bool second = false;
	char mode = '\0';

	for (; *steps && *steps != '>'; steps++) {
		if (strchr("nNif", *steps)) {
			mode = *steps;
		} else if (*steps == '\'') {
			second = true;
		} else if (*steps == 'O') {
			mutex_lock(&outer);
		} else if (*steps == 'o') {
			mutex_unlock(&outer);
		} else if (*steps == '{' || *steps == '}') {
			signal_blocked(*steps == '{');
		} else if (*steps == '<') {
			handle(steps + 1);
			steps = strchr(steps, '>');
		} else if (isalpha((unsigned char)*steps)) {
			lock_step(mode, *steps, second, steps[1] == '?');
			second = false;
			mode = '\0';
		}
	}
}

struct sample {
	const struct kind *kind;
	const struct pattern *pattern;
};

static void play_sample(const void *arg)
{
	const struct sample *sample = arg;

	playing = sample->kind;
	make_locks(sample->kind);
	signal(SIGUSR1, on_signal);
	play(sample->pattern->steps);
}

static bool has_forms(const struct sample *s)
{
	const char *steps = s->pattern->steps;

	if (s->kind->hangs && (!strcmp(steps, "AA") || !strcmp(steps, "AfA")))
		return false;
	return (s->kind->try || !strchr(steps, '?')) &&
	       (s->kind->nested || !strchr(steps, 'n')) &&
	       (s->kind->nest || !strchr(steps, 'N'));
}

static bool says_all(const char *found, const char *expected)
{
	for (const char *c = expected; *c; c++)
		if (!strchr(found, *c))
			return false;
	return !*found == !*expected;
}

static const char *expect(const struct sample *s)
{
	const char *verdict = s->kind->reads && s->pattern->reads ?
				      s->pattern->reads :
				      s->pattern->verdict;

	return strchr(s->kind->says, *verdict) ? verdict : "";
}

/* What is said, or NULL: this kind cannot play it. */
static const char *judge(const struct sample *s)
{
	const char *expected = expect(s);
	const char *found;

	if (!has_forms(s))
		return NULL;
	found = verdict_of(play_sample, s);
	cr_expect(s->kind->pair ? says_all(found, expected) :
				  strcmp(found, expected) == 0,
		  "%s, %s (%s): reported \"%s\" instead of \"%s\"",
		  s->kind->name, s->pattern->name, s->pattern->steps, found,
		  expected);
	return found;
}

TestSuite(patterns, .init = reports_take, .fini = reports_none, .timeout = 200);

Test(patterns, each_in_each_kind)
{
	printf("%-28s", "");
	for (size_t k = 0; k < KINDS; k++)
		printf(" %-8s", kinds[k].name);
	for (size_t p = 0; p < PATTERNS; p++) {
		printf("\n%-28s", patterns[p].name);
		for (size_t k = 0; k < KINDS; k++) {
			const struct sample s = { &kinds[k], &patterns[p] };
			const char *said = judge(&s);

			printf(" %-8s", !said ? "-" : *said ? said : "ok");
		}
	}
	printf("\n");
}
