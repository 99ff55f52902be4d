// SPDX-License-Identifier: MIT
/* Reader-writer locks of the C library, with either preference, and of
 * Concurrency Kit. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>

#ifdef BENCH_CK_VERSION
#include <ck_brlock.h>
#include <ck_rwlock.h>
#endif

#include "bench.h"
#include "loop.h"

static struct line {
	pthread_rwlock_t lock;
	uint64_t total;
} line BENCH_ALIGNED = { .lock = PTHREAD_RWLOCK_INITIALIZER };
static struct line writers BENCH_ALIGNED = {
	.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
};

#define MIXED(name, which)                                            \
	BENCH_RW_LOOP(name, struct line *at = BENCH_OPAQUE(&(which)), \
		      pthread_rwlock_rdlock(&at->lock),               \
		      pthread_rwlock_unlock(&at->lock),               \
		      pthread_rwlock_wrlock(&at->lock),               \
		      pthread_rwlock_unlock(&at->lock), at->total)

MIXED(run_mixed, line)
MIXED(run_writers, writers)
BENCH_OP_LOOP(run_read, struct line *at = BENCH_OPAQUE(&line),
	      pthread_rwlock_rdlock(&at->lock);
	      BENCH_USE(at->total); pthread_rwlock_unlock(&at->lock))
BENCH_SECTION_LOOP(run_write, struct line *at = BENCH_OPAQUE(&line),
		   pthread_rwlock_wrlock(&at->lock), at->total,
		   pthread_rwlock_unlock(&at->lock))

BENCH_RATE_LOOP(run, struct line *at = BENCH_OPAQUE(&line),
		pthread_rwlock_rdlock(&at->lock),
		pthread_rwlock_unlock(&at->lock),
		pthread_rwlock_wrlock(&at->lock),
		pthread_rwlock_unlock(&at->lock), at->total)
BENCH_RATE_SUBJECTS(run, "pthread-rwlock", "libc", sizeof(pthread_rwlock_t))

BENCH_SUBJECT(srcu, .family = "srcu", .op = "read", .impl = "pthread-rwlock",
	      .version = "libc", .run = run_read,
	      .bytes = sizeof(pthread_rwlock_t), .traits = BENCH_ALONE)
BENCH_SUBJECT(mixed, .family = "rwlock", .impl = "pthread", .version = "libc",
	      .run = run_mixed, .bytes = sizeof(pthread_rwlock_t))
BENCH_SUBJECT(mixed_writers, .family = "rwlock", .impl = "pthread-writers",
	      .version = "libc", .run = run_writers,
	      .bytes = sizeof(pthread_rwlock_t))
BENCH_SUBJECT(reading, .family = "rwlock", .op = "read", .impl = "pthread",
	      .version = "libc", .run = run_read, .traits = BENCH_ALONE)
BENCH_SUBJECT(writing, .family = "rwlock", .op = "write", .impl = "pthread",
	      .version = "libc", .run = run_write, .traits = BENCH_ALONE)

#ifdef BENCH_CK_VERSION
static struct ck_line {
	ck_rwlock_t lock;
	uint64_t total;
} ck_line BENCH_ALIGNED = { .lock = CK_RWLOCK_INITIALIZER };

#define CK_LINE struct ck_line *at = BENCH_OPAQUE(&ck_line)

BENCH_RW_LOOP(run_ck, CK_LINE, ck_rwlock_read_lock(&at->lock),
	      ck_rwlock_read_unlock(&at->lock), ck_rwlock_write_lock(&at->lock),
	      ck_rwlock_write_unlock(&at->lock), at->total)
BENCH_OP_LOOP(run_ck_read, CK_LINE, ck_rwlock_read_lock(&at->lock);
	      BENCH_USE(at->total); ck_rwlock_read_unlock(&at->lock))
BENCH_SECTION_LOOP(run_ck_write, CK_LINE, ck_rwlock_write_lock(&at->lock),
		   at->total, ck_rwlock_write_unlock(&at->lock))

/* Each reader brings a record of its own, which it has registered: more than a
 * percpu_rwsem asks for. */
static struct br_line {
	ck_brlock_t lock;
	uint64_t total;
} br_line BENCH_ALIGNED = { .lock = CK_BRLOCK_INITIALIZER };
static __thread struct {
	ck_brlock_reader_t reader;
	bool registered;
} mine BENCH_ALIGNED;

static ck_brlock_reader_t *my_reader(void)
{
	if (!mine.registered)
		ck_brlock_read_register(&br_line.lock, &mine.reader);
	mine.registered = true;
	return &mine.reader;
}

BENCH_OP_LOOP(run_br_read, struct br_line *at = BENCH_OPAQUE(&br_line);
	      ck_brlock_reader_t *reader = my_reader(),
	      ck_brlock_read_lock(&at->lock, reader);
	      BENCH_USE(at->total); ck_brlock_read_unlock(reader))
BENCH_SUBJECT(br, .family = "percpu_rwsem", .op = "read", .impl = "ck_brlock",
	      .version = BENCH_CK_VERSION, .run = run_br_read,
	      .bytes = sizeof(ck_brlock_t), .traits = BENCH_SPINS | BENCH_ALONE)

BENCH_SUBJECT(ck, .family = "rwlock", .impl = "ck", .version = BENCH_CK_VERSION,
	      .run = run_ck, .bytes = sizeof(ck_rwlock_t),
	      .traits = BENCH_SPINS)
BENCH_SUBJECT(ck_reading, .family = "rwlock", .op = "read", .impl = "ck",
	      .version = BENCH_CK_VERSION, .run = run_ck_read,
	      .traits = BENCH_SPINS | BENCH_ALONE)
BENCH_SUBJECT(ck_writing, .family = "rwlock", .op = "write", .impl = "ck",
	      .version = BENCH_CK_VERSION, .run = run_ck_write,
	      .traits = BENCH_SPINS | BENCH_ALONE)
#endif
