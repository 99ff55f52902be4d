/* SPDX-License-Identifier: MIT */
/*
 * Standard error, as a library may use it that is only a guest in the process:
 * it may be closed, full, without a reader, or have one that does not read.
 * Nothing here is a cancellation point, leaves a signal behind or waits for
 * longer than PATIENCE_NS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port.h"

/* How long standard error may be full before a text is given up. */
#define PATIENCE_NS 100000000LL

/* The kernel's set of signals, which libc's is larger than. */
#define SIGSET_SIZE (_NSIG / 8)

/* The kernel's 64-bit timespec, where there is a call for it: as in futex.c. */
struct call_time {
	ksync_s64 sec;
	ksync_s64 nsec;
};

#ifdef SYS_ppoll_time64
#define PPOLL_CALL SYS_ppoll_time64
#else
#define PPOLL_CALL SYS_ppoll
#endif
/* Either takes a time of zero. */
#ifdef SYS_rt_sigtimedwait
#define SIGTIMEDWAIT_CALL SYS_rt_sigtimedwait
#else
#define SIGTIMEDWAIT_CALL SYS_rt_sigtimedwait_time64
#endif

/*
 * The signals by which the system says that a write failed: no reader, or a
 * limit on the file's size. They go to the thread that writes.
 */
struct held {
	sigset_t ours; /* of them, those that were not there before */
	sigset_t old;
};

static void signals_hold(struct held *held)
{
	static const int numbers[] = { SIGPIPE, SIGXFSZ };
	sigset_t pending;

	sigemptyset(&held->ours);
	for (int i = 0; i < 2; i++)
		sigaddset(&held->ours, numbers[i]);
	pthread_sigmask(SIG_BLOCK, &held->ours, &held->old);
	sigpending(&pending);
	for (int i = 0; i < 2; i++)
		if (sigismember(&pending, numbers[i]) == 1)
			sigdelset(&held->ours, numbers[i]);
}

static void signals_release(struct held *held, bool raised)
{
	struct call_time none = { 0, 0 };

	if (raised)
		syscall(SIGTIMEDWAIT_CALL, &held->ours, NULL, &none,
			SIGSET_SIZE);
	pthread_sigmask(SIG_SETMASK, &held->old, NULL);
}

/*
 * A pipe may fill up between the look at it and the write. Who opened standard
 * error shares its flags, so it is opened anew to write without waiting; where
 * that is refused, the gap remains.
 */
static int console_open(mode_t type)
{
	int fd = -1;

	if (S_ISFIFO(type))
		fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd/2",
				  O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
				  0);
	return fd < 0 ? STDERR_FILENO : fd;
}

/* Wait until there is room; also true if a write will say what is wrong. */
static bool console_ready(int fd, ksync_s64 deadline)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	struct call_time at_most;
	ksync_s64 left;
	long ready;

	do {
		left = deadline - ksync__clock_ns();
		if (left < 0)
			return false;
		at_most.sec = left / 1000000000;
		at_most.nsec = left % 1000000000;
		ready = syscall(PPOLL_CALL, &room, 1, &at_most, NULL,
				SIGSET_SIZE);
	} while (ready < 0 && errno == EINTR);
	return ready != 0;
}

static ssize_t console_put(int fd, mode_t type, const char *text, size_t length)
{
	if (S_ISSOCK(type))
		return syscall(SYS_sendto, fd, text, length,
			       MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	return syscall(SYS_write, fd, text, length);
}

size_t ksync__console_write(const char *text, size_t length)
{
	int saved = errno;
	struct stat file = { .st_mode = 0 };
	struct held held;
	size_t done = 0;
	ksync_s64 deadline = ksync__clock_ns() + PATIENCE_NS;
	bool broken = false;
	int fd;

	(void)fstat(STDERR_FILENO, &file);
	fd = console_open(file.st_mode);
	signals_hold(&held);
	while (done < length && !broken && console_ready(fd, deadline)) {
		ssize_t n = console_put(fd, file.st_mode, text + done,
					length - done);

		if (n > 0)
			done += (size_t)n;
		else
			broken = !n || (errno != EINTR && errno != EAGAIN);
	}
	signals_release(&held, broken);
	if (fd != STDERR_FILENO)
		syscall(SYS_close, fd);
	errno = saved;
	return done;
}

const char *ksync__env(const char *name)
{
	return getauxval(AT_SECURE) ? NULL : getenv(name);
}

_Noreturn void ksync__abort(void)
{
	abort();
}

/* A debugger stops here, and may go on; without one it kills. */
void ksync__trap(void)
{
	(void)raise(SIGTRAP);
}

_Noreturn void ksync__panic(const char *text)
{
	(void)ksync__console_write(text, strlen(text));
	abort();
}
