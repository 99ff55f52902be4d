/* SPDX-License-Identifier: MIT */
/*
 * Names of threads. libc's functions for those of others open files, which is a
 * cancellation point; and the caller's own needs none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

/* "/proc/self/task/<tid>/comm" */
#define PATH_SIZE 40

static void append(char **at, const char *text)
{
	while (*text)
		*(*at)++ = *text++;
}

static void comm_path(char path[PATH_SIZE], int tid)
{
	char digits[12];
	char *at = path;
	int n = 0;

	do
		digits[n++] = (char)('0' + tid % 10);
	while (tid /= 10);
	append(&at, "/proc/self/task/");
	while (n)
		*at++ = digits[--n];
	append(&at, "/comm");
	*at = '\0';
}

static int comm_open(int tid, int flags)
{
	char path[PATH_SIZE];
	long fd;

	if (tid <= 0)
		return -ESRCH;
	comm_path(path, tid);
	fd = syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return (int)fd;
}

static int name_read(int tid, char *name)
{
	int fd = comm_open(tid, O_RDONLY);
	long got;

	if (fd < 0)
		return fd;
	got = syscall(SYS_read, fd, name, KSYNC__THREAD_NAME);
	if (got < 0)
		got = -errno;
	(void)syscall(SYS_close, fd);
	if (got < 0)
		return (int)got;
	/* It ends with a new line. */
	name[got ? got - 1 : 0] = '\0';
	return 0;
}

int ksync__thread_name(int tid, char *name)
{
	int saved = errno;
	int ret = 0;

	name[0] = '\0';
	if (tid == ksync__gettid())
		ret = prctl(PR_GET_NAME, name) ? -errno : 0;
	else
		ret = name_read(tid, name);
	errno = saved;
	return ret;
}

static int name_write(int tid, const char *name)
{
	int fd = comm_open(tid, O_WRONLY);
	size_t length = 0;
	int ret = 0;

	if (fd < 0)
		return fd;
	while (length < KSYNC__THREAD_NAME - 1 && name[length])
		length++;
	/* Nothing would be no change. */
	if (syscall(SYS_write, fd, length ? name : "", length ? length : 1) < 0)
		ret = -errno;
	(void)syscall(SYS_close, fd);
	return ret;
}

int ksync__thread_set_name(int tid, const char *name)
{
	int saved = errno;
	int ret;

	if (tid == ksync__gettid())
		ret = prctl(PR_SET_NAME, name) ? -errno : 0;
	else
		ret = name_write(tid, name);
	errno = saved;
	return ret;
}

void ksync__thread_name_make(char *name, const char *format, va_list args)
{
	int saved = errno;

	if (vsnprintf(name, KSYNC__THREAD_NAME, format, args) < 0)
		name[0] = '\0';
	errno = saved;
}
