/* SPDX-License-Identifier: MIT */
/* A libc that does not register rseq. */
#include "port.h"

unsigned int ksync__rseq_size(void)
{
	return 0;
}

long ksync__rseq_offset(void)
{
	return 0;
}
