/* SPDX-License-Identifier: MIT */
/*
 * kthread: who tells a thread something is heard, who waits for it is woken,
 * and what both did before is seen. A worker does each work that was queued,
 * once, and does not touch it afterwards.
 */
#include <ksync/kthread_worker.h>

#include "task/task.h"
#include "system.h"

static ksync_task_t *kthread;
static int before; /* written before it is told */
static int after;  /* written by it, before it ends or parks */
static int begun;

static void two(void)
{
	explore_name(&before, "before");
	explore_name(&after, "after");
	system_tasks(2);
}

static void make(int (*fn)(void *data))
{
	kthread = ksync_kthread_create(fn, &before, "model");
	explore_assert(!ksync_IS_ERR(kthread));
	/* For the thread that is it, this is the only time. */
	ksync_task_get(kthread);
}

static int sleeps_until_stop(void *data)
{
	begun = 1;
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (ksync_kthread_should_stop())
			break;
		ksync_schedule();
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
	explore_assert(*(int *)data == 1);
	after = 1;
	return 7;
}

/* Woken before it is stopped, or not. */
static void stop(int self)
{
	int result;

	if (self == 1)
		system_servant();
	make(sleeps_until_stop);
	if (explore_choose(2))
		ksync_wake_up_process(kthread);
	before = 1;
	result = ksync_kthread_stop(kthread);
	explore_assert(result == (begun ? 7 : -EINTR));
	explore_assert(after == begun);
	explore_outcome("%d", result);
}

static int returns_at_once(void *data)
{
	(void)data;
	after = 1;
	return 3;
}

/* It ends while it is stopped: who joins it is one of the two. */
static void ends(int self)
{
	int result;

	if (self == 1)
		system_servant();
	make(returns_at_once);
	ksync_wake_up_process(kthread);
	result = ksync_kthread_stop(kthread);
	explore_assert(result == 3 ? after : result == -EINTR);
}

static int parks_until_stop(void *data)
{
	(void)data;
	begun = 1;
	while (!ksync_kthread_should_stop()) {
		after++;
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (ksync_kthread_should_stop_or_park())
			ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
		ksync_schedule();
		if (ksync_kthread_should_park())
			ksync_kthread_parkme();
		after++;
	}
	return after;
}

/* While it is parked all is the parker's. */
static void park(int self)
{
	int result;

	if (self == 1)
		system_servant();
	make(parks_until_stop);
	ksync_wake_up_process(kthread);
	explore_assert(ksync_kthread_park(kthread) == 0);
	after += 100;
	if (explore_choose(2))
		ksync_kthread_unpark(kthread);
	result = ksync_kthread_stop(kthread);
	explore_assert(result >= 100 && result == after);
}

static int ends_when_told_to_park(void *data)
{
	(void)data;
	for (;;) {
		ksync_set_current_state(KSYNC_TASK_UNINTERRUPTIBLE);
		if (ksync_kthread_should_stop_or_park())
			break;
		ksync_schedule();
	}
	ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
	after = 1;
	return 5;
}

static void park_of_one_that_ends(int self)
{
	int parked;

	if (self == 1)
		system_servant();
	make(ends_when_told_to_park);
	ksync_wake_up_process(kthread);
	parked = ksync_kthread_park(kthread);
	/* It may be told before it begins. */
	if (parked)
		explore_assert(after == 1 && parked == -ENOSYS);
	parked = ksync_kthread_stop(kthread);
	explore_assert(parked == 5 && after == 1);
}

/* ---- a worker: T0 ---- */

static KSYNC_DEFINE_KTHREAD_WORKER(worker);
static int count;
static int payload;

static void counts(ksync_kthread_work_t *work)
{
	(void)work;
	count++;
	explore_assert(payload);
}

static KSYNC_DEFINE_KTHREAD_WORK(work, counts);
static ksync_kthread_delayed_work_t later =
	KSYNC_KTHREAD_DELAYED_WORK_INIT(later, counts);

static void worker_of(int threads)
{
	explore_name(&worker.lock, "worker.lock");
	explore_name(&count, "count");
	explore_name(&payload, "payload");
	system_tasks(threads);
	worker.task = system_task(0);
}

static void worker_of_two(void)
{
	worker_of(2);
}

static void queue_and_flush(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_work(&worker, &work));
	ksync_kthread_flush_work(&work);
	explore_assert(count == 1);
}

/* Nobody waits for it: it is done all the same. */
static void queue(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_work(&worker, &work));
}

static void queue_later(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_delayed_work(&worker, &later, 1));
}

static void was_done(void)
{
	explore_assert(count == 1);
}

static void queue_and_flush_all(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_work(&worker, &work));
	ksync_kthread_flush_worker(&worker);
	explore_assert(count == 1);
	explore_assert(ksync_kthread_queue_work(&worker, &work));
	ksync_kthread_flush_worker(&worker);
	explore_assert(count == 2);
}

static void queue_and_cancel(int self)
{
	bool cancelled;

	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_work(&worker, &work));
	cancelled = ksync_kthread_cancel_work_sync(&work);
	explore_assert(count == !cancelled);
	explore_assert(!work.canceling);
	explore_outcome("%d", cancelled);
}

static void delayed(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	payload = 1;
	explore_assert(ksync_kthread_queue_delayed_work(&worker, &later, 1));
	ksync_kthread_mod_delayed_work(&worker, &later, 0);
	ksync_kthread_flush_work(&later.work);
	explore_assert(count == 1 || count == 2);
	explore_assert(!ksync_kthread_cancel_delayed_work_sync(&later));
}

static void frees(ksync_kthread_work_t *w)
{
	explore_free(w);
	count++;
}

static void work_of_its_own(int self)
{
	ksync_kthread_work_t *w;

	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	w = explore_alloc(sizeof(*w));
	ksync_kthread_init_work(w, frees);
	explore_assert(ksync_kthread_queue_work(&worker, w));
	ksync_kthread_flush_worker(&worker);
	explore_assert(count == 1);
}

/* Two queue the same work: it is done for what each of them did before. */
static int seen[2], did[2];

static void sees(ksync_kthread_work_t *w)
{
	(void)w;
	for (int i = 0; i < 2; i++)
		KSYNC_WRITE_ONCE(did[i], KSYNC_READ_ONCE(seen[i]));
}

static void two_queue(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	KSYNC_WRITE_ONCE(seen[self - 1], 1);
	(void)ksync_kthread_queue_work(&worker, &work);
	ksync_kthread_flush_worker(&worker);
	explore_assert(KSYNC_READ_ONCE(did[self - 1]));
}

static void worker_sees(void)
{
	worker_of(3);
	work.func = sees;
}

static void cancel_and_queue(int self)
{
	if (self == 0)
		ksync_kthread_worker_fn(&worker);
	if (self == 2) {
		(void)ksync_kthread_queue_work(&worker, &work);
		return;
	}
	(void)ksync_kthread_cancel_work_sync(&work);
	explore_assert(!work.canceling);
}

static void worker_with_one(void)
{
	worker_of(3);
	payload = 1;
}

static const struct explore_test tests[] = {
	{ "stop", .threads = 2, .setup = two, .thread = stop, .servants = 2,
	  .outcomes = "7|-4", .bound = 2 },
	{ "ends", .threads = 2, .setup = two, .thread = ends, .servants = 2,
	  .bound = 2 },
	{ "park", .threads = 2, .setup = two, .thread = park, .servants = 2,
	  .bound = 2 },
	{ "park_ends", .threads = 2, .setup = two,
	  .thread = park_of_one_that_ends, .servants = 2, .bound = 2 },
	{ "queue", .threads = 2, .setup = worker_of_two, .thread = queue,
	  .finish = was_done, .servants = 1 },
	{ "queue_later", .threads = 2, .setup = worker_of_two,
	  .thread = queue_later, .finish = was_done, .servants = 1 },
	{ "flush", .threads = 2, .setup = worker_of_two,
	  .thread = queue_and_flush, .servants = 1, .asleep = 1 },
	{ "flush_all", .threads = 2, .setup = worker_of_two,
	  .thread = queue_and_flush_all, .servants = 1, .bound = 2 },
	{ "cancel", .threads = 2, .setup = worker_of_two,
	  .thread = queue_and_cancel, .servants = 1, .asleep = 1,
	  .outcomes = "0|1", .bound = 2 },
	{ "delayed", .threads = 2, .setup = worker_of_two, .thread = delayed,
	  .servants = 1, .asleep = 1, .clock_jumps = 1, .bound = 2 },
	{ "frees", .threads = 2, .setup = worker_of_two,
	  .thread = work_of_its_own, .servants = 1, .asleep = 1, .bound = 2 },
	{ "two_queue", .threads = 3, .setup = worker_sees, .thread = two_queue,
	  .servants = 1, .asleep = 1, .bound = 2 },
	{ "cancel_and_queue", .threads = 3, .setup = worker_with_one,
	  .thread = cancel_and_queue, .servants = 1, .asleep = 1, .bound = 2 },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return system_main(argc, argv, tests);
}
