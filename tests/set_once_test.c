/* SPDX-License-Identifier: MIT */
/*
 * SetOnce: one sets it, all others find that value whole, and nobody waits.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <ksync/set_once.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(set_once, .init = reports_take, .fini = reports_none);

#define WORDS 32

struct many {
	long of[WORDS];
};

KSYNC_DEFINE_SET_ONCE(number, int)
KSYNC_DEFINE_SET_ONCE(many, struct many)

static struct number_set_once number;
static struct many_set_once many;

Test(set_once, zeroes_are_one_that_is_not_set)
{
	int mine = 5;

	cr_assert_null(number_set_once_get(&number));
	cr_assert_not(number_set_once_copy(&number, &mine));
	cr_assert_eq(mine, 5, "nothing is copied");
}

Test(set_once, init_makes_one_that_is_not_set)
{
	struct number_set_once n;

	memset(&n, 0xff, sizeof(n));
	number_set_once_init(&n);
	cr_assert_null(number_set_once_get(&n));
	cr_assert(number_set_once_populate(&n, 1));
	number_set_once_init(&n);
	cr_assert_null(number_set_once_get(&n));
}

Test(set_once, the_first_value_stays)
{
	int mine = 0;

	cr_assert(number_set_once_populate(&number, 7));
	cr_assert_not(number_set_once_populate(&number, 8));
	cr_assert_not_null(number_set_once_get(&number));
	cr_assert_eq(*number_set_once_get(&number), 7);
	cr_assert_eq(number_set_once_get(&number), &number.value);
	cr_assert(number_set_once_copy(&number, &mine));
	cr_assert_eq(mine, 7);
}

Test(set_once, is_one_int_beside_the_value)
{
	cr_assert_eq(sizeof(struct number_set_once), 2 * sizeof(int));
}

Test(set_once, while_another_sets_it_nobody_waits_and_it_is_not_set)
{
	int mine = 5;

	cr_assert(ksync__set_once_begin(&number.once), "as populate does");
	cr_assert_not(number_set_once_populate(&number, 8));
	cr_assert_null(number_set_once_get(&number));
	cr_assert_not(number_set_once_copy(&number, &mine));
	number.value = 9;
	ksync__set_once_end(&number.once);
	cr_assert_eq(*number_set_once_get(&number), 9);
}

#define THREADS 8

static int winners;

static bool is_whole(const struct many *m)
{
	for (int i = 1; i < WORDS; i++)
		if (m->of[i] != m->of[0])
			return false;
	return m->of[0] >= 1 && m->of[0] <= THREADS;
}

static void set_or_find(void *arg, int index)
{
	struct many mine;
	const struct many *found;

	(void)arg;
	for (int i = 0; i < WORDS; i++)
		mine.of[i] = index + 1;
	if (many_set_once_populate(&many, mine))
		__atomic_fetch_add(&winners, 1, __ATOMIC_RELAXED);
	found = many_set_once_get(&many);
	if (found) {
		must(is_whole(found));
		must(many_set_once_copy(&many, &mine));
		must(is_whole(&mine));
	}
}

Test(set_once, of_many_threads_one_sets_it_and_who_finds_it_finds_it_whole)
{
	for (struct effort e = effort(500, 300); effort_more(&e);) {
		winners = 0;
		many_set_once_init(&many);
		crew_run(THREADS, set_or_find, NULL);
		cr_assert_eq(winners, 1);
		cr_assert(is_whole(many_set_once_get(&many)));
	}
}

static void child_finds_what_it_was(void *arg)
{
	(void)arg;
	must(number_set_once_get(&number) == NULL);
	must(!number_set_once_populate(&number, 3));
	must(many_set_once_get(&many)->of[0] == 4);
}

Test(set_once, what_another_was_setting_stays_unset_in_a_forks_child)
{
	struct many four = { { 4 } };

	cr_assert(many_set_once_populate(&many, four));
	cr_assert(ksync__set_once_begin(&number.once));
	child_succeeds(child_finds_what_it_was, NULL);
}
