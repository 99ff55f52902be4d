/* SPDX-License-Identifier: MIT */
/*
 * atomic_t, atomic64_t and atomic_long_t: every operation with every order that
 * it has gives what plain arithmetic gives, for all pairs of interesting
 * values. Then plain variables, bits, and what several threads see.
 */
#include <criterion/criterion.h>

#include <limits.h>

#include <linux/atomic.h>
#include <linux/bitops.h>

#include "support/threads.h"

/* ---- the model ---- */

/* What the call gave and left in the variable, and what it should have. */
static void verify(const char *call, long long before, long long operand,
		   long long got, long long want, long long left,
		   long long want_left)
{
	if (got != want || left != want_left)
		cr_assert_fail("%s: from %lld with %lld gave %lld and left "
			       "%lld, not %lld and %lld",
			       call, before, operand, got, left, want,
			       want_left);
}

/* gen(order, ...) for each order that a call with a result may carry. */
#define FOR_EACH_ORDER(gen, ...)    \
	gen(, __VA_ARGS__);         \
	gen(_acquire, __VA_ARGS__); \
	gen(_release, __VA_ARGS__); \
	gen(_relaxed, __VA_ARGS__)

/* One call on a variable that holds a; the operand is b. */
#define TRY(name, T, V, call, want, want_left)                          \
	do {                                                            \
		T##_t v = { a };                                        \
		V got = call;                                           \
                                                                        \
		verify(name, a, b, got, want, T##_read(&v), want_left); \
	} while (0)

#define TRY_VOID(T, op, args, want_left)                                 \
	do {                                                             \
		T##_t v = { a };                                         \
                                                                         \
		T##_##op args;                                           \
		verify(#T "_" #op, a, b, 0, 0, T##_read(&v), want_left); \
	} while (0)

#define TRY_FETCH(order, T, V, op, want_left)                               \
	TRY(#T "_fetch_" #op #order, T, V, T##_fetch_##op##order(b, &v), a, \
	    want_left)
#define TRY_RETURN(order, T, V, op, want)      \
	TRY(#T "_" #op "_return" #order, T, V, \
	    T##_##op##_return##order(b, &v), want, want)
#define TRY_FETCH_ONE(order, T, V, op, want_left)                        \
	TRY(#T "_fetch_" #op #order, T, V, T##_fetch_##op##order(&v), a, \
	    want_left)
#define TRY_RETURN_ONE(order, T, V, op, want)                                \
	TRY(#T "_" #op "_return" #order, T, V, T##_##op##_return##order(&v), \
	    want, want)
#define TRY_XCHG(order, T, V) \
	TRY(#T "_xchg" #order, T, V, T##_xchg##order(&v, b), a, b)
/* Finds b or not; if it does, it puts c there. */
#define TRY_CMPXCHG(order, T, V, c)                                      \
	TRY(#T "_cmpxchg" #order, T, V, T##_cmpxchg##order(&v, b, c), a, \
	    a == b ? (c) : a)
#define TRY_TRY_CMPXCHG(order, T, V, c)                                       \
	do {                                                                  \
		V old = b;                                                    \
                                                                              \
		TRY(#T "_try_cmpxchg" #order, T, V,                           \
		    T##_try_cmpxchg##order(&v, &old, c), a == b,              \
		    a == b ? (c) : a);                                        \
		verify(#T "_try_cmpxchg" #order ": old", a, b, old, a, 0, 0); \
	} while (0)
#define TRY_ADD_NEGATIVE(order, T, V, sum)                                   \
	TRY(#T "_add_negative" #order, T, V, T##_add_negative##order(b, &v), \
	    (sum) < 0, sum)

/* The functions that the tests below call: one of each for a type. */
#define MODEL(T, V, U)                                                         \
	static const V T##_values[] = {                                        \
		0,                                                             \
		1,                                                             \
		2,                                                             \
		-1,                                                            \
		-2,                                                            \
		(V)((U) ~(U)0 / 3),                                            \
		(V)((U) ~(U)0 / 2),                                            \
		(V)((U) ~(U)0 / 2 + 1),                                        \
		(V)((U) ~(U)0 / 2 - 1),                                        \
		(V)((U) ~(U)0 / 2 + 2),                                        \
	};                                                                     \
	static void T##_arithmetic(V a, V b)                                   \
	{                                                                      \
		const V sum = (V)((U)a + (U)b);                                \
		const V difference = (V)((U)a - (U)b);                         \
		const V next = (V)((U)a + 1);                                  \
		const V previous = (V)((U)a - 1);                              \
                                                                               \
		TRY_VOID(T, add, (b, &v), sum);                                \
		TRY_VOID(T, sub, (b, &v), difference);                         \
		TRY_VOID(T, inc, (&v), next);                                  \
		TRY_VOID(T, dec, (&v), previous);                              \
		FOR_EACH_ORDER(TRY_FETCH, T, V, add, sum);                     \
		FOR_EACH_ORDER(TRY_FETCH, T, V, sub, difference);              \
		FOR_EACH_ORDER(TRY_RETURN, T, V, add, sum);                    \
		FOR_EACH_ORDER(TRY_RETURN, T, V, sub, difference);             \
		FOR_EACH_ORDER(TRY_FETCH_ONE, T, V, inc, next);                \
		FOR_EACH_ORDER(TRY_FETCH_ONE, T, V, dec, previous);            \
		FOR_EACH_ORDER(TRY_RETURN_ONE, T, V, inc, next);               \
		FOR_EACH_ORDER(TRY_RETURN_ONE, T, V, dec, previous);           \
		FOR_EACH_ORDER(TRY_ADD_NEGATIVE, T, V, sum);                   \
		TRY(#T "_sub_and_test", T, bool, T##_sub_and_test(b, &v),      \
		    difference == 0, difference);                              \
		TRY(#T "_inc_and_test", T, bool, T##_inc_and_test(&v),         \
		    next == 0, next);                                          \
		TRY(#T "_dec_and_test", T, bool, T##_dec_and_test(&v),         \
		    previous == 0, previous);                                  \
	}                                                                      \
	static void T##_bitwise(V a, V b)                                      \
	{                                                                      \
		TRY_VOID(T, and, (b, &v), a &b);                               \
		TRY_VOID(T, or, (b, &v), a | b);                               \
		TRY_VOID(T, xor, (b, &v), a ^ b);                              \
		TRY_VOID(T, andnot, (b, &v), a & ~b);                          \
		FOR_EACH_ORDER(TRY_FETCH, T, V, and, a &b);                    \
		FOR_EACH_ORDER(TRY_FETCH, T, V, or, a | b);                    \
		FOR_EACH_ORDER(TRY_FETCH, T, V, xor, a ^ b);                   \
		FOR_EACH_ORDER(TRY_FETCH, T, V, andnot, a & ~b);               \
	}                                                                      \
	static void T##_exchange(V a, V b)                                     \
	{                                                                      \
		FOR_EACH_ORDER(TRY_XCHG, T, V);                                \
		FOR_EACH_ORDER(TRY_CMPXCHG, T, V, (V)77);                      \
		FOR_EACH_ORDER(TRY_TRY_CMPXCHG, T, V, (V)77);                  \
	}                                                                      \
	static void T##_conditional(V a, V b)                                  \
	{                                                                      \
		const V c = 5;                                                 \
		const V sum = (V)((U)a + (U)c);                                \
		const V next = (V)((U)a + 1);                                  \
		const V previous = (V)((U)a - 1);                              \
                                                                               \
		TRY(#T "_fetch_add_unless", T, V,                              \
		    T##_fetch_add_unless(&v, c, b), a, a == b ? a : sum);      \
		TRY(#T "_add_unless", T, bool, T##_add_unless(&v, c, b),       \
		    a != b, a == b ? a : sum);                                 \
		TRY(#T "_inc_not_zero", T, bool, T##_inc_not_zero(&v), a != 0, \
		    a == 0 ? a : next);                                        \
		TRY(#T "_inc_unless_negative", T, bool,                        \
		    T##_inc_unless_negative(&v), a >= 0, a < 0 ? a : next);    \
		TRY(#T "_dec_unless_positive", T, bool,                        \
		    T##_dec_unless_positive(&v), a <= 0,                       \
		    a > 0 ? a : previous);                                     \
		TRY(#T "_dec_if_positive", T, V, T##_dec_if_positive(&v),      \
		    previous, previous < 0 ? a : previous);                    \
	}                                                                      \
	static void T##_access(V a, V b)                                       \
	{                                                                      \
		TRY(#T "_read", T, V, T##_read(&v), a, a);                     \
		TRY(#T "_read_acquire", T, V, T##_read_acquire(&v), a, a);     \
		TRY_VOID(T, set, (&v, b), b);                                  \
		TRY_VOID(T, set_release, (&v, b), b);                          \
	}                                                                      \
	static void T##_each_pair(void (*check)(V a, V b))                     \
	{                                                                      \
		const size_t n = sizeof(T##_values) / sizeof(V);               \
                                                                               \
		for (size_t i = 0; i < n * n; i++)                             \
			check(T##_values[i / n], T##_values[i % n]);           \
	}

MODEL(atomic, int, unsigned int)
MODEL(atomic64, s64, u64)
MODEL(atomic_long, long, unsigned long)

#define FOR_EACH_TYPE(what)                  \
	atomic_each_pair(atomic_##what);     \
	atomic64_each_pair(atomic64_##what); \
	atomic_long_each_pair(atomic_long_##what)

Test(atomic, reads_and_sets_give_and_store_the_value)
{
	FOR_EACH_TYPE(access);
}

Test(atomic, arithmetic_has_the_result_its_name_says_and_wraps)
{
	FOR_EACH_TYPE(arithmetic);
}

Test(atomic, bitwise_operations_give_the_old_value)
{
	FOR_EACH_TYPE(bitwise);
}

Test(atomic, exchanges_give_what_they_found)
{
	FOR_EACH_TYPE(exchange);
}

Test(atomic, conditional_operations_do_nothing_where_their_name_says_so)
{
	FOR_EACH_TYPE(conditional);
}

/* ---- types ---- */

Test(atomic, initialisers_set_the_value)
{
	atomic_t v = ATOMIC_INIT(-7);
	atomic64_t w = ATOMIC64_INIT(-7000000000ll);
	atomic_long_t l = ATOMIC_LONG_INIT(-7);

	cr_assert_eq(atomic_read(&v), -7);
	cr_assert_eq(atomic64_read(&w), -7000000000ll);
	cr_assert_eq(atomic_long_read(&l), -7);
}

Test(atomic, the_64_bit_type_is_eight_byte_aligned_everywhere)
{
	struct {
		char c;
		atomic64_t v;
	} s;

	cr_assert_eq(sizeof(atomic64_t), 8);
	cr_assert_eq((char *)&s.v - &s.c, 8);
	cr_assert_eq(sizeof(atomic_t), 4);
	cr_assert_eq(sizeof(atomic_long_t), sizeof(long));
}

/* ---- plain variables ---- */

#define VARIABLE(order, type)                                               \
	do {                                                                \
		type x = 1;                                                 \
		type old = 5;                                               \
                                                                            \
		cr_assert_eq(xchg##order(&x, (type)2), 1);                  \
		cr_assert_eq(cmpxchg##order(&x, (type)9, (type)3), 2);      \
		cr_assert_eq(x, 2, "cmpxchg" #order " that found another"); \
		cr_assert_eq(cmpxchg##order(&x, (type)2, (type)3), 2);      \
		cr_assert_eq(x, 3);                                         \
		cr_assert_not(try_cmpxchg##order(&x, &old, (type)6));       \
		cr_assert_eq(old, 3, "try_cmpxchg" #order " renews old");   \
		cr_assert_eq(x, 3);                                         \
		cr_assert(try_cmpxchg##order(&x, &old, (type)6));           \
		cr_assert_eq(old, 3);                                       \
		cr_assert_eq(x, 6);                                         \
	} while (0)

Test(atomic, plain_variables_of_every_size_are_exchanged)
{
	FOR_EACH_ORDER(VARIABLE, u8);
	FOR_EACH_ORDER(VARIABLE, u16);
	FOR_EACH_ORDER(VARIABLE, int);
	FOR_EACH_ORDER(VARIABLE, unsigned int);
	FOR_EACH_ORDER(VARIABLE, long);
	FOR_EACH_ORDER(VARIABLE, u64);
}

#define VARIABLE_64(order, type)                                       \
	do {                                                           \
		type x = 1ull << 40;                                   \
		type old = 1ull << 40;                                 \
                                                                       \
		cr_assert(try_cmpxchg64##order(&x, &old, 1ull << 41)); \
		cr_assert_eq(cmpxchg64##order(&x, 1ull << 41, 3ull),   \
			     1ull << 41);                              \
		cr_assert_eq(x, 3);                                    \
	} while (0)

Test(atomic, the_64_suffix_is_for_64_bit_variables)
{
	FOR_EACH_ORDER(VARIABLE_64, u64);
}

Test(atomic, pointers_are_exchanged)
{
	int a, b;
	int *p = &a;
	int *old = &b;

	cr_assert_eq(xchg(&p, &b), &a);
	cr_assert_eq(cmpxchg(&p, &a, (int *)NULL), &b);
	cr_assert(try_cmpxchg(&p, &old, &a));
	cr_assert_eq(smp_load_acquire(&p), &a);
	smp_store_release(&p, &b);
	cr_assert_eq(READ_ONCE(p), &b);
}

Test(atomic, macros_evaluate_their_arguments_once)
{
	int x[2] = { 1, 1 };
	int *p = x;
	int v = 10;
	int old = 10;
	int *oldp = &old;

	cr_assert_eq(xchg(p++, v++), 1);
	cr_assert_eq(p - x, 1);
	cr_assert_eq(v, 11);
	p = x;
	cr_assert(try_cmpxchg(p++, oldp++, v++));
	cr_assert_eq(p - x, 1);
	cr_assert_eq(oldp - &old, 1);
	cr_assert_eq(v, 12);
	p = x;
	v = 11;
	cr_assert_eq(cmpxchg(p++, v++, 0), 11);
	cr_assert_eq(p - x, 1);
	cr_assert_eq(v, 12);
}

Test(atomic, exchanges_nest)
{
	int x = 1;
	int y = 2;

	cr_assert_eq(cmpxchg(&x, xchg(&y, 3) - 1, cmpxchg(&y, 3, 4)), 1);
	cr_assert_eq(x, 3);
	cr_assert_eq(y, 4);
}

Test(atomic, single_accesses_read_and_write_any_scalar)
{
	u8 c = 200;
	const u16 h = 60000;
	long l = 0;
	u64 q = 0;

	cr_assert_eq(READ_ONCE(c), 200);
	cr_assert_eq(READ_ONCE(h), 60000);
	WRITE_ONCE(l, -1);
	WRITE_ONCE(q, 1ull << 63);
	cr_assert_eq(READ_ONCE(l), -1);
	cr_assert_eq(READ_ONCE(q), 1ull << 63);
	smp_store_mb(l, 5);
	cr_assert_eq(l, 5);
}

/* ---- bits ---- */

#define MAP_BITS 200

static unsigned long map[BITS_TO_LONGS(MAP_BITS) + 1];

/* Exactly these two bits of the map are set; -1 is none. */
static void map_is(int first, int second)
{
	for (int nr = 0; nr < MAP_BITS; nr++) {
		const bool want = nr == first || nr == second;

		cr_assert_eq(test_bit(nr, map), want, "bit %d", nr);
		cr_assert_eq(test_bit_acquire(nr, map), want, "bit %d", nr);
	}
	cr_assert_eq(map[BITS_TO_LONGS(MAP_BITS)], 0);
}

static const int interesting_bits[] = { 0, 1, 31, 32, 63, 64, 65, 127, 199 };

#define FOR_EACH_BIT(nr)                                                       \
	for (size_t i_ = 0, nr; i_ < sizeof(interesting_bits) / sizeof(int) && \
				(nr = (size_t)interesting_bits[i_], true);     \
	     i_++)

Test(bitops, a_bit_is_set_cleared_and_changed_alone_in_any_word)
{
	set_bit(3, map);
	FOR_EACH_BIT(nr)
	{
		set_bit((long)nr, map);
		map_is(3, (int)nr);
		set_bit((long)nr, map);
		map_is(3, (int)nr);
		clear_bit((long)nr, map);
		map_is(3, -1);
		clear_bit((long)nr, map);
		map_is(3, -1);
		change_bit((long)nr, map);
		map_is(3, (int)nr);
		change_bit((long)nr, map);
		map_is(3, -1);
	}
}

Test(bitops, test_and_operations_give_the_old_bit)
{
	FOR_EACH_BIT(nr)
	{
		cr_assert_not(test_and_set_bit((long)nr, map));
		cr_assert(test_and_set_bit((long)nr, map));
		cr_assert(test_and_clear_bit((long)nr, map));
		cr_assert_not(test_and_clear_bit((long)nr, map));
		cr_assert_not(test_and_change_bit((long)nr, map));
		cr_assert(test_and_change_bit((long)nr, map));
		map_is(-1, -1);
	}
}

Test(bitops, a_bit_may_be_a_lock)
{
	FOR_EACH_BIT(nr)
	{
		cr_assert_not(test_and_set_bit_lock((long)nr, map));
		cr_assert(test_and_set_bit_lock((long)nr, map));
		map_is((int)nr, -1);
		clear_bit_unlock((long)nr, map);
		map_is(-1, -1);
		cr_assert_not(test_and_set_bit_lock((long)nr, map));
		__clear_bit_unlock((long)nr, map);
		map_is(-1, -1);
	}
}

Test(bitops, forms_for_one_thread_do_the_same)
{
	FOR_EACH_BIT(nr)
	{
		__set_bit((long)nr, map);
		map_is((int)nr, -1);
		__clear_bit((long)nr, map);
		map_is(-1, -1);
		__change_bit((long)nr, map);
		map_is((int)nr, -1);
		cr_assert(__test_and_change_bit((long)nr, map));
		cr_assert_not(__test_and_set_bit((long)nr, map));
		cr_assert(__test_and_clear_bit((long)nr, map));
		map_is(-1, -1);
	}
}

Test(bitops, assign_sets_or_clears)
{
	FOR_EACH_BIT(nr)
	{
		assign_bit((long)nr, map, true);
		map_is((int)nr, -1);
		assign_bit((long)nr, map, false);
		map_is(-1, -1);
		__assign_bit((long)nr, map, true);
		map_is((int)nr, -1);
		__assign_bit((long)nr, map, false);
		map_is(-1, -1);
	}
}

Test(bitops, sizes_and_masks)
{
	cr_assert_eq(BITS_PER_LONG, CHAR_BIT * sizeof(long));
	cr_assert_eq(BITS_TO_LONGS(1), 1);
	cr_assert_eq(BITS_TO_LONGS(BITS_PER_LONG), 1);
	cr_assert_eq(BITS_TO_LONGS(BITS_PER_LONG + 1), 2);
	cr_assert_eq(BIT(3), 8);
	cr_assert_eq(BIT_WORD(BITS_PER_LONG + 3), 1);
	cr_assert_eq(BIT_MASK(BITS_PER_LONG + 3), 8);
}

/* ---- several threads ---- */

#define COUNTERS 4
#define TURNS 5000

static atomic_t count;
static atomic64_t wide;
static atomic_long_t bits;
static unsigned long shared_map[2];
static int plain;

static void work(void *arg, int index)
{
	const long mine = 1l << index;

	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		int old = READ_ONCE(plain);

		atomic_inc(&count);
		atomic64_add(3000000000ll, &wide);
		must(!(atomic_long_fetch_or(mine, &bits) & mine));
		must(atomic_long_fetch_andnot(mine, &bits) & mine);
		must(!test_and_set_bit(BITS_PER_LONG - 2 + index, shared_map));
		must(test_and_clear_bit(BITS_PER_LONG - 2 + index, shared_map));
		while (!try_cmpxchg(&plain, &old, old + 1))
			;
	}
}

Test(atomic, operations_of_several_threads_are_not_lost)
{
	crew_run(COUNTERS, work, NULL);
	cr_assert_eq(atomic_read(&count), COUNTERS * TURNS);
	cr_assert_eq(atomic64_read(&wide), COUNTERS * TURNS * 3000000000ll);
	cr_assert_eq(atomic_long_read(&bits), 0);
	cr_assert_eq(plain, COUNTERS * TURNS);
	cr_assert_eq(shared_map[0] | shared_map[1], 0);
}

static int message;
static int ready;
static atomic_t ready_count;
static unsigned long ready_bit;

static void pass_message(void *arg, int index)
{
	(void)arg;
	if (index == 0) {
		message = 1;
		smp_store_release(&ready, 1);
		wait_until(atomic_read_acquire(&ready_count));
		must(message == 2);
		message = 3;
		clear_bit_unlock(1, &ready_bit);
	} else {
		wait_until(smp_load_acquire(&ready));
		must(message == 1);
		message = 2;
		atomic_set_release(&ready_count, 1);
		wait_until(!test_bit_acquire(1, &ready_bit));
		must(message == 3);
	}
}

Test(atomic, a_release_makes_visible_to_the_acquire_what_came_before)
{
	set_bit(1, &ready_bit);
	crew_run(2, pass_message, NULL);
}

/*
 *	W mine = 1
 *	(full)
 *	R other
 *	Forbidden: both read 0.
 */
struct side {
	int x;
	int seen;
	atomic_t dummy;
	unsigned long bits;
} __attribute__((aligned(128)));

static struct side sides[2];

/* Both threads leave it at about the same moment. */
static void meet(void)
{
	static int arrived;
	const int round = __atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL) / 2;

	for (int turn = 0;
	     __atomic_load_n(&arrived, __ATOMIC_ACQUIRE) / 2 == round; turn++)
		if (turn > 1000)
			sched_yield();
}

static void store_then_load(struct side *mine, struct side *other, int how)
{
	WRITE_ONCE(mine->x, 1);
	switch (how) {
	case 0:
		smp_mb();
		break;
	case 1:
		atomic_add_return(1, &mine->dummy);
		break;
	case 2:
		(void)xchg(&mine->dummy.counter, how);
		break;
	case 3:
		test_and_set_bit(1, &mine->bits);
		break;
	case 4:
		atomic_inc(&mine->dummy);
		smp_mb__after_atomic();
		break;
	}
	mine->seen = READ_ONCE(other->x);
}

static bool effort_over;

static void store_and_load(void *arg, int index)
{
	struct effort e = effort(200000, 400);

	(void)arg;
	for (int round = 0; !READ_ONCE(effort_over); round++) {
		sides[index].x = 0;
		meet();
		store_then_load(&sides[index], &sides[!index], round % 5);
		meet();
		must(sides[0].seen || sides[1].seen);
		if (index == 0)
			WRITE_ONCE(effort_over, !effort_more(&e));
		meet();
	}
}

Test(atomic, what_is_full_orders_a_store_before_a_load)
{
	crew_run(2, store_and_load, NULL);
}
