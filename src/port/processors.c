/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

/* As many processors as the kernel can be built for. */
#define PROCESSORS 8192u
#define LONG_BITS (8 * (unsigned int)sizeof(long))

/* One more than the last number in a list like "0-3,5", or 0. */
static unsigned int end_of_list(const char *text, long length)
{
	unsigned int number = 0;

	for (long i = 0; i < length && text[i] != '\n'; i++)
		if (text[i] >= '0' && text[i] <= '9')
			number = number * 10 + (unsigned int)(text[i] - '0');
		else
			number = 0;
	return length > 0 ? number + 1 : 0;
}

static unsigned int possible(void)
{
	char text[256];
	long fd = syscall(SYS_openat, AT_FDCWD,
			  "/sys/devices/system/cpu/possible",
			  O_RDONLY | O_CLOEXEC);
	long length;

	if (fd < 0)
		return 0;
	length = syscall(SYS_read, fd, text, sizeof(text));
	(void)syscall(SYS_close, fd);
	/* A longer list has many processors, and holes. */
	return length == (long)sizeof(text) ? 0 : end_of_list(text, length);
}

static unsigned int end_of_mask(const unsigned long *mask, unsigned int bits)
{
	while (bits &&
	       !(mask[(bits - 1) / LONG_BITS] >> (bits - 1) % LONG_BITS & 1))
		bits--;
	return bits;
}

struct ksync__processors ksync__processors(void)
{
	unsigned long own[PROCESSORS / LONG_BITS];
	int saved = errno;
	long size = syscall(SYS_sched_getaffinity, 0, sizeof(own), own);
	struct ksync__processors found = { .numbers = PROCESSORS };
	unsigned int least = 0;

	if (size > 0) {
		found.numbers = 8 * (unsigned int)size;
		least = end_of_mask(own, found.numbers);
	}
	found.possible = possible();
	/* What stands for /sys may say less than is true, or nothing. */
	if (found.possible < least || found.possible > found.numbers ||
	    !found.possible)
		found.possible = found.numbers;
	errno = saved;
	return found;
}
