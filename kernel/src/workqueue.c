/* SPDX-License-Identifier: MIT */
/*
 * Work queues. One lock guards all; a worker takes the oldest work of a queue
 * that may run one more, and threads are added while such work finds none idle.
 * A work_struct never runs on two workers at once.
 *
 *	data 0		idle, or running
 *	data 1		claimed: its timer or grace period runs, or it is linked
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <workqueue_internal.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct crew {
	struct worker seen; /* what it runs */
	struct crew *next;
	struct work_struct *work; /* only compared: it may be gone */
	struct workqueue_struct *queue;
	unsigned long ticket;
};

struct workqueue_struct {
	struct workqueue_struct *next;
	struct work_struct *first, **last;
	int active, max_active;
	char name[32];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
/* All under the lock. */
static struct workqueue_struct *queues;
static struct crew *busy;
static int threads, idle, called; /* idle ones that were called already */
static unsigned long tickets;
static __thread struct crew *me;

#define QUEUE(var)                                  \
	static struct workqueue_struct var##_is = { \
		.last = &var##_is.first,            \
		.max_active = WQ_DFL_ACTIVE,        \
		.name = #var,                       \
	};                                          \
	struct workqueue_struct *var = &var##_is;
QUEUE(system_wq)
QUEUE(system_highpri_wq)
QUEUE(system_long_wq)
QUEUE(system_unbound_wq)
QUEUE(system_freezable_wq)
QUEUE(system_power_efficient_wq)

static void __attribute__((__constructor__(200))) add_system_queues(void)
{
	struct workqueue_struct *all[] = {
		system_wq,	     system_highpri_wq,
		system_long_wq,	     system_unbound_wq,
		system_freezable_wq, system_power_efficient_wq,
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		all[i]->next = queues;
		queues = all[i];
	}
}

static struct crew *runs(struct work_struct *work)
{
	struct crew *worker = busy;

	while (worker && worker->work != work)
		worker = worker->next;
	return worker;
}

static void take_out(struct work_struct *work)
{
	*work->link = work->next;
	if (work->next)
		work->next->link = work->link;
	else
		work->queue->last = work->link;
	work->link = NULL;
}

/* The oldest that may run now. */
static struct work_struct *next_work(void)
{
	struct work_struct *found = NULL;

	for (struct workqueue_struct *wq = queues; wq; wq = wq->next) {
		if (wq->active >= wq->max_active)
			continue;
		for (struct work_struct *work = wq->first; work;
		     work = work->next) {
			if (runs(work))
				continue;
			if (!found || (long)(work->ticket - found->ticket) < 0)
				found = work;
			break;
		}
	}
	return found;
}

static void *work_thread(void *unused)
{
	struct crew self = { 0 };

	(void)unused;
	me = &self;
	pthread_mutex_lock(&lock);
	for (;;) {
		struct work_struct *work = next_work();
		struct crew **link = &busy;

		if (!work) {
			idle++;
			pthread_cond_wait(&more, &lock);
			idle--;
			called -= called > 0;
			continue;
		}
		take_out(work);
		self = (struct crew){
			.next = busy,
			.work = work,
			.queue = work->queue,
			.ticket = work->ticket,
			.seen = { .current_func = work->func },
		};
		busy = &self;
		self.queue->active++;
		atomic_long_set_release(&work->data, 0);
		pthread_mutex_unlock(&lock);
		self.seen.current_func(work); /* after which it may be gone */
		pthread_mutex_lock(&lock);
		while (*link != &self)
			link = &(*link)->next;
		*link = self.next;
		self.queue->active--;
		self.work = NULL;
		pthread_cond_broadcast(&done);
	}
	return NULL;
}

/* Under the lock: somebody for the work that has come. */
static void call_worker(void)
{
	sigset_t all, before;
	pthread_t thread;

	if (idle > called) {
		called++;
		pthread_cond_signal(&more);
		return;
	}
	if (threads >= 256)
		return; /* who is done looks again */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (!pthread_create(&thread, NULL, work_thread, NULL)) {
		pthread_detach(thread);
		threads++;
	} else if (!threads) {
		panic("no thread for work queues\n");
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct workqueue_struct *
ksync_glue_workqueue(unsigned int flags, int max_active, const char *fmt, ...)
{
	struct workqueue_struct *wq = calloc(1, sizeof(*wq));
	va_list args;

	(void)flags;
	if (!wq)
		return NULL;
	wq->last = &wq->first;
	wq->max_active = max_active > 0 ? max_active : WQ_DFL_ACTIVE;
	va_start(args, fmt);
	vscnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	pthread_mutex_lock(&lock);
	wq->next = queues;
	queues = wq;
	pthread_mutex_unlock(&lock);
	return wq;
}

/* Is work of before `ticket` waiting, or running? */
static bool older_work(struct workqueue_struct *wq, unsigned long ticket)
{
	for (struct crew *worker = busy; worker; worker = worker->next) {
		if (worker != me && worker->queue == wq &&
		    (long)(worker->ticket - ticket) <= 0)
			return true;
	}
	return wq->first && (long)(wq->first->ticket - ticket) <= 0;
}

void ksync_glue_flush_workqueue(struct workqueue_struct *wq)
{
	unsigned long ticket;

	pthread_mutex_lock(&lock);
	ticket = tickets;
	while (older_work(wq, ticket))
		pthread_cond_wait(&done, &lock);
	pthread_mutex_unlock(&lock);
}

void ksync_glue_destroy_workqueue(struct workqueue_struct *wq)
{
	struct workqueue_struct **link = &queues;

	if (!wq)
		return;
	pthread_mutex_lock(&lock);
	while (older_work(wq, tickets)) /* and what that queues */
		pthread_cond_wait(&done, &lock);
	while (*link != wq)
		link = &(*link)->next;
	*link = wq->next;
	pthread_mutex_unlock(&lock);
	free(wq);
}

/*
 * Under the lock, although one exchange would do: so ThreadSanitizer sees that
 * who claims comes after who ran it, whose code is not instrumented.
 */
static bool claim(struct work_struct *work)
{
	return !atomic_long_xchg(&work->data, 1);
}

bool ksync_glue_claim_work(struct work_struct *work)
{
	bool claimed;

	pthread_mutex_lock(&lock);
	claimed = claim(work);
	pthread_mutex_unlock(&lock);
	return claimed;
}

static void queue_locked(struct workqueue_struct *wq, struct work_struct *work)
{
	if (work->canceling) {
		atomic_long_set(&work->data, 0);
		return;
	}
	work->queue = wq;
	work->ticket = ++tickets;
	work->next = NULL;
	work->link = wq->last;
	*wq->last = work;
	wq->last = &work->next;
	call_worker();
}

void ksync_glue_queue_claimed(struct workqueue_struct *wq,
			      struct work_struct *work)
{
	pthread_mutex_lock(&lock);
	queue_locked(wq, work);
	pthread_mutex_unlock(&lock);
}

bool ksync_glue_queue_work(struct workqueue_struct *wq,
			   struct work_struct *work)
{
	bool claimed;

	pthread_mutex_lock(&lock);
	claimed = claim(work);
	if (claimed)
		queue_locked(wq, work);
	pthread_mutex_unlock(&lock);
	return claimed;
}

static bool flush_locked(struct work_struct *work)
{
	unsigned long ticket = tickets;
	bool waited = false;

	for (;;) {
		struct crew *worker = runs(work);

		if (!(worker && worker != me &&
		      (long)(worker->ticket - ticket) <= 0) &&
		    !(work->link && (long)(work->ticket - ticket) <= 0))
			return waited;
		waited = true;
		pthread_cond_wait(&done, &lock);
		/* Its function may have freed it. */
		if (!runs(work) && worker)
			return true;
	}
}

bool ksync_glue_flush_work(struct work_struct *work)
{
	bool waited;

	pthread_mutex_lock(&lock);
	waited = flush_locked(work);
	pthread_mutex_unlock(&lock);
	return waited;
}

/* What is claimed and not linked is another's, who links it in a moment. */
bool ksync_glue_cancel_work(struct work_struct *work, bool sync)
{
	bool pending = false;

	pthread_mutex_lock(&lock);
	if (sync)
		work->canceling++;
	if (work->link) {
		take_out(work);
		atomic_long_set_release(&work->data, 0);
		pthread_cond_broadcast(&done);
		pending = true;
	}
	if (sync) {
		while (runs(work) && runs(work) != me)
			pthread_cond_wait(&done, &lock);
		work->canceling--;
	}
	pthread_mutex_unlock(&lock);
	return pending;
}

struct work_struct *current_work(void)
{
	return me ? me->work : NULL;
}

void ksync_glue_delayed_fire(struct timer_list *timer)
{
	struct delayed_work *dwork =
		container_of(timer, struct delayed_work, timer);

	ksync_glue_queue_claimed(dwork->wq, &dwork->work);
}

bool ksync_glue_queue_delayed(struct workqueue_struct *wq,
			      struct delayed_work *dwork, unsigned long delay,
			      bool again)
{
	bool before = false;

	if (again && ksync_glue_cancel_delayed(dwork, false))
		before = true;
	if (!ksync_glue_claim_work(&dwork->work))
		return again;
	dwork->wq = wq;
	if (delay)
		ksync_glue_timer_set(&dwork->timer.glue,
				     ktime_get_ns() +
					     (u64)delay * NSEC_PER_MSEC);
	else
		ksync_glue_queue_claimed(wq, &dwork->work);
	return again ? before : true;
}

bool ksync_glue_cancel_delayed(struct delayed_work *dwork, bool sync)
{
	bool pending;

	if (sync) {
		pthread_mutex_lock(&lock);
		dwork->work.canceling++;
		pthread_mutex_unlock(&lock);
	}
	pending = ksync_glue_timer_del(&dwork->timer.glue, sync);
	if (pending) {
		pthread_mutex_lock(&lock);
		atomic_long_set_release(&dwork->work.data, 0);
		pthread_mutex_unlock(&lock);
	}
	pending |= ksync_glue_cancel_work(&dwork->work, sync);
	if (sync) {
		pthread_mutex_lock(&lock);
		dwork->work.canceling--;
		pthread_mutex_unlock(&lock);
	}
	return pending;
}

bool ksync_glue_flush_delayed(struct delayed_work *dwork)
{
	if (ksync_glue_timer_del(&dwork->timer.glue, true))
		ksync_glue_queue_claimed(dwork->wq, &dwork->work);
	return ksync_glue_flush_work(&dwork->work);
}

struct worker *ksync_glue_worker(void)
{
	return me && me->work ? &me->seen : NULL;
}
