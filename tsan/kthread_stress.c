/* SPDX-License-Identifier: MIT */
#define INVARIANT                                                              \
	"what is done before a thread is told to stop or park, it sees; what " \
	"it did before it ended or parked is seen; each work that was queued " \
	"is done or cancelled once"

#include <stdlib.h>

#include <ksync/ksync.h>

#include "stress.h"

/* ---- stop ---- */

struct order {
	unsigned long reason; /* plain: before it is told */
	unsigned long answer; /* plain: before it ends */
	bool begun;	      /* plain, the same */
	bool spins;
};

static int obeys(void *data)
{
	struct order *o = data;

	o->begun = true;
	while (!ksync_kthread_should_stop()) {
		if (o->spins)
			continue;
		ksync_set_current_state(KSYNC_TASK_INTERRUPTIBLE);
		if (ksync_kthread_should_stop())
			ksync_set_current_state_relaxed(KSYNC_TASK_RUNNING);
		ksync_schedule();
	}
	o->answer = o->reason + 1;
	return 7;
}

static ksync_task_t *make(int (*fn)(void *data), void *data)
{
	ksync_task_t *k = ksync_kthread_run(fn, data, "stress");

	if (ksync_IS_ERR(k))
		stress_broken("no thread");
	return k;
}

static void stop(struct stress_thread *self)
{
	while (stress_on(self)) {
		struct order *o = calloc(1, sizeof(*o));
		ksync_task_t *k;
		int ret;

		if (!o)
			stress_broken("no memory");
		o->spins = stress_chance(self, 3);
		k = make(obeys, o);
		stress_delay(self);
		o->reason = self->progress;
		ret = ksync_kthread_stop(k);
		stress_require(ret == (o->begun ? 7 : -EINTR),
			       "another result than its function's");
		stress_require(!o->begun || o->answer == o->reason + 1,
			       "what it was told is not what it did");
		free(o);
	}
}

/* ---- park ---- */

struct shared {
	unsigned long count; /* plain: its; the parker's while it is parked */
};

static int counts(void *data)
{
	struct shared *s = data;

	while (!ksync_kthread_should_stop()) {
		if (ksync_kthread_should_park())
			ksync_kthread_parkme();
		s->count++;
	}
	return 0;
}

static void park(struct stress_thread *self)
{
	struct shared s = { 0 };
	ksync_task_t *k = make(counts, &s);

	while (stress_on(self)) {
		unsigned long before;

		stress_require(ksync_kthread_park(k) == 0, "it has ended");
		before = s.count;
		if (stress_chance(self, 4))
			stress_delay(self);
		stress_require(s.count == before, "it is not parked");
		s.count++;
		ksync_kthread_unpark(k);
		if (stress_chance(self, 4))
			stress_delay(self);
	}
	(void)ksync_kthread_stop(k);
}

/* ---- works ---- */

#define WORKS 4

static ksync_kthread_worker_t *worker;
static struct job {
	ksync_kthread_delayed_work_t later;
	unsigned long done; /* plain: the worker's */
	ksync_atomic_long_t queued;
} jobs[WORKS];

static void job_do(ksync_kthread_work_t *work)
{
	ksync_container_of(work, struct job, later.work)->done++;
}

static void before_works(void)
{
	worker = ksync_kthread_run_worker(0, "stress");
	if (ksync_IS_ERR(worker))
		stress_broken("no worker");
	for (int i = 0; i < WORKS; i++) {
		ksync_kthread_init_delayed_work(&jobs[i].later, job_do);
		jobs[i].done = 0;
		ksync_atomic_long_set(&jobs[i].queued, 0);
	}
}

static void works(struct stress_thread *self)
{
	while (stress_on(self)) {
		struct job *j = &jobs[stress_random(self, WORKS)];

		switch (stress_random(self, 6)) {
		case 0:
			if (ksync_kthread_queue_delayed_work(worker, &j->later,
							     1))
				ksync_atomic_long_inc(&j->queued);
			break;
		case 1:
			if (ksync_kthread_cancel_delayed_work_sync(&j->later))
				ksync_atomic_long_dec(&j->queued);
			break;
		case 2:
			ksync_kthread_flush_work(&j->later.work);
			break;
		case 3:
			ksync_kthread_flush_worker(worker);
			break;
		default:
			if (ksync_kthread_queue_work(worker, &j->later.work))
				ksync_atomic_long_inc(&j->queued);
		}
		if (stress_chance(self, 8))
			stress_delay(self);
	}
}

static void after_works(void)
{
	for (int i = 0; i < WORKS; i++) {
		if (ksync_kthread_cancel_delayed_work_sync(&jobs[i].later))
			ksync_atomic_long_dec(&jobs[i].queued);
		stress_require((long)jobs[i].done ==
				       ksync_atomic_long_read(&jobs[i].queued),
			       "a work was lost, or done twice");
	}
	ksync_kthread_destroy_worker(worker);
}

int main(void)
{
	static const struct stress_scene scenes[] = {
		{ .name = "stop",
		  .threads = 3,
		  .any_number = true,
		  .body = stop },
		{ .name = "park",
		  .threads = 2,
		  .any_number = true,
		  .body = park },
		{ .name = "works",
		  .threads = 4,
		  .any_number = true,
		  .before = before_works,
		  .body = works,
		  .after = after_works },
		{ .name = NULL },
	};

	return stress_main("kthread", INVARIANT, scenes);
}
