// SPDX-License-Identifier: MIT
/*
 * A semaphore's descriptor: a unit that is there; and one that comes while it
 * waits, there and back through the system, beside a bare eventfd.
 */
#include <ksync/unit_fd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench.h"
#include "loop.h"

static KSYNC_DEFINE_SEMAPHORE(sem, 0);
static ksync_unit_fd_t unit;

static ksync_unit_fd_t *opened(void)
{
	static bool open;

	if (!open && ksync_unit_fd_open_semaphore(&unit, &sem)) {
		perror("ksync-bench: eventfd");
		exit(3);
	}
	open = true;
	return &unit;
}

static void give_and_take(ksync_unit_fd_t *at)
{
	ksync_up(&sem);
	BENCH_USE(ksync_unit_fd_take(at));
}

/* Until it waits, and is given its unit by a write. */
static void wait_and_take(ksync_unit_fd_t *at)
{
	BENCH_USE(ksync_unit_fd_take(at));
	give_and_take(at);
}

BENCH_OP_LOOP(run_there, ksync_unit_fd_t *at = opened(), give_and_take(at))
BENCH_OP_LOOP(run_waits, ksync_unit_fd_t *at = opened(), wait_and_take(at))

static int bare_eventfd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return fd;
}

static void set_and_clear(int fd)
{
	uint64_t n = 1;

	BENCH_USE(write(fd, &n, sizeof(n)));
	BENCH_USE(read(fd, &n, sizeof(n)));
}

BENCH_OP_LOOP(run_eventfd, int fd = bare_eventfd(), set_and_clear(fd))

BENCH_SUBJECT(unit_fd_there, .family = "unit_fd", .op = "unit there",
	      .impl = "ksync", .run = run_there, .bytes = sizeof(unit),
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(unit_fd_waits, .family = "unit_fd", .op = "waits, unit comes",
	      .impl = "ksync", .run = run_waits, .bytes = sizeof(unit),
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(unit_fd_eventfd, .family = "unit_fd", .op = "waits, unit comes",
	      .impl = "eventfd", .run = run_eventfd, .traits = BENCH_ALONE)
