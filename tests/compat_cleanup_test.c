/* SPDX-License-Identifier: MIT */
/*
 * <linux/cleanup.h> as a porter uses it: cleanups, classes and guards of his
 * own; and the small headers that come with it.
 */
#include <criterion/criterion.h>

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <stdio.h>
#include <stdlib.h>

/* ---- __free ---- */

static int freed;

static void buffer_free(int *p)
{
	freed++;
	free(p);
}

DEFINE_FREE(buffer, int *, if (_T) buffer_free(_T))

static int *buffer_new(int value)
{
	int *p = malloc(sizeof(*p));

	if (p)
		*p = value;
	return p;
}

static int use_buffer(bool leave)
{
	int *p __free(buffer) = buffer_new(5);

	if (leave)
		return 1;
	return *p;
}

Test(cleanup, free_runs_on_every_way_out)
{
	cr_assert_eq(use_buffer(false), 5);
	cr_assert_eq(freed, 1);
	cr_assert_eq(use_buffer(true), 1);
	cr_assert_eq(freed, 2);
}

static void use_nothing(void)
{
	int *p __free(buffer) = NULL;

	(void)p;
}

Test(cleanup, free_of_nothing_does_nothing)
{
	use_nothing();
	cr_assert_eq(freed, 0);
}

static int *make_buffer(bool fail)
{
	int *p __free(buffer) = buffer_new(7);

	if (fail)
		return NULL;
	return_ptr(p);
}

Test(cleanup, return_ptr_takes_it_out)
{
	int *p = make_buffer(false);

	cr_assert_eq(freed, 0);
	cr_assert_eq(*p, 7);
	free(p);
	cr_assert_null(make_buffer(true));
	cr_assert_eq(freed, 1);
}

static int *hand_over(void)
{
	int *p __free(buffer) = buffer_new(8);
	int *q = no_free_ptr(p);

	cr_assert_null(p);
	return q;
}

static int *consumed;

static void consume(int *p)
{
	consumed = p;
}

static void retain(void)
{
	int *p __free(buffer) = buffer_new(9);

	consume(p);
	retain_and_null_ptr(p);
	cr_assert_null(p);
}

Test(cleanup, no_free_ptr_and_retain_leave_NULL_behind)
{
	int *p = hand_over();

	cr_assert_eq(*p, 8);
	free(p);
	retain();
	cr_assert_eq(*consumed, 9);
	free(consumed);
	cr_assert_eq(freed, 0);
}

/* ---- classes ---- */

static int opened, closed;

static int file_open(int number)
{
	opened++;
	return number;
}

DEFINE_CLASS(file, int, if (_T >= 0) closed++, file_open(number), int number)
EXTEND_CLASS(file, _at, file_open(base + offset), int base, int offset)

Test(cleanup, a_class_constructs_and_destructs)
{
	{
		CLASS(file, f)(3);
		CLASS(file_at, g)(10, 4);

		cr_assert_eq(f, 3);
		cr_assert_eq(g, 14);
		cr_assert_eq(opened, 2);
		cr_assert_eq(closed, 0);
	}
	cr_assert_eq(closed, 2);
	{
		CLASS(file, f)(-1);
		(void)f;
	}
	cr_assert_eq(closed, 2, "the destructor sees the object");
}

/* ---- guards ---- */

struct gate {
	int inside;
	int last;
};

static void gate_enter(struct gate *g)
{
	g->inside++;
}

static void gate_leave(struct gate *g)
{
	g->last = g->inside--;
}

/* 1, or 0 if somebody is inside. */
static int gate_try(struct gate *g)
{
	if (g->inside)
		return 0;
	g->inside = 1;
	return 1;
}

/* 0, or an error. */
static int gate_ask(struct gate *g)
{
	return gate_try(g) ? 0 : -EAGAIN;
}

DEFINE_GUARD(gate, struct gate *, gate_enter(_T), gate_leave(_T))
DEFINE_GUARD_COND(gate, _try, gate_try(_T))
DEFINE_GUARD_COND(gate, _ask, gate_ask(_T), _RET == 0)

DEFINE_LOCK_GUARD_1(gate_twice, struct gate, gate_enter(_T->lock);
		    _T->before = _T->lock->inside++,
		    _T->lock->inside = _T->before;
		    gate_leave(_T->lock), int before)
DEFINE_LOCK_GUARD_1_COND(gate_twice, _try,
			 gate_try(_T->lock) &&
				 (_T->before = _T->lock->inside++, true))
DEFINE_LOCK_GUARD_1_COND(gate_twice, _ask, (_T->before = 1, gate_ask(_T->lock)),
			 _RET == 0)

static struct gate one;
static int nobody;

DEFINE_LOCK_GUARD_0(nobody, nobody++, nobody--)

Test(cleanup, a_guard_with_state_may_say_which_result_is_success)
{
	int failed = 0;

	scoped_cond_guard(gate_twice_ask, failed++, &one) {
		ACQUIRE(gate_twice_ask, again)(&one);
		cr_assert_eq(one.inside, 1);
		cr_assert_eq(ACQUIRE_ERR(gate_twice_ask, &again), -EAGAIN);
	}
	cr_assert_eq(failed, 0);
	cr_assert_eq(one.inside, 0);
}

Test(cleanup, a_guard_of_ones_own_works_like_the_librarys)
{
	int failed = 0;

	{
		guard(gate)(&one);
		cr_assert_eq(one.inside, 1);
		scoped_guard(gate_try, &one)
			failed += 100;
		scoped_cond_guard(gate_ask, failed++, &one)
			failed += 100;
	}
	cr_assert_eq(failed, 1);
	cr_assert_eq(one.inside, 0);
	scoped_cond_guard(gate_ask, failed++, &one)
		cr_assert_eq(one.inside, 1);
	cr_assert_eq(failed, 1);
	cr_assert_eq(one.inside, 0);
}

static int ask(void)
{
	ACQUIRE(gate_ask, g)(&one);
	return ACQUIRE_ERR(gate_ask, &g);
}

static int try_it(void)
{
	ACQUIRE(gate_try, g)(&one);
	return ACQUIRE_ERR(gate_try, &g);
}

Test(cleanup, acquire_err_gives_the_locks_error_or_EBUSY)
{
	cr_assert_eq(ask(), 0);
	cr_assert_eq(try_it(), 0);
	gate_enter(&one);
	cr_assert_eq(ask(), -EAGAIN);
	cr_assert_eq(try_it(), -EBUSY);
	cr_assert_eq(one.inside, 1);
}

Test(cleanup, a_lock_guard_carries_its_state)
{
	{
		guard(gate_twice)(&one);
		cr_assert_eq(one.inside, 2);
	}
	cr_assert_eq(one.inside, 0);
	cr_assert_eq(one.last, 1);
	scoped_guard(gate_twice_try, &one)
		cr_assert_eq(one.inside, 2);
	cr_assert_eq(one.inside, 0);
	gate_enter(&one);
	scoped_guard(gate_twice_try, &one)
		cr_assert_fail("it was busy");
	cr_assert_eq(one.inside, 1);
}

Test(cleanup, a_guard_may_have_no_object)
{
	{
		guard(nobody)();
		cr_assert_eq(nobody, 1);
		scoped_guard(nobody)
			cr_assert_eq(nobody, 2);
	}
	cr_assert_eq(nobody, 0);
}

Test(cleanup, scopes_nest)
{
	struct gate two = { 0 };

	scoped_guard(gate, &one) {
		scoped_guard(gate, &two) {
			cr_assert_eq(one.inside, 1);
			cr_assert_eq(two.inside, 1);
		}
		cr_assert_eq(two.inside, 0);
	}
	cr_assert_eq(one.inside, 0);
}

/* ---- the small headers ---- */

Test(err, a_pointer_carries_an_error)
{
	static int object;
	const void *const last = (const void *)-MAX_ERRNO;
	const void *const before = (const void *)(-MAX_ERRNO - 1l);

	cr_assert(IS_ERR(ERR_PTR(-ENOMEM)));
	cr_assert_eq(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	cr_assert_eq(PTR_ERR(ERR_CAST(ERR_PTR(-ENOMEM))), -ENOMEM);
	cr_assert_eq(PTR_ERR_OR_ZERO(ERR_PTR(-ENOMEM)), -ENOMEM);
	cr_assert_eq(PTR_ERR_OR_ZERO(&object), 0);
	cr_assert_not(IS_ERR(&object));
	cr_assert_not(IS_ERR(NULL));
	cr_assert(IS_ERR(last));
	cr_assert_not(IS_ERR(before));
	cr_assert_not(IS_ERR_OR_NULL(&object));
	cr_assert(IS_ERR_OR_NULL(NULL));
	cr_assert(IS_ERR_OR_NULL(ERR_PTR(-1)));
	cr_assert(IS_ERR_VALUE(-1l));
	cr_assert_not(IS_ERR_VALUE(1l));
}

Test(err, codes_among_the_kernels_parts_have_its_numbers)
{
	cr_assert_eq(ERESTARTSYS, 512);
	cr_assert_eq(ENOTSUPP, 524);
}

struct outer {
	int first;
	struct gate gate;
};

Test(container_of, finds_the_object_of_a_member)
{
	struct outer o;
	const struct gate *const inner = &o.gate;
	void *untyped = &o.gate;

	cr_assert_eq(container_of(&o.gate, struct outer, gate), &o);
	cr_assert_eq(container_of(untyped, struct outer, gate), &o);
	cr_assert_eq(container_of_const(inner, struct outer, gate), &o);
	cr_assert_eq(container_of_const(&o.gate, struct outer, gate), &o);
}

Test(types, short_names_have_their_sizes_and_print_as_in_the_kernel)
{
	char text[32];

	cr_assert_eq(sizeof(u8) + sizeof(s8), 2);
	cr_assert_eq(sizeof(u16) + sizeof(s16), 4);
	cr_assert_eq(sizeof(u32) + sizeof(s32), 8);
	cr_assert_eq(sizeof(u64) + sizeof(s64), 16);
	snprintf(text, sizeof(text), "%lld %llu", (s64)-1, (u64)1);
	cr_assert_str_eq(text, "-1 1");
}

Test(compiler, hints_change_no_value)
{
	int x = 2;

	cr_assert(likely(x == 2));
	cr_assert_not(unlikely(x == 3));
	cr_assert_eq(likely(x), 1);
	barrier();
	WRITE_ONCE(x, 4);
	cr_assert_eq(READ_ONCE(x), 4);
}
