/* SPDX-License-Identifier: MIT */
/*
 * percpu_rwsem: who writes is alone, and sees what was done before, by readers
 * that come the open way or the closed one, migrate between beginning and end,
 * have no sections, or open it again; nobody waits while it could go in.
 */
#include <ksync/atomic.h>
#include <ksync/percpu_rwsem.h>

#include "system.h"

static KSYNC_DEFINE_PERCPU_RWSEM(sem);
static int payload;		  /* under sem */
static int seen[EXPLORE_THREADS]; /* each thread's own: what it read */
static int gave_up;

static const struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

static void names(int threads)
{
	explore_name(&sem.ksync__closed, "closed");
	explore_name(&sem.ksync__block, "block");
	explore_name(&sem.ksync__waiter, "waiter");
	explore_name(&sem.ksync__writers.count, "writers");
	explore_name(&payload, "payload");
	system_tasks(threads);
}

/* It is open at first. */
static void open(int threads)
{
	names(threads);
	explore_assert(ksync_percpu_init_rwsem(&sem) == 0);
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		size_t at = (size_t)cpu << KSYNC__PERCPU_SHIFT;

		explore_name((char *)sem.ksync__counts + at, "began on CPU %u",
			     cpu);
		explore_name((char *)(sem.ksync__counts + 1) + at,
			     "ended on CPU %u", cpu);
	}
}

static void write_nothing(int self)
{
	(void)self;
	ksync_percpu_down_write(&sem);
	ksync_percpu_up_write(&sem);
}

static void closed(int threads)
{
	open(threads);
	explore_as(0, write_nothing);
}

static void two_open(void)
{
	open(2);
}

static void two_closed(void)
{
	closed(2);
}

static void two_open_migrate(void)
{
	open(2);
	system_migrates();
}

static void two_strangers(void)
{
	open(2);
	system_without_sections(1u << 1);
}

/* Its counts will be where others were. */
static void two_new(void)
{
	long *used = ksync__percpu_alloc(2 * sizeof(long));

	names(2);
	used[0] = used[1] = 5;
	ksync__percpu_free(used, 2 * sizeof(long));
}

static void three_closed(void)
{
	closed(3);
}

static void three_closed_migrate(void)
{
	closed(3);
	system_migrates();
}

static void take_read(int self)
{
	(void)self;
	ksync_percpu_down_read(&sem);
}

static void take_write(int self)
{
	(void)self;
	ksync_percpu_down_write(&sem);
}

/* Thread 0 has it at first. */
static void two_read(void)
{
	open(2);
	explore_as(0, take_read);
}

static void three_read(void)
{
	closed(3);
	system_migrates();
	explore_as(0, take_read);
}

static void two_written(void)
{
	open(2);
	explore_as(0, take_write);
}

/* The next reader of the closed way finds that it is worth to open it. */
static void two_to_be_opened(void)
{
	closed(2);
	sem.ksync__counts[0] = (1 << 20) + 1;
	sem.ksync__counts[1] = (1 << 20) + 2;
	*(long *)((char *)sem.ksync__counts + (1 << KSYNC__PERCPU_SHIFT)) = 1;
	sem.ksync__written = 0;
}

static void opened_or_not(void)
{
	explore_outcome(sem.ksync__closed ? "closed" : "opened");
}

static bool is_open(void)
{
	return !ksync_percpu_is_read_locked(&sem) &&
	       !ksync_percpu_is_write_locked(&sem);
}

static void wrote(int times)
{
	explore_assert(is_open());
	explore_assert(ksync_atomic_long_read(&sem.ksync__writers.count) == 0);
	explore_assert(!sem.ksync__waiter);
	explore_assert(payload == times);
	for (int i = 0; i < EXPLORE_THREADS; i++)
		explore_assert(seen[i] >= 0 && seen[i] <= times);
}

static void once(void)
{
	wrote(1);
}

static void twice(void)
{
	wrote(2);
}

static void once_and_opened(void)
{
	once();
	opened_or_not();
}

static void once_unless_late(void)
{
	wrote(1 - gave_up);
}

/* The section of a writer, and of a reader: plain accesses, so that a race is
 * found. */
static void write_it(void)
{
	payload++;
}

static void read_it(void)
{
	seen[explore_self()] = payload;
}

static void write_once(void)
{
	ksync_percpu_down_write(&sem);
	write_it();
	ksync_percpu_up_write(&sem);
}

static void read_once(void)
{
	ksync_percpu_down_read(&sem);
	read_it();
	ksync_percpu_up_read(&sem);
}

static void first_writes(int self)
{
	if (self == 0)
		write_once();
	else
		read_once();
}

static void all_write(int self)
{
	(void)self;
	write_once();
}

static void write_or_try(int self)
{
	if (self == 0) {
		write_once();
	} else if (ksync_percpu_down_read_trylock(&sem)) {
		read_it();
		ksync_percpu_up_read(&sem);
	}
}

static void reader_ends(int self)
{
	if (self == 0) {
		read_it();
		ksync_percpu_up_read(&sem);
	} else if (self == 1) {
		write_once();
	} else {
		read_once();
	}
}

/* A reader that finds the writer begins and ends while another, which is the
 * same thread here, is still in. */
static void holder_tries(int self)
{
	if (self == 1) {
		write_once();
		return;
	}
	if (ksync_percpu_down_read_trylock(&sem))
		ksync_percpu_up_read(&sem);
	read_it();
	ksync_percpu_up_read(&sem);
}

static void writer_ends(int self)
{
	if (self == 0) {
		write_it();
		ksync_percpu_up_write(&sem);
	} else {
		read_once();
	}
}

/* Who reads the closed way may open it, and reads the open way then. */
static void reads_twice(int self)
{
	if (self == 0) {
		write_once();
		return;
	}
	read_once();
	read_once();
}

static void try_twice(int self)
{
	write_or_try(self);
	if (self)
		write_or_try(self);
}

/* The end of its write does not touch the other's. */
static void write_and_try(int self)
{
	write_once();
	if (self == 0)
		return;
	if (ksync_percpu_down_read_trylock(&sem)) {
		read_it();
		ksync_percpu_up_read(&sem);
	}
}

static void writes_twice(int self)
{
	if (self == 0) {
		write_once();
		write_once();
		return;
	}
	read_once();
}

/* It is made by another thread. */
static void make_or_read(int self)
{
	(void)self;
	ksync_percpu_down_read(&sem);
}

static void make_or_ask(int self)
{
	if (self == 0)
		write_once();
	else
		explore_assert(!ksync_percpu_is_read_locked(&sem));
}

static void give_up_or_write(int ret)
{
	gave_up = ret != 0;
	explore_outcome("%d", gave_up);
	if (gave_up)
		return;
	write_it();
	ksync_percpu_up_write(&sem);
}

static void timed_writer(int self)
{
	if (self == 0)
		reader_ends(0);
	else
		give_up_or_write(ksync_percpu_down_write_until(&sem, &soon));
}

static void interrupted_writer(int self)
{
	if (self == 0) {
		read_it();
		ksync_task_interrupt(system_task(1));
		ksync_percpu_up_read(&sem);
	} else {
		give_up_or_write(ksync_percpu_down_write_interruptible(&sem));
	}
}

/* ---- fork: thread 0 copies the process, and reads ---- */

static void not_copied(void)
{
}

/* Thread 1 waits to write then: it is not in the child. */
static void forks(int self)
{
	bool child;

	if (self) {
		write_once();
		return;
	}
	child = system_fork(not_copied);
	ksync_percpu_up_read(&sem);
	if (child && payload == 0)
		write_once();
	explore_outcome("%s", child ? "child" : "parent");
}

#define TWO .threads = 2, .available = is_open
#define THREE .threads = 3, .available = is_open

static const struct explore_test tests[] = {
	{ "open", .setup = two_open, .thread = first_writes, .finish = once,
	  TWO, .bound = 2 },
	{ "open_migrates", .setup = two_open_migrate, .thread = first_writes,
	  .finish = once, TWO, .bound = 3 },
	{ "open_stranger", .setup = two_strangers, .thread = first_writes,
	  .finish = once, TWO, .bound = 2 },
	{ "open_barrier_fails", .setup = two_open, .thread = first_writes,
	  .finish = once, TWO, .barrier_fails = true, .bound = 3 },
	{ "open_spurious", .setup = two_open, .thread = first_writes,
	  .finish = once, TWO, .spurious = 1, .bound = 3 },
	{ "closed", .setup = two_closed, .thread = first_writes, .finish = once,
	  TWO, .bound = 2 },
	{ "new", .setup = two_new, .thread = first_writes, .finish = once, TWO,
	  .bound = 3 },
	{ "new_read", .setup = two_new, .thread = make_or_read, TWO },
	{ "new_ask", .setup = two_new, .thread = make_or_ask, .finish = once,
	  TWO },
	{ "try", .setup = two_open, .thread = write_or_try, .finish = once,
	  TWO },
	{ "try_closed", .setup = two_closed, .thread = write_or_try,
	  .finish = once, TWO },
	{ "opens_try", .setup = two_to_be_opened, .thread = write_or_try,
	  .finish = once_and_opened, TWO, .bound = 2,
	  .outcomes = "closed|opened" },
	{ "opens_try_twice", .setup = two_to_be_opened, .thread = try_twice,
	  .finish = once_and_opened, TWO, .bound = 3 },
	{ "write_write", .setup = two_closed, .thread = all_write,
	  .finish = twice, TWO, .bound = 2 },
	{ "write_and_try", .setup = two_closed, .thread = write_and_try,
	  .finish = twice, TWO, .bound = 2 },
	{ "reader_ends", .setup = two_read, .thread = reader_ends,
	  .finish = once, TWO },
	{ "holder_tries", .setup = two_read, .thread = holder_tries,
	  .finish = once, TWO, .bound = 2 },
	{ "writer_ends", .setup = two_written, .thread = writer_ends,
	  .finish = once, TWO },
	{ "opens", .setup = two_to_be_opened, .thread = reads_twice,
	  .finish = once_and_opened, TWO, .bound = 3 },
	{ "opens_once", .setup = two_to_be_opened, .thread = first_writes,
	  .finish = once_and_opened, TWO, .bound = 3 },
	{ "writes_twice", .setup = two_open, .thread = writes_twice,
	  .finish = twice, TWO, .bound = 3 },
	{ "timed_writer", .setup = two_read, .thread = timed_writer,
	  .finish = once_unless_late, TWO, .clock_jumps = 1,
	  .outcomes = "0|1" },
	{ "interrupted_writer", .setup = two_read, .thread = interrupted_writer,
	  .finish = once_unless_late, TWO, .outcomes = "0|1" },

	{ "forks", .setup = two_read, .thread = forks, .finish = once, TWO,
	  .asleep = 1 << 1, .outcomes = "child|parent" },

	/* A reader that finds the writer begins on one processor, ends on
	 * another; the other one is still in. */
	{ "three_found", .setup = three_read, .thread = reader_ends,
	  .finish = once, THREE, .bound = 3 },
	{ "three", .setup = three_closed, .thread = first_writes,
	  .finish = once, THREE, .bound = 3 },
	{ "three_migrate", .setup = three_closed_migrate,
	  .thread = first_writes, .finish = once, THREE, .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
