/* SPDX-License-Identifier: MIT */
/*
 * Restartable sections: are there any, and the fence that interrupts those of
 * all other threads.
 *
 * They are used where they have been tried, libc has registered the starting
 * thread and membarrier's rseq command is granted, once for the process's life:
 * a counter must not be added to in two ways. If membarrier is refused later,
 * the fence visits each processor. To run there another thread has to be
 * switched out: its section begins again when it is back, behind the
 * scheduler's full barriers. A processor on which the caller may not run is
 * none that the process has. If that is refused, too, it sleeps: a section that
 * is not interrupted takes some ns, and one that is begins again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/atomic.h>
#include <ksync/percpu.h>

#include "life.h"
#include "port.h"

/* The least area: up to the field flags. */
#define AREA_LEAST 20u
/* As many processors as the kernel can be built for. */
#define PROCESSORS 8192
#define LONG_BITS (8 * sizeof(long))
/* A million times as long as a section. */
#define NAP_NS 20000000LL

long ksync__rseq_at;

static bool sections; /* read-only since the start */
static int fence_by = KSYNC__FENCE_NO_SECTIONS;

/* What a thread without sections shows to them. */
static KSYNC_TLS struct {
	ksync_u32 cpu_start;
	ksync_s32 cpu;
	ksync_u64 section;
} nobody = { 0, -1, 0 };
KSYNC_STATIC_ASSERT(offsetof(__typeof__(nobody), cpu) == KSYNC__RSEQ_CPU,
		    "struct rseq");
KSYNC_STATIC_ASSERT(offsetof(__typeof__(nobody), section) == KSYNC__RSEQ_CS,
		    "struct rseq");

static long call(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

static bool sections_work(void)
{
	int saved = errno;
	bool ok = KSYNC__SECTIONS_TRIED && ksync__rseq_size() >= AREA_LEAST &&
		  ksync__section_cpu(ksync__rseq_offset()) >= 0 &&
		  !call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ);

	errno = saved;
	return ok;
}

static void rseq_start(void)
{
	if (ksync__rseq_at)
		return;
	if (sections_work()) {
		sections = true;
		KSYNC_WRITE_ONCE(fence_by, KSYNC__FENCE_MEMBARRIER);
		ksync__rseq_at = ksync__rseq_offset();
	} else {
		ksync__rseq_at = ksync__section_offset(&nobody);
	}
}

static const struct ksync__life_part rseq_life = {
	.floor = KSYNC__FLOOR_PORT,
	.start = rseq_start,
};
KSYNC__LIFE_PART(rseq_life);

bool ksync__percpu_has_sections(void)
{
	return sections;
}

int ksync__percpu_fence_by(void)
{
	return KSYNC_READ_ONCE(fence_by);
}

/* Be on each processor. False if that is refused. */
static bool visit(void)
{
	unsigned long own[PROCESSORS / LONG_BITS];
	unsigned long one[PROCESSORS / LONG_BITS] = { 0 };
	long size = syscall(SYS_sched_getaffinity, 0, sizeof(own), own);
	bool ok = size > 0;

	for (size_t cpu = 0; ok && cpu < 8 * (size_t)size; cpu++) {
		one[cpu / LONG_BITS] = 1ul << cpu % LONG_BITS;
		ok = !syscall(SYS_sched_setaffinity, 0, size, one) ||
		     errno == EINVAL;
		one[cpu / LONG_BITS] = 0;
	}
	if (size > 0)
		(void)syscall(SYS_sched_setaffinity, 0, size, own);
	return ok;
}

static int fence(void)
{
	int saved = errno;
	ksync_u64 signals;
	int by = KSYNC__FENCE_MEMBARRIER;

	if (call(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)) {
		signals = ksync__signals_block();
		by = visit() ? KSYNC__FENCE_VISITS : KSYNC__FENCE_NAPS;
		ksync__signals_restore(signals);
	}
	errno = saved;
	return by;
}

void ksync__percpu_fence(void)
{
	int by;

	if (!ksync__percpu_has_sections()) {
		if (!ksync__membarrier())
			ksync_smp_mb();
		return;
	}
	ksync_smp_mb();
	by = fence();
	if (by == KSYNC__FENCE_NAPS) {
		ksync__nap(NAP_NS);
		ksync_smp_mb();
	}
	if (by != KSYNC_READ_ONCE(fence_by))
		KSYNC_WRITE_ONCE(fence_by, by);
}
