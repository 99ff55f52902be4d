/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer semaphore: who writes is alone, and sees what was done before;
 * nobody waits while it could go in; who gives up takes nothing along.
 */
#include <ksync/rwsem.h>

#include "task/waitq.h"
#include "system.h"

static ksync_rw_semaphore_t sem = KSYNC_RWSEM_INIT;
static int payload;		  /* under sem */
static int seen[EXPLORE_THREADS]; /* each thread's own: what it read */
static int written;
static int gave_up;

static const struct timespec past = { 0 };
static const struct timespec soon = { .tv_sec = 1, .tv_nsec = 1000 };

static void names(int threads)
{
	explore_name(&sem.count, "count");
	explore_name(&sem.owner, "owner");
	explore_name(&sem.waitq, "waitq");
	explore_name(&payload, "payload");
	explore_name_value(KSYNC__RWSEM_WRITER, "WRITER");
	explore_name_value(KSYNC__RWSEM_WAITERS, "WAITERS");
	system_tasks(threads);
}

static void two(void)
{
	names(2);
}

static void three(void)
{
	names(3);
}

static void take_read(int self)
{
	(void)self;
	ksync_down_read(&sem);
}

static void take_write(int self)
{
	(void)self;
	ksync_down_write(&sem);
}

/* Thread 0 has it at first. */
static void two_read(void)
{
	names(2);
	explore_as(0, take_read);
}

static void two_written(void)
{
	names(2);
	explore_as(0, take_write);
}

static void three_read(void)
{
	names(3);
	explore_as(0, take_read);
}

static void three_written(void)
{
	names(3);
	explore_as(0, take_write);
}

/* Nobody has it, though somebody waits. */
static bool is_open(void)
{
	return (ksync_atomic_long_read(&sem.count) &
		~(KSYNC__RWSEM_FLAGS & ~KSYNC__RWSEM_WRITER)) == 0;
}

static void is_free(void)
{
	explore_assert(ksync_atomic_long_read(&sem.count) == 0);
	explore_assert(sem.owner == 0);
	explore_assert(sem.waitq == 0);
	explore_assert(payload == written);
	for (int i = 0; i < EXPLORE_THREADS; i++)
		explore_assert(seen[i] >= 0 && seen[i] <= written);
}

static void wrote(int times)
{
	written = times;
	is_free();
}

static void once(void)
{
	wrote(1);
}

static void twice(void)
{
	wrote(2);
}

static void thrice(void)
{
	wrote(3);
}

static void once_unless_late(void)
{
	wrote(1 - gave_up);
}

static void twice_unless_late(void)
{
	wrote(2 - gave_up);
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
	ksync_down_write(&sem);
	write_it();
	ksync_up_write(&sem);
}

static void read_once(void)
{
	ksync_down_read(&sem);
	read_it();
	ksync_up_read(&sem);
}

static void all_write(int self)
{
	(void)self;
	write_once();
}

static void one_reads(int self)
{
	if (self == 0)
		read_once();
	else
		write_once();
}

static void one_writes(int self)
{
	if (self == 0)
		write_once();
	else
		read_once();
}

/* Thread 0 reads, and ends it. */
static void reader_ends(int self)
{
	if (self == 0) {
		read_it();
		ksync_up_read(&sem);
	} else {
		write_once();
	}
}

/* Thread 0 writes, and ends it. */
static void writer_ends_for_readers(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
	} else {
		read_once();
	}
}

static void writer_ends_for_both(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
	} else if (self == 1) {
		read_once();
	} else {
		write_once();
	}
}

static void writer_ends_for_writers(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
	} else {
		write_once();
	}
}

/* Comes back while others wait. */
static void writer_comes_back(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
	}
	write_once();
}

static void reader_comes_back(int self)
{
	if (self == 0) {
		read_it();
		ksync_up_read(&sem);
		read_once();
	} else {
		write_once();
	}
}

/* No writer comes in between. */
static void downgrade(int self)
{
	int mine;

	if (self == 0) {
		write_it();
		mine = payload;
		ksync_downgrade_write(&sem);
		explore_assert(payload == mine);
		ksync_up_read(&sem);
	} else if (self == 1) {
		write_once();
	} else {
		read_once();
	}
}

static void downgrade_for_readers(int self)
{
	if (self == 0) {
		write_it();
		ksync_downgrade_write(&sem);
		/* Those who waited are in with us, or come in. */
		ksync_up_read(&sem);
	} else {
		read_once();
	}
}

static void try(int self)
{
	if (self == 0) {
		write_once();
	} else if (ksync_down_read_trylock(&sem)) {
		read_it();
		ksync_up_read(&sem);
	}
}

static void try_write(int self)
{
	if (self == 0) {
		write_once();
	} else if (ksync_down_write_trylock(&sem)) {
		write_it();
		ksync_up_write(&sem);
	} else {
		gave_up = 1;
	}
}

/* ---- who gives up ---- */

static void timed_writer(int self)
{
	if (self == 0) {
		read_it();
		ksync_up_read(&sem);
	} else if (self == 1) {
		gave_up = ksync_down_write_until(&sem, &soon) != 0;
		explore_outcome("%d", gave_up);
		if (gave_up)
			return;
		write_it();
		ksync_up_write(&sem);
	} else {
		read_once();
	}
}

static void timed_reader(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
	} else if (self == 1) {
		gave_up = ksync_down_read_until(&sem, &soon) != 0;
		explore_outcome("%d", gave_up);
		if (gave_up)
			return;
		read_it();
		ksync_up_read(&sem);
	} else {
		write_once();
	}
}

static void interrupted_writer(int self)
{
	if (self == 0) {
		read_it();
		ksync_task_interrupt(system_task(1));
		ksync_up_read(&sem);
	} else if (self == 1) {
		gave_up = ksync_down_write_interruptible(&sem) != 0;
		explore_outcome("%d", gave_up);
		if (gave_up)
			return;
		write_it();
		ksync_up_write(&sem);
	} else {
		read_once();
	}
}

static void interrupted_reader(int self)
{
	if (self == 0) {
		write_it();
		ksync_up_write(&sem);
		ksync_task_interrupt(system_task(1));
	} else if (self == 1) {
		gave_up = ksync_down_read_interruptible(&sem) != 0;
		explore_outcome("%d", gave_up);
		if (gave_up)
			return;
		read_it();
		ksync_up_read(&sem);
	} else {
		write_once();
	}
}

/* Thread 2 is counted for a moment, and may be the last of those. */
static void gives_back(int self)
{
	if (self == 0) {
		read_it();
		ksync_up_read(&sem);
	} else if (self == 1) {
		write_once();
	} else if (ksync_down_read_until(&sem, &past) == 0) {
		read_it();
		ksync_up_read(&sem);
	}
}

#define TWO .threads = 2, .available = is_open
#define THREE .threads = 3, .available = is_open
#define BOTH_ASLEEP .asleep = 1 << 1 | 1 << 2

static const struct explore_test tests[] = {
	{ "write_write", .setup = two, .thread = all_write, .finish = twice,
	  TWO },
	{ "read_write", .setup = two, .thread = one_reads, .finish = once,
	  TWO },
	{ "read_write_spin", .setup = two, .thread = one_reads, .finish = once,
	  TWO, .spins = 1 },
	{ "read_write_spurious", .setup = two, .thread = one_reads,
	  .finish = once, TWO, .spurious = 1, .bound = 2 },
	{ "reader_ends", .setup = two_read, .thread = reader_ends,
	  .finish = once, TWO },
	{ "writer_ends", .setup = two_written,
	  .thread = writer_ends_for_readers, .finish = once, TWO },
	{ "writer_comes_back", .setup = two_written,
	  .thread = writer_comes_back, .finish = thrice, TWO, .bound = 2 },
	{ "reader_comes_back", .setup = two_read, .thread = reader_comes_back,
	  .finish = once, TWO, .bound = 2 },
	{ "try", .setup = two, .thread = try, .finish = once, TWO },
	{ "try_write", .setup = two, .thread = try_write,
	  .finish = twice_unless_late, TWO },
	{ "downgrade", .setup = two_written, .thread = downgrade,
	  .finish = twice, TWO },
	{ "downgrade_read", .setup = two_written,
	  .thread = downgrade_for_readers, .finish = once, TWO },
	{ "timed_writer", .setup = two_read, .thread = timed_writer,
	  .finish = once_unless_late, TWO, .clock_jumps = 1,
	  .outcomes = "0|1" },
	{ "timed_reader", .setup = two_written, .thread = timed_reader,
	  .finish = once, TWO, .clock_jumps = 1, .outcomes = "0|1" },
	{ "interrupted_writer", .setup = two_read, .thread = interrupted_writer,
	  .finish = once_unless_late, TWO, .outcomes = "0|1" },
	{ "interrupted_reader", .setup = two_written,
	  .thread = interrupted_reader, .finish = once, TWO,
	  .outcomes = "0|1" },
	{ "three_readers_asleep", .setup = three_written,
	  .thread = writer_ends_for_readers, .finish = once, THREE,
	  BOTH_ASLEEP },
	{ "three_writers_asleep", .setup = three_written,
	  .thread = writer_ends_for_writers, .finish = thrice, THREE,
	  BOTH_ASLEEP },
	{ "three_both_asleep", .setup = three_written,
	  .thread = writer_ends_for_both, .finish = twice, THREE, BOTH_ASLEEP },
	{ "three_one_asleep", .setup = three_written,
	  .thread = writer_ends_for_both, .finish = twice, THREE,
	  .asleep = 1 << 1, .bound = 2 },
	{ "three_downgrade", .setup = three_written, .thread = downgrade,
	  .finish = twice, THREE, BOTH_ASLEEP },
	{ "three_timed_writer", .setup = three_read, .thread = timed_writer,
	  .finish = once_unless_late, THREE, BOTH_ASLEEP, .clock_jumps = 1,
	  .bound = 3 },
	{ "three_timed_reader", .setup = three_written, .thread = timed_reader,
	  .finish = twice, THREE, BOTH_ASLEEP, .clock_jumps = 1, .bound = 3 },
	{ "three_interrupted_writer", .setup = three_read,
	  .thread = interrupted_writer, .finish = once_unless_late, THREE,
	  BOTH_ASLEEP, .bound = 3 },
	{ "three_interrupted_reader", .setup = three_written,
	  .thread = interrupted_reader, .finish = twice, THREE, BOTH_ASLEEP },
	{ "three_gives_back", .setup = three_read, .thread = gives_back,
	  .finish = once, THREE, .asleep = 1 << 1, .bound = 3 },
	{ "three", .setup = three, .thread = one_writes, .finish = once, THREE,
	  .bound = 3 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
