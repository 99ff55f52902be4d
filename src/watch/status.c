/* SPDX-License-Identifier: MIT */
#include <ksync/percpu.h>
#include <ksync/status.h>
#include <ksync/watch.h>

#include "port/port.h"

static const char *const fences[] = {
	[KSYNC__FENCE_NO_SECTIONS] = "none",
	[KSYNC__FENCE_MEMBARRIER] = "membarrier",
	[KSYNC__FENCE_VISITS] = "visits",
	[KSYNC__FENCE_NAPS] = "naps",
};

void ksync_status(struct ksync_status *status)
{
	*status = (struct ksync_status){
		.version = KSYNC_VERSION_STRING,
		.variant = KSYNC_VARIANT,
		.membarrier = ksync__membarrier_works(),
		.rseq_size = ksync__rseq_size(),
		.percpu = ksync__percpu_has_sections() ? "rseq" : "atomic",
		.percpu_fence = fences[ksync__percpu_fence_by()],
		.tsan = __tsan_acquire != NULL,
	};
}
