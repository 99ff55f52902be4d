/* SPDX-License-Identifier: MIT */
#include <ksync/status.h>
#include <ksync/watch.h>

#include "port/port.h"

void ksync_status(struct ksync_status *status)
{
	*status = (struct ksync_status){
		.version = KSYNC_VERSION_STRING,
		.variant = "release",
		.membarrier = ksync__membarrier_works(),
		.rseq_size = ksync__rseq_size(),
		.tsan = __tsan_acquire != NULL,
	};
}
