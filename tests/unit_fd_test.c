/* SPDX-License-Identifier: MIT */
/*
 * A semaphore's and a completion's file descriptor: readable with a unit of its
 * own, in turn with threads, and in poll(); its close, and a fork's child.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/completion.h>
#include <linux/semaphore.h>

#include <ksync/unit_fd.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/threads.h"

TestSuite(unit_fd, .init = reports_take, .fini = reports_none);

static DEFINE_SEMAPHORE(sem, 0);
static DECLARE_COMPLETION(done);
static ksync_unit_fd_t f;

static bool readable(void)
{
	struct pollfd p = { .fd = f.fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && p.revents == POLLIN;
}

/* The same of both. */
static const struct kind {
	const char *name;
	int (*open)(void);
	void (*give)(void);
	bool (*is_there)(void); /* and take it */
	int (*waits)(void);	/* a thread */
} *kind;

static int sem_open_fd(void)
{
	return ksync_unit_fd_open_semaphore(&f, &sem);
}

static void sem_give(void)
{
	up(&sem);
}

static bool sem_is_there(void)
{
	return !down_trylock(&sem);
}

static int sem_waits(void)
{
	return down_killable(&sem);
}

static int completion_open(void)
{
	return ksync_unit_fd_open_completion(&f, &done);
}

static void completion_give(void)
{
	complete(&done);
}

static bool completion_is_there(void)
{
	return try_wait_for_completion(&done);
}

static int completion_waits(void)
{
	return wait_for_completion_killable(&done);
}

static const struct kind kinds[] = {
	{ "semaphore", sem_open_fd, sem_give, sem_is_there, sem_waits },
	{ "completion", completion_open, completion_give, completion_is_there,
	  completion_waits },
};

#define EACH_KIND()                                                       \
	for (kind = kinds; kind < kinds + sizeof(kinds) / sizeof(*kinds); \
	     kind++)

/* Nothing there yet: it waits. */
static void opened(void)
{
	cr_assert_eq(kind->open(), 0, "%s", kind->name);
	cr_assert_not(ksync_unit_fd_take(&f));
	cr_assert_not(readable());
}

static void closed(void)
{
	ksync_unit_fd_close(&f);
	cr_assert_not(kind->is_there(), "%s", kind->name);
}

Test(unit_fd, is_readable_until_a_take_found_nothing)
{
	EACH_KIND()
	{
		kind->give();
		cr_assert_eq(kind->open(), 0);
		cr_assert(readable());
		cr_assert(ksync_unit_fd_take(&f));
		cr_assert(readable());
		cr_assert_not(ksync_unit_fd_take(&f));
		cr_assert_not(readable());
		closed();
	}
}

Test(unit_fd, is_readable_when_it_has_a_unit)
{
	EACH_KIND()
	{
		opened();
		for (int i = 0; i < 10; i++) {
			kind->give();
			cr_assert(readable());
			cr_assert(ksync_unit_fd_take(&f));
			cr_assert_not(ksync_unit_fd_take(&f));
			cr_assert_not(ksync_unit_fd_take(&f));
			cr_assert_not(readable());
		}
		closed();
	}
}

Test(unit_fd, a_unit_of_its_own_is_nobody_elses)
{
	EACH_KIND()
	{
		opened();
		kind->give();
		cr_assert_not(kind->is_there());
		kind->give();
		kind->give();
		cr_assert(kind->is_there());
		cr_assert(ksync_unit_fd_take(&f));
		cr_assert(ksync_unit_fd_take(&f));
		cr_assert_not(ksync_unit_fd_take(&f));
		closed();
	}
}

Test(unit_fd, after_complete_all_there_is_no_end)
{
	kind = &kinds[1];
	opened();
	complete_all(&done);
	cr_assert(readable());
	for (int i = 0; i < 3; i++)
		cr_assert(ksync_unit_fd_take(&f));
	cr_assert(readable());
	ksync_unit_fd_close(&f);
	cr_assert(completion_done(&done));
}

Test(unit_fd, closed_with_a_unit_it_gives_it_back)
{
	EACH_KIND()
	{
		opened();
		kind->give();
		cr_assert_not(kind->is_there());
		ksync_unit_fd_close(&f);
		cr_assert(kind->is_there());
		cr_assert_not(kind->is_there());
	}
}

Test(unit_fd, is_closed_on_exec_and_when_it_is_closed)
{
	EACH_KIND()
	{
		opened();
		cr_assert(fcntl(f.fd, F_GETFD) & FD_CLOEXEC);
		closed();
		cr_assert_eq(fcntl(f.fd, F_GETFD), -1);
		kind->give();
		cr_assert(kind->is_there(), "it waits no more");
	}
}

Test(unit_fd, without_descriptors_it_says_so)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	EACH_KIND()
	{
		setrlimit(RLIMIT_NOFILE, &none);
		cr_assert_eq(kind->open(), -EMFILE);
		setrlimit(RLIMIT_NOFILE, &old);
		kind->give();
		cr_assert(kind->is_there());
	}
}

/* ---- beside threads ---- */

static int served;
static struct ksync_task *waiter;

static void waits(void *unused, int index)
{
	(void)unused;
	(void)index;
	ksync_smp_store_release(&waiter, ksync__task_self());
	if (!kind->waits())
		__atomic_fetch_add(&served, 1, __ATOMIC_RELEASE);
}

static int is_served(void)
{
	return __atomic_load_n(&served, __ATOMIC_ACQUIRE);
}

static bool is_asleep(void)
{
	struct ksync_task *task = ksync_smp_load_acquire(&waiter);

	return task && KSYNC_READ_ONCE(task->park) == PARK_PARKED;
}

static void thread_queued(struct crew *crew)
{
	served = 0;
	waiter = NULL;
	crew_start(crew, 1, waits, NULL);
	wait_until(is_asleep());
}

Test(unit_fd, before_a_thread_it_is_served_first)
{
	EACH_KIND()
	{
		struct crew crew;

		opened();
		thread_queued(&crew);
		kind->give();
		cr_assert(readable());
		cr_assert_eq(is_served(), 0);
		kind->give();
		crew_join(&crew);
		cr_assert(ksync_unit_fd_take(&f));
		closed();
	}
}

Test(unit_fd, behind_a_thread_it_waits)
{
	EACH_KIND()
	{
		struct crew crew;

		cr_assert_eq(kind->open(), 0);
		thread_queued(&crew);
		cr_assert_not(ksync_unit_fd_take(&f));
		kind->give();
		crew_join(&crew);
		cr_assert_eq(is_served(), 1);
		cr_assert_not(readable());
		kind->give();
		cr_assert(readable());
		cr_assert(ksync_unit_fd_take(&f));
		closed();
	}
}

Test(unit_fd, closed_between_threads_it_leaves_them)
{
	EACH_KIND()
	{
		struct crew crew;

		opened();
		thread_queued(&crew);
		ksync_unit_fd_close(&f);
		kind->give();
		crew_join(&crew);
		cr_assert_eq(is_served(), 1);
		cr_assert_not(kind->is_there());
	}
}

/* ---- a loop ---- */

#define POSTERS 2
#define UNITS 2000 /* of each */

static void posts(void *unused, int index)
{
	(void)unused;
	(void)index;
	for (int i = 0; i < UNITS; i++)
		kind->give();
}

/* "one_by_one": also with units left, and told of changes alone, it goes on. */
static void loop(uint32_t edge, bool one_by_one)
{
	struct epoll_event event = { .events = EPOLLIN | edge };
	int epoll = epoll_create1(EPOLL_CLOEXEC), taken = 0;
	struct crew crew;

	cr_assert_eq(kind->open(), 0);
	cr_assert_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, f.fd, &event), 0);
	crew_start(&crew, POSTERS, posts, NULL);
	while (taken < POSTERS * UNITS) {
		cr_assert_eq(epoll_wait(epoll, &event, 1, -1), 1);
		while (ksync_unit_fd_take(&f)) {
			taken++;
			if (one_by_one)
				break;
		}
	}
	crew_join(&crew);
	cr_assert_eq(taken, POSTERS * UNITS);
	closed();
	close(epoll);
}

Test(unit_fd, no_unit_is_lost_in_an_epoll_loop)
{
	EACH_KIND()
	loop(0, false);
}

Test(unit_fd, nor_if_it_takes_one_at_a_time)
{
	EACH_KIND()
	loop(0, true);
}

Test(unit_fd, nor_if_it_is_told_of_changes_alone)
{
	EACH_KIND()
	loop(EPOLLET, false);
}

/* ---- copies of the process ---- */

static void child_of_a_loop(void *unused)
{
	(void)unused;
	must(!ksync_unit_fd_take(&f));
	kind->give();
	must(kind->is_there());
	ksync_unit_fd_close(&f);
	must(kind->open() == 0);
	must(!ksync_unit_fd_take(&f));
	kind->give();
	must(ksync_unit_fd_take(&f));
	ksync_unit_fd_close(&f);
}

Test(unit_fd, a_forks_child_leaves_its_parents_alone_and_opens_its_own)
{
	EACH_KIND()
	{
		opened();
		child_succeeds(child_of_a_loop, NULL);
		cr_assert_not(readable());
		kind->give();
		cr_assert(readable());
		cr_assert(ksync_unit_fd_take(&f));
		closed();
	}
}

/* Others were in the queue, which the child forgets. */
static void child_that_closes(void *unused)
{
	(void)unused;
	ksync_unit_fd_close(&f);
	kind->give();
	must(kind->is_there());
	must(!kind->is_there());
}

Test(unit_fd, a_forks_child_may_close_it_first)
{
	EACH_KIND()
	{
		struct crew crew;

		opened();
		child_succeeds(child_that_closes, NULL);
		thread_queued(&crew);
		child_succeeds(child_that_closes, NULL);
		ksync_unit_fd_close(&f);
		kind->give();
		crew_join(&crew);
	}
}

/* Nor does it look for the others where they were: their stacks are gone. */
#define STACK_SIZE (256 * 1024)

static void *stack;

static void *thread_main(void *unused)
{
	waits(unused, 0);
	return unused;
}

static void child_that_closes_without_stacks(void *unused)
{
	must(munmap(stack, STACK_SIZE) == 0);
	child_that_closes(unused);
}

Test(unit_fd, a_forks_child_looks_for_nobody_who_is_gone)
{
	if (under_valgrind())
		cr_skip_test("it misses what only those stacks point to");
	EACH_KIND()
	{
		pthread_attr_t attr;
		pthread_t thread;

		stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		cr_assert_neq(stack, MAP_FAILED);
		pthread_attr_init(&attr);
		cr_assert_eq(pthread_attr_setstack(&attr, stack, STACK_SIZE),
			     0);
		opened();
		waiter = NULL;
		cr_assert_eq(pthread_create(&thread, &attr, thread_main, NULL),
			     0);
		pthread_attr_destroy(&attr);
		wait_until(is_asleep());
		child_succeeds(child_that_closes_without_stacks, NULL);
		ksync_unit_fd_close(&f);
		kind->give();
		pthread_join(thread, NULL);
		munmap(stack, STACK_SIZE);
	}
}

/* A unit that it had is the parent's. */
Test(unit_fd, a_forks_child_does_not_give_back_its_parents_unit)
{
	EACH_KIND()
	{
		opened();
		kind->give();
		child_succeeds(child_that_closes, NULL);
		cr_assert(ksync_unit_fd_take(&f));
		closed();
	}
}

/* Where it lies says nothing. */
Test(unit_fd, works_at_any_address)
{
	char *memory = malloc(sizeof(f) + 64);

	EACH_KIND()
	{
		for (size_t i = 0; i < 64; i += _Alignof(ksync_unit_fd_t)) {
			ksync_unit_fd_t *at = (void *)(memory + i);

			cr_assert_eq(
				kind == kinds ?
					ksync_unit_fd_open_semaphore(at, &sem) :
					ksync_unit_fd_open_completion(at,
								      &done),
				0);
			cr_assert_not(ksync_unit_fd_take(at));
			kind->give();
			cr_assert(ksync_unit_fd_take(at));
			ksync_unit_fd_close(at);
		}
	}
	free(memory);
}
