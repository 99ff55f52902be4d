/* SPDX-License-Identifier: MIT */
/* struct ww_mutex: transactions in each other's way, and wrong use. */
#include <criterion/criterion.h>

#include <errno.h>

#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/ww_mutex.h>

#include "support/process.h"
#include "support/queue.h"
#include "support/report.h"
#include "support/sleep.h"
#include "support/threads.h"

static DEFINE_WW_CLASS(wound_class);
static DEFINE_WD_CLASS(die_class);
static struct ww_mutex a, b;

/* From src/sleep/ww_mutex.c. */
#define WW_HANDOFF 2ul

static void init(void)
{
	reports_take();
	ww_mutex_init(&a, &wound_class);
	ww_mutex_init(&b, &wound_class);
}

static void init_die(void)
{
	reports_take();
	ww_mutex_init(&a, &die_class);
	ww_mutex_init(&b, &die_class);
}

TestSuite(ww_mutex, .init = init, .fini = reports_none);
TestSuite(ww_wound, .init = init, .fini = reports_none);
TestSuite(ww_die, .init = init_die, .fini = reports_none);
TestSuite(ww_inject, .init = init, .fini = reports_none);
TestSuite(ww_misuse, .init = init, .fini = reports_none);

static int sleepers(struct ww_mutex *lock)
{
	return queue_sleepers(&lock->base.waitq);
}

static int my_tid(void)
{
	return ksync_task_tid(current);
}

/* ---- one thread ---- */

Test(ww_mutex, without_a_context_it_is_a_mutex)
{
	cr_assert_not(ww_mutex_is_locked(&a));
	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	cr_assert(ww_mutex_is_locked(&a));
	cr_assert_not(ww_mutex_trylock(&a, NULL));
	ww_mutex_unlock(&a);
	cr_assert_not(ww_mutex_is_locked(&a));
	cr_assert(ww_mutex_trylock(&a, NULL));
	ww_mutex_unlock(&a);
	cr_assert_eq(ww_mutex_lock_interruptible(&a, NULL), 0);
	ww_mutex_unlock(&a);
	cr_assert_eq(ksync_ww_mutex_lock_until(&a, NULL, NULL), 0);
	ww_mutex_unlock(&a);
	ww_mutex_destroy(&a);
}

Test(ww_mutex, a_context_takes_several)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	cr_assert_eq(ww_mutex_lock_interruptible(&b, &ctx), 0);
	ww_acquire_done(&ctx);
	lockdep_assert_held(&a.base);
	ww_mutex_unlock(&a);
	ww_mutex_unlock(&b);
	ww_acquire_fini(&ctx);
}

Test(ww_mutex, its_own_lock_again_is_ealready)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), -EALREADY);
	cr_assert_eq(ww_mutex_lock_interruptible(&a, &ctx), -EALREADY);
	cr_assert_eq(ksync_ww_mutex_lock_until(&a, &ctx, NULL), -EALREADY);
	cr_assert_not(ww_mutex_trylock(&a, &ctx));
	ww_mutex_unlock(&a);
	cr_assert_not(ww_mutex_is_locked(&a));
	ww_acquire_fini(&ctx);
}

Test(ww_mutex, a_trylock_counts_for_the_context)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	cr_assert(ww_mutex_trylock(&a, &ctx));
	cr_assert_eq(ctx.acquired, 1);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), -EALREADY);
	ww_mutex_unlock(&a);
	cr_assert_eq(ctx.acquired, 0);
	ww_acquire_fini(&ctx);
}

static void hold_b(void *arg, int index)
{
	(void)index;
	must(ww_mutex_lock(&b, NULL) == 0);
	WRITE_ONCE(*(int *)arg, 1);
	wait_until(READ_ONCE(*(int *)arg) == 2);
	ww_mutex_unlock(&b);
}

Test(ww_mutex, a_wait_ends_in_time)
{
	struct timespec soon;
	struct crew crew;
	int step = 0;

	crew_start(&crew, 1, hold_b, &step);
	wait_until(READ_ONCE(step));
	clock_gettime(CLOCK_MONOTONIC, &soon);
	cr_assert_eq(ksync_ww_mutex_lock_until(&b, NULL, &soon), -ETIME);
	soon.tv_nsec = 1000000000;
	cr_assert_eq(ksync_ww_mutex_lock_until(&b, NULL, &soon), -EINVAL);
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_sec++;
	cr_assert_eq(ksync_ww_mutex_lock_until(&b, NULL, &soon), -ETIME);
	WRITE_ONCE(step, 2);
	crew_join(&crew);
	cr_assert_eq(ksync_ww_mutex_lock_until(&b, NULL, &soon), 0,
		     "a free one needs no time");
	ww_mutex_unlock(&b);
}

Test(ww_mutex, an_interrupt_ends_a_wait_and_nothing_has_to_be_given_back)
{
	struct ww_acquire_ctx ctx;
	struct crew crew;
	int step = 0;

	crew_start(&crew, 1, hold_b, &step);
	wait_until(READ_ONCE(step));
	ww_acquire_init(&ctx, &wound_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	ksync_task_interrupt(current);
	cr_assert_eq(ww_mutex_lock_interruptible(&b, &ctx), -EINTR);
	cr_assert(ww_mutex_is_locked(&a));
	(void)ksync_task_clear_pending();
	WRITE_ONCE(step, 2);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), 0);
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	crew_join(&crew);
}

static void wait_until_late(void *arg, int index)
{
	struct timespec at;

	(void)index;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 1;
	WRITE_ONCE(*(ksync_task_t **)arg, ksync_task_get(current));
	must(ksync_ww_mutex_lock_until(&a, NULL, &at) == -ETIME);
}

/* The demand of a waiter that gives up goes with it. */
Test(ww_mutex, an_impatient_waiter_that_leaves_promises_nothing)
{
	ksync_task_t *waiter = NULL;
	struct crew crew;

	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	crew_start(&crew, 1, wait_until_late, &waiter);
	wait_until(sleepers(&a) == 1);
	/* It does not end the wait, but has it look. */
	while (!queue_state(&a.base.waitq, WW_HANDOFF).handoff) {
		nap_ms(2);
		ksync_task_interrupt(waiter);
	}
	crew_join(&crew);
	ww_mutex_unlock(&a);
	cr_assert(ww_mutex_trylock(&a, NULL));
	ww_mutex_unlock(&a);
	ksync_task_put(waiter);
}

/* What wounded it is over when it holds nothing any more. */
Test(ww_mutex, a_wound_goes_with_the_locks_that_it_was_about)
{
	struct ww_acquire_ctx ctx;
	struct timespec soon;
	struct crew crew;
	int step = 0;

	crew_start(&crew, 1, hold_b, &step);
	wait_until(READ_ONCE(step));
	ww_acquire_init(&ctx, &wound_class);
	WRITE_ONCE(ctx.wounded, 1);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	clock_gettime(CLOCK_MONOTONIC, &soon);
	cr_assert_eq(ksync_ww_mutex_lock_until(&b, &ctx, &soon), -ETIME);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	WRITE_ONCE(step, 2);
	crew_join(&crew);
}

/* ---- two transactions: each has one lock and wants both ---- */

static struct meeting {
	int step;
	int younger; /* what its second lock returned */
	bool waits_for_older;
} meeting;

/* The younger one: has b, wants a. */
static void younger(void *arg, int index)
{
	struct ww_acquire_ctx ctx;
	struct ww_class *ww_class = arg;

	(void)index;
	wait_until(READ_ONCE(meeting.step) == 1);
	ww_acquire_init(&ctx, ww_class);
	must(ww_mutex_lock(&b, &ctx) == 0);
	WRITE_ONCE(meeting.step, 2);
	meeting.younger = ww_mutex_lock(&a, &ctx);
	if (meeting.younger == -EDEADLK) {
		ww_mutex_unlock(&b);
		ww_mutex_lock_slow(&a, &ctx);
		must(ww_mutex_lock(&b, &ctx) == 0);
	}
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

static void meet(struct ww_class *ww_class)
{
	struct ww_acquire_ctx ctx;
	struct crew crew;

	memset(&meeting, 0, sizeof(meeting));
	crew_start(&crew, 1, younger, ww_class);
	ww_acquire_init(&ctx, ww_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	WRITE_ONCE(meeting.step, 1);
	wait_until(READ_ONCE(meeting.step) == 2);
	if (meeting.waits_for_older)
		wait_until(sleepers(&a) == 1);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), 0,
		     "the older one always comes through");
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	crew_join(&crew);
}

Test(ww_wound, the_younger_gives_way)
{
	meet(&wound_class);
	cr_assert_eq(meeting.younger, -EDEADLK);
}

Test(ww_die, the_younger_gives_way)
{
	meet(&die_class);
	cr_assert_eq(meeting.younger, -EDEADLK);
}

/* An older one comes to the lock of a younger that sleeps elsewhere. */
static void sleeps_then_gives_way(void *arg, int index)
{
	struct ww_acquire_ctx ctx;

	(void)arg;
	(void)index;
	wait_until(READ_ONCE(meeting.step) == 1);
	ww_acquire_init(&ctx, &wound_class);
	must(ww_mutex_lock(&b, &ctx) == 0);
	WRITE_ONCE(meeting.step, 2);
	meeting.younger = ww_mutex_lock(&a, &ctx);
	must(meeting.younger == -EDEADLK);
	ww_mutex_unlock(&b);
	ww_acquire_fini(&ctx);
}

Test(ww_wound, a_sleeping_holder_is_woken_to_give_way)
{
	struct ww_acquire_ctx ctx;
	struct crew crew;

	crew_start(&crew, 1, sleeps_then_gives_way, NULL);
	ww_acquire_init(&ctx, &wound_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	WRITE_ONCE(meeting.step, 1);
	wait_until(sleepers(&a) == 1);
	cr_assert_eq(READ_ONCE(meeting.step), 2);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), 0);
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	crew_join(&crew);
	cr_assert_eq(meeting.younger, -EDEADLK);
}

/* A younger one that waits for nothing older is not refused. */
static void younger_with_nothing(void *arg, int index)
{
	struct ww_acquire_ctx ctx;

	(void)index;
	ww_acquire_init(&ctx, arg);
	meeting.younger = ww_mutex_lock(&a, &ctx);
	must(meeting.younger == 0);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

static void waits_with_nothing(struct ww_class *ww_class)
{
	struct ww_acquire_ctx ctx;
	struct crew crew;

	ww_acquire_init(&ctx, ww_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	crew_start(&crew, 1, younger_with_nothing, ww_class);
	wait_until(sleepers(&a) == 1);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	crew_join(&crew);
}

Test(ww_wound, who_holds_nothing_waits)
{
	waits_with_nothing(&wound_class);
}

Test(ww_die, who_holds_nothing_waits)
{
	waits_with_nothing(&die_class);
}

/* With wait-die an older one waits for a younger, and disturbs nobody. */
static void younger_takes_both(void *arg, int index)
{
	struct ww_acquire_ctx ctx;

	(void)arg;
	(void)index;
	wait_until(READ_ONCE(meeting.step) == 1);
	ww_acquire_init(&ctx, a.ww_class);
	must(ww_mutex_lock(&b, &ctx) == 0);
	WRITE_ONCE(meeting.step, 2);
	wait_until(sleepers(&b) == 1);
	meeting.younger = ww_mutex_lock(&a, &ctx);
	if (!meeting.younger)
		ww_mutex_unlock(&a);
	ww_mutex_unlock(&b);
	ww_acquire_fini(&ctx);
}

static void older_waits(void)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex c;
	struct crew crew;

	ww_mutex_init(&c, a.ww_class);
	crew_start(&crew, 1, younger_takes_both, NULL);
	ww_acquire_init(&ctx, a.ww_class);
	cr_assert_eq(ww_mutex_lock(&c, &ctx), 0);
	WRITE_ONCE(meeting.step, 1);
	wait_until(READ_ONCE(meeting.step) == 2);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), 0);
	ww_mutex_unlock(&b);
	ww_mutex_unlock(&c);
	ww_acquire_fini(&ctx);
	crew_join(&crew);
}

Test(ww_die, an_older_one_waits_and_disturbs_nobody)
{
	older_waits();
	cr_assert_eq(meeting.younger, 0);
}

Test(ww_wound, a_wounded_one_that_needs_not_wait_is_not_refused)
{
	older_waits();
	cr_assert_eq(meeting.younger, 0);
}

/* ---- the queue ---- */

static int order[4], served;

struct member {
	struct ww_acquire_ctx ctx;
	bool with;
};

/* With a context that another thread began: its stamp counts. */
static void queue_up(void *arg, int index)
{
	struct member *me = arg;
	struct ww_acquire_ctx *ctx = me->with ? &me->ctx : NULL;

	(void)index;
	if (ctx)
		ctx->task = (ksync_current(), ksync__self);
	must(ksync__ww_mutex_lock(&a, ctx, KSYNC__UNINTERRUPTIBLE,
				  KSYNC__NEVER) == 0);
	order[served++] = (int)me->ctx.stamp;
	ksync__ww_mutex_unlock(&a);
}

/* Begun in this order, queued in the reverse one: served by age. */
Test(ww_mutex, waiting_contexts_are_served_by_age)
{
	struct member members[4];
	struct crew crews[4];

	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	for (int i = 0; i < 4; i++) {
		members[i].with = true;
		ksync__ww_acquire_init(&members[i].ctx, &wound_class);
	}
	for (int i = 3; i >= 0; i--) {
		crew_start(&crews[i], 1, queue_up, &members[i]);
		wait_until(sleepers(&a) == 4 - i);
	}
	ww_mutex_unlock(&a);
	for (int i = 0; i < 4; i++)
		crew_join(&crews[i]);
	for (int i = 1; i < 4; i++)
		cr_assert_lt(order[i - 1], order[i]);
}

/* ---- nobody is lost, everybody comes through ---- */

#define LOCKS 5
#define THREADS 6

static struct ww_mutex many[LOCKS];
static long guarded[LOCKS]; /* under many[] */
static bool interrupts;

static bool take_all(struct ww_acquire_ctx *ctx, const int *which, int n)
{
	int slow = -1;
	int ret;

again:
	if (slow >= 0)
		ww_mutex_lock_slow(&many[slow], ctx);
	for (int i = 0; i < n; i++) {
		if (which[i] == slow)
			continue;
		ret = interrupts ? ww_mutex_lock_interruptible(&many[which[i]],
							       ctx) :
				   ww_mutex_lock(&many[which[i]], ctx);
		if (!ret)
			continue;
		for (int k = 0; k < i; k++)
			if (which[k] != slow)
				ww_mutex_unlock(&many[which[k]]);
		/* The one taken first may stand anywhere in the list. */
		if (slow >= 0)
			ww_mutex_unlock(&many[slow]);
		if (ret == -EINTR) {
			(void)ksync_task_clear_pending();
			return false;
		}
		must(ret == -EDEADLK);
		slow = which[i];
		goto again;
	}
	return true;
}

static void transact(void *arg, int index)
{
	unsigned int seed = (unsigned int)index * 2654435761u + 1;
	struct effort e = effort(400, 2000);
	struct ww_acquire_ctx ctx;

	while (effort_more(&e)) {
		int which[3], n = 0;

		while (n < 3) {
			int lock =
				(int)((seed = seed * 1664525u + 1013904223u) >>
				      16) %
				LOCKS;
			bool seen = false;

			for (int i = 0; i < n; i++)
				seen |= which[i] == lock;
			if (!seen)
				which[n++] = lock;
		}
		ww_acquire_init(&ctx, arg);
		if (interrupts && seed % 7 == 0)
			ksync_task_interrupt(current);
		if (take_all(&ctx, which, n)) {
			ww_acquire_done(&ctx);
			for (int i = 0; i < n; i++)
				guarded[which[i]]++;
			for (int i = 0; i < n; i++)
				ww_mutex_unlock(&many[which[i]]);
			__atomic_fetch_add(&served, n, __ATOMIC_RELAXED);
		}
		must(ctx.acquired == 0);
		ww_acquire_fini(&ctx);
		(void)ksync_task_clear_pending();
		watchdog_feed();
	}
}

static void storm(struct ww_class *ww_class)
{
	long sum = 0;

	for (int i = 0; i < LOCKS; i++)
		ww_mutex_init(&many[i], ww_class);
	watchdog_start();
	crew_run(THREADS, transact, ww_class);
	watchdog_stop();
	for (int i = 0; i < LOCKS; i++) {
		sum += guarded[i];
		cr_assert_eq(many[i].base.owner, 0);
		cr_assert_eq(many[i].base.waitq, 0);
		cr_assert_null(many[i].ctx);
	}
	cr_assert_eq(sum, served);
	cr_assert_gt(served, 0);
}

Test(ww_wound, a_storm_of_transactions_comes_through)
{
	storm(&wound_class);
}

Test(ww_die, a_storm_of_transactions_comes_through)
{
	storm(&die_class);
}

Test(ww_wound, a_storm_with_interrupts_comes_through)
{
	interrupts = true;
	storm(&wound_class);
}

Test(ww_die, a_storm_with_interrupts_comes_through)
{
	interrupts = true;
	storm(&die_class);
}

/* ---- made-up refusals ---- */

Test(ww_inject, refuses_now_and_then_and_comes_to_an_end)
{
	struct ww_acquire_ctx ctx;
	int refused = 0, taken = 0;
	int ret;

	cr_assert_not(ksync_ww_mutex_inject(true));
	ww_acquire_init(&ctx, &wound_class);
	for (int round = 0; round < 200; round++) {
		cr_assert_eq(ww_mutex_lock(&a, &ctx), 0,
			     "who holds nothing is not refused");
		ret = ww_mutex_lock(&b, &ctx);
		ww_mutex_unlock(&a);
		if (ret == -EDEADLK) {
			refused++;
			cr_assert_not(ww_mutex_is_locked(&b));
			ww_mutex_lock_slow(&b, &ctx);
		} else {
			cr_assert_eq(ret, 0);
			taken++;
		}
		ww_mutex_unlock(&b);
	}
	ww_acquire_fini(&ctx);
	cr_assert(refused > 2 && refused < 10, "%d", refused);
	cr_assert_eq(refused + taken, 200);
	cr_assert(ksync_ww_mutex_inject(false));
	ww_acquire_init(&ctx, &wound_class);
	for (int round = 0; round < 20; round++) {
		cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
		cr_assert_eq(ww_mutex_lock(&b, &ctx), 0);
		ww_mutex_unlock(&b);
		ww_mutex_unlock(&a);
	}
	ww_acquire_fini(&ctx);
}

/* ---- misuse: docs/ww_mutex.md ---- */

#define lock_misuse(words, holder) expect_misuse("ww_mutex", words, &a, holder)
#define ctx_misuse(words) \
	expect_misuse("ww_acquire_ctx", words, &ctx, KSYNC_HOLDER_NONE)

Test(ww_misuse, unlock_of_a_free_one_does_nothing)
{
	ww_mutex_unlock(&a);
	lock_misuse("nobody holds it", KSYNC_HOLDER_NONE);
	cr_assert(ww_mutex_trylock(&a, NULL));
	ww_mutex_unlock(&a);
}

static void unlock_as_stranger(void *arg, int index)
{
	(void)arg;
	(void)index;
	ww_mutex_unlock(&a);
}

Test(ww_misuse, unlock_by_a_stranger_does_nothing)
{
	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	crew_run(1, unlock_as_stranger, NULL);
	lock_misuse("does not hold it", my_tid());
	cr_assert(ww_mutex_is_locked(&a));
	ww_mutex_unlock(&a);
}

Test(ww_misuse, again_without_the_context_is_edeadlk)
{
	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	cr_assert_eq(ww_mutex_lock(&a, NULL), -EDEADLK);
	lock_misuse("locked again by its holder", my_tid());
	ww_mutex_unlock(&a);
}

Test(ww_misuse, destroyed_while_held_does_nothing)
{
	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	ksync__ww_mutex_destroy(&a);
	lock_misuse("destroyed while it is held", my_tid());
	ww_mutex_unlock(&a);
	ww_mutex_destroy(&a);
	cr_assert_eq(ww_mutex_lock(&a, NULL), 0, "a free one, after a report");
	lock_misuse("locked after it was destroyed", KSYNC_HOLDER_NONE);
	ww_mutex_unlock(&a);
}

Test(ww_misuse, a_lock_after_done_is_taken)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	ww_acquire_done(&ctx);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	ctx_misuse("after ww_acquire_done()");
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, done_twice)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	ww_acquire_done(&ctx);
	ww_acquire_done(&ctx);
	ctx_misuse("done twice");
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, an_end_with_locks_held_is_none)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	ww_acquire_fini(&ctx);
	ctx_misuse("ended with locks held");
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
	ww_acquire_fini(&ctx);
	ctx_misuse("ended, but it is not begun");
}

Test(ww_misuse, a_lock_of_another_class_is_taken_without_the_context)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &die_class);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	ctx_misuse("another class");
	cr_assert_null(a.ctx);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, a_context_that_has_ended_is_not_used)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	ww_acquire_fini(&ctx);
	cr_assert_eq(ksync__ww_mutex_lock(&a, &ctx, KSYNC__UNINTERRUPTIBLE,
					  KSYNC__NEVER),
		     0);
	ctx_misuse("not begun");
	ksync__ww_mutex_unlock(&a);
}

static void lock_with_foreign(void *arg, int index)
{
	(void)index;
	must(ksync__ww_mutex_trylock(&a, arg));
	ksync__ww_mutex_unlock(&a);
}

Test(ww_misuse, a_context_of_another_thread_is_not_used)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	crew_run(1, lock_with_foreign, &ctx);
	ctx_misuse("another thread");
	cr_assert_eq(ctx.acquired, 0);
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, slow_for_a_lock_that_did_not_refuse)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &wound_class);
	ww_mutex_lock_slow(&a, &ctx);
	ctx_misuse("did not refuse");
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, to_go_on_after_a_refusal)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex c;

	ww_mutex_init(&c, &wound_class);
	(void)ksync_ww_mutex_inject(true);
	ww_acquire_init(&ctx, &wound_class);
	(void)ksync_ww_mutex_inject(false);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), -EDEADLK);
	cr_assert_eq(ww_mutex_lock(&c, &ctx), 0);
	ctx_misuse("with locks held");
	ww_mutex_unlock(&c);
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

Test(ww_misuse, another_than_the_one_that_refused)
{
	struct ww_acquire_ctx ctx;

	(void)ksync_ww_mutex_inject(true);
	ww_acquire_init(&ctx, &wound_class);
	(void)ksync_ww_mutex_inject(false);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	cr_assert_eq(ww_mutex_lock(&b, &ctx), -EDEADLK);
	ww_mutex_unlock(&a);
	cr_assert_eq(ww_mutex_lock(&a, &ctx), 0);
	ctx_misuse("another lock");
	ww_mutex_unlock(&a);
	ww_acquire_fini(&ctx);
}

static void die_holding(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(ww_mutex_lock(&a, NULL) == 0);
}

Test(ww_misuse, a_holder_that_is_gone)
{
	crew_run(1, die_holding, NULL);
	cr_assert_eq(ww_mutex_lock(&a, NULL), -EDEADLK);
	lock_misuse("held by a thread that is gone", KSYNC_HOLDER_GONE);
}

/* ---- fork ---- */

static void in_the_child(void *arg)
{
	(void)arg;
	/* The waiter is not here; the holder is. */
	ww_mutex_unlock(&a);
	must(ww_mutex_trylock(&a, NULL));
	ww_mutex_unlock(&a);
	must(a.base.waitq == 0);
}

static void wait_for_a(void *arg, int index)
{
	(void)arg;
	(void)index;
	must(ww_mutex_lock(&a, NULL) == 0);
	ww_mutex_unlock(&a);
}

Test(ww_mutex, a_child_keeps_its_locks_and_empties_the_queue)
{
	struct crew crew;

	cr_assert_eq(ww_mutex_lock(&a, NULL), 0);
	crew_start(&crew, 1, wait_for_a, NULL);
	wait_until(sleepers(&a) == 1);
	cr_assert_eq(in_child(in_the_child, NULL), 0);
	ww_mutex_unlock(&a);
	crew_join(&crew);
}
