/* SPDX-License-Identifier: MIT */
/*
 * SRCU: who got a pointer inside a reader may use the object to the reader's
 * end, however long ago it read the index; a grace period ends, also if readers
 * come again and again; who sleeps is woken; callbacks run once each, in order,
 * after one.
 */
#include "thing.h"

#include <ksync/srcu.h>

#include "defer/srcu.h"

static KSYNC_DEFINE_SRCU(domain);

static void domain_make(void)
{
	struct ksync__srcu_state *s;

	explore_assert(ksync_init_srcu_struct(&domain) == 0);
	s = ksync__srcu_state(&domain);
	explore_name(&s->readers.idx, "idx");
	explore_name(&s->readers.wanted, "wanted");
	explore_name(&s->seq, "seq");
	explore_name(&s->left, "left");
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int cpu = 0; cpu < 2; cpu++) {
			size_t at = (size_t)cpu << KSYNC__PERCPU_SHIFT;

			explore_name((char *)&s->readers.counts->locks[i] + at,
				     "locks[%u] of CPU %u", i, cpu);
			explore_name((char *)&s->readers.counts->unlocks[i] +
					     at,
				     "unlocks[%u] of CPU %u", i, cpu);
		}
}

static void setup(int threads)
{
	explore_name(&shared, "shared");
	system_tasks(threads);
	domain_make();
	shared = thing_make(1);
}

static void two(void)
{
	setup(2);
}

static void two_migrate(void)
{
	setup(2);
	system_migrates();
}

/* Readers add atomically. */
static void two_strangers(void)
{
	setup(2);
	system_without_sections(1u << 1);
}

static void three(void)
{
	setup(3);
}

static void not_made(void)
{
	system_tasks(2);
	shared = thing_make(1);
}

static void read_once(void)
{
	int idx = ksync_srcu_read_lock(&domain);

	explore_outcome("%d", ksync_rcu_dereference_raw(shared)->value);
	ksync_srcu_read_unlock(&domain, idx);
}

static void update(int value)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(value), true);

	ksync_synchronize_srcu(&domain);
	ksync__heap_free(old);
}

/* Thread 0 replaces the object and frees the old one; others read. */
static void replace(int self)
{
	if (self == 0)
		update(2);
	else
		read_once();
}

/* Grace periods follow each other: a reader may have its index from long
 * before. */
static void updates_twice(int self)
{
	if (self == 0) {
		update(2);
		update(3);
		return;
	}
	read_once();
}

/* The index changes and a grace period ends, between a reader's look at the
 * index and its being counted: the next one waits for it. */
static void stale_index(int self)
{
	unsigned long cookie;
	int idx;

	if (self) {
		read_once();
		return;
	}
	idx = ksync_srcu_down_read(&domain);
	cookie = ksync_start_poll_synchronize_srcu(&domain);
	ksync_srcu_up_read(&domain, idx);
	if (ksync_poll_state_synchronize_srcu(&domain, cookie))
		update(2);
}

/* An inner reader that ends does not end the outer one, also if a grace period
 * has begun in between. */
static void nested(int self)
{
	struct thing *t;
	int outer, inner;

	if (self == 0) {
		update(2);
		return;
	}
	outer = ksync_srcu_read_lock(&domain);
	t = ksync_rcu_dereference_raw(shared);
	inner = ksync_srcu_read_lock(&domain);
	explore_outcome("%d", t->value);
	ksync_srcu_read_unlock(&domain, inner);
	explore_outcome("%d", t->value);
	ksync_srcu_read_unlock(&domain, outer);
}

/* The second never sees an older object. */
static void reads_twice(int self)
{
	if (self == 0) {
		update(2);
		return;
	}
	read_once();
	read_once();
}

/* What was written before synchronize is seen by readers that begin after it,
 * and what readers wrote by who waited for them: both without other order. */
static int before, inside, ended;

static void ordered(int self)
{
	int idx;

	if (self == 0) {
		KSYNC_WRITE_ONCE(before, 1);
		ksync_synchronize_srcu(&domain);
		explore_outcome("%d", KSYNC_READ_ONCE(inside));
		return;
	}
	idx = ksync_srcu_read_lock(&domain);
	KSYNC_WRITE_ONCE(inside, 1);
	explore_outcome("%d", KSYNC_READ_ONCE(before));
	ksync_srcu_read_unlock(&domain, idx);
}

/* Each waits for grace periods of its own; what they removed is freed. */
static void two_things(void)
{
	setup(3);
	explore_name(&other, "other");
	other = thing_make(4);
}

static void two_updaters(int self)
{
	struct thing *t;
	int idx;

	if (self < 2) {
		t = ksync_rcu_replace_pointer(*(self ? &other : &shared), NULL,
					      true);
		ksync_synchronize_srcu(&domain);
		ksync__heap_free(t);
		return;
	}
	idx = ksync_srcu_read_lock(&domain);
	t = ksync_rcu_dereference_raw(shared);
	if (t)
		explore_assert(t->value == 1);
	t = ksync_rcu_dereference_raw(other);
	if (t)
		explore_assert(t->value == 4);
	ksync_srcu_read_unlock(&domain, idx);
}

/* A cookie that another's grace period serves, or does not: then the end frees
 * what was removed. That one reads before the grace period, or after it. */
static void cookie_only(void)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(2), true);
	unsigned long cookie = ksync_get_state_synchronize_srcu(&domain);

	if (ksync__srcu_is_over(ksync__srcu_state(&domain), cookie)) {
		explore_outcome("over");
		ksync__heap_free(old);
	} else {
		left = old;
	}
}

static void reads_then_waits(int self)
{
	if (self == 0) {
		cookie_only();
		return;
	}
	read_once();
	ksync_synchronize_srcu(&domain);
}

static void waits_then_reads(int self)
{
	if (self == 0) {
		cookie_only();
		return;
	}
	ksync_synchronize_srcu(&domain);
	read_once();
}

/* Polled: over, and so it may be freed; or not, and then by synchronize. */
static void polls(int self)
{
	struct thing *old;
	unsigned long cookie;

	if (self) {
		read_once();
		return;
	}
	old = ksync_rcu_replace_pointer(shared, thing_make(2), true);
	cookie = ksync_start_poll_synchronize_srcu(&domain);
	if (!ksync_poll_state_synchronize_srcu(&domain, cookie))
		ksync_synchronize_srcu(&domain);
	explore_assert(ksync_poll_state_synchronize_srcu(&domain, cookie));
	ksync__heap_free(old);
}

/* Down in thread 1, up in thread 2. */
static int handed; /* index + 1. Release and acquire */

static void handed_on(int self)
{
	int idx;

	if (self == 0) {
		update(2);
	} else if (self == 1) {
		idx = ksync_srcu_down_read(&domain);
		explore_outcome("%d", ksync_rcu_dereference_raw(shared)->value);
		ksync_smp_store_release(&handed, idx + 1);
	} else {
		while (!(idx = ksync_smp_load_acquire(&handed)))
			explore_await(&handed, false);
		ksync_srcu_up_read(&domain, idx - 1);
	}
}

/* The domain ends as soon as its reader has. */
static void ends(int self)
{
	ksync_srcu_struct_t *d = (ksync_srcu_struct_t *)shared;
	int idx;

	if (self == 0) {
		while (!KSYNC_READ_ONCE(inside))
			explore_await(&inside, false);
		ksync_synchronize_srcu(d);
		ksync_cleanup_srcu_struct(d);
		ksync__heap_free(d);
		return;
	}
	idx = ksync_srcu_read_lock(d);
	KSYNC_WRITE_ONCE(inside, 1);
	ksync_srcu_read_unlock(d, idx);
}

static void short_lived(void)
{
	ksync_srcu_struct_t *d = ksync__heap_alloc(sizeof(*d) + 32);

	system_tasks(2);
	explore_assert(ksync_init_srcu_struct(d) == 0);
	shared = (struct thing *)d;
}

/* Thread 0 makes the domain's state, thread 1 finds it. */
static void first_use(int self)
{
	if (self == 0)
		(void)ksync__srcu_state(&domain);
	else if (KSYNC_READ_ONCE(domain.state))
		explore_assert(ksync_srcu_read_lock(&domain) == 0);
}

static void first_look(int self)
{
	if (self == 0)
		(void)ksync__srcu_state(&domain);
	else if (KSYNC_READ_ONCE(domain.state))
		explore_assert(ksync__srcu_state(&domain)->readers.counts);
}

/* As a fork's child, or the runner, does. */
static void walk(int self)
{
	struct ksync__srcu_state *s;

	if (self == 0) {
		(void)ksync__srcu_state(&domain);
		return;
	}
	for (s = ksync__srcu_states(); s; s = s->next)
		explore_assert(s->readers.counts);
}

/* ---- callbacks: thread 0 is the runner ---- */

static void worker_setup(int threads)
{
	setup(threads);
	/* It begins with this. */
	system_servant_starts();
	ksync_call_srcu(&domain, &first_call, nothing);
}

static void worker_two(void)
{
	worker_setup(2);
}

static void retire(int value)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(value), true);

	ksync_call_srcu(&domain, &old->head, freed);
}

static void call(int self)
{
	if (self == 0)
		system_servant();
	else
		retire(2);
}

/* The callback waits for a reader that the caller ends: it sees that. */
static void sees_the_end(ksync_rcu_head_t *head)
{
	(void)head;
	explore_assert(ended);
	calls = 1;
}

static void call_in_reader(int self)
{
	int idx;

	if (self == 0) {
		system_servant();
		return;
	}
	idx = ksync_srcu_read_lock(&domain);
	ksync_call_srcu(&domain, &first_call, sees_the_end);
	ended = 1;
	ksync_srcu_read_unlock(&domain, idx);
}

/* Its plain stores are visible to who waited. */
static void barrier(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	retire(2);
	ksync_srcu_barrier(&domain);
	explore_assert(calls == 1);
}

/* ---- fork: thread 0 copies the process ---- */

static void not_copied(void)
{
}

static void fork_and_wait(int self)
{
	bool child;

	if (self) {
		read_once();
		return;
	}
	child = system_fork(not_copied);
	if (child)
		ksync_synchronize_srcu(&domain);
	explore_outcome("%s", child ? "child" : "parent");
}

/* The forking thread's own reader ends in both. */
static void fork_in_reader(int self)
{
	int idx;
	bool child;

	if (self) {
		ksync_synchronize_srcu(&domain);
		return;
	}
	idx = ksync_srcu_read_lock(&domain);
	child = system_fork(not_copied);
	ksync_srcu_read_unlock(&domain, idx);
	if (child)
		ksync_synchronize_srcu(&domain);
	explore_outcome("%s", child ? "child" : "parent");
}

#define TWO .threads = 2, .finish = end
#define THREE .threads = 3, .finish = end
#define WORKER .servants = 1, .asleep = 1

static const struct explore_test tests[] = {
	{ "replace", TWO, .setup = two, .thread = replace, .outcomes = "1|2" },
	{ "replace_migrates", TWO, .setup = two_migrate, .thread = replace,
	  .outcomes = "1|2", .bound = 2 },
	{ "replace_strangers", TWO, .setup = two_strangers, .thread = replace,
	  .outcomes = "1|2" },
	{ "replace_spurious", TWO, .setup = two, .thread = replace,
	  .spurious = 1, .outcomes = "1|2", .bound = 2 },
	{ "replace_spins", TWO, .setup = two, .thread = replace, .spins = 2,
	  .outcomes = "1|2", .bound = 2 },
	{ "updates_twice", TWO, .setup = two, .thread = updates_twice,
	  .outcomes = "1|2|3", .bound = 2 },
	{ "stale_index", TWO, .setup = two_strangers, .thread = stale_index,
	  .outcomes = "1|2" },
	{ "nested", TWO, .setup = two, .thread = nested, .outcomes = "11|22",
	  .bound = 2 },
	{ "reads_twice", TWO, .setup = two, .thread = reads_twice,
	  .outcomes = "11|12|22", .bound = 2 },
	{ "ordered", TWO, .setup = two, .thread = ordered },
	{ "reads_then_waits", .threads = 2, .setup = two,
	  .thread = reads_then_waits, .finish = end_left },
	{ "waits_then_reads", .threads = 2, .setup = two,
	  .thread = waits_then_reads, .finish = end_left },
	{ "first_use", TWO, .setup = not_made, .thread = first_use },
	{ "first_look", TWO, .setup = not_made, .thread = first_look },
	{ "walk", TWO, .setup = not_made, .thread = walk },
	{ "polls", TWO, .setup = two, .thread = polls, .outcomes = "1|2",
	  .bound = 3 },
	{ "ends", .threads = 2, .setup = short_lived, .thread = ends },

	{ "call", .threads = 2, .setup = worker_two, .thread = call, WORKER,
	  .finish = expect_1, .release = true },
	{ "call_in_reader", .threads = 2, .setup = two,
	  .thread = call_in_reader, .servants = 1, .finish = expect_1,
	  .bound = 2 },
	{ "call_first", .threads = 2, .setup = two, .thread = call,
	  .servants = 1, .finish = expect_1 },
	{ "barrier", .threads = 2, .setup = worker_two, .thread = barrier,
	  WORKER, .finish = expect_1, .release = true },

	{ "fork", TWO, .setup = two, .thread = fork_and_wait },
	{ "fork_in_reader", TWO, .setup = two, .thread = fork_in_reader,
	  .outcomes = "child|parent" },

	{ "two_readers", THREE, .setup = three, .thread = replace, .bound = 3 },
	{ "two_updaters", .threads = 3, .setup = two_things,
	  .thread = two_updaters, .bound = 3 },
	{ "handed_on", THREE, .setup = three, .thread = handed_on, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
