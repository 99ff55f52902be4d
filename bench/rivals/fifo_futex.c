// SPDX-License-Identifier: MIT
/*
 * The least that strict order costs when everybody sleeps: tickets, and a futex
 * for each. Who leaves wakes the next, so each turn is one wake-up and one
 * switch. No timeouts, no more waiters than places, nothing to free early.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "loop.h"

#define PLACES 2048u

static struct line {
	uint32_t tickets BENCH_ALIGNED;
	uint64_t total;
	struct {
		uint32_t turn BENCH_ALIGNED; /* the last ticket called here */
	} place[PLACES];
} line;

static uint32_t take(struct line *at)
{
	uint32_t ticket = __atomic_fetch_add(&at->tickets, 1, __ATOMIC_SEQ_CST);
	uint32_t *turn = &at->place[ticket % PLACES].turn;
	uint32_t seen;

	while ((seen = __atomic_load_n(turn, __ATOMIC_ACQUIRE)) != ticket)
		syscall(SYS_futex, turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL,
			0);
	return ticket;
}

static void give(struct line *at, uint32_t ticket)
{
	uint32_t next = ticket + 1;
	uint32_t *turn = &at->place[next % PLACES].turn;

	__atomic_store_n(turn, next, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&at->tickets, __ATOMIC_SEQ_CST) != next)
		syscall(SYS_futex, turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

BENCH_SECTION_LOOP(run_fifo, struct line *at = BENCH_OPAQUE(&line);
		   uint32_t ticket, ticket = take(at), at->total,
		   give(at, ticket))

BENCH_SUBJECT(fifo, .family = "semaphore", .impl = "fifo-futex",
	      .run = run_fifo)
