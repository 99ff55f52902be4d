/* SPDX-License-Identifier: MIT */
/* An epoll loop that serves a pipe, jobs that a thread gives it, and the end of
 * that thread. */
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <ksync/unit_fd.h>

#define JOBS 1000

static KSYNC_DEFINE_SEMAPHORE(jobs, 0);
static KSYNC_DECLARE_COMPLETION(over);

static void *give(void *unused)
{
	for (int i = 0; i < JOBS; i++)
		ksync_up(&jobs);
	ksync_complete(&over);
	return unused;
}

static void poll_for(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	event.data.fd = fd;
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int pipes[2], done = 0, bytes = 0, ended = 0;
	ksync_unit_fd_t job, end;
	struct epoll_event event;
	pthread_t thread;
	char byte;

	if (pipe(pipes) || ksync_unit_fd_open_semaphore(&job, &jobs) ||
	    ksync_unit_fd_open_completion(&end, &over))
		return 1;
	poll_for(epoll, pipes[0]);
	poll_for(epoll, job.fd);
	poll_for(epoll, end.fd);
	pthread_create(&thread, NULL, give, NULL);
	if (write(pipes[1], "x", 1) != 1)
		return 1;
	while (done < JOBS || !bytes || !ended) {
		if (epoll_wait(epoll, &event, 1, -1) != 1)
			continue;
		if (event.data.fd == job.fd)
			while (ksync_unit_fd_take(&job))
				done++;
		else if (event.data.fd == end.fd)
			ended += ksync_unit_fd_take(&end);
		else
			bytes += (int)read(pipes[0], &byte, 1);
	}
	pthread_join(thread, NULL);
	ksync_unit_fd_close(&job);
	ksync_unit_fd_close(&end);
	printf("%d jobs, %d byte\n", done, bytes);
	return 0;
}
