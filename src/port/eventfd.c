/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ksync/atomic.h>

#include "life.h"
#include "port.h"

unsigned int ksync__eventfd_process;

/* Readable at first. */
int ksync__eventfd_make(void)
{
	int saved = errno;
	long fd = syscall(SYS_eventfd2, 1, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		fd = -errno;
	errno = saved;
	return (int)fd;
}

void ksync__eventfd_set(int fd)
{
	const uint64_t one = 1;
	int saved = errno;

	(void)syscall(SYS_write, fd, &one, sizeof(one));
	errno = saved;
}

void ksync__eventfd_clear(int fd)
{
	uint64_t all;
	int saved = errno;

	(void)syscall(SYS_read, fd, &all, sizeof(all));
	errno = saved;
}

void ksync__eventfd_close(int fd)
{
	int saved = errno;

	(void)syscall(SYS_close, fd);
	errno = saved;
}

static void eventfd_child(bool prepared)
{
	(void)prepared;
	KSYNC_WRITE_ONCE(ksync__eventfd_process, ksync__eventfd_process + 1);
}

static const struct ksync__life_part eventfd_life = {
	.floor = KSYNC__FLOOR_PORT,
	.child = eventfd_child,
};
KSYNC__LIFE_PART(eventfd_life);
