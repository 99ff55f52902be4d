/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer lock: no writer beside anybody, each sees what the writer
 * before it did, writers come after all reading, and unlock is the last access.
 */
#include <ksync/rwlock.h>

#include "system.h"

static KSYNC_DEFINE_RWLOCK(lock);
static int payload; /* under lock */
static int seen[3];

static struct object {
	ksync_rwlock_t lock;
	ksync_atomic_t users;
} *object;

static void names(void)
{
	explore_name(&lock.word, "word");
	explore_name(&lock.claim, "claim");
	explore_name(&payload, "payload");
}

static void write_once(void)
{
	ksync_write_lock(&lock);
	payload++;
	ksync_write_unlock(&lock);
}

static void read_once(int self)
{
	ksync_read_lock(&lock);
	seen[self] = payload;
	ksync_read_unlock(&lock);
}

static void all_write(int self)
{
	(void)self;
	write_once();
}

static void expect_two(void)
{
	explore_assert(payload == 2);
	explore_assert(!ksync_atomic_read(&lock.word));
	explore_assert(!lock.claim);
}

static void first_writes(int self)
{
	if (self == 0)
		write_once();
	else
		read_once(self);
}

static void last_reads(int self)
{
	if (self < 2)
		write_once();
	else
		read_once(self);
}

static void show(void)
{
	explore_assert(!ksync_atomic_read(&lock.word));
	explore_outcome("%d%d", seen[1], seen[2]);
}

static void writes_and_reads(int self)
{
	write_once();
	read_once(self);
}

static void show_two(void)
{
	explore_assert(payload == 2);
	explore_outcome("%d%d", seen[0], seen[1]);
}

static void tries(int self)
{
	if (self == 0) {
		if (!ksync_write_trylock(&lock))
			return;
		payload++;
		ksync_write_unlock(&lock);
	} else if (ksync_read_trylock(&lock)) {
		seen[self] = 1 + payload;
		ksync_read_unlock(&lock);
	}
}

/* As if a thread had been there that is gone: what it left lapses. */
static void left_pending(void)
{
	names();
	ksync_atomic_set(&lock.word, KSYNC__RW_PENDING);
}

static void left_claim(void)
{
	names();
	ksync_atomic_set(&lock.word, KSYNC__RW_READERS_WAIT);
	lock.claim = 2;
}

static void make_object(void)
{
	object = explore_alloc(sizeof(*object));
	explore_name(object, "object");
	ksync_rwlock_init(&object->lock);
	ksync_atomic_set(&object->users, 2);
}

static void last_frees(int self)
{
	bool last;

	if (self == 0) {
		ksync_write_lock(&object->lock);
		last = ksync_atomic_dec_and_test(&object->users);
		ksync_write_unlock(&object->lock);
	} else {
		ksync_read_lock(&object->lock);
		last = ksync_atomic_dec_and_test(&object->users);
		ksync_read_unlock(&object->lock);
	}
	if (last)
		explore_free(object);
}

static const struct explore_test tests[] = {
	{ "two_write", .threads = 2, .setup = names, .thread = all_write,
	  .finish = expect_two },
	{ "write_read", .threads = 2, .setup = names, .thread = first_writes,
	  .finish = show, .outcomes = "00|10" },
	{ "try", .threads = 2, .setup = names, .thread = tries, .finish = show,
	  .outcomes = "00|10|20" },
	{ "left_pending", .threads = 2, .setup = left_pending,
	  .thread = first_writes, .finish = show, .outcomes = "00|10" },
	{ "left_claim", .threads = 2, .setup = left_claim,
	  .thread = first_writes, .finish = show, .outcomes = "00|10" },
	{ "last_frees", .threads = 2, .setup = make_object,
	  .thread = last_frees },
	{ "both", .threads = 2, .setup = names, .thread = writes_and_reads,
	  .finish = show_two, .outcomes = "12|21|22", .bound = 2 },
	{ "three_read", .threads = 3, .setup = names, .thread = first_writes,
	  .finish = show, .outcomes = "00|01|10|11", .bound = 2 },
	{ "three_write", .threads = 3, .setup = names, .thread = last_reads,
	  .finish = show, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
