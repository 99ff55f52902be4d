/* SPDX-License-Identifier: MIT */
/*
 * A mutex's fast unlock relies on the waiter's membarrier(2). Here a sandbox
 * takes that away while threads run: nothing may hang, nor lose a wake-up.
 */
#include <criterion/criterion.h>

#include <errno.h>

#include <linux/atomic.h>
#include <linux/mutex.h>

#include <ksync/status.h>

#include "support/queue.h"
#include "support/report.h"
#include "support/sandbox.h"
#include "support/threads.h"

TestSuite(mutex_sandbox, .init = reports_take, .fini = reports_none);

#define THREADS 4
#define LOCKS 10       /* of each thread in a round */
#define OPEN_ROUNDS 50 /* before the sandbox closes */

/*
 * Each round has a new mutex, as only the first wait for a calm one depends on
 * membarrier. Its threads begin together.
 */
static struct mutex mutexes[3000];
static pthread_barrier_t gate;
static bool over;
static long sum;

static bool membarrier_works(void)
{
	struct ksync_status status;

	ksync_status(&status);
	return status.membarrier;
}

static void run_rounds(void *arg, int index)
{
	(void)arg;
	for (int round = 0;; round++) {
		struct mutex *m = &mutexes[round];

		pthread_barrier_wait(&gate);
		if (over)
			return;
		for (int i = 0; i < LOCKS; i++) {
			mutex_lock(m);
			sum++;
			/* Longer than others spin for it. */
			if (i == index && round % 2)
				nap_us(1);
			mutex_unlock(m);
			watchdog_feed();
		}
		pthread_barrier_wait(&gate);
	}
}

/* Lets the threads do a round. */
static void do_round(int round)
{
	sum = 0;
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	cr_assert_eq(sum, THREADS * LOCKS);
	cr_assert_not(mutex_is_locked(&mutexes[round]));
	cr_assert_eq(mutex_waiters(&mutexes[round]), 0);
}

static bool somebody_waited(int round)
{
	return mutexes[round].waitq != 0;
}

static void close_the_sandbox_on_running_threads(int error)
{
	struct effort e = effort(2900, 1500);
	struct crew crew;
	bool closed;
	int waits = 0;
	int round = 0;

	if (!membarrier_works())
		cr_skip_test("no membarrier");
	pthread_barrier_init(&gate, NULL, THREADS + 1);
	watchdog_start();
	crew_start(&crew, THREADS, run_rounds, NULL);
	while (round < OPEN_ROUNDS)
		do_round(round++);
	cr_assert(membarrier_works());

	closed = sandbox_refuse(SYS_membarrier, error);
	while (closed && effort_more(&e)) {
		do_round(round);
		waits += somebody_waited(round);
		round++;
	}
	over = true;
	pthread_barrier_wait(&gate);
	crew_join(&crew);
	watchdog_stop();
	if (!closed)
		cr_skip_test("no seccomp");
	cr_assert_gt(waits, 0, "nobody waited in %d rounds", round);
	cr_assert_not(membarrier_works());
}

Test(mutex_sandbox, that_answers_EPERM_loses_no_wakeup)
{
	close_the_sandbox_on_running_threads(EPERM);
}

Test(mutex_sandbox, that_answers_ENOSYS_loses_no_wakeup)
{
	close_the_sandbox_on_running_threads(ENOSYS);
}

/* ---- the closest race ---- */

static DEFINE_MUTEX(m);

/*
 * One thread holds a calm mutex and unlocks it when the other has just spun its
 * spinning budget and queues up. It aims: if it was too early last time, it
 * waits a little longer, and the other way round. A round ends when the other
 * has got the mutex.
 */
static struct {
	long round; /* the holder began it */
	long done;  /* the waiter ended it */
	bool over;
} duel;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Quick where there is a second core, and no waste where there is none. */
static void spin_until_moved(const long *counter, long last)
{
	for (int turn = 0; READ_ONCE(*counter) == last; turn++)
		if (turn > 200)
			sched_yield();
}

static void duel_waiter(void)
{
	for (long round = 1;; round++) {
		spin_until_moved(&duel.round, round - 1);
		if (READ_ONCE(duel.over))
			return;
		mutex_lock(&m);
		mutex_unlock(&m);
		watchdog_feed();
		smp_store_release(&duel.done, round);
	}
}

/* Too early: wait longer. Too late: shorter. Finer, each time it turns. */
struct aim {
	long long delay;
	long long step;
	bool late;
};

static void aim_next(struct aim *aim, bool late)
{
	if (late != aim->late)
		aim->step = aim->step / 2 + 20;
	else
		aim->step += aim->step / 4;
	aim->late = late;
	aim->delay += late ? -aim->step : aim->step;
	if (aim->delay < 0 || aim->delay > 50000000)
		*aim = (struct aim){ .delay = 10000, .step = 1000 };
}

static void duel_holder(void)
{
	struct effort e = effort(40000, 1000);
	struct aim aim = { .delay = 10000, .step = 2000 };
	long round;

	for (round = 1; effort_more(&e); round++) {
		long long end;

		mutex_init(&m);
		mutex_lock(&m);
		end = now_ns() + aim.delay;
		smp_store_release(&duel.round, round);
		while (now_ns() < end)
			;
		for (volatile int i = 0; i < round % 32; i++)
			;
		aim_next(&aim, READ_ONCE(m.waitq));
		mutex_unlock(&m);
		spin_until_moved(&duel.done, round - 1);
		(void)smp_load_acquire(&duel.done);
	}
	WRITE_ONCE(duel.over, true);
	smp_store_release(&duel.round, round);
}

static void duellist(void *arg, int index)
{
	(void)arg;
	if (index)
		duel_waiter();
	else
		duel_holder();
}

static void fight(void)
{
	watchdog_start();
	crew_run(2, duellist, NULL);
	watchdog_stop();
}

Test(mutex_sandbox, that_is_open_loses_no_wakeup_in_the_closest_race)
{
	fight();
}

Test(mutex_sandbox, that_is_closed_loses_no_wakeup_in_the_closest_race)
{
	if (!sandbox_refuse(SYS_membarrier, EPERM))
		cr_skip_test("no seccomp");
	fight();
}

/* ---- with the sandbox closed ---- */

static void lock_once(void *arg, int index)
{
	(void)index;
	must((mutex_lock_interruptible(&m) == -EINTR) == !!arg);
	if (!arg)
		mutex_unlock(&m);
}

static void interrupted_lock(void *arg, int index)
{
	ksync_task_interrupt(ksync_current());
	lock_once(arg, index);
}

Test(mutex_sandbox, sleepers_are_woken_timed_out_and_interrupted_as_ever)
{
	struct crew crew;

	if (!sandbox_refuse(SYS_membarrier, EPERM))
		cr_skip_test("no seccomp");
	for (int round = 0; round < 5; round++) {
		mutex_init(&m);
		mutex_lock(&m);
		crew_start(&crew, 3, lock_once, NULL);
		wait_until(mutex_sleepers(&m) == 3);
		nap_ms(5);
		cr_assert_eq(mutex_waiters(&m), 3);
		mutex_unlock(&m);
		crew_join(&crew);
		cr_assert_not(mutex_is_locked(&m));
	}
	mutex_lock(&m);
	crew_run(1, interrupted_lock, &m);
	mutex_unlock(&m);
	cr_assert_not(membarrier_works());
}
