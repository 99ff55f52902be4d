/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                          \
	"one put of many is the last, it sees all that the others did, a " \
	"dead count gives no reference, and a saturated one stays so"

#include <ksync/ksync.h>

#include "stress.h"

#define HOLDERS 4

/*
 * Each holder writes its part of an object and puts its reference. Who puts the
 * last one looks at all parts, and makes the next object of the same memory.
 */
static ksync_refcount_t refs;
static unsigned int parts[HOLDERS]; /* plain: its holder's, then the last's */
static unsigned int object;	    /* by publish and await: its number */

static void object_make(void)
{
	for (int i = 0; i < HOLDERS; i++)
		parts[i] = 0;
	ksync_refcount_set(&refs, HOLDERS);
}

static void object_end(unsigned int number)
{
	stress_require(ksync_refcount_read(&refs) == 0,
		       "a dead count is not 0");
	stress_require(!ksync_refcount_inc_not_zero(&refs) &&
			       !ksync_refcount_inc_not_zero_acquire(&refs),
		       "a reference to a dead object");
	for (int i = 0; i < HOLDERS; i++)
		stress_require(parts[i] == number,
			       "the last put came before a holder was done");
	object_make();
	stress_publish(&object, number + 1);
}

static void before_puts(void)
{
	object_make();
	object = 1;
}

/* Any of them may be the last. */
static bool put(struct stress_thread *self)
{
	int old = 0;

	switch (stress_random(self, 3)) {
	case 0:
		return ksync_refcount_dec_and_test(&refs);
	case 1:
		return ksync___refcount_sub_and_test(1, &refs, &old);
	}
	while (!ksync_refcount_dec_not_one(&refs))
		if (ksync_refcount_dec_if_one(&refs))
			return true;
	return false;
}

static void puts_race(struct stress_thread *self)
{
	for (unsigned int number = 1; stress_await(&object, number); number++) {
		parts[self->index] = number;
		stress_delay(self);
		if (put(self))
			object_end(number);
		(void)stress_on(self);
	}
}

/* The last is known: the first holder waits until the others have put. */
static void put_not_last(struct stress_thread *self)
{
	switch (stress_random(self, 3)) {
	case 0:
		ksync_refcount_dec(&refs);
		break;
	case 1:
		stress_require(ksync_refcount_dec_not_one(&refs),
			       "one of two references is the last");
		break;
	default:
		ksync_refcount_add(2, &refs);
		stress_require(!ksync_refcount_sub_and_test(3, &refs),
			       "one of two references was the last");
	}
}

static bool put_last(struct stress_thread *self)
{
	unsigned int turn = 0;

	while (ksync_refcount_read(&refs) != 1)
		if (!stress_wait(&turn))
			return false;
	stress_require(!ksync_refcount_dec_not_one(&refs),
		       "put the last reference unasked");
	stress_require(stress_chance(self, 2) ?
			       ksync_refcount_dec_if_one(&refs) :
			       ksync_refcount_dec_and_test(&refs),
		       "the last reference is not the last");
	return true;
}

static void puts_in_turn(struct stress_thread *self)
{
	for (unsigned int number = 1; stress_await(&object, number); number++) {
		parts[self->index] = number;
		stress_delay(self);
		if (self->index != 0)
			put_not_last(self);
		else if (put_last(self))
			object_end(number);
		(void)stress_on(self);
	}
}

/* A put to 0 releases, also for somebody who only looks at the count. */
static unsigned int estate; /* plain */

static void before_ends(void)
{
	ksync_refcount_set(&refs, 1);
	object = 1;
}

static void ends(struct stress_thread *self)
{
	unsigned int turn;

	for (unsigned int number = 1; stress_await(&object, number); number++) {
		(void)stress_on(self);
		if (self->index == 0) {
			estate = number;
			stress_require(ksync_refcount_dec_if_one(&refs),
				       "the last reference is not the last");
			continue;
		}
		turn = 0;
		while (ksync_refcount_read(&refs) != 0)
			if (!stress_wait(&turn))
				return;
		(void)ksync_atomic_read_acquire(&refs.refs);
		stress_require(estate == number, "the end hides the life");
		ksync_refcount_set(&refs, 1);
		stress_publish(&object, number + 1);
	}
}

/*
 * Memory that is made into a new object while strangers try to get references
 * to what it was. Who gets one sees one complete object.
 */
static unsigned int first_half; /* plain: the maker's before it shares */
static unsigned int second_half;
static unsigned int returned; /* by publish and await: objects put back */

static void before_reuse(void)
{
	ksync_refcount_set(&refs, 0);
	returned = 0;
}

static void maker(struct stress_thread *self)
{
	for (unsigned int number = 1; stress_on(self); number++) {
		first_half = number;
		second_half = number;
		ksync_refcount_set_release(&refs, 1);
		stress_delay(self);
		if (!ksync_refcount_dec_and_test(&refs) &&
		    !stress_await(&returned, number))
			return;
	}
}

static bool got(struct stress_thread *self)
{
	int old;

	switch (stress_random(self, 3)) {
	case 0:
		return ksync_refcount_inc_not_zero_acquire(&refs);
	case 1:
		return ksync___refcount_inc_not_zero_limited_acquire(
			&refs, &old, HOLDERS);
	}
	if (!ksync_refcount_add_not_zero_acquire(2, &refs))
		return false;
	ksync_refcount_dec(&refs);
	return true;
}

static void reuse(struct stress_thread *self)
{
	unsigned int number;
	unsigned int turn = 0;

	if (self->index == 0) {
		maker(self);
		return;
	}
	while (stress_on(self)) {
		if (!got(self)) {
			(void)stress_wait(&turn);
			continue;
		}
		turn = 0;
		number = first_half;
		stress_delay(self);
		stress_require(second_half == number && first_half == number,
			       "a referenced object changed");
		if (ksync_refcount_dec_and_test(&refs))
			stress_publish(&returned, number);
	}
}

/* Whatever is done to a saturated count, it stays so and nobody is last. */
static void not_interested(const struct ksync_report *report)
{
	(void)report;
}

static void before_saturated(void)
{
	(void)ksync_report_hook_set(not_interested);
	ksync_refcount_set(&refs, KSYNC_REFCOUNT_MAX);
	ksync_refcount_inc(&refs);
}

static void saturated(struct stress_thread *self)
{
	bool last = false;

	while (stress_on(self)) {
		switch (stress_random(self, 6)) {
		case 0:
			ksync_refcount_inc(&refs);
			break;
		case 1:
			ksync_refcount_add(1000, &refs);
			break;
		case 2:
			ksync_refcount_dec(&refs);
			break;
		case 3:
			last = ksync_refcount_sub_and_test(1000, &refs);
			break;
		case 4:
			stress_require(ksync_refcount_inc_not_zero(&refs),
				       "a saturated count looks dead");
			break;
		default:
			last = ksync_refcount_dec_if_one(&refs);
		}
		stress_require(!last && (int)ksync_refcount_read(&refs) < 0,
			       "left the saturated half");
	}
}

static void after_saturated(void)
{
	(void)ksync_report_hook_set(NULL);
}

/*
 * A report hook sees what was done before it was set. Each place in the program
 * is reported once, so there are as many turns as places.
 */
#define PLACES 24
/* The empty assembly keeps the compiler from making one place of them all. */
#define PLACE(n)                               \
	case n:                                \
		ksync_refcount_inc(&dead);     \
		__asm__ __volatile__("# " #n); \
		break;

static unsigned int hook_data;	/* plain: written before the hook is set */
static unsigned int hook_ready; /* relaxed: times that it was set */
static unsigned int hook_heard; /* by publish and await: reports heard */

static void hear(const struct ksync_report *report)
{
	(void)report;
	stress_require(hook_data == KSYNC_READ_ONCE(hook_ready),
		       "a hook runs before its data is there");
	stress_publish(&hook_heard, hook_data);
}

static void misuse(unsigned int place)
{
	ksync_refcount_t dead = KSYNC_REFCOUNT_INIT(0);

	switch (place) {
		PLACE(1)
		PLACE(2)
		PLACE(3)
		PLACE(4)
		PLACE(5)
		PLACE(6)
		PLACE(7)
		PLACE(8)
		PLACE(9)
		PLACE(10)
		PLACE(11)
		PLACE(12)
		PLACE(13)
		PLACE(14)
		PLACE(15)
		PLACE(16)
		PLACE(17)
		PLACE(18)
		PLACE(19) PLACE(20) PLACE(21) PLACE(22) PLACE(23) PLACE(PLACES)
	}
}

static void hooks(struct stress_thread *self)
{
	unsigned int turn;

	for (unsigned int n = 1; n <= PLACES && stress_on(self); n++) {
		if (self->index == 0) {
			hook_data = n;
			(void)ksync_report_hook_set(hear);
			KSYNC_WRITE_ONCE(hook_ready, n);
			if (!stress_await(&hook_heard, n))
				return;
			continue;
		}
		turn = 0;
		while (KSYNC_READ_ONCE(hook_ready) != n)
			if (!stress_wait(&turn))
				return;
		misuse(n);
		stress_require(hook_heard == n, "a misuse was not reported");
	}
}

static void after_hooks(void)
{
	(void)ksync_report_hook_set(NULL);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "hooks",
		  .threads = 2,
		  .body = hooks,
		  .after = after_hooks },
		{ .name = "puts-race",
		  .threads = HOLDERS,
		  .before = before_puts,
		  .body = puts_race },
		{ .name = "puts-in-turn",
		  .threads = HOLDERS,
		  .before = before_puts,
		  .body = puts_in_turn },
		{ .name = "ends",
		  .threads = 2,
		  .before = before_ends,
		  .body = ends },
		{ .name = "reuse",
		  .threads = 4,
		  .any_number = true,
		  .before = before_reuse,
		  .body = reuse },
		{ .name = "saturated",
		  .threads = 4,
		  .any_number = true,
		  .before = before_saturated,
		  .body = saturated,
		  .after = after_saturated },
		{ .name = NULL },
	};

	return stress_main("refcount", INVARIANT, scenes);
}
