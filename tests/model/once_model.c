/* SPDX-License-Identifier: MIT */
/*
 * Once: one thread initialises, all see what it did, whoever sleeps is woken,
 * and what fails is tried again.
 */
#include <ksync/once.h>

#include "system.h"

struct object {
	ksync_once_t once;
	ksync_atomic_t users;
};

static KSYNC_DEFINE_ONCE(once);
static int payload; /* what is initialised */
static int failed;  /* attempts, each sees the ones before */
static struct object *object;

static void names(void)
{
	explore_name(&once.owner, "owner");
	explore_name(&once.word, "word");
	explore_name(&payload, "payload");
	explore_name(&failed, "failed");
	system_tasks(3);
}

static void fill(void *arg)
{
	(void)arg;
	payload++;
}

static void call(int self)
{
	bool first = ksync_once(&once, fill, NULL);

	(void)self;
	explore_assert(payload == 1);
	if (first)
		explore_outcome("%d", self);
}

/* The fast path alone: what it says to be done is. */
static void call_or_look(int self)
{
	if (self == 0)
		call(self);
	else if (ksync_once_is_done(&once))
		explore_assert(payload == 1);
}

static void expect_one(void)
{
	explore_assert(payload == 1);
	explore_assert(ksync_once_is_done(&once));
}

/* The first attempt fails. Who begins next sees what it did. */
static void fail_first(int self)
{
	if (ksync_once_begin(&once)) {
		if (!failed++) {
			ksync_once_abandon(&once);
			return;
		}
		payload++;
		ksync_once_end(&once);
	}
	(void)self;
	explore_assert(payload == 1);
}

static void fail_and_again(int self)
{
	fail_first(self);
	fail_first(self);
}

static void make_object(void)
{
	system_tasks(2);
	object = explore_alloc(sizeof(*object));
	explore_name(object, "object");
	ksync_once_init(&object->once);
	ksync_atomic_set(&object->users, 2);
}

/* Who has seen it done may free it. */
static void last_frees(int self)
{
	(void)self;
	if (ksync_once_begin(&object->once))
		ksync_once_end(&object->once);
	if (ksync_atomic_dec_and_test(&object->users))
		explore_free(object);
}

/* Thread 0 begins, and ends without a word, before the other one comes. */
static void begin_and_exit(int self)
{
	if (self == 0) {
		if (ksync_once_begin(&once))
			return;
		explore_assert(payload == 1);
		return;
	}
	call(self);
}

/* It ends it, and then its life, while others look at it. */
static void call_and_exit(int self)
{
	(void)ksync_once(&once, fill, NULL);
	(void)self;
	explore_assert(payload == 1);
}

static const struct explore_test tests[] = {
	{ "two", .threads = 2, .setup = names, .thread = call,
	  .finish = expect_one, .outcomes = "0|1" },
	{ "two_spin", .threads = 2, .setup = names, .thread = call,
	  .finish = expect_one, .spins = 1 },
	{ "two_spurious", .threads = 2, .setup = names, .thread = call,
	  .finish = expect_one, .spurious = 1 },
	{ "look", .threads = 2, .setup = names, .thread = call_or_look,
	  .finish = expect_one },
	{ "fails_once", .threads = 2, .setup = names, .thread = fail_first,
	  .finish = expect_one },
	{ "fails", .threads = 2, .setup = names, .thread = fail_and_again,
	  .finish = expect_one },
	{ "last_frees", .threads = 2, .setup = make_object,
	  .thread = last_frees },
	{ "gone", .threads = 2, .setup = names, .thread = begin_and_exit,
	  .finish = expect_one, .exits = true, .asleep = 1, .release = true },
	{ "ends_and_exits", .threads = 2, .setup = names,
	  .thread = call_and_exit, .finish = expect_one, .exits = true },
	{ "three", .threads = 3, .setup = names, .thread = call,
	  .finish = expect_one, .bound = 2 },
	{ "three_fails", .threads = 3, .setup = names, .thread = fail_and_again,
	  .finish = expect_one, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
