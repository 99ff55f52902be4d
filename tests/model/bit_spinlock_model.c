/* SPDX-License-Identifier: MIT */
/*
 * Bit spinlock: one holder at a time, who sees what the last one did, whichever
 * way that unlocked, while another changes the other bits.
 */
#include <ksync/bit_spinlock.h>

#include "system.h"

static unsigned long word;
static int payload; /* under bit 0 */

static void names(void)
{
	explore_name(&word, "word");
	explore_name(&payload, "payload");
}

static void add(int self)
{
	(void)self;
	ksync_bit_spin_lock(0, &word);
	payload++;
	ksync_bit_spin_unlock(0, &word);
}

/* Nobody else changes the word. */
static void add_alone(int self)
{
	(void)self;
	ksync_bit_spin_lock(0, &word);
	payload++;
	ksync___bit_spin_unlock(0, &word);
}

static void try_add(int self)
{
	(void)self;
	if (!ksync_bit_spin_trylock(0, &word))
		return;
	payload++;
	ksync_bit_spin_unlock(0, &word);
}

static void add_beside(int self)
{
	ksync_set_bit(1 + self, &word);
	add(self);
}

static void expect_two(void)
{
	explore_assert(payload == 2);
	explore_assert(!(word & 1));
}

static void expect_bits(void)
{
	expect_two();
	explore_assert(word == 6);
}

static void show(void)
{
	explore_outcome("%d", payload);
}

static const struct explore_test tests[] = {
	{ "two", .threads = 2, .setup = names, .thread = add,
	  .finish = expect_two },
	{ "two_alone", .threads = 2, .setup = names, .thread = add_alone,
	  .finish = expect_two },
	{ "try", .threads = 2, .setup = names, .thread = try_add,
	  .finish = show, .outcomes = "1|2" },
	{ "beside", .threads = 2, .setup = names, .thread = add_beside,
	  .finish = expect_bits },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
