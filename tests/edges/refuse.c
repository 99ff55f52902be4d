/* SPDX-License-Identifier: MIT */
/*
 *	refuse COUNT PROGRAM ARGUMENT...
 *
 * Runs the program where a process may register for membarrier(2), use it COUNT
 * times, and is refused it from then on; REFUSED_LATE in its environment says
 * so. "never": from the start, also to register. Exit status 4: this system
 * cannot do that.
 *
 * A filter asks this process for each such call (seccomp's user notification);
 * for "never" it refuses by itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 4
#define PROCESSES (1 << 22) /* the largest id there is */

static int listener = -1;
static int allowed;
static unsigned char used[PROCESSES]; /* by each process */

/* The process of a thread, or the thread itself if that has gone. */
static int process_of(unsigned int thread)
{
	char path[64], line[128];
	int process = (int)thread;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", thread);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &process) == 1)
			break;
	if (file)
		fclose(file);
	return process % PROCESSES;
}

static void answer(const struct seccomp_notif *asked)
{
	struct seccomp_notif_resp says = { .id = asked->id };
	unsigned char *n = &used[process_of(asked->pid)];
	bool uses = asked->data.args[0] == MEMBARRIER_CMD_PRIVATE_EXPEDITED ||
		    asked->data.args[0] ==
			    MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ;

	if (*n + uses <= allowed) {
		says.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		*n += uses;
	} else {
		*n = UCHAR_MAX;
		says.error = -EPERM;
	}
	/* Who asked may be gone. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &says);
}

static void *serve(void *unused)
{
	struct seccomp_notif asked;

	for (;;) {
		memset(&asked, 0, sizeof(asked));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0)
			answer(&asked);
	}
	return unused;
}

/* For this thread, and what it starts. The listener's file, or -1. */
static int filter(unsigned int action, unsigned int flags)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &program);
}

static int ended(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	pthread_t server;
	pid_t child;

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "never") == 0) {
		if (filter(SECCOMP_RET_ERRNO | EPERM, 0) < 0)
			return CANNOT;
		execv(argv[2], argv + 2);
		return 127;
	}
	allowed = atoi(argv[1]);
	listener = filter(SECCOMP_RET_USER_NOTIF,
			  SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0)
		return CANNOT;
	child = fork();
	if (child == 0) {
		setenv("REFUSED_LATE", argv[1], 1);
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pthread_create(&server, NULL, serve, NULL))
		return 1;
	return ended(child);
}
