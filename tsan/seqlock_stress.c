/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                          \
	"what a reader is told to be whole is one writer's, and has come " \
	"with all that the writer did before; writers exclude each other"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

/* How many sections have data of their own, written before. */
#define SLOTS (1u << 16)

/* b is ~a. */
struct pair {
	unsigned long a, b;
};

static unsigned long slots[SLOTS]; /* plain, written once */
static struct pair shared;	   /* in write sections */
static struct pair copies[2];	   /* in those of the latch */
static unsigned long written;	   /* plain, under the lock */

static ksync_seqlock_t lock = KSYNC_SEQLOCK_UNLOCKED(lock);
static ksync_mutex_t mutex = KSYNC_MUTEX_INIT;
static ksync_seqcount_mutex_t count = KSYNC_SEQCNT_MUTEX_ZERO(count, &mutex);
static ksync_seqcount_latch_t latch = KSYNC_SEQCNT_LATCH_ZERO(latch);

/* The writer's next number, with what belongs to it. */
static struct pair next_pair(void)
{
	unsigned long n = written + 1;

	if (n < SLOTS) {
		slots[n] = n;
		written = n;
	}
	return (struct pair){ written, ~written };
}

static void look_at(const struct pair *seen)
{
	stress_require(seen->a == ~seen->b, "torn, and told to be whole");
	stress_require(seen->a < SLOTS && slots[seen->a] == seen->a,
		       "what was written before is missing");
}

static void before_all(void)
{
	written = 0;
	shared = (struct pair){ 0, ~0ul };
	copies[0] = shared;
	copies[1] = shared;
	for (unsigned int n = 0; n < SLOTS; n++)
		slots[n] = 0;
}

/* ---- seqlock ---- */

static void write_locked(struct stress_thread *self)
{
	struct pair next = next_pair();

	KSYNC_WRITE_ONCE(shared.a, next.a);
	if (stress_chance(self, 16))
		stress_delay(self);
	ksync_seqcount_copy_in(&shared, &next);
}

static void seqlock_write(struct stress_thread *self)
{
	unsigned long flags;

	switch (stress_random(self, 3)) {
	case 0:
		ksync_scoped_guard(write_seqlock, &lock)
			write_locked(self);
		break;
	case 1:
		ksync_write_seqlock_irqsave(&lock, flags);
		write_locked(self);
		ksync_write_sequnlock_irqrestore(&lock, flags);
		break;
	default:
		ksync_write_seqlock(&lock);
		write_locked(self);
		ksync_write_sequnlock(&lock);
	}
}

static void seqlock_read(struct stress_thread *self)
{
	struct pair seen = { 0, ~0ul };
	int seq, next = 0;

	switch (stress_random(self, 4)) {
	case 0:
		do {
			seq = next;
			ksync_read_seqbegin_or_lock(&lock, &seq);
			ksync_seqcount_copy_out(&seen, &shared);
			next = 1;
		} while (ksync_need_seqretry(&lock, seq));
		ksync_done_seqretry(&lock, seq);
		break;
	case 1:
		ksync_scoped_seqlock_read(&lock, ksync_ss_lock)
			ksync_seqcount_copy_out(&seen, &shared);
		break;
	case 2:
		ksync_scoped_guard(read_seqlock_excl, &lock)
			ksync_seqcount_copy_out(&seen, &shared);
		break;
	default:
		ksync_scoped_seqlock_read(&lock, ksync_ss_lockless)
		{
			ksync_seqcount_copy_out(&seen, &shared);
			if (stress_chance(self, 64))
				stress_delay(self);
		}
	}
	look_at(&seen);
}

static void seqlock_body(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index % 2)
			seqlock_read(self);
		else
			seqlock_write(self);
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

/* ---- a counter under a mutex ---- */

static void count_write(struct stress_thread *self)
{
	struct pair next;

	ksync_guard(mutex)(&mutex);
	next = next_pair();
	ksync_write_seqcount_begin(&count);
	KSYNC_WRITE_ONCE(shared.b, next.b);
	if (stress_chance(self, 16))
		stress_delay(self);
	ksync_seqcount_copy_in(&shared, &next);
	ksync_write_seqcount_end(&count);
	if (stress_chance(self, 8))
		ksync_write_seqcount_invalidate(&count);
}

static void count_read(struct stress_thread *self)
{
	struct pair seen;
	unsigned int seq;

	if (stress_chance(self, 4)) {
		seq = ksync_raw_seqcount_begin(&count);
		ksync_seqcount_copy_out(&seen, &shared);
		if (ksync_read_seqcount_retry(&count, seq))
			return;
	} else {
		do {
			seq = ksync_read_seqcount_begin(&count);
			ksync_seqcount_copy_out(&seen, &shared);
		} while (ksync_read_seqcount_retry(&count, seq));
	}
	look_at(&seen);
}

static void count_body(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index % 2)
			count_read(self);
		else
			count_write(self);
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

/* ---- a latch ---- */

static void latch_write(void)
{
	struct pair next = next_pair();

	ksync_write_seqcount_latch_begin(&latch);
	ksync_seqcount_copy_in(&copies[0], &next);
	ksync_write_seqcount_latch(&latch);
	ksync_seqcount_copy_in(&copies[1], &next);
	ksync_write_seqcount_latch_end(&latch);
}

static void latch_read(void)
{
	struct pair seen;
	unsigned int seq;

	do {
		seq = ksync_read_seqcount_latch(&latch);
		ksync_seqcount_copy_out(&seen, &copies[seq & 1]);
	} while (ksync_read_seqcount_latch_retry(&latch, seq));
	look_at(&seen);
}

static void latch_body(struct stress_thread *self)
{
	while (stress_on(self)) {
		if (self->index)
			latch_read();
		else
			latch_write();
		if (stress_chance(self, 4))
			stress_delay(self);
	}
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "seqlock",
		  .threads = 4,
		  .any_number = true,
		  .before = before_all,
		  .body = seqlock_body },
		{ .name = "count",
		  .threads = 4,
		  .any_number = true,
		  .before = before_all,
		  .body = count_body },
		{ .name = "latch",
		  .threads = 3,
		  .any_number = true,
		  .before = before_all,
		  .body = latch_body },
		{ .name = "many",
		  .threads = 64,
		  .before = before_all,
		  .body = seqlock_body },
		{ .name = NULL },
	};

	return stress_main("seqlock", INVARIANT, scenes);
}
