/* SPDX-License-Identifier: MIT */
/*
 * A wait queue's file descriptor: readable from a wake-up to its clear, in
 * poll() and in epoll, beside waiters, at the queue's end, and in a fork's
 * child.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/wait.h>

#include <ksync/wait_fd.h>

#include "support/process.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(wait_fd, .init = reports_take, .fini = reports_none);

static DECLARE_WAIT_QUEUE_HEAD(queue);
static ksync_wait_fd_t f;

static bool readable(void)
{
	struct pollfd p = { .fd = f.fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && p.revents == POLLIN;
}

static void opened(void)
{
	cr_assert_eq(ksync_wait_fd_open(&f, &queue), 0);
}

Test(wait_fd, is_readable_at_first)
{
	opened();
	cr_assert(readable());
	cr_assert(ksync_wait_fd_clear(&f));
	cr_assert_not(readable());
	ksync_wait_fd_close(&f);
}

Test(wait_fd, is_readable_from_each_wake_up_to_its_clear)
{
	opened();
	for (int i = 0; i < 10; i++) {
		cr_assert(ksync_wait_fd_clear(&f));
		cr_assert_not(readable());
		wake_up(&queue);
		cr_assert(readable());
		wake_up_all(&queue);
		wake_up_interruptible(&queue);
		cr_assert(readable(), "and stays so");
	}
	cr_assert(ksync_wait_fd_clear(&f), "once for all of them");
	cr_assert_not(readable());
	cr_assert(ksync_wait_fd_clear(&f));
	cr_assert_not(readable());
	ksync_wait_fd_close(&f);
	cr_assert_not(waitqueue_active(&queue));
}

Test(wait_fd, is_closed_on_exec_and_when_it_is_closed)
{
	opened();
	cr_assert(fcntl(f.fd, F_GETFD) & FD_CLOEXEC);
	ksync_wait_fd_close(&f);
	cr_assert_eq(fcntl(f.fd, F_GETFD), -1);
	wake_up(&queue);
}

Test(wait_fd, without_descriptors_it_says_so)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	cr_assert_eq(ksync_wait_fd_open(&f, &queue), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &old);
	cr_assert_not(waitqueue_active(&queue));
}

static int condition, woken;

static void waits(void *unused, int index)
{
	(void)unused;
	(void)index;
	wait_event_exclusive_cmd(queue, READ_ONCE(condition), , );
	__atomic_fetch_add(&woken, 1, __ATOMIC_RELEASE);
}

Test(wait_fd, takes_no_exclusive_waiters_wake_up)
{
	struct crew crew;

	opened();
	cr_assert(ksync_wait_fd_clear(&f));
	crew_start(&crew, 1, waits, NULL);
	/* Behind the descriptor's entry. */
	wait_until(READ_ONCE(queue.head.next->next) != &queue.head);
	WRITE_ONCE(condition, 1);
	wake_up(&queue);
	crew_join(&crew);
	cr_assert(readable());
	ksync_wait_fd_close(&f);
}

/* ---- a loop ---- */

#define POSTERS 2
#define UNITS 2000 /* of each */

static int units;

static void posts(void *unused, int index)
{
	(void)unused;
	(void)index;
	for (int i = 0; i < UNITS; i++) {
		__atomic_fetch_add(&units, 1, __ATOMIC_RELAXED);
		wake_up(&queue);
	}
}

Test(wait_fd, no_wake_up_is_lost_in_an_epoll_loop)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), taken = 0;
	struct crew crew;

	opened();
	cr_assert_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, f.fd, &event), 0);
	crew_start(&crew, POSTERS, posts, NULL);
	while (taken < POSTERS * UNITS) {
		cr_assert_eq(epoll_wait(epoll, &event, 1, -1), 1);
		cr_assert(ksync_wait_fd_clear(&f));
		taken += __atomic_exchange_n(&units, 0, __ATOMIC_RELAXED);
	}
	crew_join(&crew);
	cr_assert_eq(taken, POSTERS * UNITS);
	ksync_wait_fd_close(&f);
	close(epoll);
}

/* ---- ends ---- */

Test(wait_fd, at_the_queues_end_it_is_readable_and_out_of_it)
{
	wait_queue_head_t *ends = malloc(sizeof(*ends));

	init_waitqueue_head(ends);
	cr_assert_eq(ksync_wait_fd_open(&f, ends), 0);
	cr_assert(ksync_wait_fd_clear(&f));
	wake_up_pollfree(ends);
	free(ends);
	cr_assert(readable());
	cr_assert_not(ksync_wait_fd_clear(&f));
	cr_assert(readable(), "for ever");
	ksync_wait_fd_close(&f);
}

static void child_of_a_loop(void *unused)
{
	ksync_wait_fd_t own;

	(void)unused;
	must(!ksync_wait_fd_clear(&f));
	wake_up(&queue);
	must(ksync_wait_fd_open(&own, &queue) == 0);
	must(ksync_wait_fd_clear(&own));
	wake_up(&queue);
	must(own.readable);
	ksync_wait_fd_close(&own);
	ksync_wait_fd_close(&f);
}

Test(wait_fd, a_forks_child_leaves_its_parents_alone_and_opens_its_own)
{
	opened();
	cr_assert(ksync_wait_fd_clear(&f));
	child_succeeds(child_of_a_loop, NULL);
	cr_assert_not(readable());
	wake_up(&queue);
	cr_assert(readable());
	ksync_wait_fd_close(&f);
}
