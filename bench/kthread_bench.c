// SPDX-License-Identifier: MIT
/* A thread made and ended, and a work done by a worker while one waits. */
#include <ksync/kthread_worker.h>

#include "bench.h"
#include "loop.h"

static int until_stopped(void *data)
{
	while (!ksync_kthread_should_stop())
		ksync_schedule_timeout_interruptible(KSYNC_HZ);
	return data != NULL;
}

static void make_and_end(void)
{
	ksync_task_t *k = ksync_kthread_run(until_stopped, NULL, "bench");

	if (!ksync_IS_ERR(k))
		ksync_kthread_stop(k);
}

static void nothing(ksync_kthread_work_t *work)
{
	(void)work;
}

static KSYNC_DEFINE_KTHREAD_WORK(work, nothing);
static ksync_kthread_worker_t *worker;

static void do_it(void)
{
	if (!worker)
		worker = ksync_kthread_run_worker(0, "bench");
	ksync_kthread_queue_work(worker, &work);
	ksync_kthread_flush_work(&work);
}

BENCH_OP_LOOP(run_make, , make_and_end())
BENCH_OP_LOOP(run_work, , do_it())

BENCH_SUBJECT(make, .family = "kthread", .op = "thread", .impl = "ksync",
	      .run = run_make, .traits = BENCH_ALONE | BENCH_PAIR)
BENCH_SUBJECT(work, .family = "kthread", .op = "work", .impl = "ksync",
	      .run = run_work, .bytes = sizeof(ksync_kthread_work_t),
	      .traits = BENCH_ALONE | BENCH_PAIR)
