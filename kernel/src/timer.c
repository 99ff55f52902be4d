/* SPDX-License-Identifier: MIT */
/*
 * Timers: one thread, started with the first of them, calls what is due in the
 * order of its time. A function that takes long delays the others.
 */
#include <linux/bug.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/timer.h>

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t earlier; /* of CLOCK_MONOTONIC */
static pthread_cond_t ran = PTHREAD_COND_INITIALIZER;
static pthread_once_t started = PTHREAD_ONCE_INIT;
/* Under the lock: by time, and the one whose function runs. */
static struct ksync_glue_timer *pending, *running;
static pthread_t thread;

static void take_out(struct ksync_glue_timer *timer)
{
	*timer->link = timer->next;
	if (timer->next)
		timer->next->link = timer->link;
	__atomic_store_n(&timer->link, NULL, __ATOMIC_RELAXED);
}

static void *timers(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	for (;;) {
		struct ksync_glue_timer *timer = pending;

		if (!timer) {
			pthread_cond_wait(&earlier, &lock);
			continue;
		}
		if ((s64)(ktime_get_ns() - timer->when) < 0) {
			struct timespec at = {
				(time_t)(timer->when / NSEC_PER_SEC),
				(long)(timer->when % NSEC_PER_SEC),
			};

			pthread_cond_timedwait(&earlier, &lock, &at);
			continue;
		}
		take_out(timer);
		running = timer;
		pthread_mutex_unlock(&lock);
		timer->fire(timer); /* after which it may be gone */
		pthread_mutex_lock(&lock);
		running = NULL;
		pthread_cond_broadcast(&ran);
	}
	return NULL;
}

static void start(void)
{
	pthread_condattr_t attr;
	sigset_t all, before;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&earlier, &attr);
	pthread_condattr_destroy(&attr);
	/* The program's signals are for its own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (pthread_create(&thread, NULL, timers, NULL))
		panic("no thread for timers\n");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_detach(thread);
}

bool ksync_glue_timer_set(struct ksync_glue_timer *timer, u64 when)
{
	struct ksync_glue_timer **link = &pending;
	bool before;

	pthread_once(&started, start);
	pthread_mutex_lock(&lock);
	before = timer->link != NULL;
	if (before)
		take_out(timer);
	timer->when = when;
	while (*link && (s64)((*link)->when - when) <= 0)
		link = &(*link)->next;
	timer->next = *link;
	if (timer->next)
		timer->next->link = &timer->next;
	*link = timer;
	__atomic_store_n(&timer->link, link, __ATOMIC_RELAXED);
	if (pending == timer)
		pthread_cond_signal(&earlier);
	pthread_mutex_unlock(&lock);
	return before;
}

bool ksync_glue_timer_del(struct ksync_glue_timer *timer, bool sync)
{
	bool before = false;

	pthread_mutex_lock(&lock);
	/* Its function may start it again while we wait. */
	for (;;) {
		if (timer->link) {
			take_out(timer);
			before = true;
		}
		if (!sync || running != timer ||
		    pthread_equal(thread, pthread_self()))
			break;
		pthread_cond_wait(&ran, &lock);
	}
	pthread_mutex_unlock(&lock);
	return before;
}

bool ksync_glue_timer_pending(const struct ksync_glue_timer *timer)
{
	return __atomic_load_n(&timer->link, __ATOMIC_RELAXED) != NULL;
}

void ksync_glue_timer_fire(struct ksync_glue_timer *glue)
{
	struct timer_list *timer = container_of(glue, struct timer_list, glue);

	timer->function(timer);
}

/* A jiffy is a millisecond of this clock. */
bool mod_timer(struct timer_list *timer, unsigned long expires)
{
	u64 now = ktime_get_ns();
	long left = (long)(expires - (unsigned long)(now / NSEC_PER_MSEC));

	timer->expires = expires;
	return ksync_glue_timer_set(
		&timer->glue,
		left <= 0 ? now : now + (u64)left * NSEC_PER_MSEC);
}

void hrtimer_init(struct hrtimer *timer, clockid_t clock,
		  enum hrtimer_mode mode)
{
	(void)mode;
	*timer =
		(struct hrtimer){ .glue = { .fire = ksync_glue_hrtimer_fire } };
	if (clock == CLOCK_REALTIME)
		timer->offset = ktime_get_real() - ktime_get();
	else if (clock == CLOCK_BOOTTIME)
		timer->offset = ktime_get_boottime() - ktime_get();
}

void hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode)
{
	ksync_glue_timer_set(&timer->glue, mode & HRTIMER_MODE_REL ?
						   ktime_get_ns() + (u64)tim :
						   (u64)(tim - timer->offset));
}

/* By whole intervals until it is later than now; how many. */
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	u64 now = ktime_get_ns();
	u64 n = 0;

	if (interval <= 0)
		return 0;
	if ((s64)(now - timer->glue.when) >= 0)
		n = (now - timer->glue.when) / (u64)interval + 1;
	timer->glue.when += n * (u64)interval;
	return n;
}

void ksync_glue_hrtimer_fire(struct ksync_glue_timer *glue)
{
	struct hrtimer *timer = container_of(glue, struct hrtimer, glue);

	if (timer->function(timer) == HRTIMER_RESTART)
		ksync_glue_timer_set(glue, glue->when);
}
