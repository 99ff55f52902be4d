/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "port.h"

void ksync__console_write(const char *text, size_t length)
{
	int saved = errno;

	while (length) {
		ssize_t n = write(STDERR_FILENO, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		text += n;
		length -= (size_t)n;
	}
	errno = saved;
}

const char *ksync__env(const char *name)
{
	return getauxval(AT_SECURE) ? NULL : getenv(name);
}

_Noreturn void ksync__abort(void)
{
	abort();
}

_Noreturn void ksync__panic(const char *text)
{
	ksync__console_write(text, strlen(text));
	abort();
}

bool ksync__symbol(const void *addr, const char **module, const char **name,
		   unsigned long *offset)
{
	Dl_info info;

	if (!dladdr(addr, &info) || !info.dli_fname)
		return false;
	*module = info.dli_fname;
	*name = info.dli_sname;
	*offset = (unsigned long)((const char *)addr -
				  (const char *)(info.dli_sname ?
							 info.dli_saddr :
							 info.dli_fbase));
	return true;
}
