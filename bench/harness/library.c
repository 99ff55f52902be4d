// SPDX-License-Identifier: MIT
/* Which library was measured, and which of its fast paths work here. */
#include <ksync/status.h>
#include <stdio.h>

#include "parts.h"

void bench_add_library_facts(void)
{
	struct ksync_status status;
	char text[64];

	ksync_status(&status);
	snprintf(text, sizeof(text), "%s %s", status.version, status.variant);
	bench_add_fact("ksync", text);
	bench_add_fact("membarrier", status.membarrier ? "yes" : "no");
	snprintf(text, sizeof(text), "%u", status.rseq_size);
	bench_add_fact("rseq", status.rseq_size ? text : "no");
	bench_add_fact("tsan", status.tsan ? "yes" : "no");
}
