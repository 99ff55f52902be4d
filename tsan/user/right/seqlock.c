/* SPDX-License-Identifier: MIT */
/*
 * A seqlock, a counter under a mutex and a latch: plain accesses in sections,
 * copies, and what was written before a section, plain too.
 */
#include <sched.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 3000

struct pair {
	long a, b;
};

static KSYNC_DEFINE_SEQLOCK(sl);
static KSYNC_DEFINE_MUTEX(mutex);
static ksync_seqcount_mutex_t count = KSYNC_SEQCNT_MUTEX_ZERO(count, &mutex);
static ksync_seqcount_latch_t latch = KSYNC_SEQCNT_LATCH_ZERO(latch);

static struct pair in_sl, in_count, in_latch[2]; /* plain, in sections */
static long before[ROUNDS + 1];			 /* plain, before them */
static int stop;

static void write_all(long n)
{
	struct pair next = { n, -n };

	before[n] = n;
	ksync_write_seqlock(&sl);
	in_sl.a = n;
	in_sl.b = -n;
	ksync_write_sequnlock(&sl);

	ksync_mutex_lock(&mutex);
	ksync_write_seqcount_begin(&count);
	ksync_seqcount_copy_in(&in_count, &next);
	ksync_write_seqcount_end(&count);
	ksync_mutex_unlock(&mutex);

	ksync_write_seqcount_latch_begin(&latch);
	in_latch[0] = next;
	ksync_write_seqcount_latch(&latch);
	in_latch[1] = next;
	ksync_write_seqcount_latch_end(&latch);
}

static void look_at(const struct pair *seen)
{
	need(seen->a == -seen->b, "a whole pair");
	need(before[seen->a] == seen->a, "what was before");
}

static void read_all(void)
{
	struct pair seen = { 0, 0 };
	unsigned int seq;

	ksync_scoped_seqlock_read(&sl, ksync_ss_lock) seen = in_sl;
	look_at(&seen);
	do {
		seq = ksync_read_seqbegin(&sl);
		seen.a = in_sl.a;
		seen.b = in_sl.b;
	} while (ksync_read_seqretry(&sl, seq));
	look_at(&seen);
	do {
		seq = ksync_read_seqcount_begin(&count);
		ksync_seqcount_copy_out(&seen, &in_count);
	} while (ksync_read_seqcount_retry(&count, seq));
	look_at(&seen);
	do {
		seq = ksync_read_seqcount_latch(&latch);
		seen = in_latch[seq & 1];
	} while (ksync_read_seqcount_latch_retry(&latch, seq));
	look_at(&seen);
	seq = ksync_read_seqbegin(&sl);
	if (seq == 1)
		need(!ksync_read_seqretry(&sl, seq), "never");
	ksync_read_seqdiscard(&sl);
}

static void *work(void *unused)
{
	static int writers;

	(void)unused;
	if (!__atomic_fetch_add(&writers, 1, __ATOMIC_RELAXED)) {
		for (long n = 1; n <= ROUNDS; n++) {
			write_all(n);
			if (n % 32 == 0)
				sched_yield();
		}
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		read_all();
	return NULL;
}

int main(void)
{
	crew(work);
	return 0;
}
