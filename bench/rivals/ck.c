// SPDX-License-Identifier: MIT
/* Concurrency Kit's fetch-and-store spinlock, the cheapest that it has; its
 * sequence counter, with that for its writers; and its reader-writer lock,
 * which spins and prefers readers. */
#include <ck_rwlock.h>
#include <ck_sequence.h>
#include <ck_spinlock.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ck_spinlock_fas_t lock;
	uint64_t total;
} line BENCH_ALIGNED = { .lock = CK_SPINLOCK_FAS_INITIALIZER };

BENCH_SECTION_LOOP(run_fas, struct line *at = BENCH_OPAQUE(&line),
		   ck_spinlock_fas_lock(&at->lock), at->total,
		   ck_spinlock_fas_unlock(&at->lock))

static struct rw_line {
	ck_rwlock_t lock;
	uint64_t total;
} rw_line BENCH_ALIGNED = { .lock = CK_RWLOCK_INITIALIZER };

BENCH_RW_LOOPS(rw, struct rw_line *at = BENCH_OPAQUE(&rw_line),
	       ck_rwlock_read_lock(&at->lock), ck_rwlock_read_unlock(&at->lock),
	       ck_rwlock_write_lock(&at->lock),
	       ck_rwlock_write_unlock(&at->lock), at->total)

BENCH_RW_SUBJECTS(rw, "ck_rwlock", BENCH_CK_VERSION, sizeof(ck_rwlock_t),
		  BENCH_SPINS | BENCH_RARE)
BENCH_SUBJECT(fas, .family = "spinlock", .impl = "ck-fas",
	      .version = BENCH_CK_VERSION, .run = run_fas,
	      .bytes = sizeof(ck_spinlock_fas_t), .traits = BENCH_SPINS)
/* A mutex may not spin for ever, but people do use it as one. */
BENCH_SUBJECT(fas_mutex, .family = "mutex", .impl = "ck-fas",
	      .version = BENCH_CK_VERSION, .run = run_fas,
	      .bytes = sizeof(ck_spinlock_fas_t),
	      .traits = BENCH_SPINS | BENCH_ALONE)

/*
 * Its FIFO spinlocks: who waits, waits for those before it. With more threads
 * than processors the next in line is usually one that does not run.
 */
static struct ticket_line {
	ck_spinlock_ticket_t lock;
	uint64_t total;
} ticket_line BENCH_ALIGNED = { .lock = CK_SPINLOCK_TICKET_INITIALIZER };

BENCH_SECTION_LOOP(run_ticket,
		   struct ticket_line *at = BENCH_OPAQUE(&ticket_line),
		   ck_spinlock_ticket_lock(&at->lock), at->total,
		   ck_spinlock_ticket_unlock(&at->lock))

BENCH_SUBJECT(ticket, .family = "spinlock", .impl = "ck-ticket",
	      .version = BENCH_CK_VERSION, .run = run_ticket,
	      .bytes = sizeof(ck_spinlock_ticket_t),
	      .traits = BENCH_SPINS | BENCH_RARE)

static struct mcs_line {
	struct ck_spinlock_mcs *queue;
	uint64_t total;
} mcs_line BENCH_ALIGNED;

BENCH_SECTION_LOOP(run_mcs, struct mcs_line *at = BENCH_OPAQUE(&mcs_line);
		   struct ck_spinlock_mcs node,
		   ck_spinlock_mcs_lock(&at->queue, &node), at->total,
		   ck_spinlock_mcs_unlock(&at->queue, &node))

BENCH_SUBJECT(mcs, .family = "spinlock", .impl = "ck-mcs",
	      .version = BENCH_CK_VERSION, .run = run_mcs,
	      .bytes = sizeof(struct ck_spinlock_mcs *),
	      .traits = BENCH_SPINS | BENCH_RARE)

static struct pair {
	ck_sequence_t seq;
	ck_spinlock_fas_t lock;
	uint64_t a, b;
} pair BENCH_ALIGNED = { .seq = CK_SEQUENCE_INITIALIZER,
			 .lock = CK_SPINLOCK_FAS_INITIALIZER };

BENCH_INLINE void read_pair(struct pair *at)
{
	uint64_t a, b;
	unsigned int seq;

	do {
		seq = ck_sequence_read_begin(&at->seq);
		a = ck_pr_load_64(&at->a);
		b = ck_pr_load_64(&at->b);
	} while (ck_sequence_read_retry(&at->seq, seq));
	BENCH_USE(a);
	BENCH_USE(b);
}

BENCH_INLINE void write_pair(struct pair *at)
{
	ck_spinlock_fas_lock(&at->lock);
	ck_sequence_write_begin(&at->seq);
	ck_pr_store_64(&at->a, at->a + 1);
	ck_pr_store_64(&at->b, at->b + 1);
	ck_sequence_write_end(&at->seq);
	ck_spinlock_fas_unlock(&at->lock);
}

BENCH_OP_LOOP(run_read, struct pair *at = BENCH_OPAQUE(&pair), read_pair(at))
BENCH_OP_LOOP(run_write, struct pair *at = BENCH_OPAQUE(&pair), write_pair(at))
BENCH_OP_LOOP(run_mixed, struct pair *at = BENCH_OPAQUE(&pair),
	      if (n % BENCH_READS) read_pair(at);
	      else write_pair(at))

BENCH_SUBJECT(seq_read, .family = "seqlock", .op = "read",
	      .impl = "ck-sequence", .version = BENCH_CK_VERSION,
	      .run = run_read, .traits = BENCH_ALONE)
BENCH_SUBJECT(seq_write, .family = "seqlock", .op = "write",
	      .impl = "ck-sequence", .version = BENCH_CK_VERSION,
	      .run = run_write, .traits = BENCH_ALONE)
BENCH_SUBJECT(seq_mixed, .family = "seqlock", .op = "mixed",
	      .impl = "ck-sequence", .version = BENCH_CK_VERSION,
	      .run = run_mixed, .bytes = 8, .traits = BENCH_SPINS)
