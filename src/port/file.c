/* SPDX-License-Identifier: MIT */
/* Files that the program asked for, to be written by the library. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

int ksync__file_make(const char *path)
{
	int saved = errno;
	int fd = (int)syscall(
		SYS_openat, AT_FDCWD, path,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);

	errno = saved;
	return fd;
}

bool ksync__file_write(int fd, const char *text, size_t length)
{
	int saved = errno;
	size_t done = 0;
	long n = 0;

	if (fd == STDERR_FILENO)
		return ksync__console_write(text, length) == length;
	while (done < length) {
		n = syscall(SYS_write, fd, text + done, length - done);
		if (n > 0)
			done += (size_t)n;
		else if (!n || errno != EINTR)
			break;
	}
	errno = saved;
	return done == length;
}

void ksync__file_close(int fd)
{
	int saved = errno;

	syscall(SYS_close, fd);
	errno = saved;
}
