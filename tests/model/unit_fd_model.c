/* SPDX-License-Identifier: MIT */
/*
 * A unit's descriptor: no unit is lost or made up, whoever takes one sees what
 * was done before, nobody polls for what is there, and neither the waiter nor
 * the descriptor is touched once it is closed.
 */
#include <ksync/unit_fd.h>

#include "system.h"

static ksync_semaphore_t sem;
static ksync_completion_t done;
static ksync_unit_fd_t *f;
static int payload[EXPLORE_THREADS]; /* each thread's own */
static bool of_semaphore;
static int taken; /* by the loop */

static void give(void)
{
	if (of_semaphore)
		ksync_up(&sem);
	else
		ksync_complete(&done);
}

static bool is_there(void)
{
	return of_semaphore ? !ksync_down_trylock(&sem) :
			      ksync_try_wait_for_completion(&done);
}

static void start(int threads, bool semaphore)
{
	of_semaphore = semaphore;
	f = explore_alloc(sizeof(*f));
	ksync_sema_init(&sem, 0);
	ksync_init_completion(&done);
	explore_name(&sem.count, "count");
	explore_name(&sem.waitq, "waitq");
	explore_name(&done.word, "word");
	system_tasks(threads);
	explore_assert((semaphore ?
				ksync_unit_fd_open_semaphore(f, &sem) :
				ksync_unit_fd_open_completion(f, &done)) == 0);
}

static void two_semaphore(void)
{
	start(2, true);
}

static void two_completion(void)
{
	start(2, false);
}

static void three_semaphore(void)
{
	start(3, true);
}

static void three_completion(void)
{
	start(3, false);
}

static void take(int units)
{
	while (taken < units) {
		if (ksync_unit_fd_take(f))
			taken++;
		else
			system_poll(f->fd);
	}
}

static void end(void)
{
	ksync_unit_fd_close(f);
	explore_free(f);
}

/* Units that were given and are nowhere. */
static int given;

static void none_left(void)
{
	explore_assert(!is_there());
}

static void rest_left(void)
{
	for (; taken < given; taken++)
		explore_assert(is_there());
	explore_assert(!is_there());
}

static bool unit_there(void)
{
	return taken < given;
}

static void one_unit(int self)
{
	if (self) {
		payload[self] = 1;
		given = 1;
		give();
		return;
	}
	take(1);
	explore_assert(payload[1] == 1);
	end();
}

/* Of two givers, the loop takes both. */
static void two_units(int self)
{
	if (self) {
		payload[self] = 1;
		give();
		return;
	}
	take(2);
	explore_assert(payload[1] == 1 && payload[2] == 1);
	end();
}

/* Told of changes alone: it takes until there is nothing. */
static void edge(int self)
{
	uint32_t seen = 0;

	if (self) {
		give();
		return;
	}
	while (!taken) {
		while (ksync_unit_fd_take(f))
			taken++;
		if (!taken)
			seen = system_poll_edge(f->fd, seen);
	}
	end();
}

/* It polls before each take: two units, or one and none. */
static void one_by_one(int self)
{
	if (self) {
		give();
		give();
		return;
	}
	while (taken < 2) {
		system_poll(f->fd);
		taken += ksync_unit_fd_take(f);
	}
	end();
}

/* It ends at any moment: what it did not take is there. */
static void closes(int self)
{
	if (self) {
		give();
		return;
	}
	given = 1;
	taken = ksync_unit_fd_take(f);
	if (!taken)
		taken = ksync_unit_fd_take(f);
	explore_outcome("%d", taken);
	end();
}

/* Beside a thread that waits, too: each has one. */
static void beside(int self)
{
	if (self == 0) {
		take(1);
		end();
	} else if (self == 1) {
		give();
		give();
	} else if (of_semaphore) {
		ksync_down(&sem);
	} else {
		ksync_wait_for_completion(&done);
	}
}

/* It leaves, and the unit goes to the thread behind it. */
static void leaves(int self)
{
	if (self == 0) {
		taken = ksync_unit_fd_take(f);
		end();
		if (taken)
			give();
	} else if (self == 1) {
		give();
	} else if (of_semaphore) {
		ksync_down(&sem);
	} else {
		ksync_wait_for_completion(&done);
	}
}

static void all(int self)
{
	if (self) {
		payload[1] = 1;
		ksync_complete_all(&done);
		return;
	}
	take(2);
	explore_assert(payload[1] == 1);
	end();
}

static const struct explore_test tests[] = {
	{ "semaphore", .threads = 2, .setup = two_semaphore, .thread = one_unit,
	  .finish = none_left, .available = unit_there },
	{ "completion", .threads = 2, .setup = two_completion,
	  .thread = one_unit, .finish = none_left, .available = unit_there },
	{ "semaphore_edge", .threads = 2, .setup = two_semaphore,
	  .thread = edge, .finish = none_left },
	{ "completion_edge", .threads = 2, .setup = two_completion,
	  .thread = edge, .finish = none_left },
	{ "completion_one_by_one", .threads = 2, .setup = two_completion,
	  .thread = one_by_one, .finish = none_left },
	{ "semaphore_one_by_one", .threads = 2, .setup = two_semaphore,
	  .thread = one_by_one, .finish = none_left, .bound = 2 },
	{ "semaphore_closes", .threads = 2, .setup = two_semaphore,
	  .thread = closes, .finish = rest_left, .outcomes = "0|1" },
	{ "completion_closes", .threads = 2, .setup = two_completion,
	  .thread = closes, .finish = rest_left, .outcomes = "0|1" },
	{ "completion_all", .threads = 2, .setup = two_completion,
	  .thread = all },
	{ "semaphore_two", .threads = 3, .setup = three_semaphore,
	  .thread = two_units, .finish = none_left, .bound = 2 },
	{ "completion_two", .threads = 3, .setup = three_completion,
	  .thread = two_units, .finish = none_left, .bound = 2 },
	{ "semaphore_beside", .threads = 3, .setup = three_semaphore,
	  .thread = beside, .finish = none_left, .asleep = 1 << 0, .bound = 2 },
	{ "completion_beside", .threads = 3, .setup = three_completion,
	  .thread = beside, .finish = none_left, .asleep = 1 << 0, .bound = 2 },
	{ "semaphore_leaves", .threads = 3, .setup = three_semaphore,
	  .thread = leaves, .finish = none_left, .bound = 2 },
	{ "completion_leaves", .threads = 3, .setup = three_completion,
	  .thread = leaves, .finish = none_left, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
