/* SPDX-License-Identifier: MIT */
/*
 * Spinlock, and the raw lock that it is: one holder at a time, who sees what
 * the last one did, and whose unlock is the last access.
 */
#include <ksync/raw_spinlock.h>
#include <ksync/spinlock.h>

#include "system.h"

struct object {
	ksync_spinlock_t lock;
	int users; /* under lock */
};

static KSYNC_DEFINE_SPINLOCK(lock);
static KSYNC_DEFINE_RAW_SPINLOCK(raw);
static int payload; /* under lock */
static struct object *object;

static void names(void)
{
	explore_name(&lock, "lock");
	explore_name(&raw, "raw");
	explore_name(&payload, "payload");
}

static void add(int self)
{
	(void)self;
	ksync_spin_lock(&lock);
	payload++;
	ksync_spin_unlock(&lock);
}

static void add_twice(int self)
{
	add(self);
	add(self);
}

static void expect_two(void)
{
	explore_assert(payload == 2);
}

static void expect_three(void)
{
	explore_assert(payload == 3);
}

static void expect_four(void)
{
	explore_assert(payload == 4);
}

static void add_raw(int self)
{
	(void)self;
	ksync_raw_spin_lock(&raw);
	payload++;
	ksync_raw_spin_unlock(&raw);
}

static void try_add(int self)
{
	(void)self;
	if (!ksync_spin_trylock(&lock))
		return;
	payload++;
	ksync_spin_unlock(&lock);
}

static void show(void)
{
	explore_outcome("%d", payload);
}

static void make_object(void)
{
	object = explore_alloc(sizeof(*object));
	explore_name(object, "object");
	ksync_spin_lock_init(&object->lock);
	object->users = 2;
}

/* Who unlocks last frees: nobody touches the lock behind him. */
static void last_frees(int self)
{
	bool last;

	(void)self;
	ksync_spin_lock(&object->lock);
	last = --object->users == 0;
	ksync_spin_unlock(&object->lock);
	if (last)
		explore_free(object);
}

static const struct explore_test tests[] = {
	{ "two", .threads = 2, .setup = names, .thread = add,
	  .finish = expect_two },
	{ "two_spin", .threads = 2, .setup = names, .thread = add,
	  .finish = expect_two, .spins = 1 },
	{ "two_raw", .threads = 2, .setup = names, .thread = add_raw,
	  .finish = expect_two },
	{ "try", .threads = 2, .setup = names, .thread = try_add,
	  .finish = show, .outcomes = "1|2" },
	{ "last_frees", .threads = 2, .setup = make_object,
	  .thread = last_frees },
	{ "three", .threads = 3, .setup = names, .thread = add,
	  .finish = expect_three, .bound = 2 },
	{ "two_twice", .threads = 2, .setup = names, .thread = add_twice,
	  .finish = expect_four },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
