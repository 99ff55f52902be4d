/* SPDX-License-Identifier: MIT */
/* An epoll loop that serves a pipe, and jobs that threads give it. */
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <ksync/semaphore.h>
#include <ksync/wait_fd.h>

#define JOBS 1000

static KSYNC_DEFINE_SEMAPHORE(jobs, 0);
static KSYNC_DECLARE_WAIT_QUEUE_HEAD(given);

static void *give(void *unused)
{
	for (int i = 0; i < JOBS; i++) {
		ksync_up(&jobs);
		ksync_wake_up(&given); /* costs next to nothing if it is read */
	}
	return unused;
}

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int pipes[2], done = 0, bytes = 0;
	ksync_wait_fd_t f;
	pthread_t thread;
	char byte;

	if (pipe(pipes) || ksync_wait_fd_open(&f, &given))
		return 1;
	event.data.fd = f.fd;
	epoll_ctl(epoll, EPOLL_CTL_ADD, f.fd, &event);
	event.data.fd = pipes[0];
	epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event);
	pthread_create(&thread, NULL, give, NULL);
	if (write(pipes[1], "x", 1) != 1)
		return 1;
	while (done < JOBS || !bytes) {
		if (epoll_wait(epoll, &event, 1, -1) != 1)
			continue;
		if (event.data.fd == f.fd) {
			ksync_wait_fd_clear(&f); /* first, then look */
			while (!ksync_down_trylock(&jobs))
				done++;
		} else {
			bytes += (int)read(pipes[0], &byte, 1);
		}
	}
	pthread_join(thread, NULL);
	ksync_wait_fd_close(&f);
	printf("%d jobs, %d byte\n", done, bytes);
	return 0;
}
