/* SPDX-License-Identifier: MIT */
/* glibc 2.35 and later register an area for each thread. */
#include "port.h"

extern const unsigned int __rseq_size __attribute__((weak));
extern const ptrdiff_t __rseq_offset __attribute__((weak));

unsigned int ksync__rseq_size(void)
{
	return &__rseq_size ? __rseq_size : 0;
}

long ksync__rseq_offset(void)
{
	return __rseq_offset;
}
