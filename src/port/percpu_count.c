/* SPDX-License-Identifier: MIT */
/*
 * Adding to a copy without a section, and the sum.
 *
 * Processors are numbered by the kernel: below the size of its own masks, which
 * sched_getaffinity() tells. So many copies there are, and one more. Sums look
 * only at processors that may exist, as /sys tells. Where there are no sections
 * all add atomically, and any copy will do. Where there are, a section's plain
 * addition must not meet another's atomic one: threads without sections, the
 * strangers, have the last copy.
 *
 * With rseq.h and rseq.c this defines operations that others order with: an
 * addition is a release, and full without a section; the sum is an acquire.
 */
#include <ksync/atomic.h>
#include <ksync/percpu.h>
#include <ksync/watch.h>

#include "life.h"
#include "port.h"

/* Read-only since the start. */
static struct ksync__processors processors;

unsigned int ksync__percpu_units(void)
{
	return processors.numbers + 1;
}

static void percpu_start(void)
{
	processors = ksync__processors();
}

static const struct ksync__life_part percpu_life = {
	.floor = KSYNC__FLOOR_PORT,
	.start = percpu_start,
};
KSYNC__LIFE_PART(percpu_life);

#define STRANGERS processors.numbers

static long *copy_of(const long *p, unsigned int unit)
{
	return (long *)((uintptr_t)p +
			((uintptr_t)unit << KSYNC__PERCPU_SHIFT));
}

void ksync__percpu_add_slow(long *p, long v)
{
	unsigned int unit = STRANGERS;

	if (!ksync__percpu_has_sections())
		unit = ksync__processor() % processors.possible;
	ksync_watch_opaque_release(p);
	(void)ksync_atomic_long_add_return(
		v, (ksync_atomic_long_t *)copy_of(p, unit));
}

long ksync__percpu_sum(const long *p)
{
	unsigned long sum =
		(unsigned long)ksync_smp_load_acquire(copy_of(p, STRANGERS));

	for (unsigned int i = 0; i < processors.possible; i++)
		sum += (unsigned long)ksync_smp_load_acquire(copy_of(p, i));
	ksync_watch_opaque_acquire((void *)(uintptr_t)p);
	return (long)sum;
}

long ksync__percpu_here(const long *p)
{
	int processor = ksync__section_cpu(ksync__rseq_at);

	return processor < 0 ?
		       -1 :
		       KSYNC_READ_ONCE(*copy_of(p, (unsigned int)processor));
}

void ksync__percpu_zero(long *p)
{
	for (unsigned int i = 0; i <= STRANGERS; i++) {
		long *copy = copy_of(p, i);

		/* Memory that nobody has written is not there yet. */
		if (KSYNC_READ_ONCE(*copy))
			KSYNC_WRITE_ONCE(*copy, 0);
	}
}

void ksync__percpu_close(ksync_u32 *flags, ksync_u32 bit)
{
	KSYNC_WRITE_ONCE(*flags, KSYNC_READ_ONCE(*flags) | bit);
	ksync__percpu_fence();
}

void ksync__percpu_open(ksync_u32 *flags, ksync_u32 bit)
{
	ksync_watch_opaque_release(flags);
	ksync_smp_store_release(flags, KSYNC_READ_ONCE(*flags) & ~bit);
}
