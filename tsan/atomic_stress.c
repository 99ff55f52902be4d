/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                           \
	"what was written before a release is seen after the acquire that " \
	"reads it, with each operation at either end, and no update is lost"

#include <stdio.h>
#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

/*
 * Every operation that orders, as a row of F(name, type of the word, type of
 * its value, value before, value after, does it acquire, does it release, the
 * call). The call has the word as v and its value as old; it is true if the
 * operation returned what it should.
 */
#define ORDERED(F, op, T, V, before, after, args, result)      \
	F(op, T, V, before, after, true, true, op args result) \
	F(op##_acquire, T, V, before, after, true, false,      \
	  op##_acquire args result)                            \
	F(op##_release, T, V, before, after, false, true,      \
	  op##_release args result)
#define FULL(F, op, T, V, before, after, args, result) \
	F(op, T, V, before, after, true, true, op args result)
#define ACQUIRE(F, op, T, V, before, after, args, result) \
	F(op, T, V, before, after, true, false, op args result)
#define RELEASE(F, op, T, V, before, after, args) \
	F(op, T, V, before, after, false, true, (op args, true))

#define TYPE_ROWS(F, A, T, V)                                           \
	ORDERED(F, A##_fetch_add, T, V, 0, 1, (1, v), == 0)             \
	ORDERED(F, A##_fetch_sub, T, V, 0, -1, (1, v), == 0)            \
	ORDERED(F, A##_fetch_and, T, V, 3, 2, (2, v), == 3)             \
	ORDERED(F, A##_fetch_or, T, V, 1, 3, (2, v), == 1)              \
	ORDERED(F, A##_fetch_xor, T, V, 1, 3, (2, v), == 1)             \
	ORDERED(F, A##_fetch_andnot, T, V, 3, 1, (2, v), == 3)          \
	ORDERED(F, A##_fetch_inc, T, V, 4, 5, (v), == 4)                \
	ORDERED(F, A##_fetch_dec, T, V, 5, 4, (v), == 5)                \
	ORDERED(F, A##_add_return, T, V, 0, 1, (1, v), == 1)            \
	ORDERED(F, A##_sub_return, T, V, 0, -1, (1, v), == -1)          \
	ORDERED(F, A##_inc_return, T, V, 4, 5, (v), == 5)               \
	ORDERED(F, A##_dec_return, T, V, 5, 4, (v), == 4)               \
	ORDERED(F, A##_add_negative, T, V, -2, -1, (1, v), != false)    \
	ORDERED(F, A##_xchg, T, V, 1, 2, (v, 2), == 1)                  \
	ORDERED(F, A##_cmpxchg, T, V, 1, 2, (v, 1, 2), == 1)            \
	ORDERED(F, A##_try_cmpxchg, T, V, 1, 2, (v, &old, 2), != false) \
	FULL(F, A##_sub_and_test, T, V, 2, 0, (2, v), != false)         \
	FULL(F, A##_dec_and_test, T, V, 1, 0, (v), != false)            \
	FULL(F, A##_inc_and_test, T, V, -1, 0, (v), != false)           \
	FULL(F, A##_fetch_add_unless, T, V, 1, 3, (v, 2, 0), == 1)      \
	FULL(F, A##_add_unless, T, V, 1, 3, (v, 2, 0), != false)        \
	FULL(F, A##_inc_not_zero, T, V, 1, 2, (v), != false)            \
	FULL(F, A##_inc_unless_negative, T, V, 1, 2, (v), != false)     \
	FULL(F, A##_dec_unless_positive, T, V, -1, -2, (v), != false)   \
	FULL(F, A##_dec_if_positive, T, V, 2, 1, (v), == 1)             \
	ACQUIRE(F, A##_read_acquire, T, V, 1, 1, (v), == 1)             \
	RELEASE(F, A##_set_release, T, V, 1, 2, (v, 2))

/* On plain variables, and on bits. */
#define PLAIN_ROWS(F, T)                                                      \
	ORDERED(F, ksync_xchg, T, T, 1, 2, (v, 2), == 1)                      \
	ORDERED(F, ksync_cmpxchg, T, T, 1, 2, (v, 1, 2), == 1)                \
	ORDERED(F, ksync_try_cmpxchg, T, T, 1, 2, (v, &old, 2), != false)     \
	ACQUIRE(F, ksync_smp_load_acquire, T, T, 1, 1, (v), == 1)             \
	RELEASE(F, ksync_smp_store_release, T, T, 1, 2, (v, 2))               \
	FULL(F, ksync_test_and_set_bit, T, T, 1, 9, (3, v), == false)         \
	FULL(F, ksync_test_and_clear_bit, T, T, 9, 1, (3, v), != false)       \
	FULL(F, ksync_test_and_change_bit, T, T, 1, 9, (3, v), == false)      \
	ACQUIRE(F, ksync_test_and_set_bit_lock, T, T, 1, 9, (3, v), == false) \
	ACQUIRE(F, ksync_test_bit_acquire, T, T, 9, 9, (3, v), != false)      \
	RELEASE(F, ksync_clear_bit_unlock, T, T, 9, 1, (3, v))

#define ROWS(F)                                                    \
	TYPE_ROWS(F, ksync_atomic, ksync_atomic_t, int)            \
	TYPE_ROWS(F, ksync_atomic64, ksync_atomic64_t, ksync_s64)  \
	TYPE_ROWS(F, ksync_atomic_long, ksync_atomic_long_t, long) \
	PLAIN_ROWS(F, unsigned long)

#define FUNCTION(op, T, V, before, after, acquires, releases, call) \
	static bool op##_run(void *word)                            \
	{                                                           \
		T *v = word;                                        \
		V old = before;                                     \
                                                                    \
		(void)old;                                          \
		return call;                                        \
	}
ROWS(FUNCTION)

struct operation {
	const char *name;
	size_t size; /* of the word */
	int before;
	int after;
	bool acquires;
	bool releases;
	bool (*run)(void *word);
};

#define ROW(op, T, V, before, after, acquires, releases, call) \
	{ #op, sizeof(T), before, after, acquires, releases, op##_run },
static const struct operation operations[] = { ROWS(ROW) };

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/*
 * A message: the sender writes, then changes the operation's word; the receiver
 * waits for the change, without order, and reads. The operation is the sender's
 * change, or what the receiver does before it reads. The end that is not tested
 * and the way back are the compiler's own.
 */
enum end { SENDS, RECEIVES, ENDS };

static ksync_s64 words[OPERATIONS];
/* Plain. ThreadSanitizer reports each eight bytes once. */
static ksync_u64 message[OPERATIONS][ENDS];
static unsigned int turn; /* by publish and await: the message's number */

static ksync_s64 word_read(const struct operation *op, int order)
{
	ksync_s64 *word = &words[op - operations];

	return op->size == sizeof(int) ?
		       __atomic_load_n((int *)(void *)word, order) :
		       __atomic_load_n(word, order);
}

static void word_write(const struct operation *op, int value, int order)
{
	ksync_s64 *word = &words[op - operations];

	if (op->size == sizeof(int))
		__atomic_store_n((int *)(void *)word, value, order);
	else
		__atomic_store_n(word, value, order);
}

/* The word when nothing is sent yet. */
static int word_at_first(const struct operation *op, enum end end)
{
	return end == SENDS ? op->before : op->before + 100;
}

static void send(const struct operation *op, enum end end, unsigned int number)
{
	message[op - operations][end] = number;
	if (end == SENDS)
		stress_require(op->run(&words[op - operations]), op->name);
	else
		word_write(op, op->before, __ATOMIC_RELEASE);
}

static bool receive(const struct operation *op, enum end end,
		    unsigned int number)
{
	int sent = end == SENDS ? op->after : op->before;
	unsigned int tries = 0;

	while (word_read(op, __ATOMIC_RELAXED) != sent)
		if (!stress_wait(&tries))
			return false;
	if (end == SENDS)
		(void)word_read(op, __ATOMIC_ACQUIRE);
	else
		stress_require(op->run(&words[op - operations]), op->name);
	stress_require(word_read(op, __ATOMIC_RELAXED) == op->after, op->name);
	stress_require(message[op - operations][end] == number, op->name);
	return true;
}

static bool tested_at(const struct operation *op, enum end end)
{
	return end == SENDS ? op->releases : op->acquires;
}

/*
 * A twin is compiled against a <ksync/machine.h> in which one order means
 * relaxed. ThreadSanitizer has to notice each operation with this order, and no
 * other. It calls back; the twin's TSAN_OPTIONS let it go on.
 */
#ifdef ATOMIC_TWIN
#define ONE_PASS true

static volatile bool reported;	       /* the receiver's, by its last read */
static bool noticed[OPERATIONS][ENDS]; /* the receiver's */

void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
	(void)report;
	reported = true;
}

static void note(const struct operation *op, enum end end)
{
	noticed[op - operations][end] |= reported;
	reported = false;
}

static bool weakened(const struct operation *op, enum end end)
{
	bool full = op->acquires && op->releases;

	return tested_at(op, end) && ATOMIC_TWIN == (full	  ? 'f' :
						     op->acquires ? 'a' :
								    'r');
}

/* The twin's exit status. */
static int verdict(void)
{
	unsigned int good = 0;
	unsigned int bad = 0;

	for (size_t i = 0; i < OPERATIONS; i++)
		for (int end = SENDS; end < ENDS; end++) {
			bool wanted = weakened(&operations[i], end);

			good += wanted && noticed[i][end];
			if (wanted == noticed[i][end])
				continue;
			bad++;
			printf("%s was %snoticed\n", operations[i].name,
			       wanted ? "not " : "");
		}
	printf("twin: %u weakened orders noticed, %u wrong verdicts\n", good,
	       bad);
	return bad || !good;
}
#else
#define ONE_PASS false

static void note(const struct operation *op, enum end end)
{
	(void)op;
	(void)end;
}
#endif

static void before_messages(void)
{
	turn = 0;
}

static bool pass_one(struct stress_thread *self, const struct operation *op,
		     enum end end, unsigned int number)
{
	(void)stress_on(self);
	if (self->index == 0) {
		if (!stress_await(&turn, number))
			return false;
		send(op, end, number);
		return true;
	}
	word_write(op, word_at_first(op, end), __ATOMIC_RELAXED);
	stress_publish(&turn, number);
	if (!receive(op, end, number))
		return false;
	note(op, end);
	return true;
}

static void messages(struct stress_thread *self)
{
	unsigned int number = 0;

	do {
		for (size_t i = 0; i < OPERATIONS; i++)
			for (int end = SENDS; end < ENDS; end++)
				if (tested_at(&operations[i], end) &&
				    !pass_one(self, &operations[i], end,
					      ++number))
					return;
	} while (stress_on(self) && !ONE_PASS);
}

/* Each thread adds up what it did to a word; the word has the sum of them. */
#define TOTAL(A, T, V)                                                       \
	static T A##_word;                                                   \
	static V A##_sum; /* relaxed */                                      \
	static V A##_change(struct stress_thread *self)                      \
	{                                                                    \
		V old = A##_read(&A##_word);                                 \
                                                                             \
		switch (stress_random(self, 8)) {                            \
		case 0:                                                      \
			A##_add(3, &A##_word);                               \
			return 3;                                            \
		case 1:                                                      \
			A##_sub(2, &A##_word);                               \
			return -2;                                           \
		case 2:                                                      \
			A##_inc(&A##_word);                                  \
			return 1;                                            \
		case 3:                                                      \
			(void)A##_fetch_dec_relaxed(&A##_word);              \
			return -1;                                           \
		case 4:                                                      \
			return A##_try_cmpxchg_relaxed(&A##_word, &old,      \
						       old + 5) ?            \
				       5 :                                   \
				       0;                                    \
		case 5:                                                      \
			return A##_cmpxchg(&A##_word, old, old - 5) == old ? \
				       -5 :                                  \
				       0;                                    \
		case 6:                                                      \
			return A##_add_unless(&A##_word, 1, old) ? 1 : 0;    \
		default:                                                     \
			/* Take what is there, give it back. */              \
			old = A##_xchg_relaxed(&A##_word, 0);                \
			A##_add(old, &A##_word);                             \
			return 0;                                            \
		}                                                            \
	}
TOTAL(ksync_atomic, ksync_atomic_t, int)
TOTAL(ksync_atomic64, ksync_atomic64_t, ksync_s64)
TOTAL(ksync_atomic_long, ksync_atomic_long_t, long)

static void totals(struct stress_thread *self)
{
	ksync_s64 sum64 = 0;
	long sum_long = 0;
	int sum = 0;

	while (stress_on(self)) {
		sum += ksync_atomic_change(self);
		sum64 += ksync_atomic64_change(self);
		sum_long += ksync_atomic_long_change(self);
	}
	(void)__atomic_fetch_add(&ksync_atomic_sum, sum, __ATOMIC_RELAXED);
	(void)__atomic_fetch_add(&ksync_atomic64_sum, sum64, __ATOMIC_RELAXED);
	(void)__atomic_fetch_add(&ksync_atomic_long_sum, sum_long,
				 __ATOMIC_RELAXED);
}

static void after_totals(void)
{
	stress_require(
		ksync_atomic_read(&ksync_atomic_word) == ksync_atomic_sum &&
			ksync_atomic64_read(&ksync_atomic64_word) ==
				ksync_atomic64_sum &&
			ksync_atomic_long_read(&ksync_atomic_long_word) ==
				ksync_atomic_long_sum,
		"an update was lost");
}

/* Each bit of a map is a lock for what stands beside it. */
#define BITS 3

static unsigned long map[2];
static unsigned long counts[BITS]; /* plain, under the bit */
static unsigned long taken;	   /* relaxed: times that one was taken */

static void bit_locks(struct stress_thread *self)
{
	while (stress_on(self)) {
		unsigned int i = stress_random(self, BITS);
		long bit = 37 * (long)i;
		unsigned int tries = 0;
		unsigned long old;

		while (ksync_test_and_set_bit_lock(bit, map))
			(void)stress_wait(&tries);
		old = counts[i];
		if (stress_chance(self, 8))
			stress_delay(self);
		counts[i] = old + 1;
		ksync_clear_bit_unlock(bit, map);
		(void)__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
	}
}

static void after_bit_locks(void)
{
	unsigned long sum = 0;

	for (int i = 0; i < BITS; i++)
		sum += counts[i];
	stress_require(sum == taken && !map[0] && !map[1],
		       "two threads held one bit");
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "messages",
		  .threads = 2,
		  .before = before_messages,
		  .body = messages },
		{ .name = "totals",
		  .threads = 4,
		  .any_number = true,
		  .body = totals,
		  .after = after_totals },
		{ .name = "bit_locks",
		  .threads = 4,
		  .any_number = true,
		  .body = bit_locks,
		  .after = after_bit_locks },
		{ .name = NULL },
	};
	int status = stress_main("atomic", INVARIANT, scenes);

#ifdef ATOMIC_TWIN
	status = verdict();
#endif
	return status;
}
