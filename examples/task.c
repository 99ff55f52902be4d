/* SPDX-License-Identifier: MIT */
/* A worker that waits for jobs, and a stop that ends its wait. */
#include <pthread.h>
#include <stdio.h>

#include <ksync/semaphore.h>
#include <ksync/task.h>

static KSYNC_DEFINE_SEMAPHORE(jobs, 0);
static KSYNC_DEFINE_SEMAPHORE(ready, 0);
static ksync_task_t *worker; /* written before the unit of ready */
static int done;

static void *work(void *unused)
{
	worker = ksync_task_get(ksync_current());
	ksync_up(&ready);
	/* -EINTR only if there is nothing to do: no job is left behind. */
	while (!ksync_down_interruptible(&jobs))
		done++;
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, work, NULL);
	ksync_down(&ready);
	for (int i = 0; i < 100; i++)
		ksync_up(&jobs);
	ksync_task_interrupt(worker); /* sticky: works before it waits, too */
	pthread_join(thread, NULL);
	ksync_task_put(worker);
	printf("%d jobs\n", done);
	return done != 100;
}
