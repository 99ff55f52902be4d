/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "port.h"

void *ksync__heap_alloc(size_t size)
{
	int saved = errno;
	void *p = calloc(1, size);

	errno = saved;
	return p;
}

void ksync__heap_free(void *p)
{
	free(p);
}
