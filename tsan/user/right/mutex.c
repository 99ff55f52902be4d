/* SPDX-License-Identifier: MIT */
/* Every form of locking a mutex, contended, with interrupts. */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include <ksync/ksync.h>

#include "../crew.h"

#define ROUNDS 3000

static KSYNC_DEFINE_MUTEX(lock);
static long counter; /* plain, under the lock */
static ksync_task_t *tasks[CREW];
static int done;

static int take(int form)
{
	struct timespec at;

	switch (form) {
	case 0:
		return !ksync_mutex_trylock(&lock);
	case 1:
		return ksync_mutex_lock_interruptible(&lock);
	case 2:
		return ksync_mutex_lock_killable(&lock);
	case 3:
		return ksync_mutex_lock_timeout(&lock, 1);
	case 4:
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec = at.tv_nsec / 2 + 100000;
		return ksync_mutex_lock_until(&lock, &at);
	case 5:
		ksync_mutex_lock_nested(&lock, 1);
		return 0;
	default:
		ksync_mutex_lock(&lock);
		return 0;
	}
}

static void *work(void *number)
{
	KSYNC_WRITE_ONCE(tasks[(size_t)number],
			 ksync_task_get(ksync_current()));
	for (int i = 0; i < ROUNDS; i++) {
		if (take(i % 8)) {
			ksync_task_clear_pending();
			continue;
		}
		counter++;
		/* Let somebody come and wait. */
		if (i % 16 == 0)
			sched_yield();
		ksync_mutex_unlock(&lock);
	}
	return NULL;
}

static void *disturb(void *unused)
{
	(void)unused;
	while (!KSYNC_READ_ONCE(done)) {
		for (int i = 0; i < CREW; i++) {
			ksync_task_t *task = KSYNC_READ_ONCE(tasks[i]);

			if (task && i % 2)
				ksync_task_interrupt(task);
			else if (task)
				ksync_task_kill(task);
		}
		sched_yield();
	}
	return NULL;
}

int main(void)
{
	pthread_t disturber = start(disturb, NULL);

	crew(work);
	KSYNC_WRITE_ONCE(done, 1);
	finish(disturber);
	for (int i = 0; i < CREW; i++)
		ksync_task_put(tasks[i]);
	need(counter > ROUNDS && counter <= (long)CREW * ROUNDS, "the count");
	need(!ksync_mutex_is_locked(&lock), "unlocked at the end");
	return 0;
}
