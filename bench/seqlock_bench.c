// SPDX-License-Identifier: MIT
/*
 * The seqlock: two words that belong together, read or written. With more
 * threads, each writes once in 16 times: a reader shows by how little it is
 * disturbed.
 */
#include <ksync/seqlock.h>

#include "bench.h"
#include "loop.h"

static struct line {
	ksync_seqlock_t lock;
	uint64_t a, b;
} line BENCH_ALIGNED;

BENCH_INLINE void read_pair(struct line *at)
{
	uint64_t a, b;
	unsigned int seq;

	do {
		seq = ksync_read_seqbegin(&at->lock);
		a = KSYNC_READ_ONCE(at->a);
		b = KSYNC_READ_ONCE(at->b);
	} while (ksync_read_seqretry(&at->lock, seq));
	BENCH_USE(a);
	BENCH_USE(b);
}

BENCH_INLINE void write_pair(struct line *at)
{
	ksync_write_seqlock(&at->lock);
	KSYNC_WRITE_ONCE(at->a, at->a + 1);
	KSYNC_WRITE_ONCE(at->b, at->b + 1);
	ksync_write_sequnlock(&at->lock);
}

BENCH_OP_LOOP(run_read, struct line *at = BENCH_OPAQUE(&line), read_pair(at))
BENCH_OP_LOOP(run_write, struct line *at = BENCH_OPAQUE(&line), write_pair(at))
BENCH_OP_LOOP(run_mixed, struct line *at = BENCH_OPAQUE(&line),
	      if (n % BENCH_READS) read_pair(at);
	      else write_pair(at))

BENCH_SUBJECT(read, .family = "seqlock", .op = "read", .impl = "ksync",
	      .run = run_read, .bytes = sizeof(ksync_seqlock_t),
	      .traits = BENCH_ALONE)
BENCH_SUBJECT(write, .family = "seqlock", .op = "write", .impl = "ksync",
	      .run = run_write, .traits = BENCH_ALONE)
BENCH_SUBJECT(mixed, .family = "seqlock", .op = "mixed", .impl = "ksync",
	      .run = run_mixed, .bytes = sizeof(ksync_seqlock_t))

static const struct bench_scenario contended[] = {
	/* threads, section in ns */
	{ 2, 0 },
	{ 8, 0 },
};

BENCH_FAMILY(seqlock, contended)
