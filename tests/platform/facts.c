/* SPDX-License-Identifier: MIT */
/* Prints what the library does not find here, in lacks.txt's words. */
#include <ksync/status.h>

#include <stdio.h>

int main(void)
{
	struct ksync_status status;

	ksync_status(&status);
	if (!status.rseq_size)
		puts("rseq");
	if (!status.membarrier)
		puts("membarrier");
	return 0;
}
