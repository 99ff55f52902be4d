/* SPDX-License-Identifier: MIT */
/* A thread that logs once in a while, and a worker that does odd jobs. */
#include <stdio.h>

#include <ksync/delay.h>
#include <ksync/kthread_worker.h>

static int lines;

static int log_now_and_then(void *data)
{
	while (!ksync_kthread_should_stop()) {
		lines++;
		ksync_msleep_interruptible(10); /* a stop ends it */
	}
	printf("%s has ended\n", (const char *)data);
	return lines;
}

struct job {
	ksync_kthread_work_t work;
	int in, out;
};

static void square(ksync_kthread_work_t *work)
{
	struct job *job = ksync_container_of(work, struct job, work);

	job->out = job->in * job->in;
}

int main(void)
{
	static char name[] = "the log";
	ksync_task_t *logger = ksync_kthread_run(log_now_and_then, name, "log");
	ksync_kthread_worker_t *worker = ksync_kthread_run_worker(0, "jobs");
	struct job jobs[3];
	int sum = 0;

	if (ksync_IS_ERR(logger) || ksync_IS_ERR(worker))
		return 1;
	for (int i = 0; i < 3; i++) {
		jobs[i].in = i + 1;
		ksync_kthread_init_work(&jobs[i].work, square);
		ksync_kthread_queue_work(worker, &jobs[i].work);
	}
	ksync_kthread_destroy_worker(worker); /* does them first */
	for (int i = 0; i < 3; i++)
		sum += jobs[i].out;
	ksync_msleep(20);
	printf("sum %d, %s\n", sum,
	       ksync_kthread_stop(logger) > 0 ? "logged" : "nothing logged");
	return sum != 14;
}
