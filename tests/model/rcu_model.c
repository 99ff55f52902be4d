/* SPDX-License-Identifier: MIT */
/*
 * RCU: who got a pointer inside a reader may use the object to the reader's
 * end; a grace period ends; callbacks run once each, in order, after one; a
 * process is copied while nobody is inside liburcu.
 *
 * Readers, src/defer/rcu.c and src/defer/rcu_call.c are the library's, liburcu
 * is the one of urcu.c.
 */
#include "thing.h"

#include <ksync/mutex.h>
#include <ksync/rcu.h>
#include <urcu/urcu-memb.h>

#include "defer/rcu_gp.h"
#include "defer/rcu_spare.h"

/* From here on the thread is registered, and reads inline. */
static void reader_make(int self)
{
	(void)self;
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	explore_assert(!ksync__rcu.counter == !urcu_memb_has_sys_membarrier);
}

static void setup(int threads, int readers)
{
	urcu_names();
	explore_name(&shared, "shared");
	system_tasks(threads);
	for (int i = threads - readers; i < threads; i++)
		explore_as(i, reader_make);
	shared = thing_make(1);
}

static void one_reader(void)
{
	setup(2, 1);
}

static void one_reader_asleep(void)
{
	urcu_sleeps = true;
	one_reader();
}

static void no_reader(void)
{
	setup(2, 0);
}

static void two_readers(void)
{
	setup(3, 2);
}

/* Without liburcu: lost, as in a fork's child. */
static void spare(void)
{
	ksync__rcu_spare_replace();
	one_reader();
}

static void spare_unregistered(void)
{
	ksync__rcu_spare_replace();
	setup(2, 0);
}

static void spare_two_readers(void)
{
	ksync__rcu_spare_replace();
	setup(3, 2);
}

static void late_make(int self)
{
	system_task(self)->late = true;
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
	explore_assert(!ksync__rcu.counter);
}

/* A thread that liburcu's registry cannot have, and that has barriers of its
 * own. */
static void late_reader(void)
{
	setup(2, 0);
	explore_as(1, late_make);
}

static void update(int value);
static void show_value(const struct thing *t);

/* Readers with barriers of their own, when membarrier begins to fail. */
static void late_alone(void)
{
	ksync__rcu_spare_replace();
	late_reader();
}

static void updater_registered(void)
{
	setup(2, 0);
	explore_as(0, reader_make);
}

/* It registers there, and reads inline. */
static void registers_spare(int self)
{
	if (self == 0) {
		update(2);
		return;
	}
	ksync__rcu_spare_register(ksync_current());
	ksync_rcu_read_lock();
	show_value(ksync_rcu_dereference(shared));
	ksync_rcu_read_unlock();
}

/* Its record was in the list of readers until a grace period met it. */
static void read_before(int self)
{
	late_make(self);
	ksync__rcu_spare_unregister(ksync_current());
}

static void waits(int self)
{
	(void)self;
	ksync_synchronize_rcu();
}

static void late_again(void)
{
	setup(2, 0);
	explore_as(1, read_before);
	explore_as(0, waits);
}

static void late_unregistered(void)
{
	setup(2, 0);
	system_task(1)->late = true;
}

static void both_readers(void)
{
	setup(2, 2);
}

static void late_and_registered(void)
{
	setup(3, 1);
	explore_as(1, late_make);
}

static void two_readers_asleep(void)
{
	urcu_sleeps = true;
	two_readers();
}

static void three_no_reader(void)
{
	setup(3, 0);
}

static void without_membarrier(void)
{
	urcu_memb_has_sys_membarrier = 0;
	setup(2, 1);
}

static void show_value(const struct thing *t)
{
	explore_outcome("%d", t->value);
}

static void update(int value)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(value), true);

	ksync_synchronize_rcu();
	ksync__heap_free(old);
}

/* Thread 0 replaces the object and frees the old one; others read. */
static void replace(int self)
{
	if (self == 0) {
		update(2);
		return;
	}
	ksync_rcu_read_lock();
	show_value(ksync_rcu_dereference(shared));
	ksync_rcu_read_unlock();
}

/* An inner reader that ends does not end the outer one. */
static void nested(int self)
{
	struct thing *t;

	if (self == 0) {
		update(2);
		return;
	}
	ksync_rcu_read_lock();
	t = ksync_rcu_dereference(shared);
	ksync_rcu_read_lock();
	show_value(t);
	ksync_rcu_read_unlock();
	show_value(t);
	ksync_rcu_read_unlock();
}

/* A reader after the other: the second one never sees an older object. */
static void reads_twice(int self)
{
	int first, second;

	if (self == 0) {
		update(2);
		return;
	}
	ksync_rcu_read_lock();
	first = ksync_rcu_dereference(shared)->value;
	ksync_rcu_read_unlock();
	ksync_rcu_read_lock();
	second = ksync_rcu_dereference(shared)->value;
	ksync_rcu_read_unlock();
	explore_assert(first <= second);
	explore_outcome("%d%d", first, second);
}

/* Grace periods follow each other: a reader may have its phase from long
 * before. */
static void updates_twice(int self)
{
	if (self == 0) {
		update(2);
		update(3);
		return;
	}
	replace(self);
}

/* Threads 0 and 1 wait for grace periods at once; what they had removed is
 * freed by each. */
static void two_things(void)
{
	setup(3, 1);
	explore_name(&other, "other");
	other = thing_make(4);
}

static void two_things_asleep(void)
{
	urcu_sleeps = true;
	two_things();
}

/* One waits for the other's to be over, and then makes its own. */
static void grace_period_each(int self)
{
	(void)self;
	ksync_synchronize_rcu();
}

/* Who waits while others' grace periods come and go need not make one. */
static void follows(int self)
{
	if (self == 1) {
		update(2);
		return;
	}
	ksync_synchronize_rcu();
	ksync_synchronize_rcu();
	replace(2);
}

static void two_updaters(int self)
{
	struct thing *t;

	if (self < 2) {
		t = ksync_rcu_replace_pointer(*(self ? &other : &shared), NULL,
					      true);
		ksync_synchronize_rcu();
		ksync__heap_free(t);
		return;
	}
	ksync_rcu_read_lock();
	t = ksync_rcu_dereference(shared);
	if (t)
		explore_assert(t->value == 1);
	t = ksync_rcu_dereference(other);
	if (t)
		explore_assert(t->value == 4);
	ksync_rcu_read_unlock();
}

/* What was written before synchronize is seen by readers that begin after it,
 * and what readers wrote by who waited for them: both without other order. */
static int before, inside;

static void ordered(int self)
{
	if (self == 0) {
		KSYNC_WRITE_ONCE(before, 1);
		ksync_synchronize_rcu();
		explore_outcome("%d", KSYNC_READ_ONCE(inside));
		return;
	}
	ksync_rcu_read_lock();
	KSYNC_WRITE_ONCE(inside, 1);
	explore_outcome("%d", KSYNC_READ_ONCE(before));
	ksync_rcu_read_unlock();
}

/*
 * A cookie that another's grace period serves, or does not: then the end frees
 * what was removed. That one reads before the grace period, or after it.
 */
static void cookie_only(void)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(2), true);
	unsigned long cookie = ksync_get_state_synchronize_rcu();

	if (ksync__rcu_is_over(cookie)) {
		explore_outcome("over");
		ksync__heap_free(old);
	} else {
		left = old;
	}
}

static void read_once(void)
{
	ksync_rcu_read_lock();
	show_value(ksync_rcu_dereference(shared));
	ksync_rcu_read_unlock();
}

static void reads_then_waits(int self)
{
	if (self == 0) {
		cookie_only();
		return;
	}
	read_once();
	ksync_synchronize_rcu();
}

static void waits_then_reads(int self)
{
	if (self == 0) {
		cookie_only();
		return;
	}
	ksync_synchronize_rcu();
	read_once();
}

/* Over without a wait, or after it. */
static void cond(int self)
{
	struct thing *old;

	if (self) {
		ksync_synchronize_rcu();
		read_once();
		return;
	}
	old = ksync_rcu_replace_pointer(shared, thing_make(2), true);
	ksync_cond_synchronize_rcu(ksync_get_state_synchronize_rcu());
	ksync__heap_free(old);
}

/* The thread ends inside the reader, which is reported and ends it. */
static void exit_setup(void)
{
	setup(2, 1);
	system_expect_reports();
}

static void exit_inside(int self)
{
	if (self == 0) {
		update(2);
		return;
	}
	ksync_rcu_read_lock();
	show_value(ksync_rcu_dereference(shared));
}

static void end_reported(void)
{
	explore_assert(system_reports() == 1);
	end();
}

/*
 * Callbacks. Thread 0 is the worker.
 */
static void worker_setup(int threads, int readers)
{
	setup(threads, readers);
	/* It begins with this. */
	system_servant_starts();
	ksync_call_rcu(&first_call, nothing);
}

static void worker_one(void)
{
	worker_setup(2, 1);
}

static void worker_two(void)
{
	worker_setup(3, 2);
}

static void worker_none(void)
{
	setup(2, 0);
}

static void worker_ends(void)
{
	system_servant_ends();
	worker_setup(2, 1);
}

static void worker_none_ends(void)
{
	system_servant_ends();
	setup(2, 0);
}

static void worker_none_three(void)
{
	setup(3, 0);
}

static void retire(int value)
{
	struct thing *old =
		ksync_rcu_replace_pointer(shared, thing_make(value), true);

	ksync_call_rcu(&old->head, freed);
}

static void expect_12(void)
{
	explore_assert(calls == 12);
	end();
}

/* Thread 1 removes one object, or two. */
static void call(int self)
{
	if (self == 0)
		system_servant();
	else
		retire(2);
}

static void call_two(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	retire(2);
	retire(3);
}

/* Thread 2 reads what thread 1 retires. */
static void call_and_read(int self)
{
	if (self < 2) {
		call(self);
		return;
	}
	ksync_rcu_read_lock();
	show_value(ksync_rcu_dereference(shared));
	ksync_rcu_read_unlock();
}

/* Both call at once: each callback runs, in some order. */
static ksync_rcu_head_t heads[EXPLORE_THREADS];

static void counted(ksync_rcu_head_t *head)
{
	(void)head;
	calls++;
}

static void call_both(int self)
{
	if (self == 0)
		system_servant();
	else
		ksync_call_rcu(&heads[self], counted);
}

static void expect_both(void)
{
	explore_assert(calls == 2);
	end();
}

/* A callback that calls: the worker finds what itself has pushed. */
static void again(ksync_rcu_head_t *head)
{
	if (++calls == 1)
		ksync_call_rcu(head, again);
}

static void call_again(int self)
{
	if (self == 0)
		system_servant();
	else
		ksync_call_rcu(&heads[1], again);
}

/* A callback that sleeps in a lock: the wake-up that was meant for the worker
 * may end that sleep. */
static KSYNC_DEFINE_MUTEX(busy);

static void sleeps(ksync_rcu_head_t *head)
{
	ksync_mutex_lock(&busy);
	ksync_mutex_unlock(&busy);
	counted(head);
}

static void call_sleeps(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	ksync_mutex_lock(&busy);
	ksync_call_rcu(&heads[0], sleeps);
	ksync_call_rcu(&heads[1], counted);
	ksync_mutex_unlock(&busy);
}

/* Who runs callbacks makes the grace period before it sleeps, or ends. */
static unsigned long cookie;

static void starts(int self)
{
	if (self == 0)
		system_servant();
	else
		cookie = ksync_start_poll_synchronize_rcu();
}

static void expect_over(void)
{
	explore_assert(ksync__rcu_is_over(cookie));
	end();
}

/* kfree_rcu() frees without a callback. */
static void kfree(int self)
{
	struct thing *old;

	if (self == 0) {
		system_servant();
		return;
	}
	old = ksync_rcu_replace_pointer(shared, thing_make(2), true);
	ksync_kfree_rcu(old, head);
}

/* The barrier returns when what was called before has run: its plain stores are
 * visible, and the frame that it used is left. */
static void barrier(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	retire(2);
	ksync_rcu_barrier();
	explore_assert(calls == 1);
}

/* There is no worker yet: the first call has it made. */
static void barrier_alone(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	ksync_rcu_barrier();
	explore_outcome("back");
}

/*
 * Fork: thread 0 copies the process.
 */
static bool child;

static void not_copied(void)
{
}

/* The child uses liburcu only if it is whole. */
static bool forks(void)
{
	bool is_child = system_fork(not_copied);

	if (is_child && !ksync__rcu_spare_replaces())
		urcu_is_whole();
	return is_child;
}

/* In the child grace periods end, though the others' readers never will. */
static void fork_and_wait(void)
{
	child = forks();
	if (child)
		ksync_synchronize_rcu();
	explore_outcome("%s", child ? "child" : "parent");
}

/* While another thread becomes a reader, and is one. */
static void fork_reader(int self)
{
	if (self == 0) {
		fork_and_wait();
		return;
	}
	ksync_rcu_read_lock();
	ksync_rcu_read_unlock();
}

/* While another waits for a grace period. */
static void fork_grace_period(int self)
{
	if (self == 0)
		fork_and_wait();
	else
		ksync_synchronize_rcu();
}

/* While another, a reader, ends. */
static void fork_exit(int self)
{
	if (self == 0)
		fork_and_wait();
}

/* What the worker has not begun runs in the child, too: there the barrier
 * stands in for it. */
static int marks;

static void mark(ksync_rcu_head_t *head)
{
	(void)head;
	KSYNC_WRITE_ONCE(marks, KSYNC_READ_ONCE(marks) + 1);
}

static void fork_call(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	ksync_call_rcu(&heads[self], mark);
	child = forks();
	if (child)
		ksync_rcu_barrier();
	explore_outcome("%s", child ? "child" : "parent");
}

/* Who waits for callbacks forks in a handler: in the child it comes back, too,
 * wherever the worker was with them. */
static void forks_in_barrier(void)
{
	child = forks();
}

static void fork_barrier(int self)
{
	if (self == 0) {
		system_servant();
		return;
	}
	system_interrupt(forks_in_barrier);
	ksync_rcu_barrier();
	explore_outcome("%s", child ? "child" : "parent");
}

static void end_marked(void)
{
	explore_outcome("%d", marks);
	end();
}

#define TWO .threads = 2, .finish = end
#define THREE .threads = 3, .finish = end
#define WORKER .servants = 1, .asleep = 1

static const struct explore_test tests[] = {
	{ "replace", TWO, .setup = one_reader, .thread = replace,
	  .outcomes = "1|2" },
	{ "replace_asleep", TWO, .setup = one_reader_asleep, .thread = replace,
	  .outcomes = "1|2" },
	{ "replace_spurious", TWO, .setup = one_reader_asleep,
	  .thread = replace, .spurious = 1, .outcomes = "1|2" },
	{ "replace_no_membarrier", TWO, .setup = without_membarrier,
	  .thread = replace, .outcomes = "1|2" },
	{ "replace_unregistered", TWO, .setup = no_reader, .thread = replace,
	  .outcomes = "1|2" },
	{ "nested", TWO, .setup = one_reader, .thread = nested,
	  .outcomes = "11|22" },
	{ "reads_twice", TWO, .setup = one_reader, .thread = reads_twice,
	  .outcomes = "11|12|22" },
	{ "updates_twice", TWO, .setup = one_reader, .thread = updates_twice,
	  .outcomes = "1|2|3" },
	{ "two_grace_periods", TWO, .setup = no_reader,
	  .thread = grace_period_each },
	{ "follows", TWO, .setup = no_reader, .thread = follows,
	  .outcomes = "1|2", .bound = 3 },
	{ "spare", TWO, .setup = spare, .thread = replace, .outcomes = "1|2" },
	{ "spare_spins", TWO, .setup = spare, .thread = replace, .spins = 2,
	  .outcomes = "1|2" },
	{ "spare_spurious", TWO, .setup = spare, .thread = replace,
	  .spurious = 1, .outcomes = "1|2" },
	{ "spare_unregistered", TWO, .setup = spare_unregistered,
	  .thread = replace, .outcomes = "1|2" },
	{ "spare_nested", TWO, .setup = spare, .thread = nested,
	  .outcomes = "11|22", .bound = 2 },
	{ "spare_reads_twice", TWO, .setup = spare, .thread = reads_twice,
	  .outcomes = "11|12|22", .bound = 2 },
	{ "spare_updates_twice", TWO, .setup = spare, .thread = updates_twice,
	  .outcomes = "1|2|3" },
	{ "spare_ordered", TWO, .setup = spare, .thread = ordered },
	{ "spare_exit", TWO, .setup = spare, .thread = replace, .exits = true,
	  .outcomes = "1|2" },
	{ "spare_two_readers", THREE, .setup = spare_two_readers,
	  .thread = replace, .bound = 2 },
	{ "late", TWO, .setup = late_reader, .thread = replace,
	  .outcomes = "1|2" },
	{ "late_no_membarrier", TWO, .setup = late_alone, .thread = replace,
	  .barrier_fails = true, .outcomes = "1|2" },
	{ "late_registers", TWO, .setup = updater_registered,
	  .thread = registers_spare, .outcomes = "1|2" },
	{ "late_again", TWO, .setup = late_again, .thread = registers_spare,
	  .outcomes = "1|2" },
	{ "late_nested", TWO, .setup = late_reader, .thread = nested,
	  .outcomes = "11|22" },
	{ "late_first", TWO, .setup = late_unregistered, .thread = replace,
	  .outcomes = "1|2" },
	{ "late_updates_twice", TWO, .setup = late_reader,
	  .thread = updates_twice, .outcomes = "1|2|3" },
	{ "late_and_registered", THREE, .setup = late_and_registered,
	  .thread = replace, .bound = 2 },
	{ "ordered", TWO, .setup = one_reader, .thread = ordered },
	{ "reads_then_waits", .threads = 2, .setup = one_reader,
	  .thread = reads_then_waits, .finish = end_left },
	{ "reads_then_waits_bare", .threads = 2, .setup = without_membarrier,
	  .thread = reads_then_waits, .finish = end_left },
	{ "waits_then_reads", .threads = 2, .setup = one_reader,
	  .thread = waits_then_reads, .finish = end_left },
	{ "waits_then_reads_bare", .threads = 2, .setup = without_membarrier,
	  .thread = waits_then_reads, .finish = end_left },
	{ "cond", TWO, .setup = one_reader, .thread = cond, .bound = 2 },
	{ "exit_outside", TWO, .setup = one_reader, .thread = replace,
	  .exits = true, .outcomes = "1|2" },
	{ "exit_inside", .threads = 2, .setup = exit_setup,
	  .thread = exit_inside, .finish = end_reported, .exits = true,
	  .outcomes = "1|2" },

	{ "call", .threads = 2, .setup = worker_one, .thread = call, WORKER,
	  .finish = expect_1 },
	{ "call_idle", .threads = 2, .setup = worker_ends, .thread = call,
	  .servants = 1, .finish = expect_1 },
	{ "call_idle_twice", .threads = 2, .setup = worker_none_ends,
	  .thread = call_two, .servants = 1, .finish = expect_12 },
	{ "call_two", .threads = 2, .setup = worker_one, .thread = call_two,
	  WORKER, .finish = expect_12 },
	{ "call_again", .threads = 2, .setup = worker_one, .thread = call_again,
	  WORKER, .finish = expect_both },
	{ "call_sleeps", .threads = 2, .setup = worker_one,
	  .thread = call_sleeps, WORKER, .finish = expect_both, .bound = 2 },
	{ "call_first", .threads = 2, .setup = worker_none, .thread = call,
	  .servants = 1, .finish = expect_1 },
	{ "starts", .threads = 2, .setup = worker_one, .thread = starts, WORKER,
	  .finish = expect_over },
	{ "starts_idle", .threads = 2, .setup = worker_ends, .thread = starts,
	  .servants = 1, .finish = expect_over },
	{ "starts_first", .threads = 2, .setup = worker_none, .thread = starts,
	  .servants = 1, .finish = expect_over },
	{ "kfree", TWO, .setup = worker_one, .thread = kfree, WORKER },
	{ "barrier", .threads = 2, .setup = worker_one, .thread = barrier,
	  WORKER, .finish = expect_1 },
	{ "barrier_alone", TWO, .setup = worker_none, .thread = barrier_alone,
	  .servants = 1, .outcomes = "back" },

	{ "fork_reader", TWO, .setup = no_reader, .thread = fork_reader,
	  .outcomes = "child|parent" },
	{ "fork_registered", TWO, .setup = one_reader, .thread = fork_reader,
	  .outcomes = "child|parent" },
	{ "fork_grace_period", TWO, .setup = no_reader,
	  .thread = fork_grace_period, .outcomes = "child|parent" },
	{ "fork_grace_period_registered", TWO, .setup = both_readers,
	  .thread = fork_grace_period, .outcomes = "child|parent" },
	{ "fork_exit", TWO, .setup = one_reader, .thread = fork_exit,
	  .exits = true, .outcomes = "child|parent" },
	{ "fork_barrier", TWO, .setup = worker_one, .thread = fork_barrier,
	  WORKER, .outcomes = "child|parent" },
	{ "fork_call", .threads = 2, .setup = worker_one, .thread = fork_call,
	  WORKER, .finish = end_marked, .outcomes = "child0|child1|parent1",
	  .bound = 2 },

	{ "nested_asleep", TWO, .setup = one_reader_asleep, .thread = nested,
	  .outcomes = "11|22", .bound = 2 },
	{ "updates_twice_asleep", TWO, .setup = one_reader_asleep,
	  .thread = updates_twice, .outcomes = "1|2|3", .bound = 2 },
	{ "exit_asleep", TWO, .setup = one_reader_asleep, .thread = replace,
	  .exits = true, .outcomes = "1|2", .bound = 2 },
	{ "two_readers", THREE, .setup = two_readers, .thread = replace },
	{ "two_readers_asleep", THREE, .setup = two_readers_asleep,
	  .thread = replace, .bound = 3 },
	{ "two_updaters_asleep", .threads = 3, .setup = two_things_asleep,
	  .thread = two_updaters, .bound = 3 },
	{ "two_readers_unregistered", THREE, .setup = three_no_reader,
	  .thread = replace, .bound = 3 },
	{ "two_updaters", .threads = 3, .setup = two_things,
	  .thread = two_updaters, .bound = 2 },
	{ "call_and_read", .threads = 3, .setup = worker_two,
	  .thread = call_and_read, WORKER, .finish = expect_1 },
	{ "call_both", .threads = 3, .setup = worker_two, .thread = call_both,
	  WORKER, .finish = expect_both },
	{ "call_both_first", .threads = 3, .setup = worker_none_three,
	  .thread = call_both, .servants = 1, .finish = expect_both,
	  .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
